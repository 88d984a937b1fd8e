"""schemathesis, a program of others, reads our OpenAPI document and tries whatever it allows and forbids.

The gateway, a DECT system and an SMS centre run as processes, so that /readyz has lines that are up. Left out
is what has no end (`/api/live`) and, for the session, what would end it.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
PASSWORD = "correct horse battery"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
EXAMPLES = "200" if os.environ.get("BAKJOUR_FULL") == "1" else "15"
SETTINGS = """
[parameters]
unit = "hc-andersberg"
profession = "nurse"
"""
"""Without these nearly every request would end at a unit that does not exist."""


@dataclass
class Site:
    """A gateway that serves, with a key of everything and a session of IT."""

    folder: Path
    address: str
    key: str


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(folder: Path, *arguments: str, said: str = "") -> str:
    command = [sys.executable, "-m", "gateway", *arguments]
    done = subprocess.run(command, cwd=folder, input=said, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Three processes on free ports of the loopback."""
    folder = tmp_path_factory.mktemp("fuzzed")
    dect, centre = _free_port(), _free_port()
    _run(folder, "init", ".")
    path = folder / "bakjour.toml"
    text = path.read_text("utf-8").replace("tcp:8080:", "tcp:0:").replace("tcp:4024:", "tcp:0:")
    path.write_text(text.replace("port=4444", f"port={dect}").replace("port=2775", f"port={centre}"), "utf-8")
    _run(folder, "roster", "import", "roster.toml")
    (key,) = re.findall(r"^\S{30,}$", _run(folder, "key", "add", "fuzz", "--scope", "admin"), re.M)
    _run(folder, "admin", "add", "it", "--name", "Ivar Tek", said=PASSWORD + "\n")
    quiet = {"cwd": folder, "stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
    simulators = [
        subprocess.Popen([BIN / "bakjour-sim", kind, "--listen", f"tcp:{port}:interface=127.0.0.1"], **quiet)  # type: ignore[call-overload]
        for kind, port in (("dect", dect), ("smsc", centre))
    ]
    serve = [sys.executable, "-m", "gateway", "serve"]
    gateway = subprocess.Popen(
        serve, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield Site(folder, _address(gateway), key)
        assert gateway.poll() is None, "the gateway has ended"
    finally:
        for process in (gateway, *simulators):
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def _address(gateway: "subprocess.Popen[str]") -> str:
    assert gateway.stdout is not None
    told = ""
    for line in gateway.stdout:
        if line.strip() == "ready":
            break
        told += line
    found = re.search(r"http://127\.0\.0\.1:\d+", told)
    assert found, told
    return found[0]


def _judged(site: Site, headers: dict[str, str], *options: str) -> None:
    settings = site.folder / "schemathesis.toml"
    settings.write_text(SETTINGS, "utf-8")
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [str(BIN / "schemathesis"), "--no-color", "--config-file", str(settings), "run", *given]
    command += [f"{site.address}/api/openapi.json", "--checks", CHECKS, "--exclude-path", "/api/live"]
    command += ["--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "10", *options]
    done = subprocess.run(command, cwd=site.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_with_a_session(site: Site) -> None:
    """No 5xx and nothing undocumented for whoever is logged in; first, for the other changes passwords."""
    body = json.dumps({"username": "it", "password": PASSWORD}).encode()
    asked = urllib.request.Request(f"{site.address}/api/session", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked) as reply:
        cookie, csrf = reply.headers["Set-Cookie"].partition(";")[0], json.load(reply)["csrf"]
    headers = {"Cookie": cookie, "X-CSRF-Token": csrf}
    _judged(site, headers, "--include-path-regex", "^/api/session", "--exclude-method", "DELETE")


def test_with_a_key(site: Site) -> None:
    """Whatever the document allows or forbids, no route answers 5xx or what the document does not say."""
    _judged(site, {"Authorization": f"Bearer {site.key}"}, "--phases", "coverage,fuzzing")
