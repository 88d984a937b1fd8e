"""The event: a CloudEvents 1.0 envelope, in structured JSON, that says that a case needs somebody now.

Rules: what is right is decoded by types in one step, for that is the hot path; anything else is looked at
member by member by `members`, so that every fault is told at once. Nothing but the named members is kept.
"""

import hashlib
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from protocols.clinic24 import times
from protocols.clinic24.members import (
    CALLBACK_PATTERN,
    CASE_PATTERN,
    ID_LENGTH,
    SOURCE_LENGTH,
    SPEC_VERSION,
    Examination,
    FieldError,
    Kind,
    MalformedError,
    parse,
    repeated,
)
from protocols.session import RemoteProtocolError

__all__ = [
    "Event",
    "EventFault",
    "FieldError",
    "Kind",
    "Known",
    "decode",
    "encode",
    "identity_digest",
]


class Event(Struct, frozen=True):
    """One event; `source` and `id` together identify it.

    `profession` is None only where nobody is paged (a kind that closes), `priority` (1–5, 1 the most
    urgent) only there and for an escalated case. `time` is UTC milliseconds. `warnings` names what was
    dropped.
    """

    source: str
    id: str
    kind: Kind
    time: int | None
    unit: str
    profession: str | None
    priority: int | None
    case: str | None = None
    callback: str | None = None
    warnings: tuple[FieldError, ...] = ()


class Known(Struct, frozen=True):
    """The members of a refused event that were right, and so may be stored and shown."""

    source: str | None = None
    id: str | None = None
    kind: Kind | None = None
    unit: str | None = None
    priority: int | None = None


class EventFault(RemoteProtocolError):  # noqa: N818 (it is a value too: what was wrong with an event)
    """A document that is no event.

    `errors` holds every fault. `source` and `id` are as sent, as far as they are strings, for the answer
    alone; `known` is what may be stored.
    """

    def __init__(
        self,
        errors: tuple[FieldError, ...],
        source: str | None = None,
        id: str | None = None,
        known: Known = Known(),  # noqa: B008 (frozen)
    ) -> None:
        super().__init__("; ".join(f"{error.path or 'document'}: {error.message}" for error in errors))
        self.errors = errors
        self.source = source
        self.id = id
        self.known = known


class _Data(Struct, frozen=True):
    unit: str
    profession: str | None = None
    priority: Annotated[int, Meta(ge=1, le=5)] | None = None
    case: Annotated[str, Meta(pattern=CASE_PATTERN)] | None = None
    callback: Annotated[str, Meta(pattern=CALLBACK_PATTERN)] | None = None


class _Envelope(Struct, frozen=True):
    specversion: Literal["1.0"]
    source: Annotated[str, Meta(min_length=1, max_length=SOURCE_LENGTH)]
    id: Annotated[str, Meta(min_length=1, max_length=ID_LENGTH)]
    type: Kind
    data: _Data
    time: times.OffsetTime | None = None


_decoder = msgspec.json.Decoder(_Envelope)
_NAMES = tuple(
    f'"{name}"'.encode() for struct in (_Envelope, _Data) for name in struct.__struct_encode_fields__
)


def decode(document: bytes) -> Event:
    """Return the event that one JSON document holds. Raises EventFault with every fault.

    What decides nothing (`time`, `case`, `callback`, `specversion`) and does not fit is dropped and named
    in the event's `warnings`.
    """
    try:
        envelope = _decoder.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_slowly(document)
    data, kind, time = envelope.data, envelope.type, envelope.time
    if (
        (data.priority is None and kind.needs_priority)
        or (data.profession is None and kind.alerts)
        or (data.case is None and not kind.alerts)
        or (_may_repeat(document) and repeated(document))
    ):
        return _decode_slowly(document)
    instant = None
    if time is not None:
        instant = times.to_ms(time)
        if not times.is_usable(instant):
            return _decode_slowly(document)
    return Event(
        envelope.source,
        envelope.id,
        kind,
        instant,
        data.unit,
        data.profession,
        data.priority,
        data.case,
        data.callback,
    )


def _may_repeat(document: bytes) -> bool:
    """Whether a member could stand there twice: of two, the parser takes the last without a word."""
    # A name may be written with escapes, which a search would miss.
    return b"\\" in document or max([document.count(name) for name in _NAMES]) > 1


def _decode_slowly(document: bytes) -> Event:
    try:
        root = parse(document)
        twice = repeated(document)
    except MalformedError as error:
        raise EventFault((FieldError("", str(error)),)) from None
    examination = Examination(root, twice)
    examination.run()
    good: Callable[[str], Any] = examination.values.get
    kind = None if good("type") is None else Kind(good("type"))
    if examination.errors:
        known = Known(good("source"), good("id"), kind, good("data.unit"), good("data.priority"))
        raise EventFault(
            tuple(examination.errors), _string(root.get("source")), _string(root.get("id")), known
        )
    assert kind is not None
    time = good("time")
    return Event(
        source=good("source"),
        id=good("id"),
        kind=kind,
        time=None if time is None else times.parse(time),
        unit=good("data.unit"),
        profession=good("data.profession"),
        priority=good("data.priority"),
        case=good("data.case"),
        callback=good("data.callback"),
        warnings=tuple(examination.warnings),
    )


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def encode(event: Event) -> bytes:
    """Return the event as one JSON document on one line; `warnings` are not part of it."""
    data = {
        "unit": event.unit,
        "profession": event.profession,
        "priority": event.priority,
        "case": event.case,
        "callback": event.callback,
    }
    document = {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "source": event.source,
        "type": event.kind.value,
        "time": None if event.time is None else times.render(event.time),
        "data": {name: value for name, value in data.items() if value is not None},
    }
    return msgspec.json.encode({name: value for name, value in document.items() if value is not None})


def identity_digest(event: Event) -> str:
    """Return 32 hex digits over what must be equal for a repeat to be a duplicate.

    These are type, unit, profession, priority and case; not the time, which a sender may set anew.
    """
    content = (event.kind, event.unit, event.profession, event.priority, event.case)
    return hashlib.blake2b(msgspec.json.encode(content), digest_size=16).hexdigest()
