"""Sentences that the gateway writes in English, said in Swedish as well.

Rules: what is stored and what goes over a wire stays English; a page says both. A sentence is known by its
English form, in which `{name}` stands for anything and `{name:known}` for another sentence of the same book.
A sentence that no book knows is shown as it is, behind words that say so: it is never left out.
"""

import re
from collections.abc import Mapping
from string import Formatter

from gateway.replies import Reason

KNOWN = "known"


class Phrasebook:
    """`known` is Swedish by English; `other` says in Swedish that the rest is told in English."""

    def __init__(self, known: Mapping[str, str], other: str = "{}") -> None:
        self._exact = {english: swedish for english, swedish in known.items() if "{" not in english}
        self._forms = [_Form(english, swedish) for english, swedish in known.items() if "{" in english]
        self._other = other

    def swedish(self, english: str) -> str | None:
        """The Swedish words; None if the book does not know the sentence."""
        exact = self._exact.get(english)
        if exact is not None:
            return exact
        for form in self._forms:
            found = form.pattern.fullmatch(english)
            if found is not None:
                return self._filled(form, found)
        return None

    def both(self, english: str) -> Reason:
        """The sentence in both languages."""
        swedish = self.swedish(english)
        return Reason(self._other.format(english) if swedish is None else swedish, english)

    def _filled(self, form: "_Form", found: re.Match[str]) -> str:
        places = found.groupdict()
        for name in form.nested:
            places[name] = self.swedish(places[name]) or places[name]
        return form.swedish.format(**places)


class _Form:
    """One sentence with places."""

    def __init__(self, english: str, swedish: str) -> None:
        self.swedish = swedish
        self.nested = set()
        pattern = ""
        for text, name, kind, _ in Formatter().parse(english):
            pattern += re.escape(text)
            if name is not None:
                pattern += f"(?P<{name}>.*)"
                if kind == KNOWN:
                    self.nested.add(name)
        self.pattern = re.compile(pattern, re.DOTALL)
