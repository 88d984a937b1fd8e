"""A store in a temporary folder, and alerts to put into it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model import (
    Alert,
    Attempt,
    OneWay,
    Origin,
    OutcomeWord,
    Page,
    PageState,
    Proof,
    Role,
    Route,
    Rung,
    Step,
    Subject,
)
from gateway.store.migrations import open_store
from protocols.clinic24.event import Kind

NOW = 1_795_000_000_000

SUBJECT = Subject(
    kind=Kind.TRIAGED,
    unit="hc-andersberg",
    unit_name="HC Andersberg",
    unit_known=True,
    role=Role.NURSE,
    profession=None,
    priority=2,
    case="A-1042",
    callback="20300",
)

ALERT = Alert(
    id=0,
    source="clinic24/gavleborg",
    event="7c1f",
    digest="aa",
    subject=SUBJECT,
    accepted_at=NOW,
    expires_at=NOW + 1_800_000,
    one_way=OneWay.ESCALATE,
    rungs=(
        Rung(
            "anna",
            "Anna Berg",
            Origin.DUTY,
            "i tjänst",
            "on duty",
            (Route("dect", "20117", True, Proof.READ),),
        ),
    ),
    pages=(Page(0, 0, PageState.QUEUED, NOW, NOW + 500),),
    reached=0,
    escalates_at=NOW + 120_000,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bakjour.db"


@pytest.fixture
def conn(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_store(path)) as conn:
        yield conn


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    """An alert as intake makes one; `case`, `unit` and `priority` change its subject."""

    def make(**changes: Any) -> Alert:
        names = {"case", "unit", "priority", "kind", "role"} & changes.keys()
        subject = replace(SUBJECT, **{name: changes.pop(name) for name in names})
        return replace(ALERT, subject=subject, **changes)

    return make


@pytest.fixture
def make_step() -> Callable[..., Step]:
    def make(status: OutcomeWord | None = None, **changes: Any) -> Step:
        line = Step(NOW, "page", "something", status, 0, "Anna Berg", "dect", "because")
        return replace(line, **changes)

    return make


@pytest.fixture
def make_attempt() -> Callable[..., Attempt]:
    def make(**changes: Any) -> Attempt:
        return replace(Attempt(1, 1, 0, "dect", "20117", "P2 HC Andersberg", NOW), **changes)

    return make
