"""tshark, an independent judge of the wire: a captured run of gateway and SMS centre without a fault."""

import json
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock as Time

from gateway.clock import Clock
from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers.smpp import SmppCarrier
from gateway.ports import Order
from protocols.capture import Direction
from protocols.smpp import wire
from protocols.smpp.pdu import SubmitSm
from protocols.transport import Pump
from simulators.network import Network
from simulators.smsc.centre import SmsCentre
from simulators.smsc.dialects import DIALECTS

pytestmark = pytest.mark.peer
PORT, OURS = 2775, 40_000
NUMBER = "+46701740605"
NOW = 1_795_000_000_000
Row = tuple[float, Direction, bytes]


class Core:
    """Takes everything and keeps nothing."""

    def reported(self, report: Any) -> "Deferred[None]":
        return succeed(None)

    def received(self, *what: Any) -> "Deferred[None]":
        return succeed(None)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def captured(monkeypatch: pytest.MonkeyPatch) -> list[Row]:
    """A run in which every kind of text, receipt, answer and refusal passes, with its times."""
    rows: list[Row] = []
    made = Pump.connectionMade

    def tapped(pump: Any) -> None:
        if isinstance(pump._owner, SmppLink):
            pump.tap = lambda way, data, at: rows.append((at, way, data))
        made(pump)

    from gateway.delivery.carriers.smpp_link import SmppLink  # noqa: PLC0415 (beside its only use)

    monkeypatch.setattr(Pump, "connectionMade", tapped)
    time = Time()
    network = Network(time)
    centre = SmsCentre(time)
    network.listen("smsc", centre.factory)
    values = {
        "type": "smpp",
        "name": "sms",
        "serves": "mobile",
        "endpoint": "tcp:host=127.0.0.1:port=2775",
        "system_id": "bakjour",
        "password": "secret",
        "source_address": "+46701740699",
        "flash_numbers": [NUMBER],
        "max_parts": 4,
    }
    core: Any = Core()
    clock = Clock(time, lambda: NOW + round(time.seconds() * 1000))
    attempt = 0
    for form in ("udh8", "udh16", "sar", "payload"):
        settings = Settings.model_validate(values | {"long_messages": form})
        carrier = SmppCarrier(settings, [network.client("smsc")], clock, core, core, core, "SE")
        carrier.start()
        _pass(time, 2)
        for dialect in DIALECTS:
            if dialect == "overrun":  # breaks the protocol on purpose
                continue
            centre.dialect = dialect
            for text in ("Prio 2 Triage HC Sätra €", "Ж 🚑" * 40, "åäö€" * 60):
                attempt += 1
                carrier.send(Order(attempt, attempt, 0, NUMBER, text, 2, NOW + 900_000))
                _pass(time, 0.5)
        centre.phone(NUMBER).reply("1 10")
        centre.next_answers.extend([0x58, 0x14, 0x0B, 0x62, 0x411])
        for plain in (False, False, False, True, False):
            attempt += 1
            carrier.send(Order(attempt, attempt, 0, NUMBER, "Larm", 2, NOW + 900_000, plain))
            _pass(time, 2)
        _pass(time, 40)  # an enquire_link passes
        carrier.stop()
        _pass(time, 2)
    centre.stop()
    _pass(time, 1)
    return rows


def _pass(time: Time, seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        time.advance(0.1)


def pcap(rows: list[Row]) -> bytes:
    """A capture file of raw IPv4 with one TCP connection for each bind (LINKTYPE_RAW, 101)."""
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)]
    sent = {Direction.SENT: 1, Direction.RECEIVED: 1}
    for at, way, data in rows:
        for start in range(0, len(data), 1_400):
            piece = data[start : start + 1_400]
            ends = (OURS, PORT) if way is Direction.SENT else (PORT, OURS)
            tcp = struct.pack(">HHIIBBHHH", *ends, sent[way], sent[way.other], 0x50, 0x18, 65_535, 0, 0)
            sent[way] += len(piece)
            length = 40 + len(piece)
            ip = struct.pack(">BBHHHBBHII", 0x45, 0, length, 0, 0, 64, 6, 0, 0x7F000001, 0x7F000001)
            out.append(struct.pack("<IIII", int(at), int(at % 1 * 1e6), length, length) + ip + tcp + piece)
    return b"".join(out)


def tshark(*arguments: str) -> str:
    program = shutil.which("tshark", path="/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("tshark is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, timeout=60, check=True)
    return done.stdout.decode("utf-8", "replace")


def test_it_finds_nothing_malformed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every PDU that passed is one to tshark too, none malformed, and it counts the same commands."""
    rows = captured(monkeypatch)
    file = tmp_path / "run.pcap"
    file.write_bytes(pcap(rows))
    common = ["-r", str(file), "-d", f"tcp.port=={PORT},smpp"]
    assert tshark(*common, "-Y", "_ws.malformed or _ws.expert.severity == 8388608") == ""
    read = tshark(*common, "-T", "json", "-e", "smpp.command_id", "-e", "smpp.message_text", "-Y", "smpp")
    seen: Counter[int] = Counter()
    for packet in json.loads(read):
        seen.update(int(value, 0) for value in packet["_source"]["layers"].get("smpp.command_id", []))
    assert seen == commands(rows)
    assert {0x09, 0x80000009, 0x04, 0x80000004, 0x05, 0x80000005, 0x103, 0x15, 0x80000015, 0x06} <= set(seen)
    assert seen[0x04] > 300


def test_it_would_have_noticed(tmp_path: Path) -> None:
    """A PDU whose sm_length runs beyond its end is malformed to it."""
    octets = wire.encode(SubmitSm("46701740605", b"Larm"), 1).replace(b"\x04Larm", b"\xf0Larm")
    file = tmp_path / "bad.pcap"
    file.write_bytes(pcap([(0.0, Direction.SENT, octets)]))
    assert tshark("-r", str(file), "-d", f"tcp.port=={PORT},smpp", "-Y", "_ws.malformed") != ""


def commands(rows: list[Row]) -> Counter[int]:
    """The commands that passed, by their headers alone."""
    seen: Counter[int] = Counter()
    for way in Direction:
        data = b"".join(data for _, direction, data in rows if direction is way)
        at = 0
        while at < len(data):
            length, command = struct.unpack_from(">II", data, at)
            seen[command] += 1
            at += length
    return seen
