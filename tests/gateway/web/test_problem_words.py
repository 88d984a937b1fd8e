"""Every sentence by which the code behind the pages refuses something has its Swedish words."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from gateway.web.problem_words import BOOK, WORDS

BEHIND = {
    ".": "desk importing operations rosterfiles testpages",
    "accounts": "passwords records service",
    "audit": "chain",
    "roster": (
        "csvfile csvslots document edit editing editing_past editing_service editing_values entries items "
        "numbers plan references removals"
    ),
    "web": (
        "answers audit_api bodies calendar_api live_api pages pages_api pages_views register_api "
        "registry_api rights session_api uploads"
    ),
}
"""Modules whose refusals a person at a page can meet."""

RAISED = {"Fault", "Refused", "HTTPException", "RosterChanged", "ValueError", "NumberError", "_tell"}


def template(node: ast.expr) -> str | None:
    """The text of a literal, with something in each of its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)  # type: ignore[misc]
    return None


def assigned(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """Names that stand for a text, by constant or just before it is raised."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, template(node.value)


def sentences() -> Iterator[tuple[str, str]]:
    """Each sentence with the module that says it."""
    for name in (f"{folder}/{one}.py" for folder, some in BEHIND.items() for one in some.split()):
        tree = ast.parse((files("gateway") / name).read_text("utf-8"))
        named = dict(assigned(tree))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name | ast.Attribute):
                continue
            said_by = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
            if said_by not in RAISED:
                continue
            given = call.args[1:] if said_by in {"Fault", "Refused", "HTTPException"} else call.args
            for argument in given[:1]:
                text = named.get(argument.id) if isinstance(argument, ast.Name) else template(argument)
                if text is not None and re.search("[a-z]{2} ", text):
                    yield name, text


@pytest.mark.parametrize(("name", "text"), sorted(set(sentences())))
def test_every_sentence_is_known(name: str, text: str) -> None:
    """A sentence that is raised anywhere behind the pages is in the book."""
    assert BOOK.swedish(text) is not None


def test_enough_is_found() -> None:
    """The search above finds sentences at all."""
    assert len(set(sentences())) > 60


@pytest.mark.parametrize("english", WORDS)
def test_places_agree(english: str) -> None:
    """The Swedish words fill in what the English ones leave open."""
    found = BOOK.swedish(english.replace(":known}", "}").replace("{", "").replace("}", ""))
    assert found
    assert "{" not in found


async def test_in_the_language_that_is_asked_for(house: Any) -> None:
    """A page that asks for Swedish gets its refusals in Swedish; whoever says nothing gets English."""
    browser = await house.browser("it")
    entry = {"id": "ny", "name": "Ny", "kind": "person", "number": "12", "units": ["nowhere"]}
    body = {"table": "receiver", "entry": entry, "version": None}
    reply = await browser.ask("POST", "/api/register/entries", body)
    assert any(
        "no phone number" in one["message"] or "no valid" in one["message"] for one in reply.json["errors"]
    )
    reply = await browser.ask("POST", "/api/register/entries", body, {"Accept-Language": "sv"})
    assert reply.json["detail"].endswith("fel: ingenting ändrades")
    told = " ".join(one["message"] for one in reply.json["errors"])
    assert "ska vara en anknytning med exakt 5 siffror" in told
    assert "allowed" not in told
