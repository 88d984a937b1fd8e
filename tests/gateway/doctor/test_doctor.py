"""The doctor finds out what devices are like, without paging anybody unless told to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock, LoopingCall

from gateway.config import parse
from gateway.doctor.findings import Findings, Role, Where, section
from protocols.espa444 import PolledConfig, PolledStation, encode
from protocols.espa444.calls import call_block
from protocols.transport import Pump
from simulators.dect import PROFILES, Answer, Faults, Owner, PagingSystem
from simulators.dect import Role as DeviceRole
from simulators.lines import Late

Visitor = Callable[..., Any]


class Answers(Factory):
    """Builds devices from a table of answers."""

    noisy = False

    def __init__(self, answers: dict[bytes, bytes], echo: bool = False) -> None:
        class Device(Protocol):
            def dataReceived(self, data: bytes) -> None:
                assert self.transport is not None
                reply = answers.get(data, b"")
                self.transport.write((data if echo else b"") + reply)

        self.protocol = Device


def dect(clock: Clock, profile: str = "spec", **options: Any) -> PagingSystem:
    """A paging system with the habits of a profile."""
    habits = PROFILES[profile]
    faults = options.pop("faults", habits.faults())
    owner = Owner(Answer.ACCEPT, 1.0)
    merged: dict[str, Any] = {**habits.options, **options}
    return PagingSystem(clock, ["20117"], faults=faults, owner=owner, air_seconds=0.0, **merged)


def test_nobody_is_paged_without_being_told(visit: Visitor) -> None:
    """Only polls and selections go out, every session is ended, and the section works as it is."""
    clock = Clock()
    system = dect(clock)
    visited = visit(clock, system.link)
    assert system.handset("20117").screen == []
    assert not [one for one in visited.wire if one.startswith("> <SOH>")]
    assert visited.table["role"] == "control"
    assert (visited.table["own_address"], visited.table["peer_address"]) == ("1", "2")
    assert "lead_eot" not in visited.table
    assert "a poll is answered with and without a leading EOT" in visited.said
    assert "a selection in one write is answered with ACK" in visited.said
    assert visited.wire[-1] == "> <EOT>"


def test_test_messages_are_marked_and_followed(visit: Visitor) -> None:
    """Each says that it is a test and which; the damaged one is shown to nobody; the reports are read."""
    clock = Clock()
    system = dect(clock)
    visited = visit(clock, system.link, number="20117")
    shown = [message.text for message in system.handset("20117").screen]
    assert all(text.startswith("PROV bakjour ") for text in shown)
    assert not any("damaged" in text for text in shown)
    assert "PROV bakjour se7: åäö ÅÄÖ" in shown
    assert "it reports by itself: 7=2 (in_queue) → 7=3 (paged) → 7=6 (acknowledged)" in visited.said
    assert "a damaged block is refused with 1<NAK>" in visited.said
    assert "an RS before ETX is taken" in visited.said
    assert visited.found.reports_status


@pytest.mark.parametrize(
    ("profile", "keys", "words"),
    [
        ("spec", {"charset": "se7"}, "refused with 1<NAK>"),
        ("digimat", {"lead_eot": "never"}, "ends the session itself"),
        ("digimat", {}, "it reports by itself: 7=2 (in_queue) → 7=3 (paged) → 7=6 (acknowledged)"),
        ("digimat", {}, "an EOT in the same write kills the selection behind it"),
        ("draxservice", {}, "refused with <NAK>"),
        ("ascom", {}, "refused with 1<NAK>"),
        ("ascom-cr", {"extra_cr": True}, "only with a CR after the BCC"),
        ("avaya", {"status_mode": "none"}, "it reports nothing by itself"),
        ("espalib", {}, "an RS before ETX is taken"),
    ],
)
def test_habits_of_real_stations(visit: Visitor, profile: str, keys: dict[str, Any], words: str) -> None:
    """Each profile is recognised, and the section says what it wants."""
    clock = Clock()
    visited = visit(clock, dect(clock, profile).link, number="20117")
    assert words in visited.said
    assert visited.table.items() >= keys.items()


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(silent=True), "nobody answers at any address, with or without a leading EOT"),
        (Faults(nak_2=9), "no test message to 20117 is acknowledged"),
        (Faults(nak_3=9), "no test message to 20117 is acknowledged"),
        (Faults(refuse_trailing_rs=True), "an RS before ETX is refused"),
        (Faults(refuse_8_bit=True), "acknowledged: ascii-translit, se7; refused: latin-1, utf-8"),
        (Faults(corrupt=1), "it reports by itself"),
    ],
)
def test_misbehaviour(visit: Visitor, faults: Faults, words: str) -> None:
    """What a device does wrong is said, and the examination goes on as far as it can."""
    clock = Clock()
    assert words in visit(clock, dect(clock, faults=faults).link, number="20117").said


def test_slow_device_gets_a_longer_time_out(visit: Visitor) -> None:
    """An answer after 1.5 s is within the default, but not by much."""
    clock = Clock()
    visited = visit(clock, dect(clock, faults=Faults(reply_delay=1.5)).link)
    assert visited.table["select_timeout"] > 3.0


def test_what_it_wants_to_report_is_refused_as_busy(visit: Visitor) -> None:
    """A status of the live system is not swallowed: it is still there for the gateway."""
    clock = Clock()
    system = dect(clock)
    system.transmitter_failed = True
    visited = visit(clock, system.link)
    assert "it has something to tell station 1" in visited.said
    assert system.link.waiting == 1


def test_device_that_is_control_station(visit: Visitor) -> None:
    """We only listen, then answer its polls; the section is that of a polled station."""
    clock = Clock()
    visited = visit(clock, dect(clock, role=DeviceRole.CONTROL).link)
    assert visited.table["role"] == "polled"
    assert visited.table["own_address"] == "1"
    assert "the device is control station: it polls station 1" in visited.said
    assert "goes on polling" in visited.said
    assert set(visited.wire[1:]) <= {"> <EOT>", "< 1<ENQ>", "< <EOT>"}


def test_system_that_wants_to_page_us(visit: Visitor) -> None:
    """A nurse call system selects us: refused as busy, and the section is a source's."""

    class NurseCall(Factory):
        noisy = False

        def buildProtocol(self, addr: object) -> Any:
            class Line(Protocol):
                def connectionMade(self) -> None:
                    self.turn = 0
                    loop = LoopingCall(self.speak)
                    loop.clock = clock
                    loop.start(2.0)

                def speak(self) -> None:
                    self.turn += 1
                    assert self.transport is not None
                    self.transport.write(b"2\x05" if self.turn % 2 else b"1\x052\x05")

                def dataReceived(self, data: bytes) -> None:
                    heard.append(data)

            return Line()

    clock, heard = Clock(), []
    visited = visit(clock, NurseCall())
    assert b"2\x15" in heard
    assert "wants to page" in visited.said
    assert visited.table["type"] == "espa444"
    assert visited.table["role"] == "polled"
    assert "serves" not in visited.table
    assert (visited.table["own_address"], visited.table["peer_address"]) == ("2", "1")


@pytest.mark.parametrize(
    ("answers", "keys", "words"),
    [
        ({b"\x045\x05": b"\x04"}, {"lead_eot": "always", "peer_address": "5"}, "only after a leading EOT"),
        (
            {b"2\x05": b"\x04", b"1\x052\x05": b"2\x15", b"\x042\x05": b"\x04"},
            {},
            "a selection is refused (NAK)",
        ),
        ({b"2\x05": b"\x04", b"1\x052\x05": b"\x04", b"\x042\x05": b"\x04"}, {}, "taken for a poll"),
        ({b"2\x05": b"\x06"}, {}, "which is no answer to one"),
        ({b"2\x05": b"\x04"}, {"lead_eot": "never"}, "with a leading EOT in the same write is not answered"),
    ],
)
def test_odd_devices(visit: Visitor, answers: dict[bytes, bytes], keys: dict[str, Any], words: str) -> None:
    """Devices that answer by no station's rules but their own."""
    visited = visit(Clock(), Answers(answers))
    assert words in visited.said
    assert visited.table.items() >= keys.items()


def test_line_that_hears_itself(visit: Visitor) -> None:
    """Two-wire RS-485 returns our bytes: they are no answer, and the section says so."""
    answers = {b"2\x05": b"\x04", b"\x042\x05": b"\x04", b"1\x052\x05": b"\x06", b"\x041\x052\x05": b"\x06"}
    visited = visit(Clock(), Answers(answers, echo=True))
    assert visited.table["discard_echo"] is True
    assert "returns our own bytes" in visited.said
    assert "is answered with and without" in visited.said


def test_echo_alone_is_nobody(visit: Visitor) -> None:
    """A loop-back plug is no paging system."""
    visited = visit(Clock(), Answers({}, echo=True))
    assert visited.found.role is None
    assert visited.table == {}


def test_7e_line_behind_an_8_bit_port(visit: Visitor) -> None:
    """The parity stands in bit 7 of what comes; it is read, and the section masks it."""
    answers = {b"2\x05": b"\x84", b"\x042\x05": b"\x84", b"1\x052\x05": b"\x06", b"\x041\x052\x05": b"\x06"}
    visited = visit(Clock(), Answers({**answers, b"1\x052\x05": b"\x06"}))
    assert visited.table["mask7"] is True
    assert "bit 7 carries a parity" in visited.said


def test_garbage_is_shown(visit: Visitor) -> None:
    """Noise without sense points to speed and format."""

    class Noise(Factory):
        noisy = False

        def buildProtocol(self, addr: object) -> Any:
            class Line(Protocol):
                def connectionMade(self) -> None:
                    assert self.transport is not None
                    self.transport.write(b"\xf0\xfe\x80")

            return Line()

    assert "bytes came that are no ESPA: <F0><FE><80>" in visit(Clock(), Noise()).said


def test_connection_that_breaks(visit: Visitor) -> None:
    """What was found until then is kept."""

    class Hangs(Factory):
        noisy = False

        def buildProtocol(self, addr: object) -> Any:
            class Line(Protocol):
                def dataReceived(self, data: bytes) -> None:
                    assert self.transport is not None
                    self.transport.loseConnection()

            return Line()

    assert "the device has closed the connection" in visit(Clock(), Hangs()).said


def test_slow_line(visit: Visitor) -> None:
    """Answers that take 0.4 s each way are answers."""
    clock = Clock()
    visited = visit(clock, dect(clock).link, to_doctor=Late(0.4))
    assert visited.table["role"] == "control"


def test_polled_station_of_ours(visit: Visitor) -> None:
    """Any station that keeps the tables is found at its address."""

    class Station(Factory):
        noisy = False

        def buildProtocol(self, addr: object) -> Any:
            return Pump(lambda now: PolledStation(PolledConfig(own_address="7"), now), self, clock)  # type: ignore[arg-type]

        def connected(self, pump: Any) -> None:
            """Nothing to do."""

        received = disconnected = lambda self, pump, what: None

    clock = Clock()
    assert visit(clock, Station()).table["peer_address"] == "7"


SERIAL = Where("serial:/dev/ttyUSB0", None, 1200, "7E2")


@pytest.mark.parametrize(
    ("found", "where"),
    [
        (Findings(role=Role.CONTROL, charsets={"se7": True}, lead_eot="never", echoes=True), SERIAL),
        (Findings(role=Role.POLLED, own_address="2", peer_address="1"), Where(None, "tcp:4445", None, None)),
        (Findings(role=Role.POLLED, own_address="2", peer_address="1", pages_us=True), SERIAL),
        (
            Findings(
                role=Role.CONTROL, needs_extra_cr=True, needs_trailing_rs=True, slowest=1.9, masked=True
            ),
            SERIAL,
        ),
        (
            Findings(role=Role.CONTROL, reports_status=False, charset="latin-1"),
            Where("tcp:host=a:port=1", None, None, None),
        ),
    ],
)
def test_every_section_is_taken_by_the_configuration(found: Findings, where: Where) -> None:
    """What is written can be pasted: `bakjour check` finds no fault in it."""
    config = parse(section(found, where).encode(), Path(), {})
    assert len(config.carrier) + len(config.source) == 1


def test_blocks_of_the_tests_keep_the_limits() -> None:
    """The longest test message is a call like any other."""
    assert encode(call_block("1234567890123456", "PROV bakjour damaged: must not be shown: åäö ÅÄÖ".encode()))
