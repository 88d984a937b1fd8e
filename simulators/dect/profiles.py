"""The habits of real stations, as profiles of the simulated one: each with where it is known from.

Rule: a profile holds only what its source says or what was seen when the station was run; what a person asks
for besides is added to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulators.dect.faults import Faults
from simulators.dect.paging import StatusMode


@dataclass(frozen=True, slots=True)
class Profile:
    """`faults` makes the habits of the line; `options` are keywords of PagingSystem."""

    source: str
    faults: Callable[[], Faults] = Faults
    options: Mapping[str, object] = field(default_factory=dict)


PROFILES: Mapping[str, Profile] = {
    "spec": Profile("ESPA 4.4.4, proposal of November 1984"),
    "digimat": Profile(
        "digimat-espa as seen when run: ends each session itself, an EOT in the same write kills the "
        "selection behind it, text above 7F is refused (by the version of its repository)",
        lambda: Faults(eot_after_ack=True, eot_kills=True, refuse_8_bit=True),
    ),
    "draxservice": Profile(
        "a fire panel's receiver: bare NAK, and 0.5 s from the first address of a selection to the second",
        lambda: Faults(bare_nak=True),
        {"select_window": 0.5},
    ),
    "ascom": Profile(
        "Ascom Unite CM, TD 92735EN: call types 5 and 6 are refused, headers 7 and 9 too",
        lambda: Faults(refused_call_types="56"),
    ),
    "ascom-cr": Profile(
        "the same with “Extra Carriage Return” on: a block without one is not seen",
        lambda: Faults(refused_call_types="56", demand_cr=True),
        {"trailing_cr": True},
    ),
    "avaya": Profile(
        "Avaya DECT Messenger: blocks other than calls are acknowledged and ignored; it reports nothing",
        lambda: Faults(ignore_other_headers=True),
        {"status_mode": StatusMode.NONE},
    ),
    "espalib": Profile(
        "EspaLib: sends an RS before ETX, and its receiver breaks on check characters that control the line",
        lambda: Faults(broken_bcc=b"\x01\x02\x03\x04\x1e\x1f"),
        {"trailing_rs": True},
    ),
}
"""By the name that `--profile` takes."""
