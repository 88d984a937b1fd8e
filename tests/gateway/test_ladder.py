"""The ladder: receivers in order, each with every route that the configuration has for him."""

from typing import Any

from gateway.model import NumberKind, Origin, Proof
from gateway.ports import Capabilities
from gateway.roster.values import Receiver, ReceiverKind, Words
from gateway.routing import policy
from gateway.routing.ladder import Way, rung

WORDS = Words("i tjänst", "on duty")


def way(name: str, serves: NumberKind, **changes: Any) -> Way:
    values: dict[str, Any] = {"best_proof": Proof.DELIVERED, "can_answer": True}
    return Way(
        name,
        Capabilities(serves=serves, can_cancel=True, max_text=128, measure=len, **(values | changes)),
    )


def receiver(number: str, kind: NumberKind, backup: str | None = None, backup_kind: Any = None) -> Receiver:
    return Receiver("anna", "Anna Berg", ReceiverKind.PERSON, number, kind, backup, backup_kind)


DECT = way("dect", NumberKind.EXTENSION)
SPARE = way("spare", NumberKind.EXTENSION, can_answer=False, best_proof=Proof.SENT)
SMS = way("sms", NumberKind.MOBILE, can_answer=False)


def test_the_number_goes_over_every_carrier_of_its_kind_then_the_backup() -> None:
    """In the order of the configuration; each route knows what it can prove and bring back."""
    made = rung(
        receiver("20117", NumberKind.EXTENSION, "+46701740605", NumberKind.MOBILE),
        Origin.DUTY,
        WORDS,
        (SMS, DECT, SPARE),
    )
    assert [(route.carrier, route.number) for route in made.routes] == [
        ("dect", "20117"),
        ("spare", "20117"),
        ("sms", "+46701740605"),
    ]
    assert [(route.can_answer, route.best_proof) for route in made.routes] == [
        (True, Proof.DELIVERED),
        (False, Proof.SENT),
        (False, Proof.DELIVERED),
    ]
    assert (made.receiver, made.name, made.reason_sv, made.reason_en) == (
        "anna",
        "Anna Berg",
        "i tjänst",
        "on duty",
    )


def test_a_backup_of_the_same_kind_follows_the_number() -> None:
    """Two numbers over one carrier are two routes."""
    made = rung(
        receiver("20117", NumberKind.EXTENSION, "20118", NumberKind.EXTENSION), Origin.DUTY, WORDS, (DECT,)
    )
    assert [route.number for route in made.routes] == ["20117", "20118"]


def test_a_receiver_whom_no_carrier_serves_keeps_his_rung() -> None:
    """So that the timeline shows that he was passed by."""
    made = rung(receiver("+46701740605", NumberKind.MOBILE), Origin.UNIT_FALLBACK, WORDS, (DECT,))
    assert made.routes == ()
    assert made.origin is Origin.UNIT_FALLBACK


def test_the_times_are_those_of_the_published_contract() -> None:
    """answer_within 60/120/300 s, divert_after 15/30/120 s, ttl 30 minutes, age from 5 minutes."""
    seconds = {
        name: [value // 1000 for _, value in sorted(table.items())]
        for name, table in (("answer", policy.ANSWER_WITHIN), ("divert", policy.DIVERT_AFTER))
    }
    assert seconds == {"answer": [60, 120, 300, 300, 300], "divert": [15, 30, 120, 120, 120]}
    assert (policy.TTL, policy.OLD_EVENT) == (1_800_000, 300_000)
    for priority in range(1, 6):
        assert policy.DIVERT_AFTER[priority] < policy.ANSWER_WITHIN[priority] < policy.TTL
