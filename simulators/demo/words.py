"""How the demo words things: the parts that every view shares."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from protocols.clinic24.event import Kind
from simulators.demo.duty import Receiver, Roster, masked
from simulators.demo.scenes import ROLES, Scene, Twist
from simulators.demo.story import Story, Why

KINDS: Final = {
    Kind.TRIAGED: "Patient triaged",
    Kind.CONSULTATION: "Consultation requested",
    Kind.ESCALATED: "Case escalated",
    Kind.HANDOVER: "Handover requested",
}
CARRIERS: Final = {"dect": "ESPA 4.4.4 to the DECT system", "sms": "SMPP 3.4 to the SMS centre"}
"""The carriers of the configuration that the demo writes."""


def what(scene: Scene) -> str:
    """The event in a few words."""
    return "Not an event" if scene.event is None else KINDS[scene.event.kind]


def where(scene: Scene, roster: Roster) -> str:
    """The unit, as its people call it."""
    if scene.event is None:
        return ""
    unit = scene.asked[0] if scene.asked else scene.event.unit
    return roster.units.get(unit, unit)


def way(scene: Scene) -> str:
    """How it comes to the gateway."""
    return f"by {scene.way}"


def asks(scene: Scene) -> str:
    """Whom the event asks for."""
    event = scene.event
    if event is None:
        return ""
    assert event.profession is not None
    return f"asks for {ROLES.get(event.profession, event.profession)}"


def priority(scene: Scene) -> str:
    """The priority as given."""
    if scene.event is None:
        return ""
    return "no priority" if scene.event.priority is None else f"priority {scene.event.priority}"


def carrier(why: Why) -> str:
    """The way that the page takes."""
    return CARRIERS.get(why.carrier, why.carrier)


def seconds(story: Story) -> str:
    """How long it took."""
    return "" if story.ended is None else f"{story.ended - story.begun:.1f} s"


def on_duty(roster: Roster, at: datetime) -> list[tuple[str, str, str, str]]:
    """Unit, shift, doctors and nurses on duty, in order."""
    rows = []
    for unit, name in roster.units.items():
        doctors, nurses = roster.on(unit, "doctor", at), roster.on(unit, "nurse", at)
        shifts = ", ".join(dict.fromkeys(shift for shift, _ in [*doctors, *nurses]))
        rows.append((name, shifts, _people(doctors), _people(nurses)))
    return rows


def _people(found: Sequence[tuple[str, Receiver]]) -> str:
    return ", ".join(f"{one.name} {masked(one.number)}" for _, one in found)


def reached(story: Story) -> str:
    """Who was paged, with the number as it may be shown."""
    who = story.reached
    if who is not None:
        return f"{who.name} {masked(who.number)}"
    return "nobody" if story.alarm_screen is None else f"switchboard {masked(story.alarm_screen.device)}"


def fate(story: Story) -> str:
    """What came of it in a word or two: the strongest proof, or what was wrong."""
    if story.ended is None:
        return "under way"
    if not story.good:
        return "failed"
    return "delivered, taken" if "cancelled" in story.statuses else story.statuses[-1]


def counts(stories: Sequence[Story]) -> list[tuple[str, int, int]]:
    """For each sort of event that has ended: what must come of it, how many were good, and how many ended."""
    total, good = Counter[str](), Counter[str]()
    for story in stories:
        if story.ended is not None:
            total[_sort(story)] += 1
            good[_sort(story)] += story.good
    return [(sort, good[sort], total[sort]) for sort in _SORTS if total[sort]]


_HANDSET: Final = "shown on the right handset, beeped, answered with OK, acknowledged"
_PHONE: Final = "shown on the right phone, delivered by receipt, taken in Clinic24"
_NOBODY: Final = "does not alert: answered ignored, shown nowhere"
_TWICE: Final = "sent twice: answered duplicate, shown once"
_REFUSED: Final = "no event: answered rejected, people told"
_SORTS: Final = (_HANDSET, _PHONE, _NOBODY, _TWICE, _REFUSED)


def _sort(story: Story) -> str:
    special = {Twist.NOT_ALERTING: _NOBODY, Twist.DUPLICATE: _TWICE, Twist.MALFORMED: _REFUSED}
    if story.scene.twist in special:
        return special[story.scene.twist]
    who = story.reached or (story.receivers[0] if story.receivers else None)
    return _PHONE if who is not None and not who.has_handset else _HANDSET


def faults(story: Story) -> str:
    """Everything that was wrong with it."""
    return "; ".join(dict.fromkeys([*story.wrong, *(story.missing() if story.ended is not None else [])]))
