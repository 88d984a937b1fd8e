"""The SMS centre: takes messages, shows them on phones, sends receipts and replies.

Rules: time comes from the clock alone; a phone exists as soon as somebody writes to it. What it does wrong
is asked for: `manners` towards everybody, `Phone.manner` for one number, `next_answers` for the next submits.
"""

import random
from collections import deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import Factory

from protocols.session import LocalProtocolError, Token
from protocols.smpp import events, status
from protocols.smpp.pdu import UDHI, Bind, DataSm, DeliverSm, SubmitSm
from protocols.smpp.smsc import SmscConfig
from protocols.smpp.timing import Timing
from protocols.sms.segments import split
from protocols.transport import Pump, PumpFactory
from simulators.smsc.connection import Connection
from simulators.smsc.dialects import DIALECTS
from simulators.smsc.happenings import Detail, Happening, Teller
from simulators.smsc.later import Later
from simulators.smsc.manners import Manners, Rate
from simulators.smsc.outbox import Outbox, Outgoing
from simulators.smsc.phones import Manner, Phone
from simulators.smsc.transit import Transit

BEGINNING = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""The centre's wall time at clock 0, unless told otherwise."""

_PHONE_STATUS = {Manner.FULL: status.RMSGQFUL, Manner.BARRED: status.RINVDSTADR}


class SmsCentre:
    """One centre on one clock; `factory` serves connections, `stop` ends everything.

    `password` None lets every password in, `system_ids` None everybody. Raises ValueError for a dialect
    that is not in `dialects.DIALECTS`.
    """

    def __init__(
        self,
        clock: IReactorTime,
        on_event: Teller = lambda happening: None,
        *,
        password: str | None = None,
        system_ids: Collection[str] | None = None,
        dialect: str = "standard",
        manners: Manners | None = None,
        seed: int = 1,
        beginning: datetime = BEGINNING,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"no dialect {dialect!r}; there are {', '.join(DIALECTS)}")
        self.manners = manners or Manners()
        self.next_answers: deque[int | None] = deque()
        """command_status for the next submits, None for no answer; used up before anything else counts."""
        self.bind_status = status.ROK
        """Answer to every bind while it is not ROK."""
        self.phones: dict[str, Phone] = {}
        self.connections: list[Connection] = []
        self._clock, self._tell, self._beginning = clock, on_event, beginning
        self._password, self._system_ids = password, system_ids
        self._random = random.Random(seed)
        self._rate = Rate()
        self._later = Later(clock)
        self._outboxes: dict[str, Outbox] = {}
        self._senders: dict[str, str] = {}
        self._count = 1000
        self._dialect = DIALECTS[dialect]
        self._transit = Transit(self._later, self.tell, self._now, self._wall, self._receipt)
        self._config = SmscConfig(system_id="BAKJOURSIM", timing=Timing(opening=30.0, answer_within=None))

    @property
    def factory(self) -> Factory:
        """Serves one connection after the other."""
        return PumpFactory(self._pump)

    def phone(self, number: str) -> Phone:
        """The phone with this number, with or without "+"."""
        digits = number.removeprefix("+")
        return self.phones.setdefault(digits, Phone(digits, self._reply))

    def bound(self, system_id: str) -> list[Connection]:
        """The standing binds of one ESME."""
        return [connection for connection in self.connections if connection.system_id == system_id]

    def unbind_all(self) -> None:
        """Say good-bye to everybody, as for maintenance."""
        for connection in list(self.connections):
            self._unbind(connection)

    def drop_all(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.connections):
            connection.pump.abort()

    def stop(self) -> None:
        """Nothing more is sent or shown, and every connection is cut."""
        self._later.stop()
        self.drop_all()

    def tell(self, event: str, details: dict[str, Detail]) -> None:
        self._tell(Happening(event, self._now(), details))

    def bind_requested(self, connection: Connection, token: Token, bind: Bind) -> None:
        code = self.bind_status or self._bind_status(bind)
        details: dict[str, Detail] = {"system_id": bind.system_id, "mode": bind.mode.name.lower()}
        if code:
            self.tell("bind_refused", {**details, "status": status.status_name(code)})
            connection.pump.answer(token, events.BindAnswer(code))
            return
        connection.system_id = bind.system_id
        connection.pump.answer(token, events.BindAnswer())
        self.tell("bound", details)
        if bind.mode.receives:
            self._outbox(bind.system_id).attach(connection)

    def submit_received(self, connection: Connection, token: Token, message: SubmitSm | DataSm) -> None:
        phone = self.phone(message.destination_addr)
        code = self._submit_status(phone)
        self._count += 1
        number = self._count
        message_id = "" if code else self._dialect.response_id(number)
        self._senders[message.source_addr] = connection.system_id
        told = "no answer" if code is None else status.status_name(code)
        self.tell("submitted", {"number": phone.number, "message_id": message_id, "status": told})
        if code is not None:
            answer = events.SubmitAnswer(code, message_id)
            self._later(self._response_delay(), lambda: self._respond(connection, token, answer))
        if not code:
            delay = 0.0 if self.manners.receipt_first else self.manners.response_delay
            self._later(delay, lambda: self._carry(phone, message, number))
        if self._random.random() < self.manners.unbind_share:
            self._unbind(connection)

    def deliver_settled(self, connection: Connection, ref: int, code: int | None) -> None:
        self._outbox(connection.system_id).settled(ref, code)

    def gone(self, connection: Connection, reason: str) -> None:
        self.connections.remove(connection)
        if connection.system_id:
            self._outbox(connection.system_id).detach(connection)
        self.tell("disconnected", {"system_id": connection.system_id, "reason": reason})

    def _pump(
        self,
    ) -> Pump[events.Deliver | events.Unbind, events.BindAnswer | events.SubmitAnswer, events.SmscEvent]:
        connection = Connection(self, self._config)
        self.connections.append(connection)
        return Pump(connection.make, connection, self._clock)

    def _now(self) -> float:
        return self._clock.seconds()

    def _wall(self) -> datetime:
        return self._beginning + timedelta(seconds=self._now())

    def _outbox(self, system_id: str) -> Outbox:
        return self._outboxes.setdefault(system_id, Outbox(self._later, self.tell))

    def _bind_status(self, bind: Bind) -> int:
        if self._system_ids is not None and bind.system_id not in self._system_ids:
            return status.RINVSYSID
        wrong = self._password is not None and bind.password != self._password
        return status.RINVPASWD if wrong else status.ROK

    def _submit_status(self, phone: Phone) -> int | None:
        if self.next_answers:
            return self.next_answers.popleft()
        if self.manners.silent or self._random.random() < self.manners.lost_share:
            return None
        throttled = self._rate.status(self.manners.rate, self._now())
        return self.manners.refuse or throttled or _PHONE_STATUS.get(phone.manner, status.ROK)

    def _response_delay(self) -> float:
        manners = self.manners
        return manners.response_delay + (manners.receipt_delay + 0.5 if manners.receipt_first else 0.0)

    def _respond(self, connection: Connection, token: Token, answer: events.SubmitAnswer) -> None:
        self._try(lambda: connection.pump.answer(token, answer))

    def _unbind(self, connection: Connection) -> None:
        self._try(lambda: connection.pump.send(events.Unbind()))

    def _try(self, do: Callable[[], None]) -> None:
        """What comes too late for its connection is told, not raised."""
        try:
            do()
        except LocalProtocolError as error:
            self.tell("dropped", {"reason": str(error)})

    def _carry(self, phone: Phone, message: SubmitSm | DataSm, number: int) -> None:
        self._transit.send(phone, message, number, self.manners, self._dialect)

    def _receipt(self, source: str, outgoing: Outgoing) -> None:
        self._outbox(self._senders[source]).put(outgoing)

    @property
    def dialect(self) -> str:
        """How receipts are written; settable, by name."""
        return next(name for name, dialect in DIALECTS.items() if dialect is self._dialect)

    @dialect.setter
    def dialect(self, name: str) -> None:
        self._dialect = DIALECTS[name]

    def _reply(self, phone: Phone, text: str, to: str) -> None:
        system_id = self._senders.get(to)
        if system_id is None:
            self.tell("dropped", {"number": phone.number, "reason": f"nobody sends as {to}"})
            return
        self._count += 1
        for part in split(text, self._count & 0xFF):
            message = DeliverSm(
                to,
                part.header + part.octets,
                phone.number,
                source_addr_ton=1,
                source_addr_npi=1,
                esm_class=UDHI if part.header else 0,
                data_coding=part.data_coding,
            )
            details: dict[str, Detail] = {"number": phone.number, "to": to, "text": text}
            self._outbox(system_id).put(Outgoing("reply", message, details))
