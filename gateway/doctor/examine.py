"""The examination: who owns the line, who answers, and how they want to be spoken to.

Rules: first only listen. Where another control station speaks, nothing is said but the answer to its poll.
Nothing is paged unless a number was given for it; whatever the device wants to report is refused as busy
(NAK 2), so that it keeps it for the gateway. Every session that is opened is closed with an EOT.
"""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.doctor.findings import Findings, Role
from gateway.doctor.line import DoctorLine
from protocols.espa444.listening import Heard
from protocols.espa444.pieces import Kind, readable
from protocols.espa444.records import ACK, ENQ, EOT, NAK

LISTEN = 6.0
"""Seconds of listening first: the slowest idle poll that is documented comes every 5 s."""
REPLY = 2.5
"""Seconds for the answer of the address that is expected."""
SCAN = 0.8
"""Seconds for each of the others: a station that is there answers within 0.3 s on the slowest line."""
BETWEEN = 0.3
"""Seconds between the two halves of a selection that is sent in two writes."""

BUSY = b"2" + bytes((NAK,))
END = bytes((EOT,))
ADDRESSES = "2134567890"
"""In the order in which they are likely."""

Progress = Callable[[str], None]


@dataclass(slots=True)
class Examination:
    """One device, examined over `line`; `progress` tells people what is done now."""

    line: DoctorLine
    progress: Progress
    own: str = "1"
    peer: str | None = None
    """None: whoever answers."""

    async def run(self) -> Findings:
        """Every step that pages nobody. Raises LineClosed."""
        found = Findings(own_address=self.own)
        self.progress(f"listening for {LISTEN:.0f} s, saying nothing")
        heard = await self.line.hear(LISTEN)
        if any(one.kind is Kind.ENQ for one in heard):
            await self._as_polled(found, heard)
        else:
            found.say("nobody polls while we listen: the device is no control station, so that we are")
            self._judge_noise(found, heard)
            await self._as_control(found)
        found.echoes, found.masked, found.slowest = (
            self.line.echoes,
            self.line.masked,
            self.line.slowest,
        )
        if found.echoes:
            found.say("the line returns our own bytes: two-wire RS-485")
        if found.masked:
            found.say("bit 7 carries a parity: the port is set to 8 bits on a 7E line")
        return found

    def _judge_noise(self, found: Findings, heard: list[Heard]) -> None:
        if self.line.raw and not any(one.kind is not Kind.NOISE for one in heard):
            found.say(
                f"bytes came that are no ESPA: {readable(self.line.raw[:16])}; wrong speed, format or device"
            )

    # --- the device is control station

    async def _as_polled(self, found: Findings, heard: list[Heard]) -> None:
        found.role = Role.POLLED
        polled = [one.raw[:1].decode("ascii") for one in heard if one.kind is Kind.ENQ]
        found.say(f"the device is control station: it polls {', '.join(dict.fromkeys(polled))}")
        found.own_address = polled[-1]
        found.peer_address = "1" if found.own_address != "1" else "2"
        self.progress(f"answering its poll of station {found.own_address} with EOT")
        for _ in range(3):
            one = await self._next_enq(found.own_address)
            if one is None:
                found.say("it polled no more after that; is it still running?")
                return
            if one.meaning.startswith("selects"):
                self.line.say(BUSY)
                found.peer_address = self._selecting or found.peer_address
                found.say(f"station {found.peer_address} wants to page: refused as busy, it will try again")
            else:
                self.line.say(END)
        found.answers_polls = True
        found.say(f"it takes our EOT as station {found.own_address} and goes on polling")

    async def _next_enq(self, own: str) -> Heard | None:
        """The next poll or selection of `own`; remembers who selects."""
        self._selecting = None
        for _ in range(20):
            for one in await self.line.hear(LISTEN):
                if one.kind is not Kind.ENQ:
                    continue
                if one.raw[:1].decode("ascii") == own:
                    return one
                self._selecting = one.raw[:1].decode("ascii")
        return None
