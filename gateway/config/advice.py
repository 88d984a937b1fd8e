"""What a valid configuration will not do: routes that nobody can answer, people whom no carrier reaches.

Rules: advice never stops the gateway; it is shown by `bakjour check` and at the start. Judged is what the
configuration says of itself (`advise`), and what it means for the people of the roster (`advise_roster`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.config.credentials import Credentials
from gateway.config.espa444 import EspaSource
from gateway.config.lines import Carrier
from gateway.config.model import Config
from gateway.config.modem import GsmModemCarrier
from gateway.config.smpp import SmppCarrier
from gateway.model import NumberKind


@dataclass(frozen=True, slots=True)
class Warned:
    """One thing that cannot work, or not as well as somebody may think."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reach:
    """A receiver as the carriers see him: the kinds of his numbers, the preferred one first."""

    id: str
    name: str
    kinds: tuple[NumberKind, ...]


def advise(config: Config) -> tuple[Warned, ...]:
    """What is doubtful in the configuration alone."""
    warned = [
        Warned(f"{path}.{key}", f"stands in clear; {key}_env or {key}_file keeps it out of the file")
        for path, key in _in_clear(config)
    ]
    for place, carrier in enumerate(config.carrier):
        if not carrier.answers:
            warned.append(_unanswerable(f"carrier[{place}]", carrier))
    for kind in NumberKind:
        if not config.serving(kind):
            warned.append(Warned("carrier", f"no carrier serves {kind}: such numbers cannot be paged"))
    if not config.source:
        warned.append(Warned("source", "there is none: no event can come in but by HTTP"))
    return tuple(warned)


def advise_roster(
    config: Config, receivers: Mapping[str, Reach], units: Mapping[str, Iterable[str]]
) -> tuple[Warned, ...]:
    """What the configuration means for the roster.

    `receivers` by id; `units` by id with every receiver that may be paged for it, fallbacks included.
    """
    warned = [
        Warned(path, f"{name!r} is not in the roster")
        for path, name in _named(config)
        if name not in receivers
    ]
    for receiver in receivers.values():
        unserved = [kind for kind in receiver.kinds if not config.serving(kind)]
        warned += [
            Warned(
                f"receiver {receiver.id}", f"no carrier serves {kind}, the kind of {receiver.name}'s number"
            )
            for kind in unserved
        ]
    for unit, members in units.items():
        warned += _unit(config, unit, [receivers[member] for member in members if member in receivers])
    return tuple(warned)


def _in_clear(config: Config) -> list[tuple[str, str]]:
    lines: list[tuple[str, object]] = [(f"source[{place}]", line) for place, line in enumerate(config.source)]
    lines += [(f"carrier[{place}]", line) for place, line in enumerate(config.carrier)]
    return [
        (path, "pin" if isinstance(line, GsmModemCarrier) else "password")
        for path, line in lines
        if isinstance(line, Credentials | GsmModemCarrier) and line.password_in_clear
    ]


def _unanswerable(path: str, carrier: Carrier) -> Warned:
    if isinstance(carrier, SmppCarrier) and carrier.sender_is_name:
        reason = f"the sender {carrier.source_address!r} is a name, and no phone can reply to a name"
        return Warned(f"{path}.source_address", f"nobody can answer over {carrier.name}: {reason}")
    return Warned(path, f"nobody can answer over {carrier.name}: every alert goes up its ladder to the end")


def _named(config: Config) -> list[tuple[str, str]]:
    named = [("gateway.catch_all", config.gateway.catch_all)] if config.gateway.catch_all else []
    for place, source in enumerate(config.source):
        aliases = source.aliases if isinstance(source, EspaSource) else {}
        named += [
            (f"source[{place}].aliases.{address}", alias.receiver)
            for address, alias in aliases.items()
            if alias.receiver is not None
        ]
    return named + [
        (f"{section}.receivers[{place}]", name)
        for section, names in (
            ("alarms", config.alarms.receivers),
            ("coverage", config.coverage.receivers),
        )
        for place, name in enumerate(names)
    ]


def _unit(config: Config, unit: str, members: list[Reach]) -> list[Warned]:
    kinds = {kind for member in members for kind in member.kinds}
    carriers = [carrier for carrier in config.carrier if carrier.serves in kinds]
    if not members:
        return [Warned(f"unit {unit}", "has no receiver at all, not even a fallback")]
    if len(carriers) == 1:
        return [
            Warned(
                f"unit {unit}",
                f"hangs on one carrier, {carriers[0].name}: when it is down, nobody is reached",
            )
        ]
    if carriers and not any(carrier.answers for carrier in carriers):
        return [Warned(f"unit {unit}", "has no route that an answer can come back by")]
    return []
