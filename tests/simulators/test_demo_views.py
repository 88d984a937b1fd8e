"""How the demo shows a story, on terminals wide and narrow, and without one."""

import io
import json
from datetime import UTC, datetime

import pytest
from rich.console import Console
from twisted.internet.task import Clock

from protocols.clinic24.event import Event, Kind
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome
from simulators.clinic24_plan import plan_event
from simulators.demo.duty import Receiver, Roster
from simulators.demo.scenes import Scene, Twist
from simulators.demo.screen_view import FRAME_SECONDS, ScreenView
from simulators.demo.story import Screen, Story, Why
from simulators.demo.view import LineView, View

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ANNA = Receiver("anna", "Anna Berg", "20117")
MARIA = Receiver("maria", "Maria Johansson", "+46701740606")
TEXT = "Prio 2 Triage HC Andersberg A-1001 [red] Svara OK"


class OneUnit(Roster):
    """A roster of one unit with Anna and Maria always on."""

    def __init__(self) -> None:
        """Nothing is read."""

    @property
    def units(self) -> dict[str, str]:
        return {"hc": "HC Andersberg"}

    def on(self, unit: str, role: str, at: datetime) -> list[tuple[str, Receiver]]:
        return [("Dag", ANNA if role == "nurse" else MARIA)]

    def local(self, at: datetime) -> datetime:
        return at


def play(view: View, who: Receiver, *, good: bool = True) -> Story:
    """Tell a view a whole story, step by step."""
    event = Event("s", "1", Kind.TRIAGED, None, "hc", "nurse", 2, "A-1001")
    scene = Scene(1, Twist.NONE, plan_event(event), AnswerStatus.ACCEPTED, event, ("hc", "nurse"), (), 2)
    story = Story(scene, 0.0, "13:00:00", (who,))
    view.status("starting …")
    view.begin(OneUnit(), AT)
    view.changed(story, "sent")
    story.answer = Answer(status=AnswerStatus.ACCEPTED, alert="7")
    view.changed(story, "answered")
    story.why = Why(who.name, "dect" if who.has_handset else "sms", "On duty as nurse, shift Dag")
    view.changed(story, "explained")
    story.screens.append(Screen(who.device, TEXT, 1.0, 2 if who.has_handset else None, "urgent"))
    view.changed(story, "shown")
    story.pressed = who.has_handset
    final = "acknowledged" if who.has_handset else "cancelled"
    for word, receiver in (("delivered", who.name), ("acknowledged", who.name), (final, None)):
        final_line = receiver is None
        scope = "alert" if final_line else "page"
        story.outcomes.append(Outcome(1, scope, "7", "s", "1", word, 0, receiver=receiver, final=final_line))
        view.changed(story, "outcome")
    if not good:
        story.wrong.append("shown on 20118, must be shown to 20117 (Anna Berg)")
    story.ended = 2.5
    view.changed(story, "ended")
    view.summary([story], [] if good else ["20120 shows what nobody sent"], "the verdict", good)
    view.farewell("gone")
    return story


@pytest.mark.parametrize("width", [120, 80])
@pytest.mark.parametrize("who", [ANNA, MARIA])
def test_terminal(width: int, who: Receiver) -> None:
    """Event, receiver, reason, carrier, device with its text, and outcome are all seen, numbers in part."""
    out, clock = io.StringIO(), Clock()
    console = Console(file=out, width=width, height=40, force_terminal=True, color_system=None)
    view = ScreenView(clock, console)
    view.status("starting …")
    clock.advance(FRAME_SECONDS)
    play(view, who)
    assert clock.getDelayedCalls() == []
    shown = out.getvalue()
    carrier, device = (
        ("ESPA 4.4.4", "DECT 20117 · beep 2 ♪♪") if who is ANNA else ("SMPP 3.4", "SMS +46•••0606")
    )
    wanted = [
        "Patient triaged",
        "priority 2",
        "HC Andersberg",
        "13:00:00 by TCP",
        who.name,
        "shift Dag",
        carrier,
        device,
        "[red]",
    ]
    for part in [*wanted, "✓ delivered", "2.5 s", "The verdict", "gone"]:
        assert part in shown, part
    assert "+4670174" not in shown


def test_terminal_tells_what_failed() -> None:
    """What went wrong stands at its event, in the summary, and strays beside it."""
    out = io.StringIO()
    console = Console(file=out, width=120, force_terminal=True, color_system=None)
    play(ScreenView(Clock(), console), ANNA, good=False)
    assert out.getvalue().count("shown on 20118, must be shown to 20117 (Anna Berg)") >= 2
    assert "20120 shows what nobody sent" in out.getvalue()


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal each step is one plain line with the event's number."""
    play(LineView(as_json=False), ANNA)
    lines = capsys.readouterr().out.splitlines()
    assert any("asks for nurse, by TCP" in line for line in lines)
    assert f"#1   shown      20117 beep 2 (urgent): {TEXT}" in lines
    assert "#1   ended      as it should be, after 2.5 s" in lines
    assert "     passed     the verdict" in lines
    assert not any("╭" in line or "\x1b" in line for line in lines)


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json each step is one object, and what failed is named."""
    play(LineView(as_json=True), ANNA, good=False)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    failed = [one for one in told if one["what"] == "failed"]
    assert {name: told[4][name] for name in ("what", "event")} == {"what": "explained", "event": 1}
    assert failed[0]["event"] == 1
    assert failed[-1] == {"what": "failed", "text": "the verdict"}
