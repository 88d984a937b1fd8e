"""Which page an answer by SMS is about. Pure.

Rules: an answer with a reference is about the page that showed it. A bare answer counts only if exactly one
alert was sent to that number since its last answer, and only if it was written after that. Several messages
of one alert to one number (a repeat, another way) are one question. What is not certain counts for nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.delivery.answer_words import Said, Verdict, Word
from gateway.delivery.pages import ALIVE, PAGE_TABLE, PageInput
from gateway.model import Alert, Attempt, Page, PageState, Proof

INPUTS = {Word.ACCEPT: PageInput.ACKNOWLEDGE, Word.DECLINE: PageInput.DECLINE}


@dataclass(frozen=True, slots=True)
class Asked:
    """One alert as it was sent to one number. Times are UTC ms."""

    alert: int
    pages: tuple[tuple[int, Page], ...]  # by their numbers, the oldest first
    sent_at: tuple[int, ...]  # of each
    reference: int | None
    closed: bool

    @property
    def answered_at(self) -> int | None:
        """When the number answered it the last time."""
        return max((page.answered_at for _, page in self.pages if page.answered_at is not None), default=None)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return not self.closed and any(page.state in ALIVE for _, page in self.pages)

    @property
    def newest(self) -> int:
        """The page that was sent last."""
        return self.pages[-1][0]

    def page_for(self, word: Word) -> int | None:
        """The newest page that such an answer moves; None if none can be moved any more."""
        movable = [number for number, page in self.pages if (page.state, INPUTS[word]) in PAGE_TABLE]
        return movable[-1] if movable else None


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer is worth, and the alert that it is about, if that is known."""

    verdict: Verdict
    asked: Asked | None = None
    page: int | None = None


def asked_of(alert: Alert, attempts: Sequence[Attempt]) -> Asked | None:
    """One alert by its attempts to one number, oldest first; None if nothing of it was sent."""
    last = {attempt.page: attempt for attempt in attempts}
    sent = [(number, alert.pages[number]) for number in sorted(last) if _was_sent(alert.pages[number])]
    if not sent:
        return None
    times = tuple(last[number].begun_at if page.sent_at is None else page.sent_at for number, page in sent)
    references = [attempt.reply for attempt in attempts if attempt.reply is not None]
    return Asked(
        alert.id, tuple(sent), times, references[-1] if references else None, alert.closed is not None
    )


def judge(said: Said, asked: Iterable[Asked], at: int) -> Judged:
    """What an answer written at `at` (UTC ms) is about; `asked` is all that went to its number."""
    asked = list(asked)
    return _bare(said, asked, at) if said.reference is None else _named(said, asked)


def _was_sent(page: Page) -> bool:
    """Whether the phone may have it: taken, under way, or in doubt."""
    return page.proof is not Proof.NONE or page.repeat or page.state is PageState.SENDING


def _named(said: Said, asked: Sequence[Asked]) -> Judged:
    named = [one for one in asked if one.reference == said.reference]
    waiting = [one for one in named if one.is_open]
    if not named:
        return Judged(Verdict.UNKNOWN)
    if len(waiting) > 1:  # the references have gone round while the first was still open
        return Judged(Verdict.AMBIGUOUS)
    return _about(said, waiting[0] if waiting else max(named, key=lambda one: max(one.sent_at)))


def _bare(said: Said, asked: Sequence[Asked], at: int) -> Judged:
    answered = [one for one in asked if one.answered_at is not None]
    last = max((one.answered_at or 0 for one in answered), default=0)
    since = [one for one in asked if max(one.sent_at) > last]
    if len(since) > 1:
        return Judged(Verdict.AMBIGUOUS)
    if since:
        (only,) = since
        if at <= min(sent for sent in only.sent_at if sent > last):
            return Judged(Verdict.EARLIER)
        return _about(said, only)
    if answered and not any(one.is_open for one in asked):
        return Judged(Verdict.ALREADY, max(answered, key=lambda one: one.answered_at or 0))
    return Judged(Verdict.AMBIGUOUS)


def _about(said: Said, one: Asked) -> Judged:
    if one.answered_at is not None and one.closed:
        return Judged(Verdict.ALREADY, one)
    if one.closed:
        return Judged(Verdict.CLOSED, one)
    page = one.page_for(said.word)
    if page is not None:
        return Judged(Verdict.COUNTS, one, page)
    return Judged(Verdict.CLOSED if one.answered_at is None else Verdict.ALREADY, one)
