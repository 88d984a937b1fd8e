"""`bakjour line doctor` as a command."""

import socket
import subprocess
import sys
import threading
import tomllib
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "one of them"),
        (["--endpoint", "tcp:host=a:port=1", "--listen", "tcp:1"], "one of them"),
        (["--endpoint", "nonsense"], "--endpoint"),
        (["--listen", "nonsense"], "--listen"),
        (["--endpoint", "tcp:host=a:port=1", "--format", "7E1"], "only for a serial line"),
        (["--endpoint", "serial:/dev/ttyUSB9", "--format", "9X9"], "9X9"),
        (["--endpoint", "serial:/dev/ttyUSB9", "--baud", "1201"], "1201"),
        (["--endpoint", "tcp:host=a:port=1", "--peer-address", "22"], "one digit"),
        (["--endpoint", "tcp:host=a:port=1", "--send-test", "nobody!"], "letters and digits"),
    ],
)
def test_wrong_use(arguments: list[str], words: str) -> None:
    """It is told on stderr before anything is opened."""
    result = CliRunner().invoke(app, ["line", "doctor", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.mark.process
def test_section_is_all_that_goes_to_stdout() -> None:
    """Progress and wire go to stderr; what comes out can be pasted into bakjour.toml."""
    answers = {b"2\x05": b"\x04", b"\x042\x05": b"\x04", b"1\x052\x05": b"\x06", b"\x041\x052\x05": b"\x06"}

    def serve(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            while data := line.recv(100):
                line.sendall(answers.get(data, b""))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        endpoint = f"tcp:host=127.0.0.1:port={listener.getsockname()[1]}"
        command = [sys.executable, "-m", "gateway", "line", "doctor", "--endpoint", endpoint, "--wire"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    carrier: dict[str, Any] = tomllib.loads(done.stdout)["carrier"][0]
    assert (carrier["endpoint"], carrier["role"]) == (endpoint, "control")
    assert "listening for 6 s" in done.stderr
    assert "→ 2<ENQ>" in done.stderr


@pytest.mark.process
def test_nobody_there_is_exit_1() -> None:
    """A port on which nobody listens is told in a line."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    endpoint = f"tcp:host=127.0.0.1:port={port}"
    command = [sys.executable, "-m", "gateway", "line", "doctor", "--endpoint", endpoint]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be examined" in done.stderr
    assert "Traceback" not in done.stderr
