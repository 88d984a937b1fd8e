"""The polled station's transition table (clause 3).

A poll and a selection are the same two bytes: the state tells them apart. After an EOT (WAIT) our address
with ENQ is a poll; after an ENQ to somebody else (OTHER) it is a selection.
"""

from enum import Enum

from protocols.espa444.tables import ANSWERS, BLOCKS, FORBID, IGNORE, Cells, Input, Table, build


class PolledState(Enum):
    """Where the polled station stands."""

    WAIT = "WAIT"
    OTHER = "OTHER"
    PASSIVE = "PASSIVE"
    SLAVE = "SLAVE"
    ANSWERING = "ANSWERING"
    REJECTING = "REJECTING"
    SELECTING = "SELECTING"
    SENT = "SENT"
    CLOSED = "CLOSED"


_I, _S = Input, PolledState
_INPUTS = frozenset(Input) - {Input.LATE_ENQ_OWN, Input.ENQ_PEER}


def _cell(
    inputs: tuple[Input, ...], action: str, *to: PolledState, restart: bool = False
) -> Cells[PolledState]:
    return Cells(inputs, action, to, restart)


_QUEUE = _cell((_I.SEND,), "queue")
_NO_ANSWER = _cell((_I.ANSWER,), FORBID)
_LOST = _cell((_I.LOST,), "lost", _S.WAIT)
_CLOSE = _cell((_I.EOF,), "close", _S.CLOSED)

_RESTING = {
    _S.WAIT: (
        _cell((_I.ENQ_OWN,), "polled", _S.WAIT, _S.SELECTING),
        _cell((_I.ENQ_OTHER,), IGNORE, _S.OTHER),
        _cell((*ANSWERS, *BLOCKS, _I.EOT, _I.TIMER, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
    _S.OTHER: (
        _cell((_I.ENQ_OWN,), "selected", _S.SLAVE, _S.WAIT),
        _cell((_I.ENQ_OTHER,), IGNORE, _S.PASSIVE),
        _cell((_I.EOT, _I.TIMER), IGNORE, _S.WAIT),
        _cell((*ANSWERS, *BLOCKS, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
    _S.PASSIVE: (
        _cell((_I.EOT,), IGNORE, _S.WAIT),
        _cell((*ANSWERS, *BLOCKS, _I.ENQ_OWN, _I.ENQ_OTHER, _I.TIMER, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
    _S.CLOSED: (
        _cell((_I.SEND, _I.ANSWER), FORBID),
        _cell(tuple(_INPUTS - {_I.SEND, _I.ANSWER}), IGNORE),
    ),
}

_RECEIVING = {
    _S.SLAVE: (
        _cell((_I.BLOCK,), "received", _S.ANSWERING),
        _cell((_I.UNWANTED,), "refuse", restart=True),
        _cell((_I.BAD_BLOCK,), IGNORE, _S.REJECTING),
        _cell((_I.EOT, _I.TIMER), IGNORE, _S.WAIT),
        _cell((_I.ENQ_OWN,), "selected", _S.SLAVE, _S.WAIT, restart=True),
        _cell((_I.ENQ_OTHER,), IGNORE, _S.OTHER),
        _cell((*ANSWERS, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
    _S.ANSWERING: (
        _cell((_I.ANSWER,), "give_answer", _S.SLAVE),
        _cell((_I.TIMER,), "no_answer", _S.SLAVE),
        _cell((_I.BLOCK,), "received", restart=True),
        _cell((_I.UNWANTED,), "refuse", _S.SLAVE),
        _cell((_I.BAD_BLOCK,), IGNORE, _S.REJECTING),
        _cell((_I.EOT,), IGNORE, _S.WAIT),
        _cell((_I.ENQ_OTHER,), IGNORE, _S.OTHER),
        _cell((*ANSWERS, _I.ENQ_OWN, _I.QUIET), IGNORE),
        *(_QUEUE, _LOST, _CLOSE),
    ),
    _S.REJECTING: (
        _cell((_I.QUIET,), "reject", _S.SLAVE),
        _cell((_I.EOT, _I.TIMER), IGNORE, _S.WAIT),
        _cell((_I.BLOCK,), "received", _S.ANSWERING),
        _cell((_I.UNWANTED,), "refuse", _S.SLAVE),
        _cell((*ANSWERS, _I.BAD_BLOCK, _I.ENQ_OWN, _I.ENQ_OTHER), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
}

_SENDING = {
    _S.SELECTING: (
        _cell((_I.ACK,), "send_block", _S.SENT),
        _cell((_I.NAK_ERROR, _I.NAK_BUSY, _I.NAK_INVALID, _I.TIMER), "not_selected", _S.WAIT),
        _cell((_I.EOT,), IGNORE, _S.WAIT),
        _cell((_I.ENQ_OWN,), "polled", _S.SELECTING, _S.WAIT, restart=True),
        _cell((_I.ENQ_OTHER,), IGNORE, _S.OTHER),
        _cell((*BLOCKS, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
    _S.SENT: (
        _cell((_I.ACK,), "taken", _S.SENT, _S.WAIT, restart=True),
        _cell((_I.NAK_ERROR,), "damaged", _S.SENT, _S.WAIT, restart=True),
        _cell((_I.TIMER,), "unanswered", _S.SENT, _S.WAIT, restart=True),
        _cell((_I.NAK_BUSY,), "busy", _S.WAIT),
        _cell((_I.NAK_INVALID,), "invalid", _S.WAIT),
        _cell((_I.EOT,), "regained", _S.WAIT),
        _cell((_I.ENQ_OWN,), "regained_by_poll", _S.SELECTING, _S.WAIT),
        _cell((_I.ENQ_OTHER,), "regained", _S.OTHER),
        _cell((*BLOCKS, _I.QUIET), IGNORE),
        *(_QUEUE, _NO_ANSWER, _LOST, _CLOSE),
    ),
}

POLLED_TABLE: Table[PolledState] = build({**_RESTING, **_RECEIVING, **_SENDING}, _INPUTS)
