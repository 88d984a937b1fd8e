"""Test messages to one number: what the device takes, and what comes back.

Rules: only when a person has named the number. Each message says that it is a test, which one, and from whom;
one of them is damaged on purpose and must not be shown. What the device reports of them is taken; a report of
anything else is refused as busy, so that it keeps it for the gateway.
"""

from dataclasses import dataclass

from gateway.doctor.examine import BUSY, END, REPLY, Examination
from protocols.espa444 import CHARSETS, EIGHT_BIT_CHARSETS, Block, RecordId, call_block, encode
from protocols.espa444.listening import Heard
from protocols.espa444.pieces import Kind
from protocols.espa444.records import ACK, ENQ, CallStatus, Header

ACK_WITHIN = 5.0
"""Seconds for the answer to a block: 3 s and the line time of the longest test at 300 baud."""
REPORTS = 8
"""Polls, one a second, in which reports of the tests are waited for."""
BETWEEN_CALLS = 1.0
"""Seconds of rest after each session."""

SAMPLE = "åäö ÅÄÖ"
TRIED = ("ascii-translit", "se7", "latin-1", "utf-8")
"""Character sets that Swedish installations use; whatever is acknowledged is then read on the handset."""


@dataclass(slots=True)
class TestCalls:
    """Goes on where an examination as control station has ended. `eight_bits`: whether the line carries
    them."""

    __test__ = False  # no test of pytest's

    examination: Examination
    number: str
    eight_bits: bool = True

    async def run(self) -> None:
        """Every test message. Raises LineClosed, LocalProtocolError for a number that no call can carry."""
        found = self.examination.found
        if not await self._plain():
            return
        for name in TRIED[1:]:
            if self.eight_bits or name not in EIGHT_BIT_CHARSETS:
                found.charsets[name] = await self._charset(name)
        refused = [name for name, taken in found.charsets.items() if not taken]
        taken = [name for name, is_taken in found.charsets.items() if is_taken]
        found.say(
            f"acknowledged: {', '.join(taken)}" + (f"; refused: {', '.join(refused)}" if refused else "")
        )
        if not found.needs_trailing_rs:
            found.trailing_rs = await self._sent("extra RS", trailing_rs=True) is Kind.ACK
            found.say(f"an RS before ETX is {'taken' if found.trailing_rs else 'refused'}")
        await self._damaged()
        await self._reports()
        self.examination.note_line()

    async def _plain(self) -> bool:
        """A plain message; where it is not taken, with what some devices demand."""
        found = self.examination.found
        for words, options in (
            ("", {}),
            (" only with an RS before ETX", {"trailing_rs": True}),
            (" only with a CR after the BCC", {"extra_cr": True}),
        ):
            if await self._sent("ascii-translit", **options) is Kind.ACK:
                found.charsets["ascii-translit"] = True
                found.needs_trailing_rs = bool(options.get("trailing_rs"))
                found.needs_extra_cr = bool(options.get("extra_cr"))
                found.say(f"a plain test message to {self.number} is acknowledged{words}")
                return True
        found.say(f"no test message to {self.number} is acknowledged")
        return False

    async def _charset(self, name: str) -> bool:
        return await self._sent(name) is Kind.ACK

    async def _sent(self, name: str, **options: bool) -> Kind | None:
        """How a test message is answered; its text names the character set or what else is tried."""
        found = self.examination.found
        self.examination.progress(f"test message to {self.number}: {name}")
        data = encode(
            self._call(name),
            trailing_rs=options.get("trailing_rs", found.needs_trailing_rs),
            extra_cr=options.get("extra_cr", found.needs_extra_cr),
        )
        answers = await self._block(data)
        return answers[0].kind if answers else None

    def _call(self, name: str) -> Block:
        charset = CHARSETS.get(name, CHARSETS["ascii-translit"])
        return call_block(self.number, charset.encode(f"PROV bakjour {name}: {SAMPLE}"))

    async def _block(self, data: bytes) -> list[Heard]:
        """The answer to a block in a session of its own."""
        examination = self.examination
        lead = END if examination.found.lead_eot == "always" else b""
        if await examination.select(lead, stay=True) is not Kind.ACK:
            return []
        heard = await examination.line.ask(data, ACK_WITHIN)
        await examination.end(heard)
        await examination.line.rest(BETWEEN_CALLS)
        return heard

    async def _damaged(self) -> None:
        """A block with a wrong check character must be refused, and shown to nobody."""
        data = encode(self._call("damaged: must not be shown"))
        self.examination.progress("a damaged block, which must be refused")
        heard = await self._block(data[:-1] + bytes((data[-1] ^ 0x01,)))
        found = self.examination.found
        if not heard:
            found.say("a damaged block is not answered: the gateway repeats it after its time-out")
        elif heard[0].kind is Kind.ACK:
            found.say("FAULT: a damaged block is acknowledged: the device does not check the BCC")
        else:
            closes = " and ends the session itself" if heard[-1].kind is Kind.EOT else ""
            found.say(f"a damaged block is refused with {heard[0].text}{closes}")

    async def _reports(self) -> None:
        """Poll for what becomes of the tests."""
        self.examination.progress(f"polling {REPORTS} s for what becomes of the tests")
        statuses: list[str] = []
        for _ in range(REPORTS):
            status = await self._report()
            if status:
                statuses.append(status)
            else:
                await self.examination.line.rest(1.0)
        found = self.examination.found
        found.reports_status = bool(statuses)
        told = " → ".join(dict.fromkeys(statuses))
        found.say(f"it reports by itself: {told}" if statuses else "it reports nothing by itself")

    async def _report(self) -> str | None:
        line, found = self.examination.line, self.examination.found
        lead = END if found.lead_eot == "always" else b""
        polled = await line.ask(lead + found.peer_address.encode("ascii") + bytes((ENQ,)), REPLY)
        if not polled or polled[0].kind is not Kind.ENQ:
            return None
        heard = await line.ask(bytes((ACK,)), ACK_WITHIN)
        block = next((one.block for one in heard if one.block is not None), None)
        mine = block is not None and block.header == Header.STATUS and self._is_mine(block)
        ended = await line.ask(bytes((ACK,)) if mine else BUSY, REPLY)
        await self.examination.end(ended)
        status = block.value(RecordId.CALL_STATUS) if block is not None and mine else None
        return f"7={status} ({CallStatus(status).name.lower()})" if status in set(CallStatus) else None

    def _is_mine(self, block: Block) -> bool:
        return block.value(RecordId.ADDRESS) == self.number and (
            block.get(RecordId.TEXT) or b"PROV"
        ).startswith(b"PROV")
