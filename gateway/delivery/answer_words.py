"""What people write back to an SMS, and what they are told then. Pure.

Rules: an answer is one word of the configuration, alone or with the reference that the page showed, and
nothing more: what is not certain is no answer. What was written is never kept or repeated, for people write
what no log may hold. What they are told is one SMS, in the words of the language of the messages.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ACCEPT_WORDS = ("1", "ok")
DECLINE_WORDS = ("2", "nej")

FIRST_REFERENCE, LAST_REFERENCE = 10, 99
"""Two digits: short to type, and never one of the usual answers, which have one."""

LOOKED_AT = 160
"""Characters of a message that are looked at; an answer has a dozen."""

REFERENCES_TOLD = 4
"""Open references that a refusal lists, the newest: more would not fit into one SMS."""

_NOTHING = re.compile(r"[\s.,;:!?()\[\]=/\"'#*+-]+")


class Word(StrEnum):
    """What an answer says."""

    ACCEPT = "accept"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was written."""

    word: Word
    reference: int | None


@dataclass(frozen=True, slots=True)
class AnswerBook:
    """The words of a site, folded; the first of each is the one that pages ask for."""

    accept: tuple[str, ...] = ACCEPT_WORDS
    decline: tuple[str, ...] = DECLINE_WORDS

    def read(self, text: str) -> Said | None:
        """The answer in a message; None if it is none, or more than one."""
        parts = tokens(text[:LOOKED_AT])
        if not 1 <= len(parts) <= 2:
            return None
        word = self._word(parts[0])
        if word is None or len(parts) == 1:
            return None if word is None else Said(word, None)
        reference = _reference(parts[1])
        return None if reference is None else Said(word, reference)

    def _word(self, part: str) -> Word | None:
        if part in self.accept:
            return Word.ACCEPT
        return Word.DECLINE if part in self.decline else None


def folded(text: str) -> str:
    """A word as it is compared: one form of accents, no blanks around it, no case."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def tokens(text: str) -> tuple[str, ...]:
    """The words of a message without what stands between them."""
    return tuple(part for part in _NOTHING.split(folded(text)) if part)


def _reference(part: str) -> int | None:
    if not (part.isascii() and part.isdigit() and len(part) <= len(str(LAST_REFERENCE))):
        return None
    return int(part)


class Verdict(StrEnum):
    """What an answer is worth."""

    COUNTS = "counts"
    AMBIGUOUS = "ambiguous"  # it could be of several pages, or of none that was sent since the last answer
    EARLIER = "earlier"  # written before the page was sent
    UNKNOWN = "unknown"  # no page with this reference went to the number
    CLOSED = "closed"  # the alert is over
    ALREADY = "already"  # answered before
    UNREAD = "unread"  # no answer at all


@dataclass(frozen=True, slots=True)
class _Lines:
    hint_yes: str
    hint_no: str
    taken: str
    passed_on: str
    nothing: str
    several: str
    earlier: str
    unknown: str
    closed: str
    already: str
    unread: str
    how: str
    how_no: str
    none_open: str


_SWEDISH = _Lines(
    hint_yes="Svara {yes}=ja",
    hint_no="{no}=nej",
    taken="Mottaget: du har tagit larm {reference}.",
    passed_on="Mottaget: larm {reference} går vidare till nästa.",
    nothing="Inget larm är besvarat.",
    several="Ange larmets nummer.",
    earlier="Svaret skrevs före larmet.",
    unknown="Larm {reference} finns inte.",
    closed="Larm {reference} är redan avslutat.",
    already="Larm {reference} är redan besvarat.",
    unread="Svaret kunde inte tolkas.",
    how="Svara {yes} {reference} för ja",
    how_no=", {no} {reference} för nej",
    none_open="Inget larm väntar på svar från dig.",
)
_ENGLISH = _Lines(
    hint_yes="Reply {yes}=yes",
    hint_no="{no}=no",
    taken="Received: you have taken alert {reference}.",
    passed_on="Received: alert {reference} goes on to the next.",
    nothing="No alert is answered.",
    several="Give the alert's number.",
    earlier="The answer was written before the alert.",
    unknown="There is no alert {reference}.",
    closed="Alert {reference} is closed already.",
    already="Alert {reference} is answered already.",
    unread="The answer could not be read.",
    how="Reply {yes} {reference} for yes",
    how_no=", {no} {reference} for no",
    none_open="No alert waits for an answer from you.",
)
_LANGUAGES = {"sv": _SWEDISH, "en": _ENGLISH}


@dataclass(frozen=True, slots=True)
class AnswerLines:
    """What is said about answers: in a page, and back to who answered."""

    language: str
    book: AnswerBook = AnswerBook()

    def hint(self) -> str:
        """How a page asks for its answer; the reference follows it in parentheses."""
        lines, yes = _LANGUAGES[self.language], self.book.accept[0]
        asked = lines.hint_yes.format(yes=yes)
        if not self.book.decline:
            return asked
        return f"{asked} {lines.hint_no.format(no=self.book.decline[0])}"

    def counted(self, word: Word, reference: int | None) -> str:
        """An answer was accepted and stored."""
        lines = _LANGUAGES[self.language]
        said = lines.taken if word is Word.ACCEPT else lines.passed_on
        return _without_gap(said.format(reference=_shown(reference)))

    def refused(self, verdict: Verdict, reference: int | None, open_references: Sequence[int]) -> str:
        """An answer was not; `open_references` wait for one, the newest first."""
        lines = _LANGUAGES[self.language]
        reasons = {
            Verdict.AMBIGUOUS: lines.several,
            Verdict.EARLIER: lines.earlier,
            Verdict.UNKNOWN: lines.unknown,
            Verdict.CLOSED: lines.closed,
            Verdict.ALREADY: lines.already,
            Verdict.UNREAD: lines.unread,
        }
        reason = _without_gap(reasons[verdict].format(reference=_shown(reference)))
        if verdict in (Verdict.CLOSED, Verdict.ALREADY):
            parts = [reason]
        elif not open_references:
            return lines.none_open
        else:
            parts = [lines.nothing, reason]
        if open_references:
            parts.append(self._how(open_references))
        return " ".join(parts)

    def _how(self, references: Sequence[int]) -> str:
        lines = _LANGUAGES[self.language]
        shown = "/".join(str(reference) for reference in references[:REFERENCES_TOLD])
        said = lines.how.format(yes=self.book.accept[0], reference=shown)
        if self.book.decline:
            said += lines.how_no.format(no=self.book.decline[0], reference=shown)
        return f"{said}."


def _shown(reference: int | None) -> str:
    return "" if reference is None else str(reference)


def _without_gap(text: str) -> str:
    """A line without the reference that it had room for."""
    return re.sub(r" +(?=[ .])", "", text)
