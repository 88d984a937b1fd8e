"""Answers by SMS, whatever carrier they come by: what they mean, what is stored, what is told back.

Rules: nothing is told before it is committed. An accepted answer is confirmed by one line. A refused one is
answered at once while a page to that number waits, and otherwise at most once an hour, so that a phone that
answers by itself does not keep us talking. The words that somebody wrote are neither stored nor logged.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred, succeed

from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.answer_match import INPUTS, Asked, Judged, asked_of, judge
from gateway.delivery.answer_words import (
    FIRST_REFERENCE,
    LAST_REFERENCE,
    AnswerLines,
    Said,
    Verdict,
    Word,
)
from gateway.delivery.keeper import Keeper
from gateway.delivery.tracker import LOOK_BACK
from gateway.logs import get_logger
from gateway.model import Alert, Attempt, NumberKind, PageState
from gateway.ports import Carrier
from gateway.roster.numbers import mask

SILENT_FOR = 3600.0
"""Seconds between two refusals to a number to which no page is open."""

REFUSALS_MOST = 10
REFUSALS_WITHIN = 600.0
"""Refusals to one number, in seconds, also while a page is open: a person asks three times, a machine that
answers our answers would never stop."""

NUMBER_LEAST = 7
"""Digits of a number that is answered: shorter ones are services of the operator, and names cannot be."""

NUMBERS_MOST = 10_000
"""Numbers whose last reference and refusals are remembered; the store knows the references of all."""

GIVEN_MOST = 10_000
"""References that are remembered until their attempts are stored; far more than any windows hold."""

STATES = {Word.ACCEPT: PageState.ACKNOWLEDGED, Word.DECLINE: PageState.DECLINED}

log = get_logger("answers")


@dataclass(slots=True)
class _Refused:
    """When a number was refused lately, in monotonic seconds."""

    times: deque[float] = field(default_factory=lambda: deque(maxlen=REFUSALS_MOST))


class Answers:
    """Implements `ports.Replies`.

    `attempts(number, within)` are the attempts of the last `within` ms to a number over every carrier of its
    kind, `last_reference(number)` is what the newest text to it showed, `attempts_of(alert)` are an alert's,
    `say(carrier, number, text)` sends a line.
    """

    def __init__(
        self,
        clock: Clock,
        keeper: Keeper,
        lines: AnswerLines,
        attempts: Callable[[str, int], Sequence[Attempt]],
        attempts_of: Callable[[int], Sequence[Attempt]],
        last_reference: Callable[[str], int | None],
        say: Callable[[str, str, str], None],
    ) -> None:
        self._clock = clock
        self._keeper = keeper
        self._lines = lines
        self._attempts = attempts
        self._attempts_of = attempts_of
        self._last_reference = last_reference
        self._say = say
        self._given: OrderedDict[tuple[int, str], int] = OrderedDict()
        self._newest: OrderedDict[str, int] = OrderedDict()
        self._refused: OrderedDict[str, _Refused] = OrderedDict()

    # --- what a page shows

    def shown(self, alert: Alert, page: int, carrier: Carrier) -> int | None:
        """The reference that the text of a page shows; None where no SMS can answer it."""
        entry = alert.pages[page]
        route = alert.rungs[entry.rung].routes[entry.route]
        if not route.can_answer or carrier.capabilities.serves is not NumberKind.MOBILE:
            return None
        return self.reference(alert, route.number)

    def reference(self, alert: Alert, number: str) -> int:
        """The reference of an alert to one number: the same in every text of it, another in every other's.

        They go round from 10 to 99, number by number, so that one comes again after ninety alerts.
        """
        key = (alert.id, number)
        known = self._given.get(key)
        if known is None:
            known = self._shown_before(alert, number) or self._next(number)
            self._given[key] = known
            if len(self._given) > GIVEN_MOST:
                self._given.popitem(last=False)
        return known

    def hint(self) -> str:
        """How a page asks for its answer."""
        return self._lines.hint()

    def _shown_before(self, alert: Alert, number: str) -> int | None:
        if not any(page.attempts for page in alert.pages):
            return None
        found = [one.reply for one in self._attempts_of(alert.id) if one.number == number]
        return next((reply for reply in found if reply is not None), None)

    def _next(self, number: str) -> int:
        last = self._newest.pop(number, None) or self._last_reference(number)
        chosen = FIRST_REFERENCE if last is None or last >= LAST_REFERENCE else last + 1
        self._newest[number] = chosen
        if len(self._newest) > NUMBERS_MOST:
            self._newest.popitem(last=False)
        return chosen

    # --- what comes back

    def received(self, carrier: str, number: str, text: str, written_at: int | None) -> "Deferred[None]":
        """See `ports.Replies`."""
        return maybeDeferred(self._received, carrier, number, text, written_at)

    def _received(self, carrier: str, number: str, text: str, written_at: int | None) -> "Deferred[None]":
        asked = self._asked(number)
        said = self._lines.book.read(text)
        if said is None:
            judged = Judged(Verdict.UNREAD)
        else:
            judged = judge(said, asked, self._clock.now() if written_at is None else written_at)
        log.info("an answer", line=carrier, number=mask(number), verdict=judged.verdict.value)
        if said is not None and judged.page is not None and judged.asked is not None:
            return self._counts(carrier, number, said, judged.asked, judged.page)
        told = self._note(said, judged, asked)
        return told.addCallback(lambda _: self._refuse(carrier, number, said, judged, asked))

    def _asked(self, number: str) -> list[Asked]:
        """What went to the number, alert by alert."""
        by_alert: dict[int, list[Attempt]] = {}
        for attempt in self._attempts(number, LOOK_BACK):
            by_alert.setdefault(attempt.alert, []).append(attempt)
        found = []
        for alert_id, attempts in by_alert.items():
            alert = self._keeper.get(alert_id)
            asked = None if alert is None else asked_of(alert, attempts)
            if asked is not None:
                found.append(asked)
        return found

    def _counts(self, carrier: str, number: str, said: Said, asked: Asked, page: int) -> "Deferred[None]":
        detail = "answered by SMS" + ("" if said.reference is None else f" with {said.reference}")
        told = self._keeper.post(asked.alert, e.Reported(page, INPUTS[said.word], detail))

        def confirm(_: None) -> None:
            alert = self._keeper.get(asked.alert)
            if alert is not None and alert.pages[page].state is STATES[said.word]:
                self._say(carrier, number, self._lines.counted(said.word, asked.reference))
            else:  # the alert ended while the answer was on its way to the store
                self._refuse(carrier, number, said, Judged(Verdict.CLOSED, asked), self._asked(number))

        return told.addCallback(confirm)

    def _note(self, said: Said | None, judged: Judged, asked: Sequence[Asked]) -> "Deferred[None]":
        """Write down an answer that does not count, wherever it could belong."""
        if judged.asked is not None:
            one = judged.asked
            late = judged.verdict is Verdict.CLOSED and said is not None
            event: e.Event = e.Noted(one.newest, f"answer by SMS: {judged.verdict}", "")
            if late and said is not None and one.closed:
                event = e.Reported(one.newest, INPUTS[said.word], "answered by SMS")
            return self._keeper.post(one.alert, event)
        text = f"SMS from the receiver: {judged.verdict}"
        notes = [
            self._keeper.post(one.alert, e.Noted(one.newest, text, "it counts for no alert"))
            for one in asked
            if one.is_open
        ]
        return gatherResults(notes).addCallback(lambda _: None) if notes else succeed(None)

    def _refuse(
        self, carrier: str, number: str, said: Said | None, judged: Judged, asked: Sequence[Asked]
    ) -> None:
        newest_first = sorted(asked, key=lambda one: max(one.sent_at), reverse=True)
        waiting = [one for one in newest_first if one.is_open]
        if not self._may_refuse(number, waiting=bool(waiting)):
            return
        named = None if said is None else said.reference
        reference = named if judged.asked is None else judged.asked.reference
        open_references = [one.reference for one in waiting if one.reference is not None]
        self._say(carrier, number, self._lines.refused(judged.verdict, reference, open_references))

    def _may_refuse(self, number: str, *, waiting: bool) -> bool:
        if sum(letter.isdigit() for letter in number) < NUMBER_LEAST or any(map(str.isalpha, number)):
            return False
        now = self._clock.delays.seconds()
        refused = self._refused.pop(number, None) or _Refused()
        self._refused[number] = refused
        if len(self._refused) > NUMBERS_MOST:
            self._refused.popitem(last=False)
        times = refused.times
        endless = len(times) == REFUSALS_MOST and now - times[0] < REFUSALS_WITHIN
        if times and (endless or not waiting) and now - times[-1] < SILENT_FOR:
            return False
        times.append(now)
        return True
