"""What particular systems do otherwise: small overrides of the defaults, each with where it is known from.

Rules: a profile holds only what its source says; whatever a site writes itself goes before it. The names are
those of the configuration's keys, so that a profile reads as what one would have written.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Dialect:
    """One profile: `source` says where it is known from, `keys` what it sets."""

    source: str
    keys: Mapping[str, Value]


DIALECTS: Mapping[str, Dialect] = {
    "spec": Dialect(
        "ESPA 4.4.4, proposal of November 1984: ISO 1177 characters (clause 2), regain after 10 s (3.7), "
        "two repetitions of a block (3.5)",
        {"format": "7E2", "regain_timeout": 10.0, "retries": 2},
    ),
    "ascom": Dialect(
        "Ascom Unite CM, installation guide TD 92735EN: its defaults towards a foreign paging system; text "
        "over 128 characters is cut there, record 5 is accepted and ignored",
        {
            "idle_poll": True,
            "extra_cr": False,
            "retry_delay": 1.0,
            "status_mode": "automatic",
            "max_active": 1,
            "max_text": 128,
        },
    ),
    "digimat": Dialect(
        "digimat-espa on PyPI, as seen when run: an EOT in the same write as a selection kills it, each "
        "block is followed by its own EOT, and a byte above 7F is refused",
        {"format": "8N1", "lead_eot": "never", "multi_block": False, "mask7": True, "select_timeout": 2.5},
    ),
    "daks": Dialect(
        "a hotel system's sender towards tetronik DAKS: letters are spelt in ASCII",
        {"charset": "ascii-translit"},
    ),
    "avaya": Dialect(
        "Avaya DECT Messenger, eESPA: it is the control station, takes one block a session, and acknowledges "
        "and ignores every block but calls, so that no status can be asked for",
        {"role": "polled", "multi_block": False, "retries": 2, "status_mode": "none"},
    ),
}
"""Every profile by the name used in the configuration."""
