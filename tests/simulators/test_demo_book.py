"""What the demo accepts and what it fails: every wrong page must be found."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from protocols.clinic24.event import FieldError
from protocols.clinic24.messages import Answer, AnswerStatus, Outcome
from simulators.demo.book import Book
from simulators.demo.duty import Roster
from simulators.demo.scenes import Scene, Scenes, Twist, plan_taken
from simulators.demo.story import Screen, Story, Why

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENING = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 16:00 on the ward
UNITS = {"hc-andersberg": "HC Andersberg", "hc-satra": "HC Sätra", "kirurgmottagningen": "Kirurgmottagningen"}
PEOPLE = {"anna": "20117", "erik": "20118", "maria": "+46701740606", "vaxel": "20999"}
PATIENCE = 20.0

ON = {("Dag", "nurse"): ["anna"], ("Dag", "doctor"): ["maria"], ("Kväll", "nurse"): ["erik"]}


def make_roster() -> Roster:
    """Nurses with handsets, another one in the evening, a doctor with a phone by day."""
    shifts = [("Dag", "07:00", "16:00"), ("Kväll", "16:00", "22:00")]
    document = {
        "area": [{"id": "area", "fallback": ["vaxel"]}],
        "unit": [{"id": one, "area": "area", "name": name} for one, name in UNITS.items()],
        "receiver": [{"id": one, "name": one.title(), "number": number} for one, number in PEOPLE.items()],
        "shift": [
            {"unit": unit, "name": name, "from": start, "to": end}
            for unit in UNITS
            for name, start, end in shifts
        ],
        "assignment": [
            {"unit": unit, "shift": shift, "role": role, "date": date(2026, 11, 24), "receivers": names}
            for unit in UNITS
            for (shift, role), names in ON.items()
        ],
    }
    return Roster(document, ZoneInfo("Europe/Stockholm"))


class Play:
    """A book, its scenes, and short ways to tell it things."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.strays: list[str] = []
        self.book = Book(make_roster(), PATIENCE, lambda _, what: self.told.append(what), self.strays.append)
        self.scenes = Scenes(1, "run", make_roster())
        self.seq = 0

    def begin(self, wanted: Callable[[Scene], bool] = lambda _: True, at: datetime = NOON) -> Story:
        """Play scenes until one is wanted; the ones before have no part in the book but their place."""
        while True:
            scene = self.scenes.next(0)
            story = self.book.begin(scene, at, 0.0)
            if wanted(scene):
                return story
            self.book.stories[-1].ended = 0.0

    def answer(self, story: Story, status: AnswerStatus | None = None, at: datetime = NOON) -> None:
        answer = Answer(
            status=status or story.scene.answer, alert=str(story.scene.repeats or story.scene.number)
        )
        self.book.answered(story, answer, at, 1.0)

    def explain(self, story: Story, receiver: str = "Anna") -> None:
        self.book.explained(story, Why(receiver, "dect", "On duty"), 1.0)

    def show(self, story: Story, device: str, text: str = "", beep: int | None = -1) -> None:
        code = story.scene.priority if beep == -1 else beep
        self.book.shown(Screen(device, text or " ".join(story.scene.says), 1.0, code))

    def outcome(self, story: Story, status: str, receiver: str | None = None) -> None:
        self.seq += 1
        final = receiver is None
        scope = "alert" if final else "page"
        told = Outcome(self.seq, scope, "1", "s", "i", status, 0, receiver=receiver, final=final)
        self.book.became(story, told, 2.0)

    def acknowledge(self, story: Story, device: str = "20117", name: str = "Anna") -> None:
        self.book.pressed(device, " ".join(story.scene.says), 2.0)
        self.outcome(story, "acknowledged", name)
        self.outcome(story, "acknowledged")

    def handset_story(self) -> Story:
        """The first scene, paged and answered as it should be up to its screen."""
        story = self.begin()
        self.answer(story)
        self.explain(story)
        return story


def of(twist: Twist) -> Callable[[Scene], bool]:
    return lambda scene: scene.twist is twist


def test_handset() -> None:
    """An event is good once the right handset showed it, beeped, and its owner's answer came back."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20117")
    assert story.missing() == [
        "Anna has not pressed OK",
        "no outcome acknowledged by Anna",
        "the alert has not ended as acknowledged",
    ]
    play.acknowledge(story)
    assert story.ended == 2.0
    assert play.book.good
    assert play.told[-1] == "ended"


def test_phone() -> None:
    """An event is good once the right phone showed it, the receipt came back, and the case was taken."""
    play = Play()
    story = play.begin(lambda scene: scene.asked is not None and scene.asked[1] == "doctor")
    play.answer(story)
    play.explain(story, "Maria")
    play.show(story, "46701740606", beep=None)
    assert not story.wants_taking
    play.outcome(story, "delivered", "Maria")
    assert story.wants_taking
    play.outcome(story, "cancelled")
    assert story.good
    assert story.ended is not None
    assert plan_taken(story.scene).event is not None


@pytest.mark.parametrize("status", ["failed", "expired", "no_receiver", "declined", "unconfirmed"])
def test_bad_outcomes(status: str) -> None:
    """An outcome that tells of a failed page fails the event, even if it is acknowledged afterwards."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20117")
    play.outcome(story, status, "Anna")
    play.acknowledge(story)
    assert story.wrong == [f"page {status}"]
    assert not play.book.good


def test_wrong_device() -> None:
    """A page on somebody else's device fails the event and says whose it should have been."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20118")
    assert story.wrong == ["shown on 20118, must be shown to 20117 (Anna)"]


def test_right_device_and_another_one_later() -> None:
    """A second page to somebody else fails the demo although the event had ended well."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20117")
    play.acknowledge(story)
    assert play.book.good
    play.show(story, "46701740606", beep=None)
    assert not play.book.good
    assert "+46•••0606" in story.wrong[0]


def test_shown_twice() -> None:
    """The same page twice is a fault, unless it is marked as a repeat."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20117")
    play.show(story, "20117", "(upprepat) " + " ".join(story.scene.says))
    assert story.wrong == []
    play.show(story, "20117")
    assert story.wrong == ["shown on 20117 once more"]


def test_text_and_beep() -> None:
    """A text without the unit's name, and a beep of another priority, are faults."""
    play = Play()
    story = play.handset_story()
    play.show(story, "20117", f"Larm {story.scene.says[0]}", beep=5)
    assert story.wrong == ["the text on 20117 lacks HC Andersberg", "20117 beeped 5 instead of 2"]


def test_stray_page() -> None:
    """A page with a case that nobody sent, and an alarm without a cause, fail the demo."""
    play = Play()
    play.book.shown(Screen("20117", "Prio 2 Triage HC Andersberg A-9999", 1.0, 2))
    play.book.shown(Screen("20999", "TEKNISKT LARM line dect is down", 1.0, 2))
    assert len(play.strays) == 2
    assert not play.book.good


def test_not_alerting() -> None:
    """An event that does not alert is good once answered ignored, and no device may show it, ever."""
    play = Play()
    story = play.begin(of(Twist.NOT_ALERTING))
    play.answer(story)
    assert story.ended is not None
    assert story.good
    assert story.scene.event is not None
    play.show(story, "20117", f"Prio 1 Triage {story.scene.event.case}")
    assert story.wrong == ["shown on 20117, must be shown to nobody"]


def test_duplicate() -> None:
    """A repeat is good if it is answered duplicate of its own first alert; its page may not come again."""
    play = Play()
    first = play.begin(lambda scene: scene.number == 7)
    play.answer(first)
    story = play.begin()
    assert story.scene.twist is Twist.DUPLICATE
    play.answer(story)
    assert story.good
    assert story.receivers == ()
    other = Answer(status=AnswerStatus.DUPLICATE, alert="99")
    story.is_answered(other, first.answer)
    assert "not of its own first one" in story.wrong[0]


def test_other_profession() -> None:
    """An event for another profession goes to the nurse, and the text names the profession."""
    play = Play()
    story = play.begin(of(Twist.OTHER_PROFESSION))
    play.answer(story)
    assert [one.id for one in story.receivers] == ["anna"]
    play.show(story, "20117", " ".join(story.scene.says[:2]))
    assert story.wrong == [f"the text on 20117 lacks {story.scene.says[2]}"]


def test_unknown_unit() -> None:
    """An event for an unknown unit goes to the switchboard, marked, with a technical alarm that names it."""
    play = Play()
    story = play.begin(of(Twist.UNKNOWN_UNIT))
    play.answer(story)
    play.explain(story, "Vaxel")
    play.show(story, "20999")
    play.acknowledge(story, "20999", "Vaxel")
    assert story.missing() == ["no technical alarm at the switchboard"]
    play.book.shown(Screen("20999", "TEKNISKT LARM an event for an unknown unit: hc-okand", 2.0, 2))
    assert story.good
    assert story.ended is not None


def test_malformed_line() -> None:
    """A line that is no event is rejected and told to the switchboard, once for each way that it came."""
    play = Play()
    first = play.begin(of(Twist.MALFORMED))
    play.answer(first)
    assert first.ended is None
    play.book.shown(Screen("20117", "TEKNISKT LARM clinic24", 2.0, 2))
    assert play.strays == ["20117 shows what nobody sent: TEKNISKT LARM clinic24"]
    play.book.shown(Screen("20999", "TEKNISKT LARM clinic24", 2.0, 2))
    assert first.good
    by_mqtt = play.begin(of(Twist.MALFORMED))
    play.answer(by_mqtt)
    assert by_mqtt.missing() == ["no technical alarm at the switchboard"]
    play.book.shown(Screen("20999", "TEKNISKT LARM mqtt", 2.0, 2))
    assert by_mqtt.good
    again = play.begin(of(Twist.MALFORMED))
    play.answer(again)
    assert again.scene.way is first.scene.way
    assert again.good


def test_wrong_answer() -> None:
    """Another answer than the expected one is a fault, with what the gateway said."""
    play = Play()
    story = play.begin()
    refused = Answer(status=AnswerStatus.REJECTED, errors=(FieldError("data.unit", "unknown unit"),))
    play.book.answered(story, refused, NOON, 1.0)
    assert story.wrong == ["answered rejected instead of accepted data.unit unknown unit"]


def test_gateway_says_somebody_else() -> None:
    """What the gateway says of itself must agree with the roster."""
    play = Play()
    story = play.begin()
    play.explain(story, "Erik")
    assert story.wrong == ["the gateway pages Erik, by the roster it is Anna"]


def test_shift_change_on_the_way() -> None:
    """If a shift ends between sending and answer, either shift's receiver is right, and nobody else."""
    play = Play()
    story = play.begin(at=EVENING - timedelta(milliseconds=5))
    play.answer(story, at=EVENING)
    play.explain(story, "Erik")
    play.show(story, "20118")
    play.acknowledge(story, "20118", "Erik")
    assert story.good
    play.show(story, "20999")
    assert story.wrong == ["shown on 20999, must be shown to 20117 (Anna) or 20118 (Erik)"]


def test_patience() -> None:
    """An event that takes too long ends as failed, and says what did not come."""
    play = Play()
    story = play.handset_story()
    play.book.give_up(PATIENCE - 0.1)
    assert story.ended is None
    play.book.give_up(PATIENCE)
    assert story.wrong == ["not shown on 20117 (Anna)"]
    assert not play.book.open
    assert not play.book.good
