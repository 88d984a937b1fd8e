"""Sets the demo up: a folder of its own, roster and configuration, then every process, each once it is ready.

Rules: every port is chosen by the system and read from the process that has it, so that no two can want the
same (the broker's: see `broker`). Every wait is bounded, and one that ends in vain says which process it was
and what it wrote.
"""

import json
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from twisted.internet import task

from simulators.demo.broker import BrokerProcess
from simulators.demo.children import READY_SECONDS, Child, Trouble
from simulators.demo.duty import Roster
from simulators.demo.gateway_api import GatewayApi
from simulators.demo.scenes import CATCH_ALL, SOURCE_NAMES, Way
from simulators.demo.story import BEEPS

ZONE: Final = "Europe/Stockholm"
ANSWER_DELAY: Final = 1.5
"""Seconds until the owner of a handset presses OK: long enough to be seen waiting."""

COMMAND_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 0.1
PASSWORD_ENV: Final = "BAKJOUR_SMPP_PASSWORD"  # noqa: S105 (its name)

CONFIG: Final = """\
[gateway]
timezone = "{zone}"
region = "SE"
catch_all = "{catch_all}"

[alarms]
receivers = ["{catch_all}"]

[store]
path = "bakjour.db"

[web]
listen = "tcp:0:interface=127.0.0.1"

[[source]]
type = "tcp"
name = "{source}"
listen = "tcp:0:interface=127.0.0.1"

[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port={dect}"
beep_map = {{ {beeps} }}

[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port={smsc}"
system_id = "bakjour"
password_env = "{password_env}"
source_address = "+46701740699"
"""

MQTT_SOURCE: Final = """
[[source]]
type = "mqtt"
name = "{source}"
host = "127.0.0.1"
port = {port}
client_id = "bakjour-demo"
"""


class Stage:
    """The processes. `on_dect` and `on_smsc` get each thing that their devices tell."""

    def __init__(
        self,
        reactor: Any,
        folder: Path,
        off: Sequence[str],
        on_dect: Callable[[dict[str, Any]], None],
        on_smsc: Callable[[dict[str, Any]], None],
    ) -> None:
        self._reactor = reactor
        self._folder = folder
        self._off = {number.removeprefix("+") for number in off}
        self.config = folder / "bakjour.toml"
        self._password = secrets.token_hex(4)  # eight octets are the most that SMPP has room for
        self._environment = os.environ | {PASSWORD_ENV: self._password, "PYTHONUNBUFFERED": "1"}
        self.dect = Child("the DECT system", lambda line: on_dect(json.loads(line)))
        self.smsc = Child("the SMS centre", lambda line: on_smsc(json.loads(line)))
        self.gateway = Child("the gateway")
        self.broker = BrokerProcess()
        self._commands: list[Child] = []
        self.events = ""  # the endpoint that Clinic24 connects to

    @property
    def children(self) -> list[Child]:
        """Every process, in the order in which they are to be ended."""
        return [*self._commands, self.gateway, self.broker.child, self.dect, self.smsc]

    async def make_roster(self) -> Roster:
        """Let the gateway write its sample roster, and read it."""
        await self._bakjour("init", str(self._folder))
        return Roster.read(self._folder / "roster.toml", ZONE)

    async def start_broker(self) -> None:
        """Start the MQTT broker."""
        await self.broker.start(self._reactor, self._folder, self._environment)

    async def start_devices(self, roster: Roster) -> None:
        """Start the DECT system with the roster's handsets, and the SMS centre."""
        unknown = self._off - set(roster.devices())
        if unknown:
            raise Trouble(f"--off: no device has the number {', '.join(sorted(unknown))}")
        extensions = [one.number for one in roster.receivers.values() if one.has_handset]
        dect = ["--handsets", ",".join(extensions), "--answer-delay", str(ANSWER_DELAY)]
        dect += [f"--state={extension}=off" for extension in extensions if extension in self._off]
        smsc = [f"--password={self._password}"]
        smsc += [f"--number={number}=off" for number in self._off - set(extensions)]
        self._simulator(self.dect, "dect", dect)
        self._simulator(self.smsc, "smsc", smsc)
        dect_port = await self._listening(self.dect, "port")
        smsc_port = await self._listening(self.smsc, "address")
        self.config.write_text(
            CONFIG.format(
                zone=ZONE,
                catch_all=CATCH_ALL,
                source=SOURCE_NAMES[Way.TCP],
                dect=dect_port,
                smsc=smsc_port,
                beeps=", ".join(f"{priority} = {code}" for priority, code in BEEPS.items()),
                password_env=PASSWORD_ENV,
            )
            + self._mqtt_source(),
            encoding="utf-8",
        )

    async def start_gateway(self) -> GatewayApi:
        """Import the roster, make a key, start the gateway; returns once every line of it is up."""
        await self._bakjour("roster", "import", str(self._folder / "roster.toml"), *self._configured)
        key = (await self._bakjour("key", "add", "demo", "--scope", "read", *self._configured))[-1]
        addresses: list[str] = []
        self.gateway.on_line = addresses.append
        self.gateway.start(self._reactor, ["-m", "gateway", "serve", *self._configured], self._environment)
        await self.gateway.line(self._reactor, lambda line: line == "ready", READY_SECONDS)
        web = _address(addresses, "web")
        port = _address(addresses, SOURCE_NAMES[Way.TCP]).rpartition(":")[2]
        self.events = f"tcp:host=127.0.0.1:port={port}"
        api = GatewayApi(self._reactor, web, key)
        await self._wait_for_lines(api)
        return api

    @property
    def _configured(self) -> tuple[str, str]:
        return "--config", str(self.config)

    async def _bakjour(self, *arguments: str) -> list[str]:
        command = Child(f"bakjour {arguments[0]}")
        self._commands.append(command)
        command.start(self._reactor, ["-m", "gateway", *arguments], self._environment)
        lines = await command.done(self._reactor, COMMAND_SECONDS)
        self._commands.remove(command)
        return lines

    def _simulator(self, child: Child, name: str, options: Sequence[str]) -> None:
        listen = ["--listen", "tcp:0:interface=127.0.0.1", "--json"]
        child.start(self._reactor, ["-m", "simulators", name, *listen, *options], self._environment)

    def _mqtt_source(self) -> str:
        if self.broker.port is None:
            return ""
        return MQTT_SOURCE.format(source=SOURCE_NAMES[Way.MQTT], port=self.broker.port)

    async def _listening(self, child: Child, member: str) -> str:
        line = await child.line(self._reactor, lambda line: '"listening"' in line, READY_SECONDS)
        return str(json.loads(line)[member])

    async def _wait_for_lines(self, api: GatewayApi) -> None:
        deadline = self._reactor.seconds() + READY_SECONDS
        while True:
            ready, detail = await api.ready()
            if ready:
                return
            if not self.gateway.running or self._reactor.seconds() > deadline:
                raise Trouble(self.gateway.told(f"is not ready: {detail}"))
            await task.deferLater(self._reactor, LOOK_SECONDS)


def _address(lines: Sequence[str], name: str) -> str:
    """What `listening NAME: ADDRESS` says."""
    begins = f"listening {name}: "
    for line in lines:
        if line.startswith(begins):
            return line.removeprefix(begins)
    raise Trouble(f"the gateway does not say where {name} listens")
