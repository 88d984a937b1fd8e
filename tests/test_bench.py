"""The benchmark's parts run, in a tiny size; what they measure on a machine is in docs/performance.md."""

import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest

from bench import backlog, resolving
from bench.ceiling import rows_per_second
from bench.centre import Centre
from bench.figures import Line, figure, percentile, ratios
from bench.house import TINY, House
from bench.rosters import ZONE, Size, unit_name, write_roster
from gateway.model import Role
from gateway.roster.book import RosterBook
from gateway.store import alerts
from gateway.store.connection import open_reader

T = TypeVar("T")

SUBMIT_SM_RESP = 0x80000004


def run(work: Coroutine[object, object, T]) -> T:
    """On a thread with a loop of its own: the reactor's runs on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result(30.0)


def test_a_figure_is_the_median_with_its_noise() -> None:
    """The ratio of two measures is taken round by round, and the goals judge its median."""
    assert str(figure([3, 1, 2])) == "2 (1–3)"
    assert ratios([2, 4], [1, 4]).values == (2, 1)
    assert percentile(range(1, 101), 0.99) == 99
    assert "SHORT" in str(Line("p1", "x", figure([0.1]), 0.25, 0.45, False, ""))
    assert "must reached" in str(Line("p5", "x", figure([2.5]), 3, 2, True, ""))
    assert "aim reached" in str(Line("p1", "x", figure([0.5]), 0.25, 0.45, False, ""))


def test_the_ceiling_commits_every_row(tmp_path: Path) -> None:
    """It says rows a second and leaves no file behind."""
    assert run(rows_per_second(tmp_path, 20, callers=10)) > 0
    assert list(tmp_path.iterdir()) == []


def test_the_large_roster_has_somebody_on_everywhere(tmp_path: Path) -> None:
    """It is one that the gateway's own look-up understands, of the size that was asked for."""
    path = tmp_path / "store.db"
    write_roster(path, Size(3, 3 * 4 * 5), datetime.now(ZONE).date())
    conn = open_reader(path)
    noon = int(datetime.now(ZONE).replace(hour=12).timestamp() * 1000)
    assert conn.execute("SELECT count(*) FROM assignment").fetchone() == (60,)
    for number in range(3):
        duty = RosterBook(conn).duty(unit_name(number), Role.NURSE, noon)
        assert duty is not None
        assert len(duty.slots) == 1
        assert len(duty.fallback) == 2
    conn.close()


def test_the_backlog_is_open(tmp_path: Path) -> None:
    """Every queued alert is one that a start takes up."""
    path = tmp_path / "store.db"
    write_roster(path, Size(1, 4), datetime.now(ZONE).date())
    backlog.queue_pages(path, 7)
    conn = open_reader(path)
    assert len(alerts.open_ids(conn)) == 7
    conn.close()


def test_the_centre_answers_what_comes_in_pieces() -> None:
    """A PDU that arrives in two reads is answered once, and counted."""

    async def talk() -> tuple[bytes, int]:
        centre = Centre()
        reader, writer = await asyncio.open_connection("127.0.0.1", await centre.start())
        submit = (17).to_bytes(4, "big") + (4).to_bytes(4, "big") + bytes(4) + (2).to_bytes(4, "big") + b"\0"
        writer.write(submit[:9])
        await writer.drain()
        writer.write(submit[9:] + submit)
        await centre.until(2, 5.0)
        answer = await reader.readexactly(25)
        writer.close()
        await centre.stop()
        return answer, centre.taken

    answer, taken = run(talk())
    assert int.from_bytes(answer[4:8], "big") == SUBMIT_SM_RESP
    assert answer.endswith(b"00000001\0")
    assert taken == 2


def test_look_ups_are_measured(tmp_path: Path) -> None:
    """The ratio of two rosters comes out."""
    (line,) = resolving.measure(House(tmp_path, TINY))
    assert isinstance(line, Line)
    assert line.ratio.median > 0


@pytest.mark.process
def test_the_command_measures_a_real_gateway() -> None:
    """The chain from event to outcome, an urgent event behind a queue, and a word on what is a test."""
    command = (sys.executable, "-m", "bench", "--tiny", "--rounds", "1", "p1", "p6", "p15")
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for goal in ("p1 ", "p2 ", "p6 ", "p15"):
        assert f"\n{goal}" in done.stdout


def test_the_command_knows_its_goals() -> None:
    """A goal that does not exist is refused with those that do."""
    done = subprocess.run(
        (sys.executable, "-m", "bench", "p99"), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "allowed: p1 p2 p5 " in done.stderr
