"""The one resolver."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import NumberKind, Origin, Role
from gateway.roster.resolve import Policy, Resolution, resolve
from gateway.roster.values import Area, Duty, Receiver, ReceiverKind, Slot, Unit
from gateway.routing.criteria import make_criteria
from protocols.clinic24.event import Kind

CRITERIA = make_criteria()


def receiver(name: str) -> Receiver:
    return Receiver(name, name.capitalize(), ReceiverKind.PERSON, "20117", NumberKind.EXTENSION)


def slot(name: str, start: int, end: int, *receivers: str, role: Role = Role.NURSE) -> Slot:
    people = tuple(map(receiver, receivers))
    return Slot(name, date(2026, 11, 24), time(7), time(16), start, end, role, people, "import", 0)


def duty(*slots: Slot, fallback: tuple[str, ...] = (), area: tuple[str, ...] = ()) -> Duty:
    unit = Unit("hc", "a", "HC Andersberg", fallback=fallback)
    return Duty(
        unit, Area("a", "Primärvård", area), tuple(map(receiver, fallback)), tuple(map(receiver, area)), slots
    )


def ask(
    held: Duty | None,
    profession: str = "nurse",
    priority: int | None = 2,
    kind: Kind = Kind.TRIAGED,
    **policy: Receiver,
) -> Resolution:
    return resolve(held, Policy(CRITERIA, **policy), profession, kind, priority, 100)


def ladder(found: Resolution) -> list[tuple[str, Origin]]:
    return [(one.receiver.id, one.origin) for one in found.candidates]


def test_order_of_the_ladder() -> None:
    """Those on duty come first, the latest start before others; then the unit's and the area's fallback."""
    found = ask(
        duty(
            slot("Dag", 10, 200, "anna", "bo"),
            slot("Mellan", 90, 150, "cia"),
            fallback=("dan",),
            area=("eva",),
        )
    )
    assert ladder(found) == [
        ("cia", Origin.DUTY),
        ("anna", Origin.DUTY),
        ("bo", Origin.DUTY),
        ("dan", Origin.UNIT_FALLBACK),
        ("eva", Origin.AREA_FALLBACK),
    ]


def test_same_start_is_ordered_by_name() -> None:
    """Shifts that begin together stand in the order of their names, whatever order they come in."""
    one, two = slot("A", 50, 150, "anna"), slot("B", 50, 200, "bo")
    assert (
        ladder(ask(duty(one, two)))
        == ladder(ask(duty(two, one)))
        == [("anna", Origin.DUTY), ("bo", Origin.DUTY)]
    )


def test_each_receiver_once() -> None:
    """A receiver who stands in several places is paged at the first, and the steps say so."""
    found = ask(duty(slot("Dag", 10, 200, "anna"), slot("Mellan", 90, 150, "bo", "anna"), fallback=("bo",)))
    assert [name for name, _ in ladder(found)] == ["bo", "anna"]
    assert sum("counts once" in step.en for step in found.steps) == 2


def test_half_open() -> None:
    """A shift covers its start and not its end; the role of another shift does not count."""
    held = duty(
        slot("Slut", 0, 100, "anna"), slot("Ny", 100, 200, "bo"), slot("Läk", 0, 200, "cia", role=Role.DOCTOR)
    )
    assert ladder(ask(held)) == [("bo", Origin.DUTY)]


def test_nobody_on_duty_says_so() -> None:
    """With no shift, no fallback and no area fallback the answer is empty and every skipped rule is named."""
    found = ask(duty())
    assert found.alerts
    assert found.candidates == ()
    told = " ".join(step.en for step in found.steps)
    assert all(
        part in told
        for part in (
            "No shift with a nurse covers",
            "The unit HC Andersberg has no fallback",
            "has no fallback.",
            "Nobody is left",
        )
    )


def test_shift_without_people_falls_back() -> None:
    """A shift that nobody stands in is named and passed over."""
    found = ask(duty(slot("Dag", 10, 200), fallback=("dan",)))
    assert ladder(found) == [("dan", Origin.UNIT_FALLBACK)]
    assert any("nobody" in step.en for step in found.steps)


def test_unknown_unit_goes_to_the_catch_all() -> None:
    """An event for an unknown unit goes to the catch-all receiver if there is one, else to nobody."""
    assert ladder(ask(None, catch_all=receiver("vaxel"))) == [("vaxel", Origin.CATCH_ALL)]
    assert ask(None).candidates == ()
    assert ask(None).unit is None


def test_catch_all_is_not_for_known_units() -> None:
    """A known unit without anybody is not the catch-all's business."""
    assert ask(duty(), catch_all=receiver("vaxel")).candidates == ()


def test_event_that_does_not_alert() -> None:
    """An event that the criteria leave out pages nobody, and says why."""
    found = ask(duty(slot("Dag", 10, 200, "anna"), fallback=("bo",)), priority=1)
    assert (found.alerts, found.candidates) == (False, ())
    assert found.steps[0].sv == "Patient triageras till digitalt besök med prioritet 1 larmar inte."
    assert not any("Nobody is left" in step.en for step in found.steps)


def test_profession_is_shown() -> None:
    """Another profession goes to the nurse and is shown."""
    found = ask(duty(slot("Dag", 10, 200, "anna")), "Psykolog")
    assert (found.role, found.profession) == (Role.NURSE, "Psykolog")


def test_missing_priority_counts_as_one() -> None:
    """An escalated case without a priority counts as 1."""
    found = ask(duty(), priority=None, kind=Kind.ESCALATED)
    assert (found.alerts, found.priority) == (True, 1)


def test_reason_names_shift_and_times() -> None:
    """The reason of somebody on duty names role, shift, date and times, in both languages."""
    (one,) = ask(duty(slot("Dag", 10, 200, "anna"))).candidates
    assert one.reason == (
        "I tjänst som sjuksköterska, pass Dag 2026-11-24 07:00–16:00",
        "On duty as nurse, shift Dag 2026-11-24 07:00–16:00",
    )


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_told(kind: Kind) -> None:
    """Every kind of event is resolved and named without an exception."""
    assert ask(duty(), kind=kind).steps


TEXTS = st.text(max_size=5)
PEOPLE = st.lists(
    st.builds(
        Receiver,
        id=TEXTS,
        name=TEXTS,
        kind=st.sampled_from(ReceiverKind),
        number=TEXTS,
        number_kind=st.sampled_from(NumberKind),
    ),
    max_size=3,
).map(tuple)
SLOTS = st.builds(
    Slot,
    shift=TEXTS,
    date=st.dates(),
    begins=st.times(),
    ends=st.times(),
    start=st.integers(95, 105),
    end=st.integers(95, 105),
    role=st.sampled_from(Role),
    receivers=PEOPLE,
    made_by=TEXTS,
    made_at=st.integers(),
)


@given(
    slots=st.lists(SLOTS, max_size=4),
    fallback=PEOPLE,
    area_fallback=PEOPLE,
    profession=TEXTS,
    kind=st.sampled_from(Kind),
    priority=st.none() | st.integers(),
)
def test_any_roster_has_an_answer(
    slots: list[Slot],
    fallback: tuple[Receiver, ...],
    area_fallback: tuple[Receiver, ...],
    profession: str,
    kind: Kind,
    priority: int | None,
) -> None:
    """No content of a roster or an event makes the resolver raise, name anybody twice, or forget anybody."""
    held = Duty(Unit("", "", ""), Area("", ""), fallback, area_fallback, tuple(slots))
    found = resolve(held, Policy(CRITERIA), profession, kind, priority, 100)
    names = [one.receiver.id for one in found.candidates]
    running = [
        one
        for slot in slots
        if slot.start <= 100 < slot.end and slot.role is found.role
        for one in slot.receivers
    ]
    assert len(names) == len(set(names))
    assert set(names) == (
        {one.id for one in (*running, *fallback, *area_fallback)} if found.alerts else set()
    )
    assert all((one.slot is not None) == (one.origin is Origin.DUTY) for one in found.candidates)
