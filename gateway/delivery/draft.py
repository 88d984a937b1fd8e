"""One step of an alert while it is being made: a scratch copy that `lifecycle` writes on.

It knows how a page moves by its table, how the timeline is written and how an alert is closed; it does not
know when. Nothing of it leaves a step except the `Change` that it ends with.
"""

from typing import Any

from msgspec.structs import replace

from gateway.delivery.events import Change, Concern
from gateway.delivery.pages import ALIVE, PAGE_TABLE, PROOF_ORDER, PageInput, proof_of
from gateway.model import Alert, Attempt, Origin, OutcomeWord, Page, PageState, Proof, Step
from gateway.routing.policy import ANSWER_WITHIN

ALARMING = {OutcomeWord.NO_RECEIVER, OutcomeWord.FAILED, OutcomeWord.EXPIRED}
"""Ends that people must be told of: nobody has the case."""

_STATE_OUTCOMES = {PageState.CANCELLED: OutcomeWord.CANCELLED, PageState.EXPIRED: OutcomeWord.EXPIRED}


class Draft:
    """The alert as it is becoming."""

    def __init__(self, alert: Alert, now: int) -> None:
        self.alert = alert
        self.now = now
        self.pages: list[Page] = list(alert.pages)
        self.reached = alert.reached
        self.escalates_at = alert.escalates_at
        self.closed = alert.closed
        self.recalls: list[int] = []
        self.begun: Attempt | None = None
        self.ref: tuple[int, str] | None = None
        self._expires_at = alert.expires_at
        self._closed_at = alert.closed_at
        self._steps: list[Step] = []
        self._alarms: list[tuple[Concern, str]] = []

    def page(self, number: int) -> Page:
        """The page as it stands now."""
        return self.pages[number]

    def change_page(self, number: int, **changes: Any) -> None:
        """Give the page other values; its state is changed by `move` alone."""
        self.pages[number] = replace(self.pages[number], **changes)

    def move(
        self, number: int, news: PageInput, reason: str = "", *, outcome: OutcomeWord | None = None
    ) -> bool:
        """Move the page by its table; False, and a line in the timeline, if the table forbids it."""
        page = self.pages[number]
        state = PAGE_TABLE.get((page.state, news))
        if state is None:
            self.note(number, f"{news} ignored: the page is {page.state}", reason)
            return False
        proof = max(page.proof, proof_of(state), key=PROOF_ORDER.index)
        sent_at = self.now if page.sent_at is None and proof is not Proof.NONE else page.sent_at
        self.pages[number] = replace(page, state=state, proof=proof, sent_at=sent_at)
        if news is not PageInput.BEGIN:
            self.note(number, news.value, reason, status=outcome)
        return True

    def note(
        self,
        number: int | None,
        text: str,
        reason: str,
        *,
        status: OutcomeWord | None = None,
        late: bool = False,
    ) -> None:
        """Write a line of the timeline, about one page or about the alert."""
        receiver = carrier = None
        if number is not None:
            page = self.pages[number]
            rung = self.alert.rungs[page.rung]
            receiver, carrier = rung.name, rung.routes[page.route].carrier
        self._steps.append(
            Step(
                at=self.now,
                scope="alert" if number is None else "page",
                text=text,
                status=status,
                page=number,
                receiver=receiver,
                carrier=carrier,
                reason=reason or None,
                late=late,
            )
        )

    def open_rung(self) -> bool:
        """Page the next receiver and start the time that he has; False if he has no route at all."""
        self.reached += 1
        rung = self.alert.rungs[self.reached]
        if rung.origin not in (Origin.DUTY, Origin.ADDRESSED, Origin.OPERATORS) and self.reached == 0:
            subject = self.alert.subject
            what = "nobody on duty at" if subject.unit_known else "an event for a unit that is unknown:"
            self._alarms.append((Concern.UNIT, f"{what} {subject.unit_name}"))
        if not rung.routes:
            self._alarms.append((Concern.RECEIVER, rung.name))
            self._steps.append(
                Step(self.now, "page", "no carrier serves the receiver's number", receiver=rung.name)
            )
            return False
        self.escalates_at = self.now + ANSWER_WITHIN[self.alert.subject.priority]
        self.open_page(self.reached, 0)
        return True

    def open_page(self, rung: int, route: int) -> None:
        """Open a page to a receiver over one of his routes; it is due at once."""
        self.pages.append(Page(rung, route, PageState.QUEUED, opened_at=self.now, due_at=self.now))
        self.note(len(self.pages) - 1, "paged", self.alert.rungs[rung].reason_en)

    def close(self, word: OutcomeWord, reason: str) -> None:
        """Close the alert, and every page that is still alive with it."""
        taken_elsewhere = word in (OutcomeWord.ACKNOWLEDGED, OutcomeWord.CANCELLED)
        if word is not OutcomeWord.UNCONFIRMED:
            news = PageInput.EXPIRE if word is OutcomeWord.EXPIRED else PageInput.DROP
            for number, page in enumerate(self.pages):
                if page.state in ALIVE:
                    if taken_elsewhere and (page.repeat or proof_of(page.state) is not Proof.NONE):
                        self.recalls.append(number)
                    state = PAGE_TABLE[page.state, news]
                    self.move(number, news, f"the alert is {word}", outcome=_STATE_OUTCOMES[state])
        self.closed, self._closed_at, self.escalates_at = word, self.now, None
        proof = max((page.proof for page in self.pages), key=PROOF_ORDER.index, default=Proof.NONE)
        if word in ALARMING:
            self._alarms.append((Concern.ALERT, f"{word}: {reason}"))
        self._steps.append(
            Step(self.now, "alert", "closed", status=word, reason=reason, final=True, proof=proof)
        )

    def shift(self, by: int) -> None:
        """Move every time that lies ahead, and those that an answer's time is compared with."""
        self._expires_at += by
        if self.escalates_at is not None:
            self.escalates_at += by
        for number, page in enumerate(self.pages):
            self.change_page(number, opened_at=page.opened_at + by, due_at=page.due_at + by)
            if page.sent_at is not None:
                self.change_page(number, sent_at=page.sent_at + by)
            if page.answered_at is not None:
                self.change_page(number, answered_at=page.answered_at + by)

    def change(self) -> Change:
        """The value that comes out of the step."""
        alert = replace(
            self.alert,
            pages=tuple(self.pages),
            reached=self.reached,
            escalates_at=self.escalates_at,
            expires_at=self._expires_at,
            closed=self.closed,
            closed_at=self._closed_at,
        )
        steps, recalls, alarms = tuple(self._steps), tuple(self.recalls), tuple(self._alarms)
        return Change(alert, steps, self.begun, self.ref, recalls, alarms)
