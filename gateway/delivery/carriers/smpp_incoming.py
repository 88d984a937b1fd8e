"""What comes in over the binds of an account: receipts, and what people write.

Rule: the centre's deliver_sm or data_sm is answered when what it says is committed, with 0, or with RX_T_APPN
where that failed: then the centre keeps it and sends it again. Over which bind it came makes no difference.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers.smpp_link import SmppPump, answer
from gateway.delivery.carriers.smpp_message import sender
from gateway.delivery.carriers.smpp_parts import UnderWay
from gateway.delivery.carriers.smpp_receipts import Receipts
from gateway.logs import get_logger
from gateway.ports import CarrierEvents, Replies, Report
from protocols.smpp import events as e
from protocols.smpp import status
from protocols.smpp.receipt import parse_receipt
from protocols.smpp.text import read_text

log = get_logger("smpp")

Place = tuple[SmppPump, e.DeliverReceived]


class Incoming:
    """Gives what comes to the core. `count` is told of each thing by its name."""

    def __init__(
        self,
        settings: Settings,
        region: str,
        under_way: UnderWay,
        events: CarrierEvents,
        replies: Replies,
        count: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._region = region
        self._events = events
        self._replies = replies
        self._count = count
        whole = settings.long_receipts == "one"
        self._receipts: Receipts[Place] = Receipts(
            settings.name, region, settings.parts_most, whole, under_way
        )

    def came(self, pump: SmppPump, event: e.DeliverReceived) -> None:
        """One delivery."""
        receipt = parse_receipt(event.message)
        if receipt is None:
            self._written(pump, event)
            return
        self._count("receipts")
        report = self._receipts.came((pump, event), receipt)
        if report is not None:
            self._report((pump, event), report)

    def settled(self, attempt: int) -> None:
        """An attempt has all its responses: receipts that waited for no other can be told now."""
        for place, report in self._receipts.settled(attempt):
            self._report(place, report)

    def lost(self, pump: SmppPump) -> None:
        """A connection is gone; what it had not answered comes again."""
        self._receipts.forget(lambda place: place[0] is pump)

    def _written(self, pump: SmppPump, event: e.DeliverReceived) -> None:
        """What somebody wrote. Of a long message the first part is read: an answer is one word."""
        self._count("messages_from_phones")
        message, read = event.message, read_text(event.message)
        if not self._settings.answers or (read.part is not None and read.part.number > 1):
            answer(pump, event.token, status.ROK, self._settings.name)
            return
        number = sender(message.source_addr, message.source_addr_ton, self._region)
        told = self._replies.received(self._settings.name, number, read.text, None)
        self._answer_when(told, (pump, event))

    def _report(self, place: Place, report: Report) -> None:
        self._answer_when(self._events.reported(report), place)

    def _answer_when(self, told: "Deferred[None]", place: Place) -> None:
        pump, event = place
        told.addCallbacks(
            lambda _: answer(pump, event.token, status.ROK, self._settings.name),
            lambda failure: self._not_stored(place, failure),
        )

    def _not_stored(self, place: Place, failure: Failure) -> None:
        log.error("what came was not stored", line=self._settings.name, reason=failure.getErrorMessage())
        pump, event = place
        answer(pump, event.token, status.RX_T_APPN, self._settings.name)
