"""Every sentence that can come into a timeline has Swedish words: the code is walked for them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gateway
from gateway import timeline_words
from gateway.delivery.answer_words import Verdict
from gateway.delivery.carriers import espa444_status
from gateway.delivery.pages import PageInput
from gateway.model import Origin, OutcomeWord, PageState, Rung
from gateway.phrases import Phrasebook
from gateway.ports import ReportWord
from protocols.clinic24.event import Kind
from protocols.espa444 import FailReason

ROOT = Path(gateway.__file__).parent
WRITING = [*sorted((ROOT / "delivery").rglob("*.py")), ROOT / "app.py", ROOT / "sources" / "espa444.py"]
CALLS = {
    # what a call writes into a timeline: the places of its arguments, and their names
    "note": (1, 2),
    "move": (2,),
    "_refused": (2,),
    "_divert": (2,),
    "close": (1,),
    "_close": (2,),
    "Closed": (1,),
    "Failed": (2,),
    "Reported": (2,),
    "Noted": (1, 2),
    "Failure": (1,),
    "Step": (2,),
    "failed": (3,),
    "in_doubt": (1,),
    "LocalProtocolError": (0,),
}
NAMES = {"reason", "detail", "text", "why"}
"""Arguments and variables that hold such a sentence."""

TO_OPERATORS = ("line X: ", "steps cannot be committed: ")
"""How sentences begin that are alarms, not lines of a timeline."""

WITHOUT = {"texts.py"}
"""Writes what a handset shows."""


def said(node: ast.expr) -> str | None:
    """The sentence of a constant or an f-string, with X in its places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(said(one) or "X" for one in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return said(node.left)
    return None


def written(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each sentence of a module that may come into a timeline, with its line."""
    for node in ast.walk(tree):
        found: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found += [node.args[place] for place in CALLS.get(name, ()) if place < len(node.args)]
            if name in CALLS:
                found += [one.value for one in node.keywords if one.arg in NAMES]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in NAMES:
            found.append(node.value)
        for one in found:
            for part in (one.body, one.orelse) if isinstance(one, ast.IfExp) else (one,):
                if sentence := said(part):
                    yield part.lineno, sentence


def sentences() -> Iterator[tuple[str, int, str]]:
    for path in WRITING:
        if path.name not in WITHOUT:
            for line, sentence in written(ast.parse(path.read_text("utf-8"))):
                if not sentence.startswith(TO_OPERATORS):
                    yield path.name, line, sentence


def test_whatever_the_code_writes_has_swedish_words() -> None:
    """A new sentence in the code without words in the book is found here."""
    found = list(sentences())
    assert len(found) > 40
    assert [one for one in found if timeline_words.BOOK.swedish(one[2]) is None] == []


@pytest.mark.parametrize(
    "word",
    [
        *(one for one in PageInput if one is not PageInput.BEGIN),
        *PageState,
        *OutcomeWord,
        *ReportWord,
        *Verdict,
        *FailReason,
        *(detail for _, detail in espa444_status.WORDS.values()),
        *(kind for kind in Kind if not kind.alerts),
    ],
    ids=str,
)
def test_every_word_of_the_machines_has_swedish_words(word: Any) -> None:
    """States, inputs, reports and verdicts stand in sentences by their own names."""
    assert timeline_words.BOOK.swedish(getattr(word, "value", word)) is not None


def test_sentences_with_places() -> None:
    """What stands in a place is said in Swedish where the book knows it, and as it is otherwise."""
    said = timeline_words.text("acknowledge ignored: the page is cancelled")
    assert said.sv == "besvarat räknas inte: det är redan avbrutet"
    assert said.en == "acknowledge ignored: the page is cancelled"
    assert timeline_words.reason("cancelled by Karin Ek (ab12345)", ()).sv == "avbrutet av Karin Ek (ab12345)"
    assert timeline_words.reason("answered by SMS with 17", ()).sv == "besvarat via SMS med 17"


def test_a_resolver_s_reason_is_its_own() -> None:
    """Why somebody is paged stands on the alert's ladder in both languages."""
    rung = Rung("eva", "Eva", Origin.UNIT_FALLBACK, "Reserv för enheten X", "Fallback of the unit X", ())
    assert timeline_words.reason("Fallback of the unit X", (rung,)).sv == "Reserv för enheten X"


def test_what_nobody_knows_is_never_left_out() -> None:
    """A protocol's own words stay, behind words that say where they come from."""
    assert timeline_words.text("CMS ERROR 500").sv == "linjen meddelar: CMS ERROR 500"
    assert Phrasebook({}).both("a {brace}").sv == "a {brace}"
