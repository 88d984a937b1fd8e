"""What `+CMS ERROR` and `+CME ERROR` mean for a message (3GPP TS 27.005 clause 3.2.5, 27.007 clause 9.2).

Rule: a code is judged by what helps: trying again, another number, or a person. One that is not in the
tables, and a bare ERROR, is UNKNOWN: worth a few tries and no more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class ErrorClass(Enum):
    """What to do about a refused message."""

    TEMPORARY = "temporary"  # network or centre busy, the phone out of service: later
    NUMBER = "permanent for this number"
    OURS = "permanent for us"  # subscription, barring, a setting: every message would be refused
    MODEM = "modem or SIM"  # its state, which is supervised: later, when it is mended
    MEMORY_FULL = "memory full"
    UNKNOWN = "unknown"


_T, _N, _O, _M = ErrorClass.TEMPORARY, ErrorClass.NUMBER, ErrorClass.OURS, ErrorClass.MODEM

CMS: Mapping[int, tuple[ErrorClass, str]] = {
    1: (_N, "unassigned number"),
    8: (_O, "operator determined barring"),
    10: (_O, "call barred"),
    17: (_T, "network failure"),
    21: (_O, "short message transfer rejected"),
    22: (_T, "congestion"),
    27: (_T, "destination out of service"),
    28: (_N, "unidentified subscriber"),
    29: (_O, "facility rejected"),
    30: (_N, "unknown subscriber"),
    38: (_T, "network out of order"),
    41: (_T, "temporary failure"),
    42: (_T, "congestion"),
    47: (_T, "resources unavailable"),
    50: (_O, "requested facility not subscribed"),
    69: (_O, "requested facility not implemented"),
    81: (_O, "invalid reference value"),
    95: (_O, "invalid message"),
    96: (_O, "invalid mandatory information"),
    97: (_O, "message type not implemented"),
    98: (_O, "message not compatible with protocol state"),
    99: (_O, "information element not implemented"),
    111: (_O, "protocol error"),
    127: (_O, "interworking"),
    192: (_T, "service centre busy"),
    193: (_O, "no service centre subscription"),
    194: (_T, "service centre system failure"),
    195: (_N, "invalid address"),
    196: (_N, "destination barred"),
    198: (_O, "error in mobile station"),
    300: (_M, "modem failure"),
    301: (_T, "SMS service of the modem reserved"),
    302: (_O, "operation not allowed"),
    303: (_O, "operation not supported"),
    304: (_O, "invalid PDU mode parameter"),
    305: (_O, "invalid text mode parameter"),
    310: (_M, "SIM not inserted"),
    311: (_M, "SIM PIN required"),
    312: (_M, "PH-SIM PIN required"),
    313: (_M, "SIM failure"),
    314: (_T, "SIM busy"),
    315: (_M, "SIM wrong"),
    316: (_M, "SIM PUK required"),
    317: (_M, "SIM PIN2 required"),
    318: (_M, "SIM PUK2 required"),
    320: (_M, "memory failure"),
    322: (ErrorClass.MEMORY_FULL, "memory full"),
    330: (_O, "service centre's address unknown"),
    331: (_T, "no network service"),
    332: (_T, "network timeout"),
    500: (ErrorClass.UNKNOWN, "unknown error"),
    513: (_T, "modem busy"),
    515: (_T, "modem busy"),
}

CME: Mapping[int, tuple[ErrorClass, str]] = {
    10: (_M, "SIM not inserted"),
    11: (_M, "SIM PIN required"),
    12: (_M, "SIM PUK required"),
    13: (_M, "SIM failure"),
    14: (_T, "SIM busy"),
    15: (_M, "SIM wrong"),
    16: (_M, "incorrect password"),
    17: (_M, "SIM PIN2 required"),
    18: (_M, "SIM PUK2 required"),
    20: (ErrorClass.MEMORY_FULL, "memory full"),
    30: (_T, "no network service"),
    31: (_T, "network timeout"),
    32: (_M, "emergency calls only"),
}

SIM_BUSY, SIM_MISSING, PUK_WANTED, WRONG_PIN = 14, 10, 12, 16
"""Codes of CME that the entry of a PIN tells apart."""

NO_NETWORK = frozenset({("CMS", 331), ("CMS", 332), ("CME", 30), ("CME", 31), ("CME", 32)})

_FAULT = re.compile(r"(?:\+(CMS|CME) )?ERROR(?::\s*(.*))?", re.IGNORECASE)
_TABLES = {"CMS": CMS, "CME": CME}
_NAMES = {
    (kind, words.casefold()): code for kind, rows in _TABLES.items() for code, (_, words) in rows.items()
}
WORDS_MAX = 60
"""Characters of a modem's own words that are kept."""


@dataclass(frozen=True, slots=True)
class ModemError:
    """A refusal. `source` is CMS, CME or "" for a bare ERROR; `code` is None where none was given."""

    source: str = ""
    code: int | None = None
    words: str = ""

    @property
    def kind(self) -> ErrorClass:
        """What to do about it."""
        row = _TABLES.get(self.source, {}).get(-1 if self.code is None else self.code)
        return ErrorClass.UNKNOWN if row is None else row[0]

    @property
    def no_network(self) -> bool:
        """Whether the modem has lost its network, which supervision shows."""
        return (self.source, self.code) in NO_NETWORK

    def __str__(self) -> str:
        row = _TABLES.get(self.source, {}).get(-1 if self.code is None else self.code)
        words = self.words if row is None else row[1]
        code = "" if self.code is None else f" {self.code}"
        return f"{self.source} ERROR{code}".strip() + (f" ({words})" if words else "")


def read_error(text: str) -> ModemError | None:
    """The refusal that a line is, in numbers or (modems that ignore +CMEE=1) in words; None if it is none."""
    found = _FAULT.fullmatch(text)
    if found is None:
        return None
    source, said = (found[1] or "").upper(), (found[2] or "").strip()
    if said.isascii() and said.isdigit() and len(said) <= 5:
        return ModemError(source, int(said))
    return ModemError(source, _NAMES.get((source, said.casefold())), said[:WORDS_MAX])
