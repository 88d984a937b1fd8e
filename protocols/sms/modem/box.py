"""What comes through a modem: stored messages to be fetched, tokens that wait for their answer, and the
commands that follow from both.

Rules: a stored message is deleted only after its durable answer, so whatever is lost between us and the disk
is found again by listing; one that is out with a token is not handed out twice. What cannot be read is told
and removed, for it would be no better the next time and fills the memory. A report that is cut is no report.
"""

from collections import deque

from protocols.session import LocalProtocolError, Token
from protocols.sms import tpdu
from protocols.sms.modem import commands, reading
from protocols.sms.modem.commands import Command, Kind, Place
from protocols.sms.modem.events import ModemEvent, PeerFault, ReportReceived, SmsReceived
from protocols.sms.modem.lines import Line

OPEN_MAX = 100
"""Messages that may wait for our answer; what is stored beyond it is listed again later."""

JOBS_MAX = 300
"""Commands that may wait: a whole memory of 255 messages to be fetched or deleted."""

DIRECT = Place("", -1)
"""Where a message was that the modem did not store."""


class Box:
    """The messages of one session. `events` is where what was found goes."""

    def __init__(self, events: list[ModemEvent]) -> None:
        self.jobs: deque[Command] = deque()
        self.memories: tuple[str, ...] = ()
        self.confirms = False
        self.selected = ""
        self._events = events
        self._count = 0
        self._open: dict[Token, Place] = {}
        self._left: dict[str, int] = {}
        self._seen = 0
        self._unreadable: set[Place] = set()
        self._done: set[Place] = set()  # answered, and not deleted yet

    def clear(self) -> None:
        """The modem begins again: commands that waited are void; tokens are not, their answers are."""
        self.jobs.clear()
        self.selected = ""
        self.confirms = False
        # Whether a deletion was done is not known any more: better told twice than a new message deleted.
        self._done.clear()

    def close(self) -> None:
        """Every token is void."""
        self.clear()
        self._open.clear()

    def queue(self, command: Command) -> None:
        """Let a command wait its turn, unless the same one waits already or too many do."""
        if command not in self.jobs and len(self.jobs) < JOBS_MAX:
            self.jobs.append(command)

    def next(self) -> Command | None:
        """The command whose turn it is, or first the selection of its memory: then it keeps its turn."""
        if not self.jobs:
            return None
        job = self.jobs[0]
        if job.kind in (Kind.LIST, Kind.CLEAR, Kind.READ, Kind.DELETE) and job.place is not None:
            memory = job.place.memory
            if memory not in ("", self.selected):
                return commands.select(memory)
        return self.jobs.popleft()

    def came_directly(self, line: Line) -> None:
        """+CMT or +CDS; what cannot be read is confirmed, or the network would send it for ever."""
        if not self._hand_over(line, DIRECT) and len(self._open) < OPEN_MAX:
            self._confirm(stored=True)

    def _hand_over(self, line: Line, place: Place) -> bool:
        """Make an event of a PDU with its service centre's address; False if it cannot be used."""
        octets = line.pdu or b""
        centre = octets[0] if octets else 0
        message, faults = tpdu.decode_tpdu(octets[1 + centre :])
        if len(octets) - 1 - centre != reading.announced(line.text):
            faults = ("it is not as long as announced", *faults)
        if faults or isinstance(message, tpdu.Submit):
            what = "; ".join(faults) or "it is one that goes out"
            self._events.append(PeerFault(f"a message from the modem cannot be used: {what}"))
            return False
        if len(self._open) >= OPEN_MAX:
            return False
        self._count += 1
        token = Token(self._count)
        self._open[token] = place
        if isinstance(message, tpdu.StatusReport):
            self._events.append(ReportReceived(token, message))
        else:
            self._events.append(SmsReceived(token, message))
        return True

    def answer(self, token: Token, stored: bool) -> None:
        """See `Session.answer`. Raises LocalProtocolError if the token is not open."""
        place = self._open.pop(token, None)
        if place is None:
            raise LocalProtocolError(f"token {token} is not open: answered, or of another connection")
        if place == DIRECT:
            self._confirm(stored=stored)
        elif stored:
            self._done.add(place)
            self.queue(commands.delete(place))

    def deleted(self, place: Place) -> None:
        """The modem has answered the deletion: what lies there from now on is something new."""
        self._done.discard(place)

    def announced(self, place: Place) -> None:
        """+CMTI or +CDSI."""
        if place not in self._open.values():
            self.queue(commands.read(place))

    def listed(self, place: Place, received: bool, line: Line, listing: Command) -> None:
        """One line of a list."""
        if received:
            self.read_found(place, line)
        elif listing.kind is Kind.CLEAR:
            self.queue(commands.delete(place))
        else:
            self._seen += 1

    def list_begins(self) -> None:
        """Count anew what a list leaves."""
        self._seen = 0

    def list_ends(self, listing: Command) -> None:
        """What is left now is not for us; only more than that is worth a new list."""
        assert listing.place is not None
        self._left[listing.place.memory] = self._seen

    def counted(self, memory: str, used: int) -> None:
        """So many messages lie there; more than we know of means that news of one were lost."""
        out = sum(place.memory == memory for place in self._open.values())
        if used > self._left.get(memory, 0) + out:
            self.queue(commands.list_all(memory))

    def forget(self, memory: str) -> None:
        """The memory cannot be selected."""
        self.memories = tuple(name for name in self.memories if name != memory)
        self.jobs = deque(job for job in self.jobs if job.place is None or job.place.memory != memory)

    def look(self) -> None:
        """Queue a look into every memory."""
        for memory in self.memories:
            self.queue(commands.count(memory))
        if not self.memories:
            self.queue(commands.list_all(""))

    def read_found(self, place: Place, line: Line) -> None:
        """A stored message; one that cannot be read twice, which noise alone does not explain, is removed."""
        if place in self._open.values() or place in self._done or len(self._open) >= OPEN_MAX:
            return
        if self._hand_over(line, place):
            self._unreadable.discard(place)
        elif place in self._unreadable:
            self._unreadable.discard(place)
            self.queue(commands.delete(place))
        elif len(self._unreadable) < JOBS_MAX:
            self._unreadable.add(place)

    def make_room(self) -> None:
        """The memory is full: hand over what was received, delete the rest."""
        for memory in self.memories or ("",):
            self.queue(commands.list_all(memory, clear=True))

    def _confirm(self, *, stored: bool) -> None:
        if self.confirms and len(self.jobs) < JOBS_MAX:
            # Before all else: a modem that waits too long stops to hand over anything at all.
            self.jobs.appendleft(commands.confirm(stored=stored))
