"""What a simulated Clinic24 sends: seeded events and scenario files."""

import pytest

from protocols.clinic24.event import EventFault, decode
from protocols.clinic24.messages import AnswerStatus
from simulators.clinic24_plan import ALERTING, SOURCE, PlanError, plan_random, read_scenario

SCENARIO = """
[[event]]
at = 2
id = "late"
type = "clinic24.case.escalated"
unit = "hc"
profession = "läkare"

[[event]]
id = "wrong"
type = "clinic24.visit.triaged"
unit = "hc"
profession = "nurse"
priority = "two"
expect = "rejected"

[[event]]
at = 0.5
raw = '{"half'
end = false
"""


def test_seeded() -> None:
    """The same arguments make the same lines, other seeds others; ids begin with the run."""
    one, same, other = (plan_random(seed, 50, 4.0, ["a", "b"], "r", 0) for seed in (1, 1, 2))
    assert one == same != other
    assert [planned.identity for planned in one[:2]] == [(SOURCE, "r-1"), (SOURCE, "r-2")]
    assert [planned.at for planned in one[:3]] == [0.0, 0.25, 0.5]


def test_all_kinds_and_units_are_right_events() -> None:
    """Every planned event is one that the gateway decodes without a warning, of all four kinds."""
    events = [decode(planned.data[:-1]) for planned in plan_random(1, 200, 1.0, ["a", "b"], "r", 0)]
    assert {event.kind for event in events} == set(ALERTING)
    assert {event.unit for event in events} == {"a", "b"}
    assert not any(event.warnings for event in events)


def test_malformed_share() -> None:
    """The share that is spoilt is refused by the decoder, and expected to be rejected."""
    plan = plan_random(1, 200, 1.0, ["a"], "r", 0, malformed=0.3)
    spoilt = [planned for planned in plan if planned.raw]
    assert 30 < len(spoilt) < 90
    for planned in spoilt:
        assert planned.expect is AnswerStatus.REJECTED
        with pytest.raises(EventFault):
            decode(planned.data[:-1])


def test_scenario() -> None:
    """A scenario is planned in the order of time, wrong members and raw bytes included."""
    wrong, half, late = read_scenario(SCENARIO)
    assert (late.at, late.identity, late.expect, late.raw) == (2, (SOURCE, "late"), None, False)
    assert decode(late.data[:-1]).profession == "läkare"
    assert (wrong.at, wrong.expect) == (0.0, AnswerStatus.REJECTED)
    with pytest.raises(EventFault):
        decode(wrong.data[:-1])
    assert (half.data, half.raw, half.identity) == (b'{"half', True, (None, None))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[[event", ["is not TOML"]),
        ("", ["holds no [[event]]"]),
        ("event = 3", ["holds no [[event]]"]),
        (
            '[[event]]\nat = -1\n[[event]]\nexpect = "x"\n[[event]]\nname = "Anna"\n[[event]]\nraw = 3\n'
            '[[event]]\nraw = "x"\nid = "1"\n[[event]]\ntime = 2026-11-24\n',
            [
                "event[0].at",
                "event[1].expect",
                "event[2].name",
                "event[3].raw",
                "event[4].id",
                "event[5].time",
            ],
        ),
    ],
)
def test_scenario_faults(text: str, faults: list[str]) -> None:
    """A scenario that is wrong tells every fault with its place."""
    with pytest.raises(PlanError) as caught:
        read_scenario(text)
    told = str(caught.value).splitlines()
    assert len(told) == len(faults)
    assert all(line.startswith(fault) for line, fault in zip(told, faults, strict=True))
