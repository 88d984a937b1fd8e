"""kill -9 in the middle of a large import: the roster that stood stands, whole."""

import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.rosters import Size, write_csv
from gateway.roster.exporter import export_csv
from gateway.roster.index import open_roster
from gateway.roster.wall import load_zone
from gateway.store.connection import open_reader, tx
from gateway.store.migrations import open_store

pytestmark = pytest.mark.process

ZONE = "Europe/Stockholm"
CONFIG = """
[store]
path = "{store}"
[[source]]
type = "tcp"
listen = "tcp:0:interface=127.0.0.1"
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=1"
system_id = "bakjour"
password = "secret"
source_address = "+46701740699"
"""
SIZE = Size(40, 8_000)
BEGINS_WITHIN = 60.0


def test_killed_while_it_writes(environment: dict[str, str], store_folder: Path) -> None:
    """The next start clears up what was written, and the same import then works."""
    store, config = store_folder / "s.db", store_folder / "bakjour.toml"
    config.write_text(CONFIG.format(store=store), "utf-8")
    files = [store_folder / name for name in ("one.csv", "two.csv")]
    today = datetime.now(ZoneInfo(ZONE)).date()
    write_csv(files[0], SIZE, today)
    write_csv(files[1], SIZE, today, swapped=True)
    command = [sys.executable, "-m", "gateway", "roster", "import", "--config", str(config)]
    subprocess.run([*command, str(files[0])], env=environment, check=True, capture_output=True)
    with closing(open_reader(store)) as conn:
        before = export_csv(conn)
        process = subprocess.Popen([*command, str(files[1])], env=environment, stdout=subprocess.DEVNULL)
        until = time.monotonic() + BEGINS_WITHIN
        # Rows of the next generation are there, and it is not seen yet.
        while conn.execute("SELECT filling FROM roster_meta").fetchone() == (None,):
            assert process.poll() is None, "it was done before it was seen to begin"
            assert time.monotonic() < until
        process.kill()
        process.wait()
        left = conn.execute("SELECT filling FROM roster_meta").fetchone()
    with closing(open_store(store)) as conn:
        with tx(conn):
            open_roster(conn, load_zone(ZONE))
        assert left != (None,), "it was killed too late"
        assert export_csv(conn) == before
        assert conn.execute("SELECT count(*) FROM assignment WHERE until < 9e18").fetchone() == (0,)
    subprocess.run([*command, str(files[1])], env=environment, check=True, capture_output=True)
    with closing(open_reader(store)) as conn:
        assert export_csv(conn) != before
