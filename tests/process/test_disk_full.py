"""The disk is full: who sends is told to try again, who is paged is paged all the same."""

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.store.reserve import RESERVE_BYTES

pytestmark = pytest.mark.process

DISK_BYTES = RESERVE_BYTES + (8 << 20)
BURST = 20
FRAIL = (str(Path(__file__).with_name("frail_serve.py")),)
SERVE = ("-m", "gateway", "serve")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system in memory, not much larger than the store's reserve."""
    with tempfile.TemporaryDirectory(prefix="bakjour-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
        yield Path(folder)
        subprocess.run(["umount", folder], check=True)


def fill(path: Path) -> None:
    """A file that takes all the room that is left."""
    with path.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2


class TestOnASmallDisk:
    """Room really runs out."""

    @pytest.fixture
    def store_folder(self, small_disk: Path) -> Path:
        return small_disk

    @pytest.fixture
    def disk(self, store_folder: Path) -> SimpleNamespace:
        ballast = [store_folder / f"ballast-{number}" for number in range(2)]

        def full() -> None:
            fill(next(path for path in ballast if not path.exists()))

        return SimpleNamespace(
            full=full, free=lambda: [path.unlink(missing_ok=True) for path in ballast], program=SERVE
        )

    @pytest.mark.reactor(seconds=120)
    async def test_nothing_is_lost(self, house: Any, disk: SimpleNamespace) -> None:
        """Events are answered `retry`, open pages go on; with room again everything is there and works."""
        await house.starts(disk.program)
        await sends_until(house, lambda: len(house.clinic.sent) >= BURST)
        disk.full()
        reserve = house.store.with_name("bakjour.db.reserve")
        assert reserve.stat().st_size == RESERVE_BYTES
        await sends_until(house, lambda: not reserve.exists())
        await sends_again(house)
        assert reserve.parent.joinpath("ballast-0").exists(), "the reserve takes what comes"
        await nothing_is_lost(house, disk)


class TestWithAPageLimit:
    """The same by `PRAGMA max_page_count`, where nothing may be mounted."""

    @pytest.fixture
    def disk(self, store_folder: Path) -> SimpleNamespace:
        flag = store_folder / "full"
        return SimpleNamespace(full=flag.touch, free=flag.unlink, program=FRAIL)

    @pytest.mark.reactor(seconds=120)
    async def test_nothing_is_lost(self, house: Any, disk: SimpleNamespace) -> None:
        """Events are answered `retry`, open pages go on; with room again everything is there and works."""
        await house.starts(disk.program)
        await sends_until(house, lambda: len(house.clinic.sent) >= BURST)
        await nothing_is_lost(house, disk)


async def nothing_is_lost(house: Any, disk: SimpleNamespace) -> None:
    """The disk becomes full while a page waits, and has room again when it was shown."""
    clinic = house.clinic
    await house.unplugs("dect")
    waiting = clinic.sends("dect")
    await house.until(lambda: clinic.statuses(waiting) == ["accepted"], 10, "it is accepted")
    disk.full()
    await sends_until(house, lambda: len(clinic.unsettled) >= BURST)
    assert {status for name in clinic.sent for status in clinic.statuses(name)} == {"accepted", "retry"}
    refused = set(clinic.unsettled)
    assert not refused & set(house.stored()), "what was refused is not there"
    await house.listens("dect")
    await house.until(lambda: house.shows(waiting), 30, "the page that waited is shown")
    disk.free()
    await sends_again(house)
    await house.until(lambda: all(house.shows(name) for name in clinic.sent), 20, "every case is shown")
    await house.until(lambda: closed(house, waiting), 10, "the answer from the handset is stored")
    assert set(house.stored()) == set(clinic.sent)
    assert not refused - set(house.stored())
    last = clinic.sends("dect")
    await house.until(lambda: closed(house, last), 10, "everything works again")
    assert [one.carrier for one in house.attempts(house.stored()[waiting])][:1] == ["dect"]
    assert await house.stops() == 0
    house.has_no_hole()


async def sends_again(house: Any) -> None:
    """Send what was refused until it is accepted, as Clinic24 does."""
    clinic = house.clinic
    for _ in range(20):
        if not clinic.unsettled:
            return
        again = {name: len(clinic.answers[name]) for name in clinic.unsettled}
        clinic.sends_again()
        await house.until(
            lambda again=again: all(len(clinic.answers[name]) > count for name, count in again.items()),
            20,
            "answers",
        )
        await house.passes(0.5)
    pytest.fail("events are still refused")


async def sends_until(house: Any, reached: Callable[[], bool]) -> None:
    """Send burst after burst, each answered before the next."""
    clinic = house.clinic
    for _ in range(200):
        if reached():
            return
        names = [clinic.sends("sms") for _ in range(BURST)]
        await house.until(lambda names=names: all(clinic.answers[name] for name in names), 20, "answers")
    pytest.fail("it did not come to that")


def closed(house: Any, name: str) -> bool:
    """Clinic24 has been told that the alert was acknowledged."""
    return any(one.final and one.id == name and one.status == "acknowledged" for one in house.clinic.outcomes)
