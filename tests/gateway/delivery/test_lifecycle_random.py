"""Whatever happens to whatever alert, in whatever order: what must always hold."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gateway.delivery import events as e
from gateway.delivery.lifecycle import next_due, step
from gateway.delivery.pages import ALIVE, PROOF_ORDER, PageInput
from gateway.model import Alert, Attempt, OneWay, OutcomeWord, PageState, Proof
from gateway.ports import FailureKind
from gateway.store.alerts import next_at

CLOSING = {
    OutcomeWord.ACKNOWLEDGED,
    OutcomeWord.CANCELLED,
    OutcomeWord.NO_RECEIVER,
    OutcomeWord.FAILED,
    OutcomeWord.EXPIRED,
    OutcomeWord.UNCONFIRMED,
}
ENDED = {PageState.FAILED, PageState.DECLINED, PageState.CANCELLED, PageState.EXPIRED}
NEWS = [PageInput.DELIVERED, PageInput.READ, PageInput.ACKNOWLEDGE, PageInput.DECLINE, PageInput.REFUSE]
RUNGS = st.lists(st.lists(st.sampled_from(["dect", "sms", "pager"]), max_size=3).map(" ".join), max_size=4)


@dataclass(frozen=True)
class Move:
    """One event to be: `what` happens to the page at `page` modulo those that exist, after `wait` ms."""

    what: str
    page: int
    wait: int
    detail: Any


MOVES = st.builds(
    Move,
    what=st.sampled_from(
        [
            "begin",
            "begin",
            "taken",
            "taken",
            "failed",
            "reported",
            "reported",
            "due",
            "due",
            "noted",
            "closed",
            "restarted",
            "shifted",
        ]
    ),
    page=st.integers(0, 11),
    wait=st.sampled_from([0, 1, 999, 15_000, 30_000, 120_000, 300_000]),
    detail=st.integers(0, 1_000_000),
)


def _event(move: Move, alert: Alert, now: int, number: int) -> e.Event | None:
    pick = move.detail
    if move.what == "due":
        return e.Due()
    if move.what == "restarted":
        return e.Restarted()
    if move.what == "shifted":
        return e.Shifted([3_600_000, -3_600_000, 5000][pick % 3])
    if move.what == "closed":
        return e.Closed([OutcomeWord.CANCELLED, OutcomeWord.ACKNOWLEDGED][pick % 2], "by hand")
    if not alert.pages:
        return None
    page = move.page % len(alert.pages)
    route = alert.rungs[alert.pages[page].rung].routes[alert.pages[page].route]
    return {
        "begin": e.Begun(Attempt(number, alert.id, page, route.carrier, route.number, "text", now)),
        "taken": e.Taken(page, number, "ref" if pick % 2 else None),
        "failed": e.Failed(page, list(FailureKind)[pick % 4], "why"),
        "reported": e.Reported(page, NEWS[pick % len(NEWS)], "news"),
        "noted": e.Noted(page, "uncertain", "x"),
    }[move.what]


def _check(before: Alert, change: e.Change, event: e.Event, now: int) -> None:
    after = change.alert
    finals = [line for line in change.steps if line.final]
    assert len(finals) == (1 if before.closed is None and after.closed is not None else 0)
    for line in finals:
        strongest = max((page.proof for page in after.pages), key=PROOF_ORDER.index, default=Proof.NONE)
        assert (line.status, line.scope, line.proof) == (after.closed, "alert", strongest)
        assert after.closed in CLOSING
        assert after.closed_at == now
    assert len(after.pages) >= len(before.pages)
    ways = [(page.rung, page.route) for page in after.pages]
    assert len(ways) == len(set(ways)), "a route was opened twice"
    for old, new in zip(before.pages, after.pages, strict=False):
        assert PROOF_ORDER.index(new.proof) >= PROOF_ORDER.index(old.proof)
        if old.state in ENDED and new.state is not old.state:
            assert new.state is PageState.ACKNOWLEDGED
        if old.state is PageState.ACKNOWLEDGED:
            assert new.state is PageState.ACKNOWLEDGED
    if before.closed is not None:
        noted = tuple(replace(page, answered_at=None) for page in after.pages)
        known = tuple(replace(page, answered_at=None) for page in before.pages)
        same = replace(after, pages=noted) == replace(before, pages=known)
        assert same, "something changed after the end, beside that somebody answered"
        assert change.begun is None
    if before.closed is not None and isinstance(event, e.Reported) and event.input is PageInput.ACKNOWLEDGE:
        if before.pages[event.page].state is not PageState.ACKNOWLEDGED:
            assert [(line.status, line.late) for line in change.steps] == [(OutcomeWord.ACKNOWLEDGED, True)]
    else:
        assert not any(line.late for line in change.steps)
    _check_open(after, change, event, now)


def _check_open(after: Alert, change: e.Change, event: e.Event, now: int) -> None:
    due = next_due(after)
    assert (due is None) is (after.closed is not None)
    if after.closed is None:
        assert any(page.state in ALIVE for page in after.pages) or after.escalates_at is not None
        if isinstance(event, e.Due):
            assert due is not None
            assert due > now
        assert next_at(after) is not None
    elif after.closed is not OutcomeWord.UNCONFIRMED:
        assert not any(page.state in ALIVE for page in after.pages)
    if change.begun is not None:
        assert after.pages[change.begun.page].state is PageState.SENDING
    assert msgspec.json.decode(msgspec.json.encode(after), type=Alert) == after


@settings(max_examples=150, deadline=None)
@given(
    rungs=RUNGS,
    priority=st.integers(1, 5),
    one_way=st.sampled_from(OneWay),
    moves=st.lists(MOVES, max_size=25),
)
def test_no_sequence_of_events_breaks_an_alert(
    make_alert: Callable[..., Alert], rungs: list[str], priority: int, one_way: OneWay, moves: list[Move]
) -> None:
    """Closed at most once, with an allowed word; nothing after the end; no page twice, none backwards."""
    alert = make_alert(*rungs, priority=priority, one_way=one_way)
    now = alert.accepted_at
    change = step(alert, e.Opened(), now)
    _check(alert, change, e.Opened(), now)
    alert = change.alert
    for number, move in enumerate(moves):
        now += move.wait
        event = _event(move, alert, now, number)
        if event is None:
            continue
        change = step(alert, event, now)
        _check(alert, change, event, now)
        alert = change.alert


@settings(max_examples=60, deadline=None)
@given(
    rungs=st.lists(
        st.lists(st.sampled_from(["dect", "sms"]), min_size=1, max_size=3).map(" ".join),
        min_size=1,
        max_size=4,
    ),
    priority=st.integers(1, 5),
    fates=st.lists(st.sampled_from(["taken", "temporary", "refused", "doubt", "nothing"]), min_size=40),
)
def test_every_receiver_gets_his_turn_before_an_alert_expires(
    life: Callable[..., Any], rungs: list[str], priority: int, fates: list[str]
) -> None:
    """Whatever the lines do: while nobody answers, the ladder reaches its end or every way was refused."""
    one = life(*rungs, priority=priority)
    for fate in fates:
        waiting = [place for place, page in enumerate(one.alert.pages) if page.state is PageState.QUEUED]
        if one.alert.closed is None and waiting and fate != "nothing":
            page = waiting[0]
            if fate == "taken":
                one.take(page)
            else:
                kinds = {"temporary": "temporary", "refused": "refused", "doubt": "in_doubt"}
                one.fail(page, FailureKind(kinds[fate]))
        one.wait(45)
    one.wait(3600)
    assert one.alert.closed in {OutcomeWord.EXPIRED, OutcomeWord.FAILED}
    assert one.alert.reached == len(rungs) - 1
    for rung in range(len(rungs)):
        mine = [page for page in one.alert.pages if page.rung == rung]
        assert mine, "a receiver was never paged"
