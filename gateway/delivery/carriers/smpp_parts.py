"""Attempts under way at an SMS centre, each of one message or several parts.

Rules: exactly one of taken and failed is told of an attempt. It is taken when the centre has taken every
part; of several failures the one counts that says most. A response that comes after its time still counts:
the attempt that was in doubt is then taken after all.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.ports import FailureKind, Order

LATE_MOST = 1_000
"""Parts in doubt whose late response is still recognised; far more than a window."""

SEVERITY = {
    FailureKind.TEMPORARY: 0,
    FailureKind.DIVERT: 1,
    FailureKind.IN_DOUBT: 2,
    FailureKind.CONTENT: 3,
    FailureKind.REFUSED: 4,
}
"""Of several parts' failures: what may have been shown is marked, and what is refused is not repeated."""

ID_BREAK, DONE_BREAK = "\n", "\t"
"""Between the parts' ids in an attempt's identity, and before the numbers of the parts that arrived."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What is stored of an attempt: the centre's id for each part, and the parts that have arrived."""

    ids: tuple[str, ...]
    arrived: frozenset[int] = frozenset()

    @classmethod
    def read(cls, ref: str) -> "Identity":
        """From an attempt's ref."""
        ids, _, arrived = ref.partition(DONE_BREAK)
        return cls(tuple(ids.split(ID_BREAK)), frozenset(int(part) for part in arrived.split(",") if part))

    def written(self) -> str:
        """As an attempt's ref."""
        ids = ID_BREAK.join(self.ids)
        return f"{ids}{DONE_BREAK}{','.join(map(str, sorted(self.arrived)))}" if self.arrived else ids

    @property
    def complete(self) -> bool:
        """Whether every part that can be told of has arrived: some centres give the last one alone an id."""
        told_of = {part for part, name in enumerate(self.ids) if name} or set(range(len(self.ids)))
        return told_of <= self.arrived


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a part was not taken."""

    kind: FailureKind
    reason: str


@dataclass(slots=True)
class Sending:
    """One attempt."""

    order: Order
    ids: list[str | None]
    open: set[int] = field(default_factory=set)  # parts without a response
    failure: Failure | None = None
    told: bool = False

    @property
    def identity(self) -> str | None:
        """The ids of all parts; None if the centre gave none."""
        ids = tuple(_clean(name or "") for name in self.ids)
        return Identity(ids).written() if any(ids) else None

    def fail(self, failure: Failure) -> None:
        """Keep the failure that says most."""
        if self.failure is None or SEVERITY[failure.kind] > SEVERITY[self.failure.kind]:
            self.failure = failure


class UnderWay:
    """Parts by the number that the sessions know them by, which is never used twice."""

    def __init__(self) -> None:
        self._count = 0
        self._parts: dict[int, tuple[Sending, int]] = {}
        self._late: OrderedDict[int, tuple[Sending, int]] = OrderedDict()

    def __len__(self) -> int:
        return len({id(sending) for sending, _ in self._parts.values()})

    def begin(self, order: Order, parts: int) -> Sending:
        """A new attempt of so many parts."""
        return Sending(order, [None] * parts)

    def number(self, sending: Sending, part: int) -> int:
        """A number for a part that is about to leave."""
        number = self.next_number()
        self._parts[number] = (sending, part)
        sending.open.add(part)
        return number

    def next_number(self) -> int:
        """A number for a message that is no part of an attempt."""
        self._count += 1
        return self._count

    def order(self, number: int) -> Order | None:
        """The order of a part whose response has not settled it."""
        sending, _ = self._parts.get(number) or self._late.get(number) or (None, 0)
        return None if sending is None else sending.order

    def orders(self) -> Iterable[Order]:
        """Those with a part that has no response yet."""
        return [sending.order for sending, _ in self._parts.values()]

    def answered(self, number: int, message_id: str | None, failure: Failure | None) -> Sending | None:
        """A part's response; the attempt, if that settles it."""
        found = self._parts.pop(number, None) or self._late.pop(number, None)
        if found is None:
            return None
        sending, part = found
        sending.open.discard(part)
        if failure is None:
            sending.ids[part] = message_id or ""
        else:
            sending.fail(failure)
        return self._settled(sending)

    def in_doubt(self, number: int, reason: str) -> Sending | None:
        """A part without a response; the attempt, if that settles it."""
        found = self._parts.pop(number, None)
        if found is None:
            return None
        sending, part = found
        sending.open.discard(part)
        sending.fail(Failure(FailureKind.IN_DOUBT, reason))
        self._late[number] = found
        if len(self._late) > LATE_MOST:
            self._late.popitem(last=False)
        return self._settled(sending)

    def _settled(self, sending: Sending) -> Sending | None:
        """The attempt when all its parts are known, once as failed and, late, once as taken."""
        if sending.open:
            return None
        if all(name is not None for name in sending.ids):
            sending.failure = None
            sending.told = True
            return sending
        if sending.told:
            return None
        sending.told = True
        return sending


def _clean(message_id: str) -> str:
    return message_id.replace(ID_BREAK, " ").replace(DONE_BREAK, " ").strip()
