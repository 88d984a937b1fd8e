"""`bakjour-sim clinic24`: sends events and reports what became of each."""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import typer
from twisted.internet import task
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint

from simulators import mqtt_reactor
from simulators.clinic24 import Clinic24
from simulators.clinic24_fates import Clinic, Fate
from simulators.clinic24_mqtt import EVENTS, STATUS, MqttClinic24, Topics
from simulators.clinic24_plan import PlanError, Planned, plan_random, read_scenario
from simulators.clinic24_report import Report
from simulators.mqtt_client import Broker, is_topic

LOOK_SECONDS: Final = 0.05
"""How often the end of a run is looked for."""

MQTT_PORT: Final = 1883
MQTT_PANEL: Final = "With --connect mqtt://HOST:PORT"


def command(
    connect: Annotated[
        str,
        typer.Option(help="The gateway, like tcp:host=127.0.0.1:port=4024, or a broker: mqtt://HOST:PORT"),
    ],
    rate: Annotated[float, typer.Option(min=0.001, help="Events a second")] = 2.0,
    count: Annotated[int, typer.Option(min=1, help="How many events")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed makes the same events")] = 1,
    units: Annotated[str, typer.Option(help="Ids of units, with commas")] = "hc-andersberg",
    run: Annotated[
        str, typer.Option(help="Begins every id; the same run twice gives duplicates. Default: random")
    ] = "",
    malformed: Annotated[float, typer.Option(min=0, max=1, help="Share of lines to spoil on purpose")] = 0.0,
    scenario: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="TOML, instead of these")
    ] = None,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for answers after the last line")
    ] = 30.0,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for outcomes after the last answer")
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per thing that happens")] = False,
    topic: Annotated[
        str, typer.Option(help="Where events are published", rich_help_panel=MQTT_PANEL)
    ] = EVENTS,
    status_topic: Annotated[
        str, typer.Option(help="Where answers and outcomes are heard", rich_help_panel=MQTT_PANEL)
    ] = STATUS,
    response_topic: Annotated[
        str | None, typer.Option(help="Where answers are asked for (MQTT 5)", rich_help_panel=MQTT_PANEL)
    ] = None,
    mqtt_version: Annotated[Literal["3.1.1", "5"], typer.Option(rich_help_panel=MQTT_PANEL)] = "5",
    client_id: Annotated[
        str, typer.Option(help="The broker's session is its. Default: random", rich_help_panel=MQTT_PANEL)
    ] = "",
    username: Annotated[str | None, typer.Option(rich_help_panel=MQTT_PANEL)] = None,
    password: Annotated[
        str | None, typer.Option(envvar="BAKJOUR_MQTT_PASSWORD", rich_help_panel=MQTT_PANEL)
    ] = None,
) -> None:
    """Send events to the gateway over TCP, or to a broker of MQTT, and report what became of each.

    Exit 0: every line got its answer, and none was rejected or put off unless the scenario expects it.

    A scenario file (TOML) holds tables named event: at (seconds), the members of an event (id, type, unit,
    profession, priority, case, callback) or raw (any text), and expect (accepted, duplicate, rejected …).
    """
    if scenario is not None:
        plan = _read(scenario)
    else:
        now = time.time_ns() // 1_000_000
        plan = plan_random(seed, count, rate, units.split(","), run or secrets.token_hex(4), now, malformed)
    five = mqtt_version == "5"
    reactor = mqtt_reactor.install()
    report = Report(as_json)
    clinic: Clinic
    if connect.startswith("mqtt"):
        broker = broker_of(connect, client_id, username, password, five)
        topics = topics_of(topic, status_topic, response_topic, five)
        clinic = MqttClinic24(reactor, broker, topics, report.happening)
    else:
        clinic = Clinic24(reactor, _endpoint(reactor, connect), report.happening)
    reactor.addSystemEventTrigger("before", "shutdown", clinic.stop)
    code: Any = 1
    try:
        task.react(lambda running: Deferred.fromCoroutine(drive(running, clinic, plan, patience, wait)))
    except SystemExit as done:
        code = done.code
    good = len(clinic.fates) == len(plan) and all(fate.good for fate in clinic.fates)
    report.summary(clinic.fates, good)
    raise typer.Exit(0 if good and not code else 1)


async def drive(
    clock: IReactorTime, clinic: Clinic, plan: Sequence[Planned], patience: float, wait: float
) -> list[Fate]:
    """Send the plan, each line at its time; then wait for answers, then for outcomes, but not for ever."""
    clinic.start()
    begun = clock.seconds()
    for planned in plan:
        ahead = begun + planned.at - clock.seconds()
        if ahead > 0:
            await task.deferLater(clock, ahead)
        clinic.send(planned)
    await _until(clock, patience, lambda: not any(fate.waiting for fate in clinic.fates))
    await _until(clock, wait, lambda: all(fate.closed or fate.waiting for fate in clinic.fates))
    await clinic.stop()
    return clinic.fates


async def _until(clock: IReactorTime, seconds: float, reached: Callable[[], bool]) -> None:
    end = clock.seconds() + seconds
    while not reached() and clock.seconds() < end:
        await task.deferLater(clock, LOOK_SECONDS)


def _read(scenario: Path) -> list[Planned]:
    try:
        return read_scenario(scenario.read_text(encoding="utf-8"))
    except (PlanError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{scenario}: {error}", param_hint="--scenario") from None


def _endpoint(reactor: Any, description: str) -> IStreamClientEndpoint:
    if description.startswith("ssl:") and "hostname=" not in description:
        raise typer.BadParameter(
            "ssl: verifies nothing without hostname=; or use tls:HOST:PORT", param_hint="--connect"
        )
    try:
        endpoint: IStreamClientEndpoint = clientFromString(reactor, description)  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise typer.BadParameter(f"no client endpoint: {error}", param_hint="--connect") from None
    return endpoint


def broker_of(url: str, client_id: str, username: str | None, password: str | None, five: bool) -> Broker:
    """The broker that the options mean. Raises BadParameter."""
    parts = urlsplit(url)
    try:
        port = parts.port or MQTT_PORT
    except ValueError:
        port = 0
    plain = f"{parts.scheme}://{parts.netloc}" == url and "@" not in parts.netloc
    if parts.scheme != "mqtt" or not plain or not parts.hostname or not port:
        raise typer.BadParameter(
            "a broker is mqtt://HOST or mqtt://HOST:PORT; user name and password are options",
            param_hint="--connect",
        )
    if password is not None and username is None:
        raise typer.BadParameter("is nothing without --username", param_hint="--password")
    return Broker(
        parts.hostname, port, client_id or f"clinic24-{secrets.token_hex(4)}", username, password, five
    )


def topics_of(events: str, status: str, response: str | None, five: bool) -> Topics:
    """The topics that the options mean. Raises BadParameter."""
    named = {"--topic": events, "--status-topic": status}
    if response is not None:
        named["--response-topic"] = response
        if not five:
            raise typer.BadParameter("MQTT 3.1.1 knows none", param_hint="--response-topic")
    for option, topic in named.items():
        if not is_topic(topic):
            raise typer.BadParameter("must be a topic without + and #", param_hint=option)
    if len(set(named.values())) < len(named):
        raise typer.BadParameter("must all be different", param_hint=", ".join(named))
    return Topics(events, status, response)
