"""Answers, outcomes and subscriptions: the JSON of the contract, both ways."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.clinic24.event import EventFault, FieldError, decode
from protocols.clinic24.messages import (
    Answer,
    AnswerStatus,
    Outcome,
    Subscribe,
    decode_message,
    decode_subscribe,
    encode_answer,
    encode_outcome,
    encode_subscribe,
    rejection,
)
from protocols.session import RemoteProtocolError

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
words = st.none() | texts
faults = st.lists(st.builds(FieldError, path=texts, message=texts), max_size=3).map(tuple)
answers = st.builds(
    Answer,
    source=words,
    id=words,
    status=st.sampled_from(AnswerStatus),
    alert=words,
    alert_status=words,
    errors=faults,
    warnings=faults,
)
outcomes = st.builds(
    Outcome,
    seq=st.integers(0, 2**62),
    scope=st.sampled_from(["page", "alert"]),
    alert=texts,
    source=texts,
    id=texts,
    status=st.sampled_from(["sent", "delivered", "acknowledged"]),
    at=st.integers(0, 4_000_000_000_000),
    receiver=words,
    carrier=words,
    final=st.booleans(),
    proof=words,
    late=st.booleans(),
    reason=words,
)


@settings(max_examples=80, deadline=None)
@given(answers)
def test_answers_round_trip(answer: Answer) -> None:
    """An answer is one line and is read back unchanged."""
    document = encode_answer(answer)
    assert b"\n" not in document
    assert decode_message(document) == answer


@settings(max_examples=80, deadline=None)
@given(outcomes)
def test_outcomes_round_trip(outcome: Outcome) -> None:
    """An outcome is one line and is read back unchanged."""
    document = encode_outcome(outcome)
    assert b"\n" not in document
    assert decode_message(document) == outcome


def test_answer_json() -> None:
    """Absent members are left out, and the order is the contract's."""
    assert encode_answer(Answer(source="s", id="i", status=AnswerStatus.ACCEPTED, alert="4")) == (
        b'{"source":"s","id":"i","status":"accepted","alert":"4"}'
    )
    assert encode_answer(Answer(status=AnswerStatus.RETRY)) == b'{"status":"retry"}'


def test_rejection_json() -> None:
    """A rejection tells every fault and repeats source and id as far as they are strings."""
    with pytest.raises(EventFault) as caught:
        decode(b'{"source": "s", "id": 7, "type": "clinic24.case.closed", "data": {"unit": 4}}')
    answer = rejection(caught.value)
    assert (answer.source, answer.id, answer.status) == ("s", None, AnswerStatus.REJECTED)
    assert [error.path for error in answer.errors] == ["id", "data.unit"]
    assert b'"errors":[{"path":"id","message":"is a number;' in encode_answer(answer)


def test_outcome_json() -> None:
    """An outcome's line is that of the contract, its time in UTC with milliseconds."""
    page = Outcome(4711, "page", "a", "s", "i", "delivered", 1795521901337, "Anna Berg", "dect")
    assert encode_outcome(page) == (
        b'{"seq":4711,"scope":"page","alert":"a","source":"s","id":"i","status":"delivered",'
        b'"receiver":"Anna Berg","carrier":"dect","at":"2026-11-24T12:05:01.337Z"}'
    )
    end = Outcome(4712, "alert", "a", "s", "i", "expired", 1795521901337, final=True, proof="sent", late=True)
    assert encode_outcome(end).endswith(
        b'"at":"2026-11-24T12:05:01.337Z","final":true,"proof":"sent","late":true}'
    )


def test_answer_whose_id_is_seq() -> None:
    """The words of an event never make an outcome of an answer."""
    answer = Answer(source="seq", id='"seq"', status=AnswerStatus.IGNORED)
    assert decode_message(encode_answer(answer)) == answer


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"status": "perhaps"}', b'{"seq": 1}', b'{"seq": "1"}', b"\xff", b"[" * 60000,
     b'{"seq":1,"scope":"page","alert":"a","source":"s","id":"i","status":"sent","at":"now"}'],
)  # fmt: skip
def test_neither(document: bytes) -> None:
    """Anything else is a RemoteProtocolError."""
    with pytest.raises(RemoteProtocolError, match="neither an answer nor an outcome"):
        decode_message(document)


@pytest.mark.parametrize("since", [None, 0, 4711])
def test_subscribe_round_trip(since: int | None) -> None:
    """A subscription is read back with its starting point."""
    assert decode_subscribe(encode_subscribe(Subscribe(since))) == Subscribe(since)


@pytest.mark.parametrize(
    "document", [b"", b"{}", b"[1]", b'{"subscribe": "status", "type": "clinic24.case.closed"}']
)
def test_no_subscription(document: bytes) -> None:
    """What does not ask for outcomes, or is an event, is no subscription."""
    assert decode_subscribe(document) is None


@pytest.mark.parametrize(
    ("document", "paths"),
    [
        (b'{"subscribe": "everything"}', ["subscribe"]),
        (b'{"subscribe": true, "since": -1}', ["subscribe", "since"]),
        (b'{"subscribe": "status", "since": "1"}', ["since"]),
        (b'{"subscribe": "status", "since": true}', ["since"]),
        (b'{"subscribe": "status", "since": 1.0}', ["since"]),
    ],
)
def test_wrong_subscription(document: bytes, paths: list[str]) -> None:
    """A subscription that asks for what there is not is refused with the path."""
    with pytest.raises(EventFault) as caught:
        decode_subscribe(document)
    assert [error.path for error in caught.value.errors] == paths
