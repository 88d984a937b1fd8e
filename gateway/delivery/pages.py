"""The life of one page as a table.

Rules: the table is the only place that says what may follow what. A cell that is missing is forbidden: the
input is noted in the timeline and changes nothing, so a late or repeated report never moves a page
backwards. `tests/gateway/delivery` walks every cell, the missing ones included.
"""

from enum import StrEnum

from gateway.model import Alert, PageState, Proof, Route


class PageInput(StrEnum):
    """What can happen to a page."""

    BEGIN = "begin"  # an attempt begins
    TAKEN = "taken"  # the carrier's system took it
    DELIVERED = "delivered"
    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    DECLINE = "decline"
    POSTPONE = "postpone"  # a temporary failure, nothing was shown
    DOUBT = "doubt"  # the attempt may have been shown or not
    REFUSE = "refuse"  # permanent for this route
    DROP = "drop"  # no longer wanted: another route took it, or the alert is closed
    EXPIRE = "expire"


S, I = PageState, PageInput  # noqa: E741 - the table is read by eye

PAGE_TABLE: dict[tuple[PageState, PageInput], PageState] = {
    (S.QUEUED, I.BEGIN): S.SENDING,
    # News of an earlier attempt whose outcome was in doubt.
    (S.QUEUED, I.TAKEN): S.SENT,
    (S.QUEUED, I.DELIVERED): S.DELIVERED,
    (S.QUEUED, I.READ): S.READ,
    (S.QUEUED, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.QUEUED, I.DECLINE): S.DECLINED,
    (S.QUEUED, I.REFUSE): S.FAILED,
    (S.QUEUED, I.DROP): S.CANCELLED,
    (S.QUEUED, I.EXPIRE): S.EXPIRED,
    (S.SENDING, I.TAKEN): S.SENT,
    # A receipt may overtake the response.
    (S.SENDING, I.DELIVERED): S.DELIVERED,
    (S.SENDING, I.READ): S.READ,
    (S.SENDING, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.SENDING, I.DECLINE): S.DECLINED,
    (S.SENDING, I.POSTPONE): S.QUEUED,
    (S.SENDING, I.DOUBT): S.QUEUED,
    (S.SENDING, I.REFUSE): S.FAILED,
    (S.SENDING, I.DROP): S.CANCELLED,
    (S.SENDING, I.EXPIRE): S.EXPIRED,
    (S.SENT, I.DELIVERED): S.DELIVERED,
    (S.SENT, I.READ): S.READ,
    (S.SENT, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.SENT, I.DECLINE): S.DECLINED,
    (S.SENT, I.REFUSE): S.FAILED,  # absent, undeliverable: the report came after the acceptance
    (S.SENT, I.DROP): S.CANCELLED,
    (S.SENT, I.EXPIRE): S.EXPIRED,
    (S.DELIVERED, I.READ): S.READ,
    (S.DELIVERED, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.DELIVERED, I.DECLINE): S.DECLINED,
    (S.DELIVERED, I.DROP): S.CANCELLED,
    (S.DELIVERED, I.EXPIRE): S.EXPIRED,
    (S.READ, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.READ, I.DECLINE): S.DECLINED,
    (S.READ, I.DROP): S.CANCELLED,
    (S.READ, I.EXPIRE): S.EXPIRED,
    # People change their minds, and a message that "failed" may have been shown all the same.
    (S.DECLINED, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
    (S.FAILED, I.ACKNOWLEDGE): S.ACKNOWLEDGED,
}

ALIVE = frozenset({S.QUEUED, S.SENDING, S.SENT, S.DELIVERED, S.READ})
"""States in which a page may still bring an answer."""

WAITING = frozenset({S.QUEUED, S.SENDING})
"""States in which no carrier has taken the page yet."""

TAKEN = ALIVE - WAITING
"""States in which a carrier has taken the page and no end has come yet."""

PROOFS: dict[PageState, Proof] = {
    S.SENT: Proof.SENT,
    S.DELIVERED: Proof.DELIVERED,
    S.READ: Proof.READ,
    S.ACKNOWLEDGED: Proof.ACKNOWLEDGED,
    S.DECLINED: Proof.READ,  # whoever declines has read it
}

PROOF_ORDER = tuple(Proof)
"""From nothing to acknowledged."""


def proof_of(state: PageState) -> Proof:
    """The proof that a page in this state gives by itself."""
    return PROOFS.get(state, Proof.NONE)


def at_least(proof: Proof, wanted: Proof) -> bool:
    """Whether `proof` is as strong as `wanted`."""
    return PROOF_ORDER.index(proof) >= PROOF_ORDER.index(wanted)


def route_of(alert: Alert, page: int) -> Route:
    """The route that a page of the alert goes by."""
    entry = alert.pages[page]
    return alert.rungs[entry.rung].routes[entry.route]
