"""Who is on when shifts change, overlap, and when the clocks do."""

import pytest


def night(plans, day, receiver):
    return plans.shift("hc-andersberg", "Natt", "21:00", "07:00") + plans.assignment(
        "hc-andersberg", "Natt", day, "nurse", receiver
    )


def test_a_shift_that_ends_at_midnight_hands_over_at_midnight(make_ward, plans):
    """The event a second before midnight goes to the evening's nurse, the one at midnight to the night's."""
    plan = (
        plans.shift("hc-andersberg", "Kväll", "16:00", "00:00")
        + plans.shift("hc-andersberg", "Natt", "00:00", "08:00")
        + plans.assignment("hc-andersberg", "Kväll", "2026-11-24", "nurse", "anna")
        + plans.assignment("hc-andersberg", "Natt", "2026-11-25", "nurse", "erik")
    )
    ward = make_ward("2026-11-24T23:59:57", plan)
    ward.clinic.sends(case="M-1")  # some 1.1 s after the start
    ward.settles()
    ward.handset("20117").shows("M-1")
    ward.clinic.sends(case="M-2")
    ward.settles()
    ward.handset("20118").shows("M-2")


def test_of_overlapping_shifts_the_latest_start_goes_first(make_ward, plans):
    """While two shifts overlap, the one that began last is paged first, the other is next on the ladder."""
    plan = (
        plans.shift("hc-andersberg", "Dag", "07:00", "16:00")
        + plans.shift("hc-andersberg", "Mellan", "12:00", "20:00")
        + plans.assignment("hc-andersberg", "Dag", "2026-11-24", "nurse", "anna")
        + plans.assignment("hc-andersberg", "Mellan", "2026-11-24", "nurse", "erik")
    )
    ward = make_ward("2026-11-24T13:00", plan)
    ward.clinic.sends(case="O-1")
    ward.settles()
    ward.handset("20118").shows("O-1")
    ward.advance(minutes=2)
    ward.handset("20117").shows("O-1")


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2026-10-24T21:00:00", "20118"),
        ("2026-10-25T01:30:00", "20118"),
        ("2026-10-25T06:59:00", "20118"),
        ("2026-10-25T07:00:00", "20119"),
    ],
)
def test_the_night_when_clocks_go_back(make_ward, plans, at, who):
    """The autumn night from 21 to 07 is one shift of eleven hours, without a hole."""
    ward = make_ward(at, night(plans, "2026-10-24", "erik"))
    ward.clinic.sends(case="H-1")
    ward.settles()
    ward.handset(who).shows("H-1")
    if who == "20119":
        ward.handset("20999").shows("TEKNISKT LARM")


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2027-03-27T21:00:00", "20118"),
        ("2027-03-28T01:59:00", "20118"),
        ("2027-03-28T03:00:00", "20118"),
        ("2027-03-28T06:59:00", "20118"),
        ("2027-03-28T07:00:00", "20119"),
    ],
)
def test_the_night_when_clocks_go_forth(make_ward, plans, at, who):
    """The spring night from 21 to 07 is one shift of nine hours, without a hole."""
    ward = make_ward(at, night(plans, "2027-03-27", "erik"))
    ward.clinic.sends(case="V-1")
    ward.settles()
    ward.handset(who).shows("V-1")
    if who == "20119":
        ward.handset("20999").shows("TEKNISKT LARM")


def test_a_change_of_the_roster_counts_at_once(ward, plans):
    """Who is put on a shift while it runs is paged for the next event."""
    ward.takes_roster(plans.assignment("hc-andersberg", "Dag", "2026-11-24", "nurse", "erik"))
    ward.clinic.sends(case="C-1")
    ward.settles()
    ward.handset("20118").shows("C-1")
