"""Every sentence by which the resolver explains itself, in Swedish and English.

Rules: a sentence names what decided (shift, times, list), never a phone number. The Swedish words are those
that the users know from their own instruction.
"""

from datetime import time as Time  # noqa: N812

from gateway.model import Role
from gateway.roster.values import Duty, Receiver, Slot, Words
from protocols.clinic24.event import Kind

KIND = {
    Kind.TRIAGED: Words("patient triageras till digitalt besök", "patient triaged to a digital visit"),
    Kind.CONSULTATION: Words("begäran om konsultation", "consultation requested"),
    Kind.ESCALATED: Words("ärende eskaleras", "case escalated"),
    Kind.HANDOVER: Words("förfrågan om överlämnande av ärende", "handover of a case requested"),
    Kind.TAKEN: Words("ärendet är omhändertaget", "case taken"),
    Kind.CLOSED: Words("ärendet är avslutat", "case closed"),
}
ROLE = {Role.DOCTOR: Words("läkare", "doctor"), Role.NURSE: Words("sjuksköterska", "nurse")}

NOT_ASKED = Words(
    "Därför prövas varken pass eller reserver.", "So neither shifts nor fallbacks are looked at."
)
NOBODY = Words("Ingen kvar att larma.", "Nobody is left to page.")


def criteria(kind: Kind, priority: int | None, alerts: bool) -> Words:
    """Whether this kind and priority alerts."""
    what = KIND[kind]
    sv, en = ("larmar", "alerts") if alerts else ("larmar inte", "does not alert")
    if priority is None:
        return Words(
            f"{what.sv.capitalize()} utan prioritet räknas som prioritet 1: {sv}.",
            f"{what.en.capitalize()} without a priority counts as priority 1: {en}.",
        )
    return Words(
        f"{what.sv.capitalize()} med prioritet {priority} {sv}.",
        f"{what.en.capitalize()} at priority {priority} {en}.",
    )


def role(asked: Role, shown: str | None) -> Words:
    """Which role answers for the profession."""
    name = ROLE[asked]
    if shown is None:
        return Words(f"Rollen är {name.sv}.", f"The role is {name.en}.")
    return Words(
        f"Efterfrågad yrkesgrupp {shown}: larmet går till {name.sv}.",
        f"Profession asked for: {shown}; the alert goes to the {name.en}.",
    )


def unit(duty: Duty | None) -> Words:
    """Which unit, or that it is unknown."""
    if duty is None:
        return Words("Enheten är okänd.", "The unit is unknown.")
    where = f"{duty.unit.name} ({duty.area.name})"
    return Words(f"Enheten är {where}.", f"The unit is {where}.")


def catch_all(receiver: Receiver | None) -> Words:
    """Who takes events for unknown units."""
    if receiver is None:
        return Words(
            "Ingen mottagare är vald för okända enheter.", "No receiver is configured for unknown units."
        )
    return Words(
        f"Okänd enhet: larmet går till {receiver.name}.", f"Unknown unit: the alert goes to {receiver.name}."
    )


def nobody_on(asked: Role) -> Words:
    """No shift covers the instant."""
    name = ROLE[asked]
    return Words(
        f"Inget pass med {name.sv} täcker tidpunkten.", f"No shift with a {name.en} covers this instant."
    )


def slot(running: Slot) -> Words:
    """Who is on in a shift that covers the instant."""
    names = _names(running.receivers)
    times = _times(running)
    return Words(f"Passet {times}: {names.sv}.", f"Shift {times}: {names.en}.")


def on_duty(running: Slot) -> Words:
    """Why somebody of a shift is paged."""
    name, times = ROLE[running.role], _times(running)
    return Words(f"I tjänst som {name.sv}, pass {times}", f"On duty as {name.en}, shift {times}")


def unit_fallback(duty: Duty) -> Words:
    """The unit's fallback list, or that it has none."""
    if not duty.fallback:
        return Words(
            f"Enheten {duty.unit.name} har ingen reserv.", f"The unit {duty.unit.name} has no fallback."
        )
    names = _names(duty.fallback)
    return Words(
        f"Enhetens reserv, om ingen är i tjänst eller svarar: {names.sv}.",
        f"The unit's fallback, if nobody is on or answers: {names.en}.",
    )


def of_unit_fallback(duty: Duty) -> Words:
    """Why somebody of the unit's fallback is paged."""
    return Words(f"Reserv för enheten {duty.unit.name}", f"Fallback of the unit {duty.unit.name}")


def area_fallback(duty: Duty) -> Words:
    """The area's fallback list, or that it has none."""
    if not duty.area_fallback:
        return Words(
            f"Verksamhetsområdet {duty.area.name} har ingen reserv.",
            f"The business area {duty.area.name} has no fallback.",
        )
    names = _names(duty.area_fallback)
    return Words(
        f"Verksamhetsområdets reserv därefter: {names.sv}.",
        f"The business area's fallback after that: {names.en}.",
    )


def of_area_fallback(duty: Duty) -> Words:
    """Why somebody of the area's fallback is paged."""
    return Words(
        f"Reserv för verksamhetsområdet {duty.area.name}", f"Fallback of the business area {duty.area.name}"
    )


def counts_once(receiver: Receiver) -> Words:
    """Somebody stands on the ladder already."""
    return Words(
        f"{receiver.name} står redan på listan och räknas en gång.",
        f"{receiver.name} is on the list already and counts once.",
    )


def _times(running: Slot) -> str:
    return f"{running.shift} {running.date} {_clock(running.begins)}–{_clock(running.ends)}"


def _clock(at: Time) -> str:
    # strftime takes ten times as long, and this runs for every event.
    return f"{at.hour:02}:{at.minute:02}"


def _names(receivers: tuple[Receiver, ...]) -> Words:
    names = ", ".join(receiver.name for receiver in receivers)
    return Words(names or "ingen", names or "nobody")
