"""Technical alarms: told first, written when the store can, cleared when mended, paged with measure."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock as Time

import gateway
from gateway.clock import Clock
from gateway.ports import StoreUnavailable
from gateway.store import alarm_log
from gateway.store.inline import InlineWriter
from gateway.store.migrations import open_store
from gateway.supervision.alarms import AGAIN_AFTER, PAGES_MOST, PAGES_WITHIN, STANDING_MOST, AlarmBoard
from gateway.supervision.wording import PHRASES, phrase

NOW = 1_795_000_000_000
SECONDS = 1 / 1000


class Operators:
    """Keeps who was told of what."""

    def __init__(self) -> None:
        self.paged: list[tuple[str, bool]] = []
        self.over: list[str] = []

    def page(self, key: str, text: str, *, last: bool) -> None:
        self.paged.append((key, last))

    def mended(self, key: str) -> None:
        self.over.append(key)


class Board:
    """The alarm board over the real store."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn
        self.down = False
        self.time = Time()
        self.writer = InlineWriter(conn)
        self.clock = Clock(self.time, lambda: NOW + round(self.time.seconds() * 1000))
        self.alarms = AlarmBoard(self.clock, self)
        self.operators = self.alarms.operators = Operators()

    def run(self, work: Any, *args: Any, **kwargs: Any) -> "Deferred[Any]":
        return fail(StoreUnavailable("gone")) if self.down else self.writer.run(work, *args, **kwargs)

    @property
    def logged(self) -> list[tuple[str, int]]:
        return [(one.key, one.count) for one in alarm_log.standing(self.conn)]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with closing(open_store(tmp_path / "a.db")) as conn:
        yield Board(conn)


def test_an_alarm_is_told_and_written_and_counts_up_while_it_stands(board: Board) -> None:
    """The same key again is the same alarm; people are paged once."""
    for _ in range(3):
        board.alarms.raise_alarm("line:dect", "down")
    assert board.logged == [("line:dect", 3)]
    assert [(one.key, one.count) for one in board.alarms.standing()] == [("line:dect", 3)]
    assert board.operators.paged == [("line:dect", False)]
    assert board.alarms.raised == 3


def test_a_mended_alarm_is_cleared_everywhere(board: Board) -> None:
    """Board, store and the page to the operators; cleared again is nothing."""
    board.alarms.raise_alarm("line:dect", "down")
    board.alarms.clear_alarm("line:dect")
    board.alarms.clear_alarm("line:dect")
    board.alarms.clear_alarm("never")
    assert board.logged == []
    assert board.alarms.standing() == []
    assert board.operators.over == ["line:dect"]


def test_the_alarm_that_the_store_is_gone_needs_no_store(board: Board) -> None:
    """It stands and is paged, whatever becomes of its line in the store."""
    board.down = True
    board.alarms.raise_alarm("store", "disk full")
    assert [one.key for one in board.alarms.standing()] == ["store"]
    assert board.operators.paged == [("store", False)]


def test_a_bad_night_pages_the_operators_a_few_times_and_says_where_the_rest_is(board: Board) -> None:
    """At most six in ten minutes, the last one says that there are more; then again."""
    for number in range(20):
        board.alarms.raise_alarm(f"unit:{number}", "nobody")
    assert [last for _, last in board.operators.paged] == [False] * (PAGES_MOST - 1) + [True]
    board.time.advance(PAGES_WITHIN * SECONDS)
    board.alarms.raise_alarm("unit:21", "nobody")
    assert board.operators.paged[-1] == ("unit:21", False)


def test_an_alarm_that_goes_on_is_paged_again_after_an_hour(board: Board) -> None:
    """Not at each of its counts, and not never."""
    board.alarms.raise_alarm("store", "x")
    board.time.advance(AGAIN_AFTER * SECONDS - 1)
    board.alarms.raise_alarm("store", "x")
    assert len(board.operators.paged) == 1
    board.time.advance(1)
    board.alarms.raise_alarm("store", "x")
    assert len(board.operators.paged) == 2


def test_what_was_held_back_by_the_measure_is_paged_when_it_comes_again(board: Board) -> None:
    """Not paged is not counted as paged."""
    for number in range(PAGES_MOST + 1):
        board.alarms.raise_alarm(f"unit:{number}", "nobody")
    held = f"unit:{PAGES_MOST}"
    assert held not in [key for key, _ in board.operators.paged]
    board.time.advance(PAGES_WITHIN * SECONDS)
    board.alarms.raise_alarm(held, "nobody")
    assert board.operators.paged[-1][0] == held


def test_what_happened_is_over_when_it_does_not_happen_again(board: Board) -> None:
    """`tell` clears itself an hour after its last time; what stands, stands."""
    board.alarms.tell("id:x", "twice")
    board.alarms.raise_alarm("line:dect", "down")
    board.time.advance(AGAIN_AFTER * SECONDS)
    board.alarms.tell("id:x", "twice")
    board.time.advance(AGAIN_AFTER * SECONDS)
    board.alarms.sweep()
    assert [one.key for one in board.alarms.standing()] == ["id:x", "line:dect"]
    board.time.advance(1)
    board.alarms.sweep()
    assert board.logged == [("line:dect", 1)]


def test_what_an_earlier_run_left_standing_is_cleared_when_it_is_mended(board: Board) -> None:
    """A line that was down at the restart and is up after it does not stay red for ever."""
    board.alarms.raise_alarm("line:dect", "down")
    board.alarms.raise_alarm("line:sms", "down")
    board.alarms.raise_alarm("text:1", "failed")
    again = Board(board.conn)
    again.alarms.take_up(alarm_log.standing(board.conn))
    assert len(again.alarms.standing()) == 3
    assert again.operators.paged == []
    again.alarms.clear_alarm("line:dect")
    again.alarms.raise_alarm("line:sms", "still down")
    assert again.operators.paged == [("line:sms", False)]
    again.time.advance(AGAIN_AFTER * SECONDS + 1)
    again.alarms.sweep()
    assert again.logged == [("line:sms", 2)]


def test_the_board_holds_a_bounded_number_of_alarms(board: Board) -> None:
    """The oldest make way in memory."""
    board.down = True
    for number in range(STANDING_MOST + 5):
        board.alarms.raise_alarm(f"unit:{number}", "nobody")
    assert len(board.alarms.standing()) == STANDING_MOST
    assert board.alarms.standing()[0].key == "unit:5"


def test_every_kind_of_alarm_that_the_gateway_raises_has_its_phrase() -> None:
    """The people who are paged read no key and no traceback."""
    call = re.compile(r"(?:raise_alarm|\.tell|_fault)\(\s*f?\"([a-z]+)[:\"]")
    folder = Path(next(iter(gateway.__path__)))
    kinds = {kind for file in folder.rglob("*.py") for kind in call.findall(file.read_text("utf-8"))}
    assert {"line", "store", "fault", "rejected"} <= kinds
    assert kinds <= set(PHRASES), kinds - set(PHRASES)


@pytest.mark.parametrize("kind", sorted(PHRASES))
def test_a_phrase_names_what_it_is_about_and_holds_no_trace(kind: str) -> None:
    """Swedish and English, without the details of the log."""
    for language in ("sv", "en"):
        said = phrase(f"{kind}:dect", "RuntimeError('secret')", language)
        assert "secret" not in said
        assert "{" not in said
        assert len(said) <= 100
    assert phrase("other:x", "as it stands", "sv") == "as it stands"
