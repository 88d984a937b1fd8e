"""What the pages say, in Swedish and in English; one module for the pages that belong together.

Rules: Swedish comes first, in the words that the users know the product by: Shift selector, Personalschema,
Personaltilldelning, verksamhetsområde, enhet, läkare, sjuksköterska. Keys that begin with `js.` go to the
modules of the browser, the others stay in the templates. Places in curly brackets are filled in there. A key
stands in one module alone.
"""

from gateway.web.words import accounts, alerts, common, files, paper, people, record, register, schedule

FIRST = "sv"
LANGUAGES = ("sv", "en")

MODULES = (common, alerts, register, people, accounts, files, record, paper, schedule)

_SAID = {key: texts for module in MODULES for key, texts in module.SAID.items()}


def of(language: str) -> dict[str, str]:
    """Every text in one of LANGUAGES, by key."""
    place = LANGUAGES.index(language)
    return {key: texts[place] for key, texts in _SAID.items()}
