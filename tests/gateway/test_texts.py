"""What a message says: order of its parts, length on the wire, what may be cut and what never."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.delivery.carriers.smpp_message import MAX_SEPTETS, measure
from gateway.delivery.texts import CUT, SWEDISH, compose, plainest, template_for
from gateway.model import NumberKind, Proof, Role, Subject
from gateway.ports import Capabilities
from protocols.clinic24.event import Kind
from protocols.espa444 import CHARSETS
from protocols.sms import gsm7, segments, ucs2

MINUTE = 60_000
REPEATED = "(upprepat)"
UNKNOWN_UNIT = "OKÄND ENHET"


def _subject(**changes: Any) -> Subject:
    values: dict[str, Any] = {
        "kind": Kind.TRIAGED,
        "unit": "hc-andersberg",
        "unit_name": "HC Andersberg",
        "unit_known": True,
        "role": Role.NURSE,
        "profession": None,
        "priority": 2,
        "case": "A-1042",
        "callback": "20300",
    }
    return Subject(**(values | changes))


def _way(
    kind: NumberKind, *, can_answer: bool = True, charset: str = "se7", max_text: int = 128
) -> Capabilities:
    if kind is NumberKind.EXTENSION:
        length: Callable[[str], int] = CHARSETS[charset].length
        return Capabilities(kind, Proof.DELIVERED, can_answer, True, max_text, length)
    return Capabilities(kind, Proof.DELIVERED, can_answer, False, MAX_SEPTETS, measure)


DECT, SMS = _way(NumberKind.EXTENSION), _way(NumberKind.MOBILE, can_answer=False)


def _text(
    subject: Subject,
    way: Capabilities = DECT,
    *,
    repeat: bool = False,
    sms_case: bool = True,
    language: str = "sv",
) -> str:
    return compose(subject, template_for(way, language, sms_case), way, repeat=repeat)


def test_the_parts_stand_in_their_order() -> None:
    """Priority, kind in one word, unit, profession if other, case, callback; marks before them."""
    subject = _subject(profession="fysioterapeut", age=29 * MINUTE, test=True)
    text = _text(subject, repeat=True)
    parts = ["TEST", REPEATED, "29 min", "2", "HC Andersberg", "fysioterapeut", "A-1042", "20300"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    kind = text[text.index("Prio 2") + len("Prio 2") : text.index("HC Andersberg")].split()
    assert len(kind) == 1


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.alerts])
@pytest.mark.parametrize("way", [DECT, SMS], ids=["dect", "sms"])
def test_the_essential_stands_in_the_first_forty_characters(kind: Kind, way: Capabilities) -> None:
    """Priority, kind and unit can be read without scrolling; repeated, the mark is in the first twelve."""
    text = _text(_subject(kind=kind), way)
    assert "Prio 2" in text[:40]
    assert "HC Andersberg" in text[:40]
    assert REPEATED in _text(_subject(kind=kind), way, repeat=True)[:12]
    assert "(repeated)" in _text(_subject(kind=kind), way, repeat=True, language="en")[:12]


def test_no_two_kinds_have_the_same_word() -> None:
    """What has happened can be told from the text."""
    texts = {_text(_subject(kind=kind)) for kind in Kind if kind.alerts}
    assert len(texts) == 4


def test_an_answer_is_asked_for_only_where_one_can_come_back() -> None:
    """The hint stands only on a route with answers."""
    with_answer = _text(_subject())
    without = _text(_subject(), _way(NumberKind.EXTENSION, can_answer=False))
    assert with_answer.startswith(without)
    assert len(with_answer) > len(without)
    assert "svara" not in _text(_subject(), SMS).lower()


def test_the_case_leaves_the_house_only_if_the_site_wants_it() -> None:
    """`sms_case = false` takes the reference out of the SMS alone."""
    assert "A-1042" in _text(_subject(), SMS)
    assert "A-1042" not in _text(_subject(), SMS, sms_case=False)
    assert "A-1042" in _text(_subject(), DECT, sms_case=False)


def test_an_unknown_unit_is_marked() -> None:
    """The catch-all sees that the unit is not ours, and its name as it was sent."""
    text = _text(_subject(unit="hc-borta", unit_name="hc-borta", unit_known=False))
    assert f"{UNKNOWN_UNIT} hc-borta" in text


def test_a_missing_priority_is_not_shown_as_one() -> None:
    """An escalated case without a priority beeps as 1, and the text does not invent one."""
    text = _text(_subject(kind=Kind.ESCALATED, priority=1, priority_given=False))
    assert "Prio 1" not in text


def test_an_old_event_says_how_old_it_is() -> None:
    """Minutes up to an hour, then hours."""
    assert "(5 min" in _text(_subject(age=5 * MINUTE + 59_000))
    assert "(59 min" in _text(_subject(age=59 * MINUTE))
    assert "(5 tim" in _text(_subject(age=300 * MINUTE))


def test_what_is_cut_is_cut_by_whole_parts_and_visibly() -> None:
    """A half telephone number would be dialled: the part goes as a whole, and two stops say so."""
    subject = _subject(profession="p" * 40, case="C" * 40, callback="+46 70 174 06 05")
    text = _text(subject)
    assert text.endswith(CUT)
    assert "+46" not in text or "+46 70 174 06 05" in text
    assert "HC Andersberg" in text


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from("åäöÅÄÖ[]{}€~é–"),
    min_size=1,
)
SUBJECTS = st.builds(
    _subject,
    kind=st.sampled_from([kind for kind in Kind if kind.alerts]),
    unit_name=WORDS.filter(lambda name: len(name) <= 60),
    unit_known=st.booleans(),
    profession=st.none() | st.text("abcåäö -", min_size=1, max_size=40),
    priority=st.integers(1, 5),
    case=st.none() | st.from_regex(r"\A[A-Za-z0-9_./:-]{1,40}\Z"),
    callback=st.none() | st.from_regex(r"\A\+?[0-9 ()./-]{3,31}\Z"),
    age=st.none() | st.integers(5 * MINUTE, 10_000 * MINUTE),
    priority_given=st.booleans(),
    test=st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(
    subject=SUBJECTS,
    repeat=st.booleans(),
    charset=st.sampled_from(sorted(CHARSETS)),
    limit=st.integers(40, 128),
)
def test_no_message_is_longer_than_its_wire(subject: Subject, repeat: bool, charset: str, limit: int) -> None:
    """ESPA: at most 128 bytes after conversion. SMS: one part, 160 septets or 70 UTF-16 units."""
    way = _way(NumberKind.EXTENSION, charset=charset, max_text=limit)
    text = _text(subject, way, repeat=repeat)
    assert len(CHARSETS[charset].encode(text)) <= limit
    short = _text(subject, SMS, repeat=repeat)
    if segments.coding(short) == segments.GSM7_CODING:
        assert segments.septets(short) <= 160
        assert gsm7.encode(gsm7.transliterate(short))
    else:
        assert len(ucs2.encode(short)) // 2 <= 70
    for whole in (plainest(subject, SWEDISH, way), plainest(subject, SWEDISH, SMS)):
        assert whole
    assert len(CHARSETS[charset].encode(plainest(subject, SWEDISH, way))) <= limit


@settings(max_examples=120, deadline=None)
@given(subject=SUBJECTS, repeat=st.booleans(), kind=st.sampled_from(NumberKind))
def test_the_units_name_is_never_cut_while_anything_else_can_go(
    subject: Subject, repeat: bool, kind: NumberKind
) -> None:
    """If the essential part fits by itself, the whole name is in the text."""
    way = DECT if kind is NumberKind.EXTENSION else SMS
    bare = _subject(
        kind=subject.kind,
        unit=subject.unit,
        unit_name=subject.unit_name,
        unit_known=subject.unit_known,
        priority=subject.priority,
        age=subject.age,
        priority_given=subject.priority_given,
        test=subject.test,
        profession=None,
        case=None,
        callback=None,
    )
    name = subject.unit_name if subject.unit_known else subject.unit
    essential = _text(bare, _way(way.serves, can_answer=False, max_text=128), repeat=repeat)
    text = _text(subject, way, repeat=repeat)
    if name in essential and not essential.endswith(CUT):
        assert name in text
    if text.endswith(CUT) and name not in text:
        assert subject.callback is None or subject.callback not in text
    if subject.unit_known and not subject.test and repeat:
        assert text.startswith(REPEATED)


def test_a_technical_alarm_says_what_it_is() -> None:
    """The operators see that it is no case."""
    text = _text(_subject(kind=None, role=None, case=None, callback=None, note="line dect is down"))
    assert text.startswith("TEKNISKT LARM")
    assert "line dect is down" in text
    assert len(_text(_subject(kind=None, note="x" * 500), DECT)) == 128


def test_a_text_holds_nothing_but_its_subject() -> None:
    """No word of the text comes from anywhere else: what the guard dropped cannot be in it."""
    text = _text(_subject(case=None, callback=None), SMS)
    assert text == "Prio 2 Triage HC Andersberg"
