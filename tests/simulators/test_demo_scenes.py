"""The demo's scenes, on the sample roster: every kind of event and every special case in each cycle."""

import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.roster.sample import sample
from protocols.clinic24.event import Kind, decode
from protocols.clinic24.messages import AnswerStatus
from simulators.clinic24_plan import ALERTING
from simulators.demo.duty import Roster
from simulators.demo.scenes import CYCLE_LENGTH, SOURCE_NAMES, Scene, Scenes, Twist, Way, plan_taken

ROSTER = Roster(tomllib.loads(sample(date(2026, 11, 24), 2)), ZoneInfo("Europe/Stockholm"))
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def cycle(seed: int = 1, cycles: int = 1, by_mqtt: bool = True) -> list[Scene]:
    scenes = Scenes(seed, "run", ROSTER, by_mqtt)
    return [scenes.next(1_795_521_900_000 + number) for number in range(cycles * CYCLE_LENGTH)]


def test_a_cycle_has_everything() -> None:
    """Each cycle holds all four kinds and every special case; the first four scenes are the four kinds."""
    scenes = cycle(cycles=2)[CYCLE_LENGTH:]
    assert {scene.twist for scene in scenes} == set(Twist)
    assert {scene.event.kind for scene in scenes if scene.event} == set(ALERTING)
    assert [scene.event.kind for scene in cycle()[:4] if scene.event] == list(ALERTING)


def test_lines_are_what_they_say() -> None:
    """Every line decodes to its event, a malformed one to none, and every other event has its own case."""
    scenes = cycle(seed=3, cycles=3)
    for scene in scenes:
        if scene.event is not None:
            assert decode(scene.planned.data.rstrip()) == scene.event
    cases = Counter(scene.event.case for scene in scenes if scene.event and scene.repeats is None)
    assert set(cases.values()) == {1}
    malformed = [scene for scene in scenes if scene.twist is Twist.MALFORMED]
    assert all(scene.answer is AnswerStatus.REJECTED and scene.event is None for scene in malformed)


def test_the_seed_decides() -> None:
    """The same seed makes the same scenes, another one others."""
    assert cycle(4) == cycle(4)
    assert cycle(4) != cycle(5)


def test_duplicates_repeat_what_paged_somebody() -> None:
    """A duplicate is the very line of an earlier scene that pages somebody."""
    scenes = cycle(cycles=2)
    for scene in scenes:
        if scene.repeats is not None:
            first = scenes[scene.repeats - 1]
            assert scene.planned == first.planned
            assert first.asked is not None


def test_every_third_goes_by_mqtt() -> None:
    """Every third scene goes by MQTT, a repeat the other way than the first; without a broker none does."""
    scenes = cycle(cycles=3)
    for scene in scenes:
        if scene.repeats is not None:
            assert scene.way is not scenes[scene.repeats - 1].way
        else:
            assert (scene.way is Way.MQTT) is (scene.number % 3 == 0)
    malformed = [scene for scene in scenes if scene.twist is Twist.MALFORMED]
    assert {scene.way for scene in malformed} == set(Way)
    assert all(scene.alarm == SOURCE_NAMES[scene.way] for scene in malformed)
    assert {scene.way for scene in cycle(cycles=3, by_mqtt=False)} == {Way.TCP}


def test_somebody_is_always_expected() -> None:
    """At every hour of the sample's day, an accepted event has one whom it must reach; others have none."""
    for hour in range(24):
        at = NOON + timedelta(hours=hour)
        for scene in cycle():
            accepted = scene.answer is AnswerStatus.ACCEPTED
            assert (scene.whom(ROSTER, at) is not None) is accepted


def test_taken_closes_the_same_case() -> None:
    """The line that closes a case names its source, unit and case, and has an id of its own."""
    scene = cycle()[1]
    taken = plan_taken(scene).event
    assert taken is not None
    assert scene.event is not None
    assert taken.kind is Kind.TAKEN
    assert (taken.source, taken.unit, taken.case) == (scene.event.source, scene.event.unit, scene.event.case)
    assert taken.id != scene.event.id
    assert decode(plan_taken(scene).data.rstrip()) == taken
