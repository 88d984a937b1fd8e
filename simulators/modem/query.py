"""A command line of the simulated modem, taken apart, and how it is refused."""

import re
from typing import NamedTuple

_COMMAND = re.compile(r"AT(\+?[A-Z&]+?)(?:(=\?)|(\?)|=(.*)|([0-9]))?", re.IGNORECASE)


class Refused(Exception):  # noqa: N818 - named for what is the case
    """`kind` is CME, CMS or ERROR; `code` is its number, None for a bare ERROR."""

    def __init__(self, kind: str = "ERROR", code: int | None = None) -> None:
        super().__init__(f"{kind} {code}")
        self.kind = kind
        self.code = code


def cme(code: int) -> Refused:
    """An error of the equipment (27.007 clause 9.2)."""
    return Refused("CME", code)


def cms(code: int) -> Refused:
    """An error of the message service (27.005 clause 3.2.5)."""
    return Refused("CMS", code)


class Query(NamedTuple):
    """`form` is "=?" (test), "?" (read), "=" (set) or "" (do)."""

    name: str
    form: str
    arguments: list[str]

    def number(self, place: int, otherwise: Refused) -> int:
        """The argument at `place` as a whole number; raises `otherwise` if it is none."""
        told = self.arguments[place] if place < len(self.arguments) else ""
        if not told.isascii() or not told.isdigit() or len(told) > 6:
            raise otherwise
        return int(told)


def parse(text: str) -> Query | None:
    """A command line taken apart; None for what is none."""
    if text.upper() == "AT":
        return Query("", "", [])
    found = _COMMAND.fullmatch(text)
    if found is None:
        return None
    form = found[2] or found[3] or ("=" if found[4] is not None else "")
    told = found[4] if found[4] is not None else found[5]
    arguments = [] if told is None else [part.strip().strip('"') for part in told.split(",")]
    return Query(found[1].upper(), form, arguments)
