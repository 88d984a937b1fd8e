"""The way of one message from the centre to a phone's screen, and the receipt that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.smpp.pdu import DataSm, SubmitSm
from protocols.smpp.receipt import State
from protocols.smpp.text import read_text
from protocols.smpp.tlv import Tag, find
from simulators.smsc.dialects import Dialect, Facts
from simulators.smsc.happenings import Detail
from simulators.smsc.later import Later
from simulators.smsc.manners import Manners
from simulators.smsc.outbox import Outgoing
from simulators.smsc.phones import Incoming, Manner, Phone

WAITING_MAX = 1_000
"""Messages that wait for one phone to be on; the oldest goes first."""

_ALWAYS, _ON_FAILURE, _ON_SUCCESS = 1, 2, 3
_INTERIM = 0x10
"""registered_delivery (clause 5.2.17)."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One message on its way."""

    phone: Phone
    message: SubmitSm | DataSm
    number: int
    text: str
    submitted: datetime
    delay: float
    dialect: Dialect


class Transit:
    """Takes accepted messages to their phones."""

    def __init__(
        self,
        later: Later,
        tell: Callable[[str, dict[str, Detail]], None],
        now: Callable[[], float],
        wall: Callable[[], datetime],
        receipt: Callable[[str, Outgoing], None],
    ) -> None:
        self._later, self._tell, self._now, self._wall, self._receipt = later, tell, now, wall, receipt

    def send(
        self, phone: Phone, message: SubmitSm | DataSm, number: int, manners: Manners, dialect: Dialect
    ) -> None:
        """Let the phone have it, as it behaves at this moment."""
        text = read_text(message).text
        journey = Journey(phone, message, number, text, self._wall(), manners.receipt_delay, dialect)
        if phone.manner is Manner.SLOW:
            self._later(manners.slow_delay, lambda: self._arrive(journey))
        elif phone.manner is Manner.OFF:
            self._wait(journey)
        elif phone.manner is Manner.EXPIRES:
            self._report(journey, State.EXPIRED)
        elif phone.manner is Manner.REJECTS:
            self._report(journey, State.UNDELIV)
        else:
            self._arrive(journey)

    def _arrive(self, journey: Journey) -> None:
        read = read_text(journey.message)
        flash = journey.message.data_coding in (0x10, 0x18, 0xF0)
        incoming = Incoming(read.text, journey.message.source_addr, read.part, flash)
        shown = journey.phone.take(incoming, self._now())
        if shown is not None:
            details: dict[str, Detail] = {"number": journey.phone.number, "text": shown.text}
            self._tell("shown", {**details, "source": shown.source, "flash": shown.flash})
        self._report(journey, State.DELIVRD)

    def _wait(self, journey: Journey) -> None:
        phone = journey.phone
        self._tell("waiting", {"number": phone.number})

        def arrive() -> None:
            self._arrive(journey)

        phone.waiting.append(arrive)
        del phone.waiting[:-WAITING_MAX]
        if journey.message.registered_delivery & _INTERIM:
            self._report(journey, State.ENROUTE)
        validity = _relative_seconds(getattr(journey.message, "validity_period", ""))
        if validity is not None:
            self._later(validity, lambda: self._expire(journey, arrive))

    def _expire(self, journey: Journey, arrive: Callable[[], None]) -> None:
        if arrive in journey.phone.waiting:
            journey.phone.waiting.remove(arrive)
            self._report(journey, State.EXPIRED)

    def _report(self, journey: Journey, state: State) -> None:
        if not _wanted(journey.message.registered_delivery, state):
            return
        self._later(journey.delay, lambda: self._put(journey, state))

    def _put(self, journey: Journey, state: State) -> None:
        message = journey.message
        facts = Facts(
            number=journey.number,
            source=message.source_addr,
            destination=message.destination_addr,
            state=state,
            submitted=journey.submitted,
            done=self._wall(),
            text=journey.text,
            reference=find(message.tlvs, Tag.USER_MESSAGE_REFERENCE),
        )
        message_id = journey.dialect.response_id(journey.number)
        details: dict[str, Detail] = {"number": journey.phone.number, "message_id": message_id}
        receipt = journey.dialect.receipt(facts)
        self._receipt(message.source_addr, Outgoing("receipt", receipt, {**details, "state": state.value}))


def _wanted(registered_delivery: int, state: State) -> bool:
    if state is State.ENROUTE:
        return bool(registered_delivery & _INTERIM)
    asked = registered_delivery & 0x03
    return asked in (_ALWAYS, _ON_SUCCESS if state is State.DELIVRD else _ON_FAILURE)


def _relative_seconds(period: str) -> float | None:
    """Seconds of a relative SMPP time (clause 7.1.1.2), None for none and for absolute ones."""
    if len(period) != 16 or not period.endswith("R") or not period[:15].isdigit():
        return None
    years, months, days, hours, minutes, seconds = (int(period[at : at + 2]) for at in range(0, 12, 2))
    return ((years * 365 + months * 30 + days) * 24 + hours) * 3600.0 + minutes * 60.0 + seconds
