"""The control station's transition table (clause 3; timers and habits of the field).

Choices that the clauses leave open, each on the safe side:
a silent or late peer is followed by a pause (BACKOFF), so that its late ACK is not taken for the answer
to the next call; an ENQ to us while we select means that the peer took the selection for a poll, and is
served; a damaged block is resent only when the peer has not closed the session in the same breath.
"""

from enum import Enum

from protocols.espa444.tables import ANSWERS, BLOCKS, ENQS, FORBID, IGNORE, Cells, Input, Table, build


class ControlState(Enum):
    """Where the control station stands. In IDLE, BACKOFF and DOWN the line is at rest."""

    IDLE = "IDLE"
    BACKOFF = "BACKOFF"
    SELECTING = "SELECTING"
    SENT = "SENT"
    RESENDING = "RESENDING"
    CLOSING = "CLOSING"
    POLLING = "POLLING"
    RECEIVING = "RECEIVING"
    ANSWERING = "ANSWERING"
    REJECTING = "REJECTING"
    OVERHEARD = "OVERHEARD"
    FOREIGN = "FOREIGN"
    DOWN = "DOWN"
    PROBING = "PROBING"
    CLOSED = "CLOSED"


_I, _S = Input, ControlState
_OURS = (_I.ENQ_OWN, _I.LATE_ENQ_OWN)
_FREE = (_S.IDLE, _S.SELECTING)
_INPUTS = frozenset(Input) - {Input.LOST}


def _c(*inputs: Input | tuple[Input, ...]) -> tuple[Input, ...]:
    flat: list[Input] = []
    for item in inputs:
        flat.extend(item if isinstance(item, tuple) else (item,))
    return tuple(flat)


def _cell(
    inputs: tuple[Input, ...], action: str, *to: ControlState, restart: bool = False
) -> Cells[ControlState]:
    return Cells(inputs, action, to, restart)


_CLOSE = _cell((_I.EOF,), "close", _S.CLOSED)
_NO_ANSWER = _cell((_I.ANSWER,), FORBID)
_HOLD = _cell((_I.SEND,), "hold")
_BUSY_WITH_ONE = _cell((_I.SEND,), FORBID)

_AT_REST = {
    _S.IDLE: (
        _cell((_I.SEND,), "select", _S.SELECTING),
        _cell((_I.TIMER,), "poll", _S.POLLING),
        _cell((_I.LATE_ENQ_OWN,), "accept", _S.RECEIVING),
        _cell((_I.ENQ_OWN, _I.ENQ_PEER), "foreign", _S.FOREIGN),
        _cell(_c(ANSWERS, BLOCKS, _I.EOT, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.BACKOFF: (
        _HOLD,
        _cell((_I.TIMER,), "free", *_FREE),
        _cell((_I.LATE_ENQ_OWN,), "accept", _S.RECEIVING),
        _cell((_I.ENQ_OWN, _I.ENQ_PEER), "foreign", _S.FOREIGN),
        _cell(_c(ANSWERS, BLOCKS, _I.EOT, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.FOREIGN: (
        _HOLD,
        _cell((_I.EOT,), "foreign_rest"),
        _cell(_c(ANSWERS, BLOCKS, ENQS), "foreign_goes_on"),
        _cell((_I.QUIET,), "free", *_FREE),
        _cell((_I.TIMER,), "down_foreign", _S.DOWN),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.DOWN: (
        _cell((_I.SEND,), FORBID),
        _cell((_I.TIMER,), "probe", _S.PROBING, _S.IDLE),
        _cell((_I.LATE_ENQ_OWN,), "accept", _S.RECEIVING),
        _cell((_I.ENQ_OWN, _I.ENQ_PEER), "foreign_again", restart=True),
        _cell(_c(ANSWERS, BLOCKS, _I.EOT, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.CLOSED: (
        _cell((_I.SEND, _I.ANSWER), FORBID),
        _cell(_c(ANSWERS, BLOCKS, ENQS, _I.EOT, _I.TIMER, _I.QUIET, _I.EOF), IGNORE),
    ),
}

_SENDING = {
    _S.SELECTING: (
        _cell((_I.ACK,), "send_block", _S.SENT),
        _cell((_I.NAK_ERROR, _I.NAK_BUSY, _I.NAK_INVALID), "busy", _S.BACKOFF),
        _cell((_I.EOT,), "taken_for_poll", _S.BACKOFF),
        _cell(_OURS, "crossed", _S.RECEIVING),
        _cell((_I.ENQ_PEER,), "foreign", _S.FOREIGN),
        _cell((_I.TIMER,), "silent_selection", _S.BACKOFF, _S.DOWN),
        _cell(_c(BLOCKS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _BUSY_WITH_ONE,
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.SENT: (
        _cell((_I.ACK,), "taken", _S.CLOSING, _S.BACKOFF),
        _cell((_I.NAK_ERROR,), "damaged", _S.RESENDING, _S.IDLE),
        _cell((_I.NAK_BUSY,), "busy", _S.BACKOFF),
        _cell((_I.NAK_INVALID,), "invalid", _S.IDLE),
        _cell((_I.EOT,), "closed_unproven", _S.BACKOFF),
        _cell((*_OURS, _I.ENQ_PEER), "foreign", _S.FOREIGN),
        _cell((_I.TIMER,), "unanswered", _S.SENT, _S.BACKOFF, _S.DOWN, restart=True),
        _cell(_c(BLOCKS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _BUSY_WITH_ONE,
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.RESENDING: (
        _cell((_I.TIMER,), "resend", _S.SENT),
        _cell((_I.EOT,), "closed_after_nak", _S.BACKOFF),
        _cell((*_OURS, _I.ENQ_PEER), "foreign", _S.FOREIGN),
        _cell(_c(ANSWERS, BLOCKS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _BUSY_WITH_ONE,
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.CLOSING: (
        _cell((_I.SEND,), "next_block", _S.SENT),
        _cell((_I.TIMER,), "end_session", *_FREE),
        _cell((_I.EOT,), "free", *_FREE),
        _cell((*_OURS, _I.ENQ_PEER), "foreign", _S.FOREIGN),
        _cell(_c(ANSWERS, BLOCKS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
}

_POLLS = {
    _S.POLLING: (
        _HOLD,
        _cell((_I.EOT,), "nothing_to_say", *_FREE),
        _cell(_OURS, "accept", _S.RECEIVING),
        _cell((_I.ENQ_PEER,), "foreign", _S.FOREIGN),
        _cell((_I.ENQ_OTHER,), "overhear", _S.OVERHEARD),
        _cell(ANSWERS, "confused", *_FREE),
        _cell((_I.TIMER,), "silent_poll", *_FREE, _S.DOWN),
        _cell(_c(BLOCKS, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.PROBING: (
        _cell((_I.SEND,), FORBID),
        _cell((_I.EOT,), "nothing_to_say", *_FREE),
        _cell(_OURS, "accept", _S.RECEIVING),
        _cell((_I.ENQ_PEER,), "foreign_again", _S.DOWN),
        _cell((_I.ENQ_OTHER,), "overhear", _S.OVERHEARD),
        _cell(ANSWERS, "confused", *_FREE),
        _cell((_I.TIMER,), "silent_probe", _S.DOWN),
        _cell(_c(BLOCKS, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.OVERHEARD: (
        _HOLD,
        _cell((_I.EOT,), "free", *_FREE),
        _cell((_I.TIMER,), "regain", *_FREE),
        _cell(_c(ANSWERS, BLOCKS, ENQS, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
}

_RECEIVING = {
    _S.RECEIVING: (
        _HOLD,
        _cell((_I.BLOCK,), "received", _S.ANSWERING),
        _cell((_I.UNWANTED,), "refuse", restart=True),
        _cell((_I.BAD_BLOCK,), IGNORE, _S.REJECTING),
        _cell((_I.EOT,), "free", *_FREE),
        _cell(_OURS, "accept", restart=True),
        _cell((_I.ENQ_PEER,), "foreign", _S.FOREIGN),
        _cell((_I.TIMER,), "regain", *_FREE),
        _cell(_c(ANSWERS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
    _S.ANSWERING: (
        _HOLD,
        _cell((_I.ANSWER,), "give_answer", _S.RECEIVING),
        _cell((_I.TIMER,), "no_answer", _S.RECEIVING),
        _cell((_I.BLOCK,), "received", restart=True),
        _cell((_I.UNWANTED,), "refuse", _S.RECEIVING),
        _cell((_I.BAD_BLOCK,), IGNORE, _S.REJECTING),
        _cell((_I.EOT,), "free", *_FREE),
        _cell((_I.ENQ_PEER,), "foreign", _S.FOREIGN),
        _cell(_c(ANSWERS, _OURS, _I.ENQ_OTHER, _I.QUIET), IGNORE),
        _CLOSE,
    ),
    _S.REJECTING: (
        _HOLD,
        _cell((_I.QUIET,), "reject", _S.RECEIVING),
        _cell((_I.TIMER,), "regain", *_FREE),
        _cell((_I.BLOCK,), "received", _S.ANSWERING),
        _cell((_I.UNWANTED,), "refuse", _S.RECEIVING),
        _cell((_I.EOT,), "free", *_FREE),
        _cell(_c(ANSWERS, ENQS, _I.BAD_BLOCK), IGNORE),
        _NO_ANSWER,
        _CLOSE,
    ),
}

CONTROL_TABLE: Table[ControlState] = build({**_AT_REST, **_SENDING, **_POLLS, **_RECEIVING}, _INPUTS)
