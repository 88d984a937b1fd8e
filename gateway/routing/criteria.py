"""Which events alert, and which of the two roles an asked profession goes to.

Rules: both are configuration; the defaults are those of the customer's instruction. 1 is the most urgent
priority and handled as an emergency outside this flow, so that only an escalated case alerts at it by
default. An event without a priority (only an escalated case may lack it) counts as 1. Any other profession
than doctor and nurse goes to the nurse, and is shown only if it looks like one.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from gateway.model import Role
from protocols.clinic24.event import Kind

PRIORITIES = frozenset(range(1, 6))
WITHOUT_PRIORITY = 1
"""What a missing priority counts as: the safe side."""

MAX_SHOWN = 40  # characters of a profession that is shown
UNNAMED = "annan yrkesgrupp"
"""Shown instead of a profession that holds anything but letters, blanks and hyphens: it could be anything,
patient data included."""

DOCTOR_WORDS = ("doctor", "läkare")
NURSE_WORDS = ("nurse", "sjuksköterska")
ALERTING: Mapping[Kind, frozenset[int]] = {
    Kind.TRIAGED: frozenset({2, 3, 4, 5}),
    Kind.CONSULTATION: frozenset({2, 3, 4, 5}),
    Kind.ESCALATED: PRIORITIES,
    Kind.HANDOVER: frozenset({2, 3, 4, 5}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an asked profession means here."""

    role: Role
    shown: str | None  # the profession to show, None if it is one of the two
    word: str  # as compared


@dataclass(frozen=True, slots=True)
class Criteria:
    """The criteria and the role mapping in force."""

    alerting: Mapping[Kind, frozenset[int]]
    roles: Mapping[str, Role]

    def alerts(self, kind: Kind, priority: int | None) -> bool:
        """Whether an event of this kind and priority alerts anybody."""
        counted = WITHOUT_PRIORITY if priority is None else priority
        return counted in self.alerting.get(kind, frozenset())

    def asked(self, profession: str) -> Asked:
        """The role that a profession goes to, and how it is shown if it is neither of the two."""
        word = folded(profession)
        role = self.roles.get(word)
        if role is not None:
            return Asked(role, None, word)
        return Asked(Role.NURSE, _shown(profession), word)


def make_criteria(
    alerting: Mapping[Kind, Collection[int]] | None = None,
    doctor: Iterable[str] = DOCTOR_WORDS,
    nurse: Iterable[str] = NURSE_WORDS,
) -> Criteria:
    """The criteria of a configuration; kinds left out keep their default.

    ValueError naming every fault: a priority outside 1–5, or a word that means both roles.
    """
    table = {**ALERTING, **{kind: frozenset(some) for kind, some in (alerting or {}).items()}}
    faults = [
        f"criteria.{kind.name.lower()}: {sorted(some - PRIORITIES)} is not allowed; allowed: 1 to 5"
        for kind, some in table.items()
        if some - PRIORITIES
    ]
    doctors, nurses = {folded(word) for word in doctor}, {folded(word) for word in nurse}
    faults += [
        f"professions.nurse: {word!r} already means doctor; a word means one role"
        for word in sorted(doctors & nurses)
    ]
    if faults:
        raise ValueError("\n".join(faults))
    return Criteria(table, {**dict.fromkeys(doctors, Role.DOCTOR), **dict.fromkeys(nurses, Role.NURSE)})


def folded(profession: str) -> str:
    """A profession as it is compared: one form of accents, no blanks around it, no case."""
    return unicodedata.normalize("NFC", profession).strip().casefold()


def _shown(profession: str) -> str:
    text = unicodedata.normalize("NFC", profession).strip()
    fits = 0 < len(text) <= MAX_SHOWN and all(one.isalpha() or one in " -" for one in text)
    return text if fits else UNNAMED
