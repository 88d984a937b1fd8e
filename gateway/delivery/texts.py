"""What a message says, by one template for each kind of route.

The order is fixed: mark (TEST, repeated, age), priority, kind in one word, unit, profession if somebody else
was asked for, case reference, callback, and a word about answering where an answer can come back. The first
words carry the whole meaning: a handset shows some 40 characters before one has to scroll.

A text that is too long loses whole parts from its end, and says so with `CUT`: half a telephone number would
be dialled, and half a unit's name is another unit. No patient data: a `Subject` has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.model import NumberKind, Subject
from gateway.ports import Capabilities
from gateway.routing.policy import HOUR, MINUTE
from protocols.clinic24.event import Kind

CUT = ".."
"""Stands at the end of a text that lost something; two full stops exist in every character set."""

TEST = "TEST"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    repeated: str  # an earlier attempt may have been shown; stands in the first 12 characters
    minutes_late: str
    hours_late: str
    priority: str
    kinds: Mapping[Kind, str]
    unknown_unit: str
    technical: str
    test_page: str  # behind the mark TEST
    asked_for: str  # before the profession that was asked for
    call: str  # before a call-back number
    answer: str  # on a handset that can answer
    called_by: str  # before the system that called, where what it said must not be shown
    plain: str  # between priority and unit in the plainest text


SWEDISH = Wording(
    repeated="(upprepat)",
    minutes_late="({} min sen)",
    hours_late="({} tim sen)",
    priority="Prio",
    kinds={
        Kind.TRIAGED: "Triage",
        Kind.CONSULTATION: "Konsultation",
        Kind.ESCALATED: "Eskalering",
        Kind.HANDOVER: "Överlämning",
    },
    unknown_unit="OKÄND ENHET",
    technical="TEKNISKT LARM",
    test_page="Provlarm",
    asked_for="för",
    call="ring",
    answer="Svara OK",
    called_by="Larm från",
    plain="larm",
)

ENGLISH = Wording(
    repeated="(repeated)",
    minutes_late="({} min late)",
    hours_late="({} h late)",
    priority="Prio",
    kinds={
        Kind.TRIAGED: "Triage",
        Kind.CONSULTATION: "Consultation",
        Kind.ESCALATED: "Escalation",
        Kind.HANDOVER: "Handover",
    },
    unknown_unit="UNKNOWN UNIT",
    technical="TECHNICAL ALARM",
    test_page="Test page",
    asked_for="for",
    call="call",
    answer="Answer OK",
    called_by="Alert from",
    plain="alert",
)

WORDINGS = {"sv": SWEDISH, "en": ENGLISH}


@dataclass(frozen=True, slots=True)
class Template:
    """How one carrier words its messages."""

    wording: Wording
    include_case: bool


def template_for(capabilities: Capabilities, language: str, sms_case: bool) -> Template:
    """The template of a carrier: on SMS the case reference may be left out (`[privacy] sms_case`)."""
    on_handset = capabilities.serves is NumberKind.EXTENSION
    return Template(WORDINGS[language], include_case=on_handset or sms_case)


def compose(
    subject: Subject,
    template: Template,
    capabilities: Capabilities,
    *,
    repeat: bool,
    said: str | None = None,
    reference: int | None = None,
    hint: str = "",
) -> str:
    """The text of one attempt; at most `capabilities.max_text` long by `capabilities.measure`.

    `said` is what another system's call says. It goes to handsets as it is, and nowhere else: it may name a
    patient. `reference` is what an answer by SMS may name; it stands at the end and is never cut off, and
    `hint` before it says how to answer.
    """
    if reference is None:
        return _compose(subject, template, capabilities, repeat, said, "")
    room = _before(reference, capabilities)
    return f"{_compose(subject, template, room, repeat, said, hint)} {_shown(reference)}"


def _compose(
    subject: Subject,
    template: Template,
    capabilities: Capabilities,
    repeat: bool,
    said: str | None,
    hint: str,
) -> str:
    words = template.wording
    if subject.line is not None:
        on_handset = capabilities.serves is NumberKind.EXTENSION
        text = said if said and on_handset else f"{words.called_by} {subject.line}, {subject.address}"
        whole = " ".join([*_marks(subject, words, repeat), text])
        asking = f"{whole} {hint}"
        if hint and capabilities.measure(asking) <= capabilities.max_text:
            return asking
        return _cut(whole, capabilities)
    essential = _marks(subject, words, repeat) + _essential(subject, words)
    optional = _optional(subject, template)
    if hint:
        optional.append(hint)
    elif capabilities.can_answer and (subject.kind is not None or subject.test):
        optional.append(words.answer)
    text = " ".join(essential + optional)
    while capabilities.measure(text) > capabilities.max_text and optional:
        optional.pop()
        text = " ".join([*essential, *optional, CUT])
    if capabilities.measure(text) > capabilities.max_text:
        text = _cut(" ".join(essential), capabilities)
    return text


def plainest(
    subject: Subject, wording: Wording, capabilities: Capabilities, reference: int | None = None
) -> str:
    """What is said when the ordinary text could not be made: that there is a case, how urgent, and where."""
    text = f"{wording.priority} {subject.priority} {wording.plain} {subject.unit}"
    if reference is None:
        return _cut(text, capabilities)
    return f"{_cut(text, _before(reference, capabilities))} {_shown(reference)}"


def _shown(reference: int) -> str:
    return f"({reference})"


def _before(reference: int, capabilities: Capabilities) -> Capabilities:
    """The same wire, with the reference already on it."""
    measure = capabilities.measure
    return replace(capabilities, measure=lambda text: measure(f"{text} {_shown(reference)}"))


def _marks(subject: Subject, words: Wording, repeat: bool) -> list[str]:
    marks = []
    if subject.test:
        marks.append(TEST)
    if repeat:
        marks.append(words.repeated)
    if subject.age is not None:
        hours = subject.age // HOUR
        late = words.hours_late.format(hours) if hours else words.minutes_late.format(subject.age // MINUTE)
        marks.append(late)
    return marks


def _essential(subject: Subject, words: Wording) -> list[str]:
    if subject.kind is None:
        what = words.test_page if subject.test else words.technical
        return [what, *([subject.note] if subject.note else [])]
    priority = f"{words.priority} {subject.priority if subject.priority_given else '-'}"
    unit = subject.unit_name if subject.unit_known else f"{words.unknown_unit} {subject.unit}".strip()
    return [priority, words.kinds[subject.kind], unit]


def _optional(subject: Subject, template: Template) -> list[str]:
    parts = []
    if subject.profession:
        parts.append(f"{template.wording.asked_for} {subject.profession}")
    if subject.case and template.include_case:
        parts.append(subject.case)
    if subject.callback:
        parts.append(f"{template.wording.call} {subject.callback}")
    return parts


def _cut(text: str, capabilities: Capabilities) -> str:
    """The longest beginning that fits, and the sign of the cut; where no whole part can be lost."""
    if capabilities.measure(text) <= capabilities.max_text:
        return text
    while text and capabilities.measure(text + CUT) > capabilities.max_text:
        text = text[:-1]
    return text + CUT
