"""The network behind a modem: phones, refusals by number, status reports, replies.

Rules: a message is taken or refused after `send_delay`; a status report tells what became of it only if it
was asked for. Nothing happens inside a call that asks for it when it has a delay.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from protocols.sms import segments, tpdu
from protocols.sms.address import Address, ServiceTime
from simulators.smsc.happenings import Detail
from simulators.smsc.later import Later
from simulators.smsc.phones import Incoming, Manner, Phone

WAITING_MAX = 1_000
"""Messages that wait for one phone to be on; the oldest goes first."""

SLOW_SECONDS = 60.0
"""How long a slow phone takes, as at the SMS centre."""

DELIVERED, TRYING, NOT_OBTAINABLE, EXPIRED = 0x00, 0x20, 0x43, 0x46
"""TP-ST of a status report (23.040 clause 9.2.3.15)."""

REFUSALS: Mapping[Manner, int] = {Manner.FULL: 22, Manner.BARRED: 196}
"""+CMS ERROR to a message for such a number: congestion, barred."""

MINUTE, HOUR, DAY, WEEK = 60.0, 3_600.0, 86_400.0, 604_800.0


@dataclass(slots=True, kw_only=True)
class Air:
    """How the network behaves; may be changed at any time. Times are seconds.

    `stat` is the state of registration of 27.007 clause 7.2, `rssi` what +CSQ says (31 the best, 99
    unknown). `errors` refuses every message to a number with this +CMS ERROR, `next_errors` the next ones
    whatever their number; None there sends a message and swallows the answer.
    """

    stat: int = 1
    rssi: int = 20
    send_delay: float = 1.0
    report_delay: float = 1.0


class Radio:
    """One SIM's view of the network."""

    def __init__(
        self,
        own_number: str,
        later: Later,
        wall: Callable[[], datetime],
        tell: Callable[[str, dict[str, Detail]], None],
    ) -> None:
        self.air = Air()
        self.errors: dict[str, int] = {}
        self.next_errors: deque[int | None] = deque()
        self.phones: dict[str, Phone] = {}
        self.own_number = own_number
        self.deliver: Callable[[bytes], None] = lambda octets: None
        """Brings a DELIVER to the modem."""
        self.report: Callable[[bytes], None] = lambda octets: None
        """Brings a STATUS-REPORT to the modem."""
        self._later, self._wall, self._tell = later, wall, tell
        self._references = 0
        self._parts = 0

    def phone(self, number: str) -> Phone:
        """The phone with this number, with or without "+"."""
        digits = number.removeprefix("+")
        return self.phones.setdefault(digits, Phone(digits, self._reply))

    def submit(self, submit: tpdu.Submit, answered: Callable[..., None]) -> None:
        """Send one message; `answered` is called with what the modem is to say, if anything."""
        phone = self.phone(submit.destination.number)
        code = self._refusal(phone)
        self._tell("submitted", {"number": phone.number, "error": code, "answered": code is not None})

        def settle() -> None:
            if code:
                answered(f"+CMS ERROR: {code}")
                return
            reference = self._reference()
            answered(*([] if code is None else [f"+CMGS: {reference}", "OK"]))
            self._carry(phone, submit, reference)

        self._later(self.air.send_delay, settle)

    def _refusal(self, phone: Phone) -> int | None:
        """+CMS ERROR, 0 for none, None for no answer at all although the message goes."""
        if self.next_errors:
            return self.next_errors.popleft()
        if self.air.stat not in (1, 5, 6, 7):
            return 331
        return self.errors.get(phone.number, REFUSALS.get(phone.manner, 0))

    def _reference(self) -> int:
        self._references = (self._references + 1) % 256
        return self._references

    def _carry(self, phone: Phone, submit: tpdu.Submit, reference: int) -> None:
        sent = self._wall()

        def report(status: int) -> None:
            if submit.status_report:
                self._later(
                    self.air.report_delay,
                    lambda: self._report(reference, submit.destination, sent, status),
                )

        def arrive() -> None:
            self._show(phone, submit)
            report(DELIVERED)

        if phone.manner is Manner.SLOW:
            self._later(SLOW_SECONDS, arrive)
        elif phone.manner is Manner.OFF:
            self._wait(phone, submit, arrive, report)
        elif phone.manner is Manner.EXPIRES:
            report(EXPIRED)
        elif phone.manner is Manner.REJECTS:
            report(NOT_OBTAINABLE)
        else:
            arrive()

    def _wait(
        self, phone: Phone, submit: tpdu.Submit, arrive: Callable[[], None], report: Callable[[int], None]
    ) -> None:
        self._tell("waiting", {"number": phone.number})
        phone.waiting.append(arrive)
        del phone.waiting[:-WAITING_MAX]
        report(TRYING)

        def expire() -> None:
            if arrive in phone.waiting:
                phone.waiting.remove(arrive)
                report(EXPIRED)

        self._later(validity_seconds(submit.validity), expire)

    def _show(self, phone: Phone, submit: tpdu.Submit) -> None:
        part = segments.part_of(submit.data.header)
        flash = submit.data.data_coding in (0x10, 0x18, 0xF0)
        shown = phone.take(Incoming(submit.data.text, self.own_number, part, flash), self._wall().timestamp())
        if shown is not None:
            self._tell("shown", {"number": phone.number, "text": shown.text, "flash": shown.flash})

    def _report(self, reference: int, recipient: Address, sent: datetime, status: int) -> None:
        self._tell("report", {"number": recipient.number, "reference": reference, "status": status})
        self.report(tpdu.encode_status_report(reference, recipient, sent, self._wall(), status))

    def _reply(self, phone: Phone, text: str, to: str) -> None:
        self._tell("reply", {"number": phone.number, "text": text})
        self._parts = (self._parts + 1) % 256
        for part in segments.split(text, self._parts):
            data = tpdu.UserData(part.data_coding, 0, part.header, part.octets)
            now = ServiceTime("", 0)
            message = tpdu.Deliver(Address(phone.number), 0, now, data)
            self.deliver(tpdu.encode_deliver(message, self._wall()))


def validity_seconds(validity: bytes) -> float:
    """How long a message is worth keeping (23.040 clause 9.2.3.12.1); two days where it does not say."""
    if len(validity) != 1:
        return 2 * DAY
    value = validity[0]
    if value <= 143:
        return (value + 1) * 5 * MINUTE
    if value <= 167:
        return 12 * HOUR + (value - 143) * 30 * MINUTE
    return (value - 166) * DAY if value <= 196 else (value - 192) * WEEK
