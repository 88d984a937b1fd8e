"""What we publish of the wire is what the code does."""

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from gateway.model import OutcomeWord, Proof
from protocols.clinic24 import event, members, messages

DOCS = Path(__file__).parents[3] / "docs"
ASYNC = yaml.safe_load((DOCS / "asyncapi.yaml").read_text("utf-8"))
EVENT = json.loads((DOCS / "schemas" / "event.schema.json").read_text("utf-8"))
SCHEMAS = ASYNC["components"]["schemas"]


def test_the_event_s_members_are_those_that_are_decoded() -> None:
    """Every member of the envelope and its data is published, and no other."""
    assert EVENT["properties"].keys() == set(event._Envelope.__struct_encode_fields__)
    assert EVENT["properties"]["data"]["properties"].keys() == set(event._Data.__struct_encode_fields__)
    assert EVENT["properties"]["type"]["enum"] == [kind.value for kind in members.Kind]
    assert EVENT["properties"]["source"]["maxLength"] == members.SOURCE_LENGTH
    assert EVENT["properties"]["id"]["maxLength"] == members.ID_LENGTH


def test_the_event_s_examples_are_events() -> None:
    """An example that somebody copies is accepted without a warning."""
    for example in EVENT["examples"]:
        assert event.decode(json.dumps(example).encode()).warnings == ()


@pytest.mark.parametrize("name", EVENT["required"])
def test_a_required_member_is_required(name: str) -> None:
    """An event without it is refused, or its version is taken for granted with a warning."""
    document = {key: value for key, value in EVENT["examples"][0].items() if key != name}
    try:
        decoded = event.decode(json.dumps(document).encode())
    except event.EventFault:
        return
    assert [warning.path for warning in decoded.warnings] == [name] == ["specversion"]


def test_answers_and_outcomes_are_published_word_for_word() -> None:
    """The members and the words of answers and outcomes."""
    answer, outcome = SCHEMAS["answer"], SCHEMAS["outcome"]
    assert answer["properties"].keys() == set(messages.Answer.__struct_fields__)
    assert answer["properties"]["status"]["enum"] == [status.value for status in messages.AnswerStatus]
    assert outcome["properties"].keys() == set(messages.Outcome.__struct_fields__)
    assert outcome["properties"]["status"]["enum"] == [word.value for word in OutcomeWord]
    assert outcome["properties"]["proof"]["enum"] == [proof.value for proof in Proof]


def test_the_examples_are_what_is_said() -> None:
    """Each example is decoded as what it stands for."""
    for example in SCHEMAS["answer"]["examples"] + SCHEMAS["outcome"]["examples"]:
        said = messages.decode_message(json.dumps(example).encode())
        assert isinstance(said, messages.Outcome if "seq" in example else messages.Answer)
    for example in SCHEMAS["subscribe"]["examples"]:
        assert messages.decode_subscribe(json.dumps(example).encode()) == messages.Subscribe(4711)


def test_no_member_is_named_that_is_not_there() -> None:
    """What is required exists."""
    for schema in (EVENT, *SCHEMAS.values()):
        assert set(schema.get("required", ())) <= schema.get("properties", {}).keys()
    assert msgspec.json.schema(messages.Answer)
