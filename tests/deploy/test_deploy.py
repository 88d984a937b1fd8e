"""What is shipped for running: image, compose file, broker, service unit. Each names only what exists."""

import os
import pwd
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config import Config, MqttSource, parse
from simulators.__main__ import COMMANDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture
def config() -> Config:
    """The configuration in the image."""
    return parse(
        (ROOT / "deploy/bakjour.toml").read_bytes(), Path("/etc/bakjour"), {"BAKJOUR_SMPP_PASSWORD": "x"}
    )


def copied() -> list[str]:
    """What the Dockerfile takes from the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return [source for line in lines for source in shlex.split(line)[:-1]]


def test_image_is_made_of_what_exists() -> None:
    """Every source of a COPY is there, and .dockerignore lets it through."""
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert len(copied()) > 5
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed, source


def test_image_is_pinned_and_unprivileged() -> None:
    """Packages are installed by hash, the process is not root, and its health is asked without curl."""
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements/runtime.txt" in text
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert "/healthz" in text
    assert "curl" not in text


def test_image_configuration(config: Config, compose: dict[str, Any]) -> None:
    """It is valid, keeps everything in the volume, and its hosts are services that listen there."""
    assert config.store.path == Path("/data/bakjour.db")
    for carrier in config.carrier:
        match = re.fullmatch(r"tcp:host=(\w+):port=(\d+)", carrier.endpoint)
        assert match is not None
        assert f"tcp:{match[2]}" in compose["services"][match[1]]["command"]
    assert [one.host for one in config.source if isinstance(one, MqttSource)] == ["mosquitto"]


def test_compose_names_what_exists(compose: dict[str, Any]) -> None:
    """Mounted files exist, mounted volumes are declared, and services that are waited for are services."""
    services = compose["services"]
    assert set(services) == {"gateway", "mosquitto", "dect", "smsc", "clinic24"}
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (ROOT / source).is_file() if source.startswith(".") else source in compose["volumes"]
            assert known, (name, volume)
        assert set(service.get("depends_on", {})) <= set(services), name


def test_compose_is_hardened_and_watched(compose: dict[str, Any]) -> None:
    """No service can write its own file system or gain a right; each that serves has a health check."""
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        # The gateway's is the image's own.
        assert name == "gateway" or "healthcheck" in service, name


def test_compose_runs_simulators_that_exist(compose: dict[str, Any]) -> None:
    """Each simulator's subcommand is one of `bakjour-sim`, and knows the options it is given."""
    for name, service in compose["services"].items():
        if service.get("entrypoint") != ["bakjour-sim"]:
            continue
        command, *arguments = service["command"]
        assert command in COMMANDS, name
        source = (ROOT / (COMMANDS[command].replace(".", "/") + ".py")).read_text()
        for option in [argument for argument in arguments if argument.startswith("--")]:
            named = option.removeprefix("--").replace("-", "_")
            assert f'"{option}"' in source or f"    {named}: " in source, (name, option)


def test_broker_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    """The broker's configuration has the three lines without which it loses events, and it can be read."""
    text = (ROOT / "deploy/mosquitto.conf").read_text()
    lines = text.splitlines()
    assert {"persistence true", "autosave_on_changes true", "autosave_interval 1"} <= set(lines)
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is not installed (Debian: apt-get install mosquitto)")
    here = text.replace("/mosquitto/data/", f"{tmp_path}/").replace("listener 1883", "listener 0 unix.sock")
    user = pwd.getpwuid(os.getuid()).pw_name  # as root it would become another, who may not write here
    (tmp_path / "mosquitto.conf").write_text(f"{here}\nlog_dest stderr\nuser {user}\n")
    command = [program, "-v", "-c", str(tmp_path / "mosquitto.conf")]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as broker:
        try:
            said = []
            for line in broker.stderr:
                said.append(line)
                if "running" in line or "Error" in line:
                    break
        finally:
            broker.kill()
    assert "running" in said[-1], said


def test_service_unit(tmp_path: Path) -> None:
    """systemd finds nothing wrong with the unit."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed (Debian: apt-get install systemd)")
    unit = (ROOT / "deploy/bakjour.service").read_text()
    # Where it is checked, the program is not installed in /opt.
    (tmp_path / "bakjour.service").write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit, flags=re.M)
    )
    done = subprocess.run(
        [program, "verify", str(tmp_path / "bakjour.service")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_service_unit_fits_the_gateway() -> None:
    """The unit waits for READY=1 and for signs of life, longer than a store may stall; exit 2 stays down."""
    unit = (ROOT / "deploy/bakjour.service").read_text().splitlines()
    assert {"Type=notify", "WatchdogSec=60", "Restart=always", "RestartPreventExitStatus=2"} <= set(unit)
