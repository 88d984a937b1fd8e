"""Every cell of the page's table, the forbidden ones included."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.delivery.draft import Draft
from gateway.delivery.pages import ALIVE, PAGE_TABLE, PROOF_ORDER, PageInput, at_least, proof_of
from gateway.model import PageState, Proof

S, I = PageState, PageInput  # noqa: E741 - as in the table

UNTAKEN = {S.QUEUED, S.SENDING}
OPEN = {*UNTAKEN, S.SENT, S.DELIVERED, S.READ}
ALLOWED = {
    I.BEGIN: ({S.QUEUED}, S.SENDING),
    I.TAKEN: (UNTAKEN, S.SENT),
    I.DELIVERED: ({*UNTAKEN, S.SENT}, S.DELIVERED),
    I.READ: ({*UNTAKEN, S.SENT, S.DELIVERED}, S.READ),
    I.ACKNOWLEDGE: ({*OPEN, S.DECLINED, S.FAILED}, S.ACKNOWLEDGED),
    I.DECLINE: (OPEN, S.DECLINED),
    I.POSTPONE: ({S.SENDING}, S.QUEUED),
    I.DOUBT: ({S.SENDING}, S.QUEUED),
    I.REFUSE: ({*UNTAKEN, S.SENT}, S.FAILED),
    I.DROP: (OPEN, S.CANCELLED),
    I.EXPIRE: (OPEN, S.EXPIRED),
}
"""By design rule 7, written anew: which states an input may find, and where it leads."""


@pytest.mark.parametrize(("state", "news"), list(product(PageState, PageInput)))
def test_every_cell_is_as_the_rules_say(
    make_alert: Callable[..., Any], life: Callable[..., Any], state: PageState, news: PageInput
) -> None:
    """A cell leads where the rules say; a forbidden one is written down and changes nothing."""
    alert = life("dect").alert
    alert = replace(alert, pages=(replace(alert.pages[0], state=state),))
    draft = Draft(alert, alert.accepted_at + 1)
    sources, target = ALLOWED[news]
    moved = draft.move(0, news, "reason")
    assert moved is (state in sources)
    assert draft.page(0).state is (target if moved else state)
    if not moved:
        (line,) = draft.change().steps
        assert line.status is None
        assert "ignored" in line.text


def test_every_input_of_an_open_page_that_ends_it_is_defined() -> None:
    """The end of an alert finds a cell for every page that is alive."""
    assert OPEN == ALIVE
    for state in ALIVE:
        assert (state, I.DROP) in PAGE_TABLE
        assert (state, I.EXPIRE) in PAGE_TABLE


def test_no_cell_lowers_what_is_proved() -> None:
    """No cell but the end of a page leads from a stronger proof to a weaker one."""
    ends = {I.DROP, I.EXPIRE, I.REFUSE}
    for (state, news), target in PAGE_TABLE.items():
        if news not in ends:
            assert at_least(proof_of(target), proof_of(state)), (state, news)


def test_the_proofs_are_in_the_order_of_the_contract() -> None:
    """none, sent, delivered, read, acknowledged."""
    assert [proof.value for proof in PROOF_ORDER] == ["none", "sent", "delivered", "read", "acknowledged"]
    assert proof_of(S.DECLINED) is Proof.READ
