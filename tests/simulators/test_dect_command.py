"""`bakjour-sim dect` as a command."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import serial
import typer
from twisted.internet.task import Clock
from typer.testing import CliRunner

from protocols.espa444 import call_block, encode
from simulators.dect import HandsetState, PagingSystem
from simulators.dect_command import command, extensions_of, printer, set_states

RUN = "import typer; from simulators.dect_command import command; typer.run(command)"


@pytest.mark.process
def test_runs_shows_and_stops() -> None:
    """It listens, tells in JSON what happens to a call, and ends with exit 0 at SIGTERM."""
    arguments = [
        "--listen",
        "tcp:0:interface=127.0.0.1",
        "--handsets",
        "20117",
        "--answer-delay",
        "0.1",
        "--json",
    ]
    with subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments, "--json"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            assert json.loads(process.stdout.readline())["event"] == "connected"
            line.sendall(b"1\x052\x05")
            assert line.recv(1) == b"\x06"
            line.sendall(encode(call_block("20117", b"V}rd")))
            assert line.recv(1) == b"\x06"
            told = [json.loads(process.stdout.readline()) for _ in range(6)]
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(10) == 0
    names = [event["event"] for event in told]
    assert names == ["call", "status", "shown", "status", "answered", "status"]
    assert told[2]["text"] == "Vård"
    assert [event["status"] for event in told if event["event"] == "status"] == ["2", "3", "6"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--listen", "nonsense:1"],
        ["--listen", "tcp:0", "--pty", "/tmp/line"],
        ["--listen", "tcp:0", "--profile", "acme"],
        ["--listen", "tcp:0", "--handsets", "20117,,20118"],
        ["--listen", "tcp:0", "--handsets", "20117,20117"],
        ["--listen", "tcp:0", "--address", "22"],
        ["--listen", "tcp:0", "--charset", "ebcdic"],
        ["--listen", "tcp:0", "--state", "20117=asleep"],
        ["--listen", "tcp:0", "--nak-2", "-1"],
    ],
)
def test_wrong_use_is_exit_2(arguments: list[str]) -> None:
    """What cannot be meant is refused with the allowed values, before anything listens."""
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2


def test_lists_and_states() -> None:
    """Extensions with blanks are read, and handsets put into their states."""
    assert extensions_of("20117, 20118") == ["20117", "20118"]
    system = PagingSystem(Clock(), ["20117"])
    set_states(system, ["20117=busy"])
    assert system.handset("20117").state is HandsetState.BUSY
    with pytest.raises(typer.BadParameter, match="20117"):
        set_states(system, ["20999=busy"])


@pytest.mark.parametrize("as_json", [True, False])
def test_printed_events(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """One line an event, JSON or readable, values whole."""
    tell: Callable[..., None] = printer(as_json)
    tell({"event": "shown", "at": 1.0, "extension": "20117", "text": "Å" * 120})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "Å" * 120 in out
    assert as_json is out.startswith("{")


@pytest.mark.process
def test_on_a_pseudo_terminal_and_by_hand(tmp_path: Path) -> None:
    """A serial device for any program; what is typed is done, and the link goes with the command."""
    device = tmp_path / "line"
    arguments = ["--pty", str(device), "--handsets", "20117", "--profile", "digimat", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", RUN, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert {one["event"] for one in told} == {"connected", "listening"}
        with serial.Serial(str(device), timeout=10, exclusive=True) as line:
            process.stdin.write("20117 off\n20117 asleep\n")
            process.stdin.flush()
            told = [json.loads(process.stdout.readline()) for _ in range(2)]
            assert [one["event"] for one in told] == ["handset", "not_understood"]
            line.write(b"1\x052\x05")
            assert line.read(1) == b"\x06"
            line.write(encode(call_block("20117", b"Larm")))
            assert line.read(2) == b"\x06\x04"
            told = [json.loads(process.stdout.readline()) for _ in range(3)]
            assert [one["status"] for one in told if one["event"] == "status"] == ["2", "4"]
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(10) == 0
    assert not device.is_symlink()
