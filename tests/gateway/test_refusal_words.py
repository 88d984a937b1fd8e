"""Whatever a rejected event's sender is told in English, the board says in Swedish."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway import intake, refusal_words
from protocols.clinic24 import lines as line_protocol
from protocols.clinic24.event import EventFault, FieldError, decode
from protocols.clinic24.messages import decode_subscribe

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "clinic24/gavle",
    "type": "clinic24.visit.triaged",
    "data": {"unit": "u", "profession": "nurse", "priority": 2},
}
WRONG = (None, True, 7, 1.5, "", "x" * 300, [], {}, ...)
MEMBERS = ("source", "id", "type", "data", "data.unit", "data.profession", "data.priority")


def faults(document: bytes) -> list[FieldError]:
    try:
        decode(document)
    except EventFault as fault:
        return list(fault.errors)
    return []


def changed(member: str, value: Any) -> bytes:
    event = {**GOOD, "data": dict(GOOD["data"])}
    holder = event["data"] if "." in member else event
    name = member.removeprefix("data.")
    if value is ...:
        del holder[name]
    else:
        holder[name] = value
    return json.dumps(event).encode()


@pytest.mark.parametrize("member", MEMBERS)
def test_a_wrong_member(member: str) -> None:
    """Missing, of each other type, too short and too long."""
    found = [error for value in WRONG for error in faults(changed(member, value))]
    assert found
    for error in found:
        assert refusal_words.BOOK.swedish(error.message) is not None, error
        assert "must be" not in refusal_words.why(error.path, error.message).sv
        assert error.path in refusal_words.PLACES


@pytest.mark.parametrize(
    "document",
    [b"\xff", b"[" * 100_000, b"{", b"[]", b"7", b"null", json.dumps(GOOD).encode()[:-1] + b',"id":"e2"}'],
    ids=["utf-8", "nested", "no JSON", "a list", "a number", "null", "twice"],
)
def test_a_wrong_document(document: bytes) -> None:
    """No JSON object, or a member that stands there twice."""
    (error,) = faults(document)
    assert refusal_words.BOOK.swedish(error.message) is not None


def test_a_wrong_subscription() -> None:
    """Another word, and no number to begin from."""
    with pytest.raises(EventFault) as raised:
        decode_subscribe(b'{"subscribe": "all", "since": -1}')
    for error in raised.value.errors:
        assert refusal_words.BOOK.swedish(error.message) is not None
        assert error.path in refusal_words.PLACES


def test_what_is_written_in_the_code() -> None:
    """The faults of lines, of the sources, and of what the roster and the criteria say."""
    found = [intake.UNKNOWN_UNIT.message, intake.NOT_ALERTING.message]
    sources = sorted((Path(gateway.__file__).parent / "sources").glob("*.py"))
    for path in (Path(line_protocol.__file__), *sources):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found += messages(node)
    assert len(found) >= 10
    assert [one for one in found if refusal_words.BOOK.swedish(one) is None] == []


def messages(node: ast.AST) -> list[str]:
    """The sentences of one place that refuses something."""
    if (
        isinstance(node, ast.Tuple)
        and isinstance(node.elts[0], ast.Constant)
        and node.elts[0].value == "address"
    ):
        return [text(node.elts[1])]
    if not isinstance(node, ast.Call):
        return []
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    place = {"_refuse": 0, "_condemn": 0, "FieldError": 1}.get(name)
    if place is None or place >= len(node.args) or isinstance(node.args[place], ast.Name):
        return []
    return [text(node.args[place])]


def text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr), ast.dump(node)
    return "".join(text(one) if isinstance(one, ast.Constant) else "7" for one in node.values)
