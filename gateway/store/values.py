"""What the store takes and gives beside the values of `gateway.model`."""

from msgspec import Struct

from gateway.model import Alert, OutcomeWord, Proof


class StoredOutcome(Struct, frozen=True):
    """One outcome as every wire and page tells it."""

    seq: int  # from 1, without holes
    scope: str  # "page" or "alert"
    alert: int
    source: str
    event: str
    status: OutcomeWord
    receiver: str | None  # by name
    carrier: str | None
    at: int  # UTC ms
    final: bool
    late: bool
    proof: Proof | None
    reason: str | None


class Accepted(Struct, frozen=True):
    """The event is an alert now."""

    alert: Alert  # with its number
    outcomes: list[StoredOutcome]
    conflicting: bool  # the same source and id came before, with other content


class Duplicate(Struct, frozen=True):
    """The event came before; nothing was written."""

    alert: Alert  # the first one, as it stands now


class Saved(Struct, frozen=True):
    """A change of an alert is written."""

    outcomes: list[StoredOutcome]
