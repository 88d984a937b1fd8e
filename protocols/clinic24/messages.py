"""What the gateway says to Clinic24: the answer to each event, and the outcomes as they happen.

The JSON is the published contract's, member for member; a member that says nothing is left out.
"""

from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct, structs

from protocols.clinic24 import times
from protocols.clinic24.event import EventFault, FieldError
from protocols.clinic24.members import MalformedError, parse
from protocols.session import RemoteProtocolError


class AnswerStatus(StrEnum):
    """The one answer to each event, given after the commit."""

    ACCEPTED = "accepted"  # there is an alert now
    DUPLICATE = "duplicate"  # the same event again: `alert` is the first one's
    IGNORED = "ignored"  # the criteria say that this does not alert
    REJECTED = "rejected"  # `errors` says why; sending it again changes nothing
    RETRY = "retry"  # not stored: send it again


class Answer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to one event; `source` and `id` as sent, as far as they were strings.

    `alert_status` comes with `duplicate`: the first alert's last outcome, or `open`.
    """

    source: str | None = None
    id: str | None = None
    status: AnswerStatus
    alert: str | None = None
    alert_status: str | None = None
    errors: tuple[FieldError, ...] = ()
    warnings: tuple[FieldError, ...] = ()


def rejection(fault: EventFault) -> Answer:
    """Return the answer that tells every fault of a refused document."""
    return Answer(source=fault.source, id=fault.id, status=AnswerStatus.REJECTED, errors=fault.errors)


class Outcome(Struct, frozen=True):
    """One thing that became of an alert or a page, in the order of `seq`, which has no holes.

    `scope` is `page` or `alert`; `at` is UTC milliseconds; `final` stands once an alert, with `proof`.
    """

    seq: int
    scope: str
    alert: str
    source: str
    id: str
    status: str
    at: int
    receiver: str | None = None
    carrier: str | None = None
    final: bool = False
    proof: str | None = None
    late: bool = False
    reason: str | None = None


class Subscribe(Struct, frozen=True):
    """Asks for the outcomes: those after `since`, then each as it happens; None: only new ones."""

    since: int | None = None


class _Numbered(Struct, frozen=True):
    """Tells an outcome from an answer."""

    seq: int | None = None


class _OutcomeLine(Struct, frozen=True, omit_defaults=True):
    """An outcome as it is written; the order of members is that of the contract."""

    seq: int
    scope: str
    alert: str
    source: str
    id: str
    status: str
    receiver: str | None = None
    carrier: str | None = None
    at: str = ""
    final: bool = False
    proof: str | None = None
    late: bool = False
    reason: str | None = None


_encode = msgspec.json.Encoder().encode
_numbered: Final = msgspec.json.Decoder(_Numbered)
_answers: Final = msgspec.json.Decoder(Answer)
_outcomes: Final = msgspec.json.Decoder(_OutcomeLine)


def encode_answer(answer: Answer) -> bytes:
    """Return the answer as one JSON document without a line end."""
    return _encode(answer)


def encode_outcome(outcome: Outcome) -> bytes:
    """Return the outcome as one JSON document without a line end."""
    members = structs.asdict(outcome)
    return _encode(_OutcomeLine(**(members | {"at": times.render(outcome.at)})))


def encode_subscribe(command: Subscribe) -> bytes:
    """Return the request for outcomes as one JSON document without a line end."""
    since = {} if command.since is None else {"since": command.since}
    return _encode({"subscribe": "status", **since})


def decode_subscribe(document: bytes) -> Subscribe | None:
    """Return the request for outcomes, or None if the document is something else.

    Raises EventFault if it is one (it has `subscribe` and no `type`), but not as the contract says.
    """
    try:
        root = parse(document)
    except MalformedError:
        return None
    if "subscribe" not in root or "type" in root:
        return None
    since = root.get("since")
    errors = []
    if root["subscribe"] != "status":
        errors.append(FieldError("subscribe", 'is another word; must be "status"'))
    if since is not None and (type(since) is not int or since < 0):
        errors.append(FieldError("since", "must be the seq of an outcome: a whole number from 0"))
    if errors:
        raise EventFault(tuple(errors))
    return Subscribe(since)


def decode_message(document: bytes) -> Answer | Outcome:
    """Return what the gateway said. Raises RemoteProtocolError if it is neither answer nor outcome."""
    try:
        if _numbered.decode(document).seq is None:
            return _answers.decode(document)
        line = structs.asdict(_outcomes.decode(document))
        return Outcome(**(line | {"at": times.parse(line["at"])}))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise RemoteProtocolError(f"neither an answer nor an outcome: {error}") from None
