"""The life of an alert: a pure function over a stored value, so that it survives any restart.

`step(alert, event, now)` says what the alert becomes, which lines its timeline gets, what is to be taken
back and what people must be told. It does nothing itself. How an alert ends:

* The rungs of its ladder are paged one after the other: the next one when nobody answered in time
  (`policy.ANSWER_WITHIN`), at once when a receiver declined or his last route refused.
* A page that no carrier took in time (`policy.DIVERT_AFTER`) goes another way too, and its retries go on
  until another route has taken it.
* It closes once: acknowledged, cancelled, no_receiver (an empty ladder), failed (every route refused or
  every receiver declined), expired (`policy.TTL`), or unconfirmed where the unit wants that of routes that
  cannot answer.
* What comes after the end is written down and changes nothing.
"""

from gateway.delivery import events as e
from gateway.delivery.draft import Draft
from gateway.delivery.pages import ALIVE, TAKEN, WAITING, PageInput, at_least, proof_of
from gateway.model import Alert, Attempt, OneWay, OutcomeWord, Page, PageState
from gateway.ports import FailureKind
from gateway.routing.policy import DIVERT_AFTER, retry_after


def step(alert: Alert, event: e.Event, now: int) -> e.Change:
    """Apply one event at `now` (UTC ms). Never raises for an event that comes late or twice."""
    draft = Draft(alert, now)
    if alert.closed is not None:
        _after_the_end(draft, event)
    else:
        _while_open(draft, event)
        _settle(draft)
    return draft.change()


def next_due(alert: Alert) -> int | None:
    """When the alert wants an `e.Due`, in UTC ms; None once it is closed."""
    if alert.closed is not None:
        return None
    times = [alert.expires_at]
    if alert.escalates_at is not None:
        times.append(alert.escalates_at)
    times.extend(_diverts_at(alert, page) for page in alert.pages if _can_divert(page))
    return min(times)


def _while_open(draft: Draft, event: e.Event) -> None:
    match event:
        case e.Opened():
            _opened(draft)
        case e.Begun(attempt):
            _begun(draft, attempt)
        case e.Taken():
            _taken(draft, event)
        case e.Failed():
            _failed(draft, event)
        case e.Reported():
            draft.ref = event.ref
            _reported(draft, event)
        case e.Noted(page, text, detail):
            draft.ref = event.ref
            draft.note(page, text, detail)
        case e.Due():
            _due(draft)
        case e.Closed(word, reason):
            draft.close(word, reason)
        case e.Restarted():
            _restarted(draft)
        case e.Shifted(by):
            draft.shift(by)
    if draft.closed is None:
        _stop_retries(draft)


def _after_the_end(draft: Draft, event: e.Event) -> None:
    match event:
        case e.Reported(page, PageInput.ACKNOWLEDGE, detail) if (
            draft.page(page).state is not PageState.ACKNOWLEDGED
        ):
            draft.note(page, "answer after the end", detail, status=OutcomeWord.ACKNOWLEDGED, late=True)
            draft.change_page(page, answered_at=draft.now)
        case e.Reported(page, news, detail):
            draft.note(page, f"{news} after the end", detail)
            draft.ref = event.ref
            if news is PageInput.DECLINE:
                draft.change_page(page, answered_at=draft.now)
        case e.Taken(page):
            draft.ref = _ref(event)
            draft.note(page, "taken after the end", "")
            if draft.alert.closed in (OutcomeWord.ACKNOWLEDGED, OutcomeWord.CANCELLED):
                draft.recalls.append(page)
        case e.Noted(page, text, detail):
            draft.ref = event.ref
            draft.note(page, text, detail)
        case _:
            """A turn, a deadline or a failure of something that is over."""


def _opened(draft: Draft) -> None:
    if not draft.alert.rungs:
        draft.close(OutcomeWord.NO_RECEIVER, "nobody is on duty and no fallback is left")
    else:
        _open_rung(draft)


def _begun(draft: Draft, attempt: Attempt) -> None:
    attempts = draft.page(attempt.page).attempts + 1
    if draft.move(attempt.page, PageInput.BEGIN):
        draft.change_page(attempt.page, attempts=attempts)
        draft.begun = attempt


def _taken(draft: Draft, event: e.Taken) -> None:
    draft.ref = _ref(event)
    draft.move(event.page, PageInput.TAKEN, outcome=OutcomeWord.SENT)


def _stop_retries(draft: Draft) -> None:
    """A page that waits is not tried again once its receiver declined, or once another way took it.

    Another way is another route of the same receiver, or a receiver after him; that an earlier receiver's
    route took it at last does not page this one.
    """
    for number, page in enumerate(draft.pages):
        if page.state is not PageState.QUEUED:
            continue
        if _declined(draft, page.rung):
            draft.move(number, PageInput.DROP, "the receiver declined", outcome=OutcomeWord.CANCELLED)
        elif page.diverted and any(other.rung >= page.rung and other.state in TAKEN for other in draft.pages):
            draft.move(number, PageInput.DROP, "another route took it", outcome=OutcomeWord.CANCELLED)


def _declined(draft: Draft, rung: int) -> bool:
    return any(page.rung == rung and page.state is PageState.DECLINED for page in draft.pages)


def _ref(event: e.Taken) -> tuple[int, str] | None:
    return None if event.ref is None else (event.attempt, event.ref)


def _failed(draft: Draft, event: e.Failed) -> None:
    page = draft.page(event.page)
    kind = event.kind
    if kind is FailureKind.CONTENT and not page.plain:
        if draft.move(event.page, PageInput.POSTPONE, event.reason):
            draft.change_page(event.page, plain=True, due_at=draft.now)
    elif kind in (FailureKind.REFUSED, FailureKind.CONTENT):
        _refused(draft, event.page, event.reason)
    else:
        news = PageInput.DOUBT if kind is FailureKind.IN_DOUBT else PageInput.POSTPONE
        if draft.move(event.page, news, event.reason):
            due = draft.now + retry_after(page.attempts)
            repeat = page.repeat or kind is FailureKind.IN_DOUBT
            draft.change_page(event.page, due_at=due, repeat=repeat)
            if kind is FailureKind.DIVERT and not page.diverted:
                _divert(draft, event.page, "this way is closed for now")


def _refused(draft: Draft, number: int, reason: str) -> None:
    page = draft.page(number)
    refused = draft.move(number, PageInput.REFUSE, reason, outcome=OutcomeWord.FAILED)
    if refused and page.rung == draft.reached and not _lives_on(draft, page):
        _open_next(draft)


def _lives_on(draft: Draft, page: Page) -> bool:
    """Whether another route was opened beside this one and may still reach the receiver."""
    return any(
        other.rung == page.rung and other.route > page.route and other.state in ALIVE for other in draft.pages
    )


_REPORT_OUTCOMES = {
    PageInput.DELIVERED: OutcomeWord.DELIVERED,
    PageInput.READ: OutcomeWord.READ,
    PageInput.ACKNOWLEDGE: OutcomeWord.ACKNOWLEDGED,
    PageInput.DECLINE: OutcomeWord.DECLINED,
}


def _reported(draft: Draft, event: e.Reported) -> None:
    if event.input is PageInput.REFUSE:
        _refused(draft, event.page, event.detail)
        return
    if not draft.move(event.page, event.input, event.detail, outcome=_REPORT_OUTCOMES[event.input]):
        return
    if event.input in (PageInput.ACKNOWLEDGE, PageInput.DECLINE):
        draft.change_page(event.page, answered_at=draft.now)
    if event.input is PageInput.ACKNOWLEDGE:
        draft.close(OutcomeWord.ACKNOWLEDGED, event.detail)
    elif event.input is PageInput.DECLINE and draft.page(event.page).rung == draft.reached:
        _open_rung(draft)


def _due(draft: Draft) -> None:
    if draft.now >= draft.alert.expires_at:
        draft.close(OutcomeWord.EXPIRED, "nobody answered in time")
        return
    for number, page in enumerate(draft.pages):
        if _can_divert(page) and draft.now >= _diverts_at(draft.alert, page):
            _divert(draft, number, "not taken in time")
    if draft.escalates_at is not None and draft.now >= draft.escalates_at:
        _open_rung(draft)


def _divert(draft: Draft, number: int, why: str) -> None:
    draft.change_page(number, diverted=True)
    draft.note(number, f"{why}: another way is tried too, if one is left", "")
    _open_next(draft)


def _restarted(draft: Draft) -> None:
    """An attempt that had begun may have been shown: it is made again, and says so."""
    for number, page in enumerate(draft.pages):
        if page.state is PageState.SENDING:
            draft.move(number, PageInput.DOUBT, "the gateway was restarted during the attempt")
            draft.change_page(number, repeat=True, due_at=draft.now)


def _can_divert(page: Page) -> bool:
    return page.state in WAITING and not page.diverted


def _diverts_at(alert: Alert, page: Page) -> int:
    return page.opened_at + DIVERT_AFTER[alert.subject.priority]


def _open_next(draft: Draft) -> None:
    """Another way: the next route of the receiver who was paged last, else the next receiver."""
    used = max((page.route for page in draft.pages if page.rung == draft.reached), default=-1)
    if _declined(draft, draft.reached):
        _open_rung(draft)
    elif draft.reached >= 0 and used + 1 < len(draft.alert.rungs[draft.reached].routes):
        draft.open_page(draft.reached, used + 1)
    else:
        _open_rung(draft)


def _open_rung(draft: Draft) -> None:
    """The next receiver; one without any route is named in the timeline and passed by."""
    while draft.reached + 1 < len(draft.alert.rungs):
        if draft.open_rung():
            return
    draft.escalates_at = None


def _settle(draft: Draft) -> None:
    """Close what has no way left."""
    if draft.closed is not None or draft.reached + 1 < len(draft.alert.rungs):
        return
    alive = [page for page in draft.pages if page.state in ALIVE]
    if not alive:
        draft.close(OutcomeWord.FAILED, "every route refused or every receiver declined")
    elif draft.alert.one_way is OneWay.CLOSE and all(_has_given_all(draft.alert, page) for page in alive):
        draft.close(OutcomeWord.UNCONFIRMED, "the route cannot bring an answer")


def _has_given_all(alert: Alert, page: Page) -> bool:
    route = alert.rungs[page.rung].routes[page.route]
    return not route.can_answer and at_least(proof_of(page.state), route.best_proof)
