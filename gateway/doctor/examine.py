"""The examination: who owns the line, who answers, and how they want to be spoken to.

Rules: first only listen. Where another control station speaks, nothing is said but the answer to its poll.
Nothing is paged here (`testcalls` does, when told to); whatever the device wants to report or to page is
refused as busy (NAK 2), so that it keeps it for the gateway. Every session that is opened is closed with EOT.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.doctor.findings import Findings, Role
from gateway.doctor.line import DoctorLine
from protocols.espa444.listening import Heard
from protocols.espa444.pieces import Kind, readable
from protocols.espa444.records import ENQ, EOT, NAK

LISTEN = 6.0
"""Seconds of listening first: the slowest idle poll that is documented comes every 5 s."""
REPLY = 2.5
"""Seconds for the answer of the address that is expected."""
SCAN = 0.8
"""Seconds for each of the others: a station that is there answers within 0.3 s on the slowest line."""
BETWEEN = 0.3
"""Seconds between the two halves of a selection that is sent in two writes."""
POLLS_ANSWERED = 3
"""Polls of another control station that are answered before it counts as satisfied."""

BUSY = b"2" + bytes((NAK,))
END = bytes((EOT,))
ADDRESSES = "2134567890"
"""In the order in which they are likely."""

Progress = Callable[[str], None]


@dataclass(slots=True)
class Examination:
    """One device, examined over `line`; `progress` tells people what is done now. `peer`: None for whoever
    answers."""

    line: DoctorLine
    progress: Progress
    own: str = "1"
    peer: str | None = None
    found: Findings = field(default_factory=Findings)
    _selecting: str | None = None

    async def run(self) -> Findings:
        """Every step that pages nobody. Raises LineClosed."""
        found = self.found
        found.own_address = self.own
        self.progress(f"listening for {LISTEN:.0f} s, saying nothing")
        heard = await self.line.hear(LISTEN)
        if any(one.kind is Kind.ENQ for one in heard):
            await self._as_polled(heard)
        else:
            self._judge_silence(heard)
            await self._as_control()
        self.note_line()
        return found

    def note_line(self) -> None:
        """Take over what the line itself has shown."""
        found = self.found
        if self.line.echoes and not found.echoes:
            found.say("the line returns our own bytes, as two-wire RS-485 does")
        if self.line.masked and not found.masked:
            found.say("bit 7 carries a parity: a 7E line behind a port that is set to 8 bits")
        found.echoes, found.masked, found.slowest = self.line.echoes, self.line.masked, self.line.slowest

    def _judge_silence(self, heard: list[Heard]) -> None:
        if self.line.raw and not heard:
            shown = readable(self.line.raw[:16])
            self.found.say(f"bytes came that are no ESPA: {shown} (wrong speed, format or device)")
        self.found.say("nobody polls: the device is no control station, so the gateway is")

    # --- the device is control station

    async def _as_polled(self, heard: list[Heard]) -> None:
        found = self.found
        found.role = Role.POLLED
        polled = [_address(one) for one in heard if one.kind is Kind.ENQ]
        found.say(f"the device is control station: it polls station {', '.join(dict.fromkeys(polled))}")
        found.own_address = polled[-1]
        found.peer_address = "1" if found.own_address != "1" else "2"
        self.progress(f"answering its poll of station {found.own_address} with EOT")
        for _ in range(POLLS_ANSWERED):
            asked = await self._asked(found.own_address)
            if asked is None:
                found.say("it polls no more after our answer")
                return
            selected = asked.meaning.startswith("selects")
            self.line.say(BUSY if selected else END)
            if selected:
                found.pages_us = True
                found.peer_address = self._selecting or found.peer_address
                found.say(f"station {found.peer_address} wants to page: refused as busy, it will try again")
        found.answers_polls = True
        found.say(f"it takes our EOT as station {found.own_address} and goes on polling")

    async def _asked(self, own: str) -> Heard | None:
        """The next poll or selection of `own`, or None; remembers who selects."""
        self._selecting = None
        for _ in range(2 * POLLS_ANSWERED):
            for one in await self.line.hear(LISTEN):
                if one.kind is Kind.ENQ and _address(one) == own:
                    return one
                if one.kind is Kind.ENQ:
                    self._selecting = _address(one)
        return None

    # --- we are

    async def _as_control(self) -> None:
        if not await self._find_station():
            self.found.say("nobody answers at any address, with or without a leading EOT")
            return
        self.found.role = Role.CONTROL
        await self._lead_eot()
        await self._selection()

    async def _find_station(self) -> bool:
        order = [self.peer] if self.peer is not None else list(ADDRESSES)
        for lead in (b"", END):
            for place, address in enumerate(order):
                self.progress(f"polling station {address}" + (", after an EOT" if lead else ""))
                heard = await self.line.ask(lead + _enq(address), SCAN if place else REPLY)
                if heard:
                    await self._alive(address, heard)
                    return True
        return False

    async def _alive(self, address: str, heard: list[Heard]) -> None:
        found = self.found
        found.peer_address = address
        found.answers_polls = True
        first = heard[0]
        if first.kind is Kind.ENQ:
            found.own_address = _address(first)
            found.say(f"station {address} answers a poll: it has something to tell station {_address(first)}")
            await self.refuse_report()
        elif first.kind is Kind.EOT:
            found.say(f"station {address} answers a poll with EOT: nothing to tell")
        else:
            found.say(f"station {address} answers a poll with {first.text}, which is no answer to one")
            self.line.say(END)
        await self.line.rest()

    async def refuse_report(self) -> None:
        """The device keeps what it wants to tell; it ends its session, or we do."""
        heard = await self.line.ask(BUSY, REPLY)
        if not any(one.kind is Kind.EOT for one in heard):
            self.line.say(END)
            await self.line.rest()

    async def polled(self, lead: bytes = b"") -> bool:
        """Whether a poll is answered; a report is refused."""
        heard = await self.line.ask(lead + _enq(self.found.peer_address), REPLY)
        if heard and heard[0].kind is Kind.ENQ:
            await self.refuse_report()
        elif heard and heard[0].kind is not Kind.EOT:
            self.line.say(END)
            await self.line.rest()
        return bool(heard)

    async def _lead_eot(self) -> None:
        """After its own EOT it must take a poll as it is; and perhaps also with an EOT in front."""
        self.progress("polling with and without a leading EOT")
        without, with_lead = await self.polled(), await self.polled(END)
        self.found.lead_eot = "needed" if without else "always"
        if without and with_lead:
            self.found.say("a poll is answered with and without a leading EOT")
        elif without:
            self.found.lead_eot = "never"
            self.found.say("a poll with a leading EOT in the same write is not answered")
        else:
            self.found.say("a poll is answered only after a leading EOT")

    async def _selection(self) -> None:
        found = self.found
        self.progress(f"selecting station {found.peer_address}, sending no block")
        lead = END if found.lead_eot == "always" else b""
        answer = await self.select(lead)
        found.takes_selections = answer == Kind.ACK
        if answer is Kind.ACK:
            found.say("a selection in one write is answered with ACK")
        elif answer is Kind.EOT:
            found.say("a selection in one write is taken for a poll" + await self._in_two_writes(lead))
        elif answer is Kind.NAK:
            found.say("a selection is refused (NAK): it is busy, or does not take calls from our address")
        else:
            found.say("a selection is not answered")
        if found.takes_selections and found.lead_eot == "needed" and await self.select(END) is not Kind.ACK:
            found.lead_eot = "never"
            found.say("an EOT in the same write kills the selection behind it")

    async def _in_two_writes(self, lead: bytes) -> str:
        self.line.say(lead + _enq(self.found.own_address))
        await self.line.rest(BETWEEN)
        heard = await self.line.ask(_enq(self.found.peer_address), REPLY)
        await self.end()
        taken = bool(heard) and heard[0].kind is Kind.ACK
        return "; in two writes it is taken, which the gateway does not do" if taken else ""

    async def select(self, lead: bytes = b"", *, stay: bool = False) -> Kind | None:
        """How a selection is answered; the session is ended again, unless it stands and is to `stay`."""
        selection = lead + _enq(self.found.own_address) + _enq(self.found.peer_address)
        heard = await self.line.ask(selection, REPLY)
        answer = heard[0].kind if heard else None
        if not (stay and answer is Kind.ACK):
            await self.end(heard)
        return answer

    async def end(self, heard: list[Heard] | None = None) -> None:
        """Close a session, unless the device has done so."""
        if not any(one.kind is Kind.EOT for one in heard or []):
            self.line.say(END)
        await self.line.rest()


def _enq(address: str) -> bytes:
    return address.encode("ascii") + bytes((ENQ,))


def _address(one: Heard) -> str:
    return chr(one.raw[0])
