"""Delivery receipts: whose each is, what it says of the page, and those that overtook their responses.

Rules: ids are compared by their key sets, for centres write them in many ways; where our reference comes back
it must agree with a matching id, and without one it is enough by itself, its low octet the least. A receipt
that may be of a message without a response waits for that, unanswered. A page of several parts is delivered
when all of them are; one whose part failed, has failed.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.delivery.carriers.smpp_message import reference, reported_numbers
from gateway.delivery.carriers.smpp_parts import Identity, UnderWay
from gateway.model import Attempt
from gateway.ports import Order, Report, ReportWord
from protocols.smpp.receipt import Receipt
from protocols.smpp.receipt_ids import keys

BY_BOTH, BY_SAME_ID, BY_ID, BY_REFERENCE, BY_LOW_OCTET = 5, 4, 3, 2, 1
"""How well a receipt fits an attempt; the best alone count, for "10" in hexadecimal is another's "16"."""

PARKED_MOST = 1_000
"""Receipts that wait for responses; of a centre that sends more of them each is heard at once."""

PARTED_MOST = 10_000
"""Attempts in parts whose arrived parts are remembered until they are stored."""

Place = TypeVar("Place")


@dataclass(slots=True)
class Parked(Generic[Place]):
    """A receipt that may have overtaken the responses of these attempts."""

    place: Place  # where it is to be answered
    receipt: Receipt
    waits_for: set[int]


class Receipts(Generic[Place]):
    """Those of one account, over all its binds."""

    def __init__(self, carrier: str, region: str, parts: int, whole: bool, under_way: UnderWay) -> None:
        """`parts` is what a page may take; `whole` if one receipt stands for all of them."""
        self._carrier = carrier
        self._region = region
        self._parts = parts
        self._whole = whole
        self._under_way = under_way
        self._parked: list[Parked[Place]] = []
        self._arrived: OrderedDict[int, frozenset[int]] = OrderedDict()

    def came(self, place: Place, receipt: Receipt) -> Report | None:
        """The news that a receipt is; None while it waits for a response."""
        waits_for = self._overtaken(receipt)
        if waits_for and len(self._parked) < PARKED_MOST:
            self._parked.append(Parked(place, receipt, waits_for))
            return None
        return self.report(receipt)

    def settled(self, attempt: int) -> list[tuple[Place, Report]]:
        """An attempt has its responses: the news that waited for no other."""
        ready: list[Parked[Place]] = []
        waiting: list[Parked[Place]] = []
        for one in self._parked:
            one.waits_for.discard(attempt)
            (waiting if one.waits_for else ready).append(one)
        self._parked = waiting
        return [(one.place, self.report(one.receipt)) for one in ready]

    def forget(self, there: Callable[[Place], bool]) -> None:
        """What came over a connection that is gone comes again."""
        self._parked = [one for one in self._parked if not there(one.place)]

    def report(self, receipt: Receipt) -> Report:
        """What a receipt says, for the core to find its page."""
        if receipt.delivered:
            word = ReportWord.DELIVERED
        else:
            word = ReportWord.FAILED if receipt.final else ReportWord.NOTED
        detail = f"receipt: {receipt.state.value}" + (f", error {receipt.error}" if receipt.error else "")
        return Report(
            carrier=self._carrier,
            numbers=reported_numbers(receipt.numbers, self._region),
            word=word,
            detail=detail,
            matches=lambda attempt: self._fit(receipt, attempt),
            progress=None if self._parts == 1 else lambda attempt: self._progress(receipt, word, attempt),
        )

    def _overtaken(self, receipt: Receipt) -> set[int]:
        """The attempts under way without a response, to its number, that this may be the receipt of.

        None of them if it names the page of one by our own reference: then it need not wait.
        """
        numbers = reported_numbers(receipt.numbers, self._region)
        there = [order for order in self._under_way.orders() if order.number in numbers]
        named = self._parts == 1 and any(self._part_named(receipt, order) is not None for order in there)
        return set() if named else {order.attempt for order in there}

    def _fit(self, receipt: Receipt, attempt: Attempt) -> int:
        part = self._part_named(receipt, attempt)
        by_reference = 0
        if part is not None:
            exact = receipt.reference == reference(attempt.alert, attempt.page, part)
            by_reference = BY_REFERENCE if exact else BY_LOW_OCTET
        if attempt.ref is None:
            return by_reference
        wanted, ids = receipt.keys, Identity.read(attempt.ref).ids
        if all(wanted.isdisjoint(keys(name)) for name in ids):
            return by_reference
        if receipt.reference is None:
            return BY_ID if set(receipt.ids).isdisjoint(ids) else BY_SAME_ID
        return BY_BOTH if part is not None else 0

    def _part_named(self, receipt: Receipt, one: Attempt | Order) -> int | None:
        """The part of a page whose reference the receipt repeats; some echo the low octet only."""
        if receipt.reference is None or one.alert == 0:
            return None
        numbers = [reference(one.alert, one.page, part) for part in range(self._parts)]
        for part, number in enumerate(numbers):
            if receipt.reference == number:
                return part
        for part, number in enumerate(numbers):
            if receipt.reference == number & 0xFF:
                return part
        return None

    def _progress(
        self, receipt: Receipt, word: ReportWord, attempt: Attempt
    ) -> tuple[ReportWord, str | None]:
        """What one part's news mean for the page, and the attempt's identity after them."""
        if word is not ReportWord.DELIVERED or attempt.ref is None:
            # Without ids nobody knows how many parts there were: delivered is not proved.
            return (word if word is not ReportWord.DELIVERED else ReportWord.NOTED), None
        identity = Identity.read(attempt.ref)
        if self._whole or len(identity.ids) == 1:
            return word, None
        part = self._part(receipt, attempt, identity)
        before = identity.arrived | self._arrived.pop(attempt.id, frozenset())
        arrived = before if part is None else before | {part}
        self._arrived[attempt.id] = arrived
        if len(self._arrived) > PARTED_MOST:
            self._arrived.popitem(last=False)
        after = Identity(identity.ids, arrived)
        return (word if after.complete else ReportWord.NOTED), after.written()

    def _part(self, receipt: Receipt, attempt: Attempt, identity: Identity) -> int | None:
        """Which part a receipt is of; None if all have one id and our reference did not come back."""
        named = self._part_named(receipt, attempt)
        if named is not None:
            return named
        wanted = receipt.keys
        parts = [part for part, name in enumerate(identity.ids) if not wanted.isdisjoint(keys(name))]
        return parts[0] if len(parts) == 1 else None
