"""What the tests of the Clinic24 line share: a right event, as a document that a test may spoil."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

RIGHT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "7c1f",
    "source": "clinic24/gavleborg",
    "type": "clinic24.visit.triaged",
    "time": "2026-11-24T13:05:00+01:00",
    "data": {
        "unit": "hc-andersberg",
        "profession": "physiotherapist",
        "priority": 2,
        "case": "A-1042",
        "callback": "20300",
    },
}
GONE = object()


def _document(**changes: Any) -> bytes:
    """The right event with members changed (`data__unit="x"` for one in data), or left out by GONE."""
    root = copy.deepcopy(RIGHT)
    for name, value in changes.items():
        *holder, member = name.split("__")
        target = root["data"] if holder else root
        if value is GONE:
            target.pop(member, None)
        else:
            target[member] = value
    return json.dumps(root, ensure_ascii=False).encode()


@pytest.fixture(scope="session")
def document() -> Callable[..., bytes]:
    return _document


@pytest.fixture(scope="session")
def gone() -> object:
    return GONE
