"""`bakjour-sim clinic24` as a process, against a gateway end on a real loopback socket."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from twisted.internet import reactor
from twisted.internet.utils import getProcessOutputAndValue

from protocols.clinic24.lines import EventReceived, EventRefused, EventServer, ServerEvent
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome, rejection
from protocols.transport import Pump, PumpFactory
from simulators.__main__ import COMMANDS, build
from simulators.clinic24_command import broker_of, topics_of
from simulators.clinic24_mqtt import Topics
from simulators.mqtt_client import Broker

ENVIRONMENT = os.environ | {"COLUMNS": "60"}


class Gateway:
    """Accepts every right event and acknowledges its alert at once."""

    def connected(self, pump: Pump) -> None:
        """Nothing to say first."""

    def received(self, pump: Pump, events: Sequence[ServerEvent]) -> None:
        for event in events:
            if isinstance(event, EventRefused):
                pump.answer(event.token, rejection(event.fault))
            elif isinstance(event, EventReceived):
                right, status = event.event, AnswerStatus.ACCEPTED
                pump.answer(event.token, Answer(source=right.source, id=right.id, status=status, alert="4"))
                ends = ("acknowledged", 0, "Anna Berg")
                pump.send(Outcome(1, "alert", "4", right.source, right.id, *ends, final=True))

    def disconnected(self, pump: Pump, reason: str) -> None:
        """Nothing is open."""


async def run(*arguments: str, connect: str = "") -> tuple[str, str, int]:
    """Run the command against a gateway; returns standard output, standard error and the exit code."""
    gateway = Gateway()
    factory = PumpFactory(lambda: Pump(lambda _: EventServer(), gateway, reactor))
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    connect = connect or f"tcp:host=127.0.0.1:port={port.getHost().port}"
    command = ("-m", "simulators", "clinic24", "--connect", connect, *arguments)
    out, err, code = await getProcessOutputAndValue(sys.executable, command, ENVIRONMENT)
    await port.stopListening()
    return out.decode(), err.decode(), code


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
async def test_json() -> None:
    """Events and spoilt lines are answered, each happening is one JSON line, and the exit code is 0."""
    out, err, code = await run("--count", "20", "--rate", "200", "--malformed", "0.2", "--json", "--run", "r")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert lines[-1]["what"] == "summary"
    assert lines[-1]["good"] is True
    assert lines[-1]["accepted"] + lines[-1]["rejected"] == 20
    outcomes = [line for line in lines if line["what"] == "outcome"]
    assert len(outcomes) == lines[-1]["accepted"]
    assert outcomes[0]["receiver"] == "Anna Berg"
    assert all("at" in line for line in lines)


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
async def test_plain_and_scenario(tmp_path: Path) -> None:
    """Without a terminal the lines are plain and whole; an answer that is not as expected gives exit 1."""
    scenario = tmp_path / "scenario.toml"
    event = 'type = "clinic24.case.escalated"\nunit = "hc"\nprofession = "nurse"\n'
    scenario.write_text(
        f'[[event]]\nid = "one"\n{event}[[event]]\nid = "two"\n{event}expect = "rejected"\n', encoding="utf-8"
    )
    out, _, code = await run("--scenario", str(scenario))
    assert code == 1
    assert "\x1b" not in out
    assert "two  accepted  acknowledged Anna Berg  not as it should be" in out
    assert out.rstrip().endswith("2 lines: 2 accepted")


@pytest.mark.process
@pytest.mark.reactor(seconds=30)
@pytest.mark.parametrize(
    ("arguments", "connect", "code", "says"),
    [
        (("--count", "1", "--patience", "0.2"), "tcp:host=127.0.0.1:port=1", 1, ""),
        (("--count", "0"), "", 2, "--count"),
        ((), "ssl:127.0.0.1:4024", 2, "hostname="),
        ((), "nonsense", 2, "no client endpoint"),
        (("--count", "1", "--patience", "0.2"), "mqtt://127.0.0.1:1", 1, ""),
        (("--scenario", "{wrong}"), "", 2, "event[0].at"),
    ],
)
async def test_exit_codes(
    tmp_path: Path, arguments: tuple[str, ...], connect: str, code: int, says: str
) -> None:
    """Unanswered events give exit 1, wrong use gives exit 2 and says on standard error what is wrong."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[[event]]\nat = "now"\n', encoding="utf-8")
    out, err, got = await run(*(one.replace("{wrong}", str(wrong)) for one in arguments), connect=connect)
    assert got == code, out + err
    assert says in err


@pytest.mark.parametrize(
    "url",
    [
        "mqtts://h",
        "mqtt:",
        "mqtt://",
        "mqtt://u:p@h",
        "mqtt://h/topic",
        "mqtt://h:99999",
        "mqtt://h:x",
        "mqtt://h?a",
    ],
)
def test_what_is_no_broker(url: str) -> None:
    """Only mqtt://HOST and mqtt://HOST:PORT are brokers; user and password are options."""
    with pytest.raises(typer.BadParameter, match="mqtt://HOST:PORT"):
        broker_of(url, "", None, None, True)


def test_broker() -> None:
    """A broker has the usual port unless told otherwise, and a random client id; a password needs a user."""
    one, other = (
        broker_of("mqtt://h", "", None, None, True),
        broker_of("mqtt://[::1]:42", "c", "u", "p", False),
    )
    assert (one.host, one.port, one.version_5) == ("h", 1883, True)
    assert one.client_id.startswith("clinic24-")
    assert other == Broker("::1", 42, "c", "u", "p", version_5=False)
    with pytest.raises(typer.BadParameter, match="--username"):
        broker_of("mqtt://h", "", None, "p", True)


@pytest.mark.parametrize(
    ("topics", "five"),
    [
        (("a/#", "b", None), True),
        (("a", "", None), True),
        (("a", "a", None), True),
        (("a", "b", "b"), True),
        (("a", "b", "c+/+"), True),
        (("a", "b", "c"), False),
    ],
)
def test_what_are_no_topics(topics: tuple[str, str, str | None], five: bool) -> None:
    """Topics have no wildcards, are different, and 3.1.1 knows no response topic."""
    with pytest.raises(typer.BadParameter):
        topics_of(*topics, five)
    assert topics_of("a", "b", "c", True) == Topics("a", "b", "c")


def test_unknown_module_takes_no_other_with_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command whose module cannot be imported is named on standard error; the others are there."""
    monkeypatch.setitem(COMMANDS, "broken", "simulators.no_such_module")
    names = [command.name for command in build(["--help"]).registered_commands]
    assert "clinic24" in names
    assert "broken" not in names
    assert "broken cannot be loaded" in capsys.readouterr().err
    assert [command.name for command in build(["clinic24", "--help"]).registered_commands] == ["clinic24"]
