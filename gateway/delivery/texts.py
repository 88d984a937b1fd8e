"""What a message says, by one template for each kind of route.

The order is fixed: mark (TEST, repeated, age), priority, kind in one word, unit, profession if somebody else
was asked for, case reference, callback, and a word about answering where an answer can come back. The first
words carry the whole meaning: a handset shows some 40 characters before one has to scroll.

A text that is too long loses whole parts from its end, and says so with `CUT`: half a telephone number would
be dialled, and half a unit's name is another unit. No patient data: a `Subject` has none.
"""

from dataclasses import dataclass

from gateway.model import NumberKind, Subject
from gateway.ports import Capabilities
from gateway.routing.policy import HOUR, MINUTE
from protocols.clinic24.event import Kind

CUT = ".."
"""Stands at the end of a text that lost something; two full stops exist in every character set."""

REPEATED = "(upprepat)"
"""An earlier attempt may have been shown. It stands in the first 12 characters."""

KIND_WORDS = {
    Kind.TRIAGED: "Triage",
    Kind.CONSULTATION: "Konsultation",
    Kind.ESCALATED: "Eskalering",
    Kind.HANDOVER: "Överlämning",
}

UNKNOWN_UNIT = "OKÄND ENHET"
TECHNICAL = "TEKNISKT LARM"


@dataclass(frozen=True, slots=True)
class Template:
    """How one carrier words its messages."""

    include_case: bool
    answer_hint: str | None  # said only where an answer can come back


DECT = Template(include_case=True, answer_hint="Svara OK")


def sms(include_case: bool) -> Template:
    """The SMS template; `[privacy] sms_case = false` leaves the case reference out."""
    return Template(include_case=include_case, answer_hint=None)


def template_for(capabilities: Capabilities, sms_case: bool) -> Template:
    """The template of a carrier with these capabilities."""
    return DECT if capabilities.serves is NumberKind.EXTENSION else sms(sms_case)


def compose(subject: Subject, template: Template, capabilities: Capabilities, *, repeat: bool) -> str:
    """The text of one attempt; at most `capabilities.max_text` long by `capabilities.measure`."""
    essential = _marks(subject, repeat) + _essential(subject)
    optional = _optional(subject, template)
    if template.answer_hint and capabilities.can_answer:
        optional.append(template.answer_hint)
    text = " ".join(essential + optional)
    while capabilities.measure(text) > capabilities.max_text and optional:
        optional.pop()
        text = " ".join([*essential, *optional, CUT])
    if capabilities.measure(text) > capabilities.max_text:
        text = _cut(" ".join(essential), capabilities)
    return text


def plainest(subject: Subject, capabilities: Capabilities) -> str:
    """What is said when the ordinary text could not be made: that there is a case, how urgent, and where."""
    return _cut(f"Prio {subject.priority} larm {subject.unit}", capabilities)


def _marks(subject: Subject, repeat: bool) -> list[str]:
    marks = []
    if subject.test:
        marks.append("TEST")
    if repeat:
        marks.append(REPEATED)
    if subject.age is not None:
        marks.append(_age(subject.age))
    return marks


def _age(milliseconds: int) -> str:
    if milliseconds < HOUR:
        return f"({milliseconds // MINUTE} min sen)"
    return f"({milliseconds // HOUR} tim sen)"


def _essential(subject: Subject) -> list[str]:
    if subject.kind is None:
        return [TECHNICAL, *([subject.note] if subject.note else [])]
    priority = f"Prio {subject.priority}" if subject.priority_given else "Prio -"
    unit = subject.unit_name if subject.unit_known else f"{UNKNOWN_UNIT} {subject.unit}".strip()
    return [priority, KIND_WORDS[subject.kind], unit]


def _optional(subject: Subject, template: Template) -> list[str]:
    parts = []
    if subject.profession:
        parts.append(f"för {subject.profession}")
    if subject.case and template.include_case:
        parts.append(subject.case)
    if subject.callback:
        parts.append(f"ring {subject.callback}")
    return parts


def _cut(text: str, capabilities: Capabilities) -> str:
    """The longest beginning that fits, and the sign of the cut; where no whole part can be lost."""
    if capabilities.measure(text) <= capabilities.max_text:
        return text
    while text and capabilities.measure(text + CUT) > capabilities.max_text:
        text = text[:-1]
    return text + CUT
