"""Commands against a running gateway, over its control socket and its TCP source."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app

READY_WITHIN = 60  # seconds; a loaded machine takes its time to import

SERVE = [sys.executable, "-m", "gateway", "serve"]

pytestmark = pytest.mark.process


class Running:
    """A gateway of its own process, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command("init", str(folder))
        path = folder / "bakjour.toml"
        text = path.read_text("utf-8").replace("tcp:8080:", "tcp:0:").replace("tcp:4024:", "tcp:0:")
        # Ports on which nobody listens: the lines are down, which is what is looked at.
        path.write_text(text.replace("port=4444", "port=1").replace("port=2775", "port=1"), "utf-8")
        self.command("roster", "import", str(folder / "roster.toml"))
        self.process = subprocess.Popen(SERVE, cwd=folder, stdout=subprocess.PIPE, text=True)
        self.addresses: list[str] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            self.addresses.append(line)

    def command(self, *arguments: str, code: int = 0) -> str:
        """What a command printed; it must end with `code`. In this process, which has imported it all."""
        config = {"BAKJOUR_CONFIG": str(self.folder / "bakjour.toml")}
        done = CliRunner().invoke(app, arguments, env=config)
        assert done.exit_code == code, done.output
        return done.stdout

    def stop(self) -> int:
        """End it as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(READY_WITHIN)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    gateway = Running(tmp_path_factory.mktemp("gateway"))
    yield gateway
    if gateway.process.poll() is None:
        gateway.process.kill()
        gateway.process.wait()
    assert gateway.process.stdout is not None
    gateway.process.stdout.close()


def test_a_life(running: Running) -> None:
    """An event is sent, seen and shown; keys and rosters change while it runs; it ends cleanly."""
    assert len(running.addresses) == 2
    port = re.search(r"127\.0\.0\.1:(\d+)", running.addresses[0])
    assert port is not None
    lines = json.loads(running.command("lines", "--json"))
    assert [line["name"] for line in lines] == ["tcp", "dect", "sms"]
    sent = json.loads(
        running.command("send", "hc-andersberg", "nurse", "--to", f"127.0.0.1:{port[1]}", "--json")
    )
    assert sent["status"] == "accepted"
    alert = json.loads(running.command("alerts", sent["alert"], "--json"))
    assert alert["open"]
    assert alert["timeline"]
    assert running.command("alerts").startswith(f"{sent['alert']}\t")
    assert running.command("key", "add", "x", "--scope", "read").startswith("bakjour_")
    assert running.command("roster", "import", str(running.folder / "roster.toml"), "--dry-run") == ""
    running.command("who", "hc-andersberg", "nurse")
    running.command("alerts", "999", code=1)
    second = subprocess.run(SERVE, cwd=running.folder, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "in use by process" in second.stderr
    assert running.stop() == 0
    assert not (running.folder / "bakjour.db.sock").exists()
    running.command("alerts", sent["alert"])  # without the gateway, from the store
