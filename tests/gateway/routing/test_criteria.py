"""Which events alert, and which role a profession goes to."""

import pytest

from gateway.model import Role
from gateway.routing.criteria import make_criteria
from protocols.clinic24.event import Kind


@pytest.mark.parametrize("kind", [Kind.TRIAGED, Kind.CONSULTATION, Kind.HANDOVER])
def test_default_of_three_kinds(kind: Kind) -> None:
    """A triaged visit, a consultation and a handover alert at 2 to 5 and not at 1."""
    assert [number for number in range(8) if make_criteria().alerts(kind, number)] == [2, 3, 4, 5]


def test_escalated_always_alerts() -> None:
    """An escalated case alerts at every priority, and without one as at 1."""
    criteria = make_criteria()
    assert all(criteria.alerts(Kind.ESCALATED, number) for number in (1, 2, 3, 4, 5, None))
    assert not make_criteria({Kind.ESCALATED: (2, 3)}).alerts(Kind.ESCALATED, None)


def test_closing_kinds_never_alert() -> None:
    """An event that closes a case pages nobody."""
    assert not any(make_criteria().alerts(kind, 2) for kind in (Kind.TAKEN, Kind.CLOSED))


def test_configured_kind_only() -> None:
    """A configuration changes the kind that it names and no other."""
    criteria = make_criteria({Kind.TRIAGED: (1,)})
    assert criteria.alerts(Kind.TRIAGED, 1)
    assert not criteria.alerts(Kind.TRIAGED, 2)
    assert criteria.alerts(Kind.HANDOVER, 2)


@pytest.mark.parametrize("word", ["läkare", " LÄKARE ", "Doctor", "la\u0308kare"])
def test_doctor(word: str) -> None:
    """A doctor's word is compared after trim and case-folding, in either form of its accents."""
    asked = make_criteria().asked(word)
    assert (asked.role, asked.shown) == (Role.DOCTOR, None)


@pytest.mark.parametrize("word", ["nurse", "Sjuksköterska\t"])
def test_nurse(word: str) -> None:
    """A nurse's word goes to the nurse and is not shown."""
    asked = make_criteria().asked(word)
    assert (asked.role, asked.shown) == (Role.NURSE, None)


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        (" Fysioterapeut ", "Fysioterapeut"),
        ("leg. psykolog", "annan yrkesgrupp"),
        ("logoped-vikarie barn", "logoped-vikarie barn"),
        ("x" * 40, "x" * 40),
        ("x" * 41, "annan yrkesgrupp"),
        ("19121212-1212", "annan yrkesgrupp"),
        ("", "annan yrkesgrupp"),
        ("kurator\nx", "annan yrkesgrupp"),
    ],
)
def test_other_professions(word: str, shown: str) -> None:
    """Any other profession goes to the nurse, shown if it is letters, blanks and hyphens of at most 40."""
    asked = make_criteria().asked(word)
    assert (asked.role, asked.shown) == (Role.NURSE, shown)


def test_faults_of_a_configuration() -> None:
    """Every fault of the criteria is told at once."""
    with pytest.raises(ValueError) as faults:
        make_criteria({Kind.TRIAGED: (0, 2, 6)}, doctor=["läkare", "x"], nurse=["X "])
    assert str(faults.value).splitlines() == [
        "criteria.triaged: [0, 6] is not allowed; allowed: 1 to 5",
        "professions.nurse: 'x' already means doctor; a word means one role",
    ]
