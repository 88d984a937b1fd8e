"""What waits to be delivered to one system_id: receipts and replies, over any of its binds that receive.

Rule: a message is delivered again until it is answered ROK; it outlives the connection it was sent on.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from protocols.session import LocalProtocolError
from protocols.smpp.events import Deliver
from protocols.smpp.status import status_name
from simulators.smsc.connection import Connection
from simulators.smsc.dialects import ReceiptPdu
from simulators.smsc.happenings import Detail
from simulators.smsc.later import Later

WAITING_MAX = 10_000
"""Messages that wait for one system_id; the oldest goes first."""

AGAIN_SECONDS = 5.0
"""Between an answer that is not ROK, or none, and the next delivery."""


@dataclass(eq=False, slots=True)
class Outgoing:
    """One delivery. `kind` names its happenings: receipt or reply."""

    kind: str
    message: ReceiptPdu
    details: dict[str, Detail] = field(default_factory=dict)


class Outbox:
    """Deliveries to one system_id, in order as far as answers allow."""

    def __init__(self, later: Later, tell: Callable[[str, dict[str, Detail]], None]) -> None:
        self._later = later
        self._tell = tell
        self._waiting: deque[Outgoing] = deque()
        self._under_way: dict[int, Outgoing] = {}
        self._refs = 0
        self._receivers: list[Connection] = []

    def __len__(self) -> int:
        return len(self._waiting) + len(self._under_way)

    def put(self, outgoing: Outgoing) -> None:
        """Deliver as soon as a receiver is bound and has room."""
        if len(self._waiting) >= WAITING_MAX:
            self._tell("dropped", self._waiting.popleft().details)
        self._waiting.append(outgoing)
        self.flush()

    def attach(self, connection: Connection) -> None:
        """A bind that receives."""
        self._receivers.append(connection)
        self.flush()

    def detach(self, connection: Connection) -> None:
        """The bind is gone; what it had under way comes back through `settled`."""
        if connection in self._receivers:
            self._receivers.remove(connection)

    def flush(self) -> None:
        """Send what there is room for."""
        for connection in list(self._receivers):
            while self._waiting and connection.session.free:
                self._send(connection, self._waiting.popleft())

    def _send(self, connection: Connection, outgoing: Outgoing) -> None:
        self._refs += 1
        ref = self._refs
        self._under_way[ref] = outgoing
        try:
            connection.pump.send(Deliver(ref, outgoing.message))
        except LocalProtocolError as error:
            del self._under_way[ref]
            self._tell("dropped", {**outgoing.details, "reason": str(error)})
            return
        self._tell(outgoing.kind, outgoing.details)

    def settled(self, ref: int, status: int | None) -> None:
        """The answer to a delivery, None if there was none."""
        outgoing = self._under_way.pop(ref, None)
        if outgoing is None:
            return
        said = "no answer" if status is None else status_name(status)
        self._tell(f"{outgoing.kind}_answered", {**outgoing.details, "status": said})
        if status != 0:
            self._later(AGAIN_SECONDS, lambda: self.put(outgoing))
        self.flush()
