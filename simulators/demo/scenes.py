"""What the demo lets Clinic24 send, and what must become of each line.

Rules: the first four scenes are the four kinds, to handsets and to phones; the special ones follow at fixed
places of a cycle, the rest is chosen by a seeded chance. Every event has a case reference of its own, by
which its page is recognised on a screen. Every third goes by MQTT where there is a broker, and a repeat the
other way than the first.
"""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import Final

from protocols.clinic24.event import Event, Kind
from protocols.clinic24.messages import AnswerStatus
from simulators.clinic24_plan import ALERTING, MALFORMED, SOURCE, Planned, plan_event, plan_raw
from simulators.demo.duty import Receiver, Roster

CATCH_ALL: Final = "vaxel"
"""Who gets events for unknown units and technical alarms, by the configuration that the demo writes."""

MQTT_EVERY: Final = 3


class Way(StrEnum):
    """How a line comes from Clinic24 to the gateway."""

    TCP = "TCP"
    MQTT = "MQTT"


SOURCE_NAMES: Final = {Way.TCP: "clinic24", Way.MQTT: "mqtt"}
"""What that configuration calls the ways in; a technical alarm about a refused line names one."""

UNKNOWN_UNIT: Final = "hc-okand"
UNKNOWN_MARK: Final = "OKÄND ENHET"
ROLES: Final = {"doctor": "doctor", "läkare": "doctor", "nurse": "nurse", "sjuksköterska": "nurse"}
OTHERS: Final = ("physiotherapist", "psychologist", "arbetsterapeut")
COUNTS_AS_1: Final = 1
SCENES_MOST: Final = 10_000
"""A demo that nobody stops ends after this many: hours of it, and all are kept in memory to be judged."""

FIRST_CASE: Final = 1000
MALFORMED_LINE: Final = MALFORMED[0]


class Twist(Enum):
    """What is special about a scene."""

    NONE = auto()
    OTHER_PROFESSION = auto()
    NO_PRIORITY = auto()
    ALIAS = auto()
    UNKNOWN_UNIT = auto()
    NOT_ALERTING = auto()
    DUPLICATE = auto()
    MALFORMED = auto()


NOTES: Final = {
    Twist.NONE: "",
    Twist.OTHER_PROFESSION: "another profession: goes to the nurse, and says for whom",
    Twist.NO_PRIORITY: "without a priority: as urgent as 1",
    Twist.ALIAS: "the unit by its HSA-id",
    Twist.UNKNOWN_UNIT: "a unit that the roster does not know: to the switchboard, which is also told why",
    Twist.NOT_ALERTING: "priority 1 of this kind is an emergency handled elsewhere: nobody is paged",
    Twist.DUPLICATE: "the same event once more: nobody is paged twice",
    Twist.MALFORMED: "half a line, no event: rejected, and the switchboard is told that it came",
}

CYCLE: Final = {
    4: Twist.NOT_ALERTING,
    5: Twist.OTHER_PROFESSION,
    7: Twist.DUPLICATE,
    8: Twist.NO_PRIORITY,
    9: Twist.UNKNOWN_UNIT,
    11: Twist.ALIAS,
    12: Twist.MALFORMED,
    15: Twist.OTHER_PROFESSION,
    17: Twist.NOT_ALERTING,
}
CYCLE_LENGTH: Final = 20
OPENING: Final = (
    (Kind.TRIAGED, "hc-andersberg", "nurse", 2),
    (Kind.CONSULTATION, "hc-satra", "doctor", 3),
    (Kind.ESCALATED, "kirurgmottagningen", "läkare", 1),
    (Kind.HANDOVER, "hc-satra", "sjuksköterska", 4),
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One line that is sent, and what it must bring about.

    `asked` is the unit and role whose first receiver must be shown it, None for nobody by the roster; `says`
    must stand on the screen; `priority` is as counted; `alarm` must stand in a technical alarm to CATCH_ALL;
    `repeats` is the number of the scene that this one repeats; `way` is how it is sent.
    """

    number: int
    twist: Twist
    planned: Planned
    answer: AnswerStatus
    event: Event | None = None
    asked: tuple[str, str] | None = None
    says: tuple[str, ...] = ()
    priority: int = COUNTS_AS_1
    alarm: str | None = None
    repeats: int | None = None
    way: Way = Way.TCP

    @property
    def note(self) -> str:
        """What is special about it, in a sentence; empty for nothing."""
        return NOTES[self.twist]

    def whom(self, roster: Roster, at: datetime) -> Receiver | None:
        """Who must be shown it if it is accepted at this instant."""
        if self.twist is Twist.UNKNOWN_UNIT:
            return roster.receivers[CATCH_ALL]
        return None if self.asked is None else roster.first(*self.asked, at)


class Scenes:
    """Makes scenes one after the other; `run` begins every id, and the same seed makes the same scenes."""

    def __init__(self, seed: int, run: str, roster: Roster, by_mqtt: bool = True) -> None:
        self._chance = random.Random(seed)
        self._run = run
        self._roster = roster
        self._by_mqtt = by_mqtt
        self._number = 0
        self._paging: Scene | None = None

    def next(self, now_ms: int) -> Scene:
        """The next scene, for this time (UTC ms)."""
        self._number += 1
        number = self._number
        twist = CYCLE.get((number - 1) % CYCLE_LENGTH, Twist.NONE)
        if twist is Twist.DUPLICATE and self._paging is not None:
            other = Way.TCP if self._paging.way is Way.MQTT else Way.MQTT
            return _repeat(number, self._paging, other if self._by_mqtt else Way.TCP)
        way = Way.MQTT if self._by_mqtt and number % MQTT_EVERY == 0 else Way.TCP
        if twist is Twist.MALFORMED:
            line = plan_raw(MALFORMED_LINE + b"\n")
            return Scene(number, twist, line, AnswerStatus.REJECTED, alarm=SOURCE_NAMES[way], way=way)
        scene = replace(self._scene(number, twist, now_ms), way=way)
        self._paging = scene if scene.asked else self._paging
        return scene

    def _scene(self, number: int, twist: Twist, now_ms: int) -> Scene:
        kind, unit, profession, priority = self._choose(number, twist)
        named = {Twist.ALIAS: self._roster.alias(unit), Twist.UNKNOWN_UNIT: UNKNOWN_UNIT}.get(twist, unit)
        case = f"A-{FIRST_CASE + number}"
        event = Event(
            source=SOURCE,
            id=f"{self._run}-{number}",
            kind=kind,
            time=now_ms,
            unit=named,
            profession=profession,
            priority=priority,
            case=case,
            callback=self._chance.choice(("20300", "20301", None)),
        )
        if twist is Twist.NOT_ALERTING:
            return Scene(number, twist, plan_event(event), AnswerStatus.IGNORED, event)
        known = twist is not Twist.UNKNOWN_UNIT
        role = ROLES.get(profession)
        says = (case, self._roster.units[unit] if known else UNKNOWN_MARK, *(() if role else (profession,)))
        return Scene(
            number,
            twist,
            plan_event(event),
            AnswerStatus.ACCEPTED,
            event,
            asked=(unit, role or "nurse") if known else None,
            says=says,
            priority=priority or COUNTS_AS_1,
            alarm=None if known else UNKNOWN_UNIT,
        )

    def _choose(self, number: int, twist: Twist) -> tuple[Kind, str, str, int | None]:
        if number <= len(OPENING):
            return OPENING[number - 1]
        kind = ALERTING[(number - 1) % len(ALERTING)]
        unit = self._chance.choice(list(self._roster.units))
        profession = self._chance.choice(list(ROLES))
        priority = self._chance.choice((1, 2, 3, 4, 5) if kind is Kind.ESCALATED else (2, 3, 4, 5))
        if twist is Twist.NO_PRIORITY:
            return Kind.ESCALATED, unit, profession, None
        if twist is Twist.NOT_ALERTING:
            return Kind.TRIAGED, unit, profession, 1
        if twist is Twist.OTHER_PROFESSION:
            profession = self._chance.choice(OTHERS)
        return kind, unit, profession, priority


def _repeat(number: int, first: Scene, way: Way) -> Scene:
    twist, answer = Twist.DUPLICATE, AnswerStatus.DUPLICATE
    return Scene(number, twist, first.planned, answer, first.event, repeats=first.number, way=way)


def plan_taken(scene: Scene) -> Planned:
    """Somebody has opened the case in Clinic24: closes the alert that no handset can answer."""
    event = scene.event
    assert event is not None
    identity = f"{event.id}-taken"
    return plan_event(Event(event.source, identity, Kind.TAKEN, None, event.unit, None, None, event.case))
