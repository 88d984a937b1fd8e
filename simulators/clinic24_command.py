"""`bakjour-sim clinic24`: sends events and reports what became of each."""

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from twisted.internet import task
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint

from simulators.clinic24 import Clinic24, Fate
from simulators.clinic24_plan import PlanError, Planned, plan_random, read_scenario
from simulators.clinic24_report import Report

LOOK_SECONDS: Final = 0.05
"""How often the end of a run is looked for."""


def command(
    connect: Annotated[str, typer.Option(help="The gateway, like tcp:host=127.0.0.1:port=4024")],
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
) -> None:
    """Send events to the gateway over TCP and report what became of each.

    Exit 0: every line got its answer, and none was rejected or put off unless the scenario expects it.

    A scenario file (TOML) holds tables named event: at (seconds), the members of an event (id, type, unit,
    profession, priority, case, callback) or raw (any text), and expect (accepted, duplicate, rejected …).
    """
    if scenario is not None:
        plan = _read(scenario)
    else:
        now = time.time_ns() // 1_000_000
        plan = plan_random(seed, count, rate, units.split(","), run or secrets.token_hex(4), now, malformed)
    from twisted.internet import reactor as installed  # noqa: PLC0415 (the import installs one)

    reactor: Any = installed
    reactor.seconds = time.monotonic  # wall time by default: a clock that is set back would freeze the run
    endpoint = _endpoint(reactor, connect)
    report = Report(as_json)
    clinic = Clinic24(reactor, endpoint, report.happening)
    code: Any = 1
    try:
        task.react(lambda running: Deferred.fromCoroutine(drive(running, clinic, plan, patience, wait)))
    except SystemExit as done:
        code = done.code
    good = len(clinic.fates) == len(plan) and all(fate.good for fate in clinic.fates)
    report.summary(clinic.fates, good)
    raise typer.Exit(0 if good and not code else 1)


async def drive(
    clock: IReactorTime, clinic: Clinic24, plan: Sequence[Planned], patience: float, wait: float
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
