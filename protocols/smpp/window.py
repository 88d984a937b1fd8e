"""What waits for an answer: ours to the peer's requests (Inbox), the peer's to our messages (Window).

Rule: all entries of one kind live equally long and stand in the order in which they came, so the first one
is always the next that is due and no entry has a timer of its own.
"""

from typing import NamedTuple

from protocols.session import LocalProtocolError, Token

SEQUENCE_MAX = 0x7FFFFFFF
"""Clause 3.2; the number after it is 1."""

LATE_MAX = 1_000
"""Messages in doubt whose late response is still recognised."""

UNANSWERED_MAX = 1_000
"""Received messages that may wait for our answer; a hundred times the usual window of a peer."""


class Window:
    """Our messages under way: sequence_number → the caller's ref and when the response is late."""

    def __init__(self, response: float) -> None:
        self._response = response
        self._sequence = 0
        self._under_way: dict[int, tuple[int, float]] = {}
        self._late: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    def next_sequence(self) -> int:
        """A number that no message under way has; it is not used up until `enter` or `use`."""
        sequence = self._sequence % SEQUENCE_MAX + 1
        while sequence in self._under_way:
            sequence = sequence % SEQUENCE_MAX + 1
        return sequence

    def use(self, sequence: int) -> None:
        """The number went out with a request that is not in the window."""
        self._sequence = sequence
        self._late.pop(sequence, None)

    def enter(self, sequence: int, ref: int, now: float) -> None:
        """A message went out."""
        self.use(sequence)
        self._under_way[sequence] = (ref, now + self._response)

    def settle(self, sequence: int) -> tuple[int, bool] | None:
        """(ref, whether it was in doubt already) of an answered message; None if nothing waits for it."""
        entry = self._under_way.pop(sequence, None)
        if entry is not None:
            return entry[0], False
        late = self._late.pop(sequence, None)
        return None if late is None else (late, True)

    def deadline(self) -> float | None:
        """When the oldest response is late."""
        return next(iter(self._under_way.values()))[1] if self._under_way else None

    def lapse(self) -> int:
        """Take the oldest message out; its ref. A late answer to it is still recognised."""
        sequence = next(iter(self._under_way))
        ref, _ = self._under_way.pop(sequence)
        self._late[sequence] = ref
        if len(self._late) > LATE_MAX:
            del self._late[next(iter(self._late))]
        return ref

    def clear(self) -> list[int]:
        """The refs of everything under way, oldest first; nothing is under way after."""
        refs = [ref for ref, _ in self._under_way.values()]
        self._under_way.clear()
        self._late.clear()
        return refs


class Waiting(NamedTuple):
    """A received request whose answer the owner owes; without `deadline` it may take for ever."""

    command_id: int
    sequence: int
    deadline: float | None


class Inbox:
    """The peer's requests that wait for our durable answer, by token."""

    def __init__(self, within: float | None) -> None:
        self._within = within
        self._count = 0
        self._open: dict[Token, Waiting] = {}

    @property
    def full(self) -> bool:
        """Whether one more would be too many."""
        return len(self._open) >= UNANSWERED_MAX

    def put(self, command_id: int, sequence: int, now: float) -> Token:
        """A token for one request."""
        self._count += 1
        token = Token(self._count)
        self._open[token] = Waiting(
            command_id, sequence, None if self._within is None else now + self._within
        )
        return token

    def peek(self, token: Token) -> Waiting:
        """What the token stands for, left in place. Raises LocalProtocolError if it is not open."""
        waiting = self._open.get(token)
        if waiting is None:
            raise LocalProtocolError(f"token {token} is not open: answered, lapsed, or of another connection")
        return waiting

    def take(self, token: Token) -> Waiting:
        """What the token stands for, once. Raises LocalProtocolError if it is not open."""
        waiting = self.peek(token)
        del self._open[token]
        return waiting

    def deadline(self) -> float | None:
        """When the oldest answer is overdue."""
        return next(iter(self._open.values())).deadline if self._open else None

    def lapse(self) -> Waiting:
        """Take the oldest request out."""
        return self._open.pop(next(iter(self._open)))

    def clear(self) -> None:
        """Every token is void."""
        self._open.clear()
