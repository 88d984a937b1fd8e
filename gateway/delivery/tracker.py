"""Finds the page that a carrier's news belongs to.

News come back with an address and a text, or with an identity of the carrier's own, never with ours. What was
sent is stored before it is sent, so the store is asked, and a restart changes nothing.

Rule: news that could belong to more than one page moves none of them. They are noted on each, and the ladders
go on: an answer counted for the wrong case would silence it.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred, gatherResults, succeed

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.keeper import Keeper
from gateway.delivery.pages import PAGE_TABLE, PageInput, route_of
from gateway.logs import get_logger
from gateway.model import Alert, Attempt, OutcomeWord, Page, PageState
from gateway.ports import Report, ReportWord
from gateway.routing.policy import HOUR, MINUTE, TTL

TAKEN_BACK_AFTER = 1 * MINUTE
"""How long after an alert was taken elsewhere its messages may still be answered: until then the reset call
may wait for a line, and OK on the old message must not count for a new one of the same text."""

LOOK_BACK = 24 * HOUR
"""How long after it began an attempt is still asked whether news belong to it."""

INPUTS = {
    ReportWord.DELIVERED: PageInput.DELIVERED,
    ReportWord.READ: PageInput.READ,
    ReportWord.ACKNOWLEDGED: PageInput.ACKNOWLEDGE,
    ReportWord.DECLINED: PageInput.DECLINE,
    ReportWord.FAILED: PageInput.REFUSE,
}

log = get_logger("tracker")


class Tracker:
    """Matches reports with attempts. `attempts_to(carrier, number, since)` reads the store."""

    def __init__(
        self,
        clock: Clock,
        keeper: Keeper,
        attempts_to: Callable[[str, str, int], list[Attempt]],
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._attempts_to = attempts_to
        self.unmatched = 0

    def reported(self, report: Report) -> "Deferred[None]":
        """See `ports.CarrierEvents.reported`."""
        found = self._best(report)
        pages = self._open_to(report.word, set(found))
        if not pages:
            self.unmatched += 1
            log.info("news of no page that we know", carrier=report.carrier, word=report.word.value)
            return succeed(None)
        if len(pages) == 1:
            (only,) = pages
            return self._tell(report, found[only])
        news = INPUTS.get(report.word)
        text = report.word.value if news is None else f"{report.word.value}, but of which page is not certain"
        told = [self._keeper.post(alert, e.Noted(page, text, report.detail)) for alert, page in sorted(pages)]
        return gatherResults(told).addCallback(lambda _: None)

    def _best(self, report: Report) -> dict[tuple[int, int], Attempt]:
        """By page, the newest of the attempts that the report fits best."""
        ranked = [
            (int(report.matches(attempt)), attempt)
            for number in report.numbers
            for attempt in self.attempts(report.carrier, number, LOOK_BACK)
        ]
        best = max((rank for rank, _ in ranked), default=0)
        return {(one.alert, one.page): one for rank, one in ranked if rank == best and rank > 0}

    def _tell(self, report: Report, attempt: Attempt) -> "Deferred[None]":
        """News of this attempt and no other."""
        word, ref = report.word, None
        if report.progress is not None:
            word, identity = report.progress(attempt)
            ref = None if identity is None or identity == attempt.ref else (attempt.id, identity)
        news = INPUTS.get(word)
        if news is None:
            return self._keeper.post(attempt.alert, e.Noted(attempt.page, word.value, report.detail, ref))
        return self._keeper.post(attempt.alert, e.Reported(attempt.page, news, report.detail, ref))

    def attempts_of(self, alert: Alert, page: int) -> list[Attempt]:
        """Every attempt of one page, oldest first."""
        route = route_of(alert, page)
        return [
            attempt
            for attempt in self.attempts(route.carrier, route.number, LOOK_BACK)
            if (attempt.alert, attempt.page) == (alert.id, page)
        ]

    def attempts(self, carrier: str, number: str, within: int) -> list[Attempt]:
        """What began to go to a number within the last `within` ms, the oldest first."""
        stored = self._attempts_to(carrier, number, self._clock.now() - within)
        return [
            self._keeper.with_ref(attempt)
            for attempt in stored + self._keeper.uncommitted_attempts(carrier, number)
        ]

    def _open_to(self, word: ReportWord, found: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """The pages that such news could still be about.

        A page that has had its answer cannot get it again; one whose alert ended long ago is left out unless
        nothing else remains, or every repeated case would be ambiguous for a day.
        """
        if len(found) < 2:
            return found
        could = {key for key in found if self._could(word, *key)}
        return could or found

    def _could(self, word: ReportWord, number: int, page: int) -> bool:
        alert = self._keeper.get(number)
        if alert is None:
            return False
        entry = alert.pages[page]
        if alert.closed is None:
            return word is ReportWord.NOTED or (entry.state, INPUTS[word]) in PAGE_TABLE
        return _may_answer_late(alert, entry, self._clock.now() - (alert.closed_at or 0))


def _may_answer_late(alert: Alert, page: Page, ago: int) -> bool:
    """Whether a message of an alert that closed `ago` ms ago may still lie before somebody unanswered."""
    answered = page.state in (PageState.ACKNOWLEDGED, PageState.DECLINED)
    taken_back = alert.closed in (OutcomeWord.ACKNOWLEDGED, OutcomeWord.CANCELLED)
    return not answered and ago < (TAKEN_BACK_AFTER if taken_back else TTL)
