"""Technical alarms in the words of the people who are paged about them, in Swedish and English.

An alarm's key names what it is about (`line:dect`); its text, in English, is for the log and the command line
and may hold details that no page has room for. Rule: every kind of key that the gateway raises has its phrase
here; `tests/gateway/test_alarms.py` looks for one that has not.
"""

from typing import NamedTuple


class Phrase(NamedTuple):
    """What is wrong, with a place for what stands behind the colon of the key."""

    sv: str
    en: str


PHRASES = {
    "account": Phrase("SMS-kontot {} nekas", "the SMS account {} is refused"),
    "alert": Phrase("larm {} slutade utan att någon svarat", "alert {} ended without an answer"),
    "carrier": Phrase("inre fel i linjen {}", "internal fault in line {}"),
    "content": Phrase("SMS-texten nekas på linjen {}", "the SMS text is refused on line {}"),
    "clock": Phrase("datorns klocka ställdes om", "the system's clock was set"),
    "disk": Phrase("disken är full", "the disk is full"),
    "answers": Phrase("svaren till {} går inte fram", "the answers to {} do not arrive"),
    "fault": Phrase("inre fel i larm {}", "internal fault in alert {}"),
    "foreign": Phrase("en annan kontrollstation på linjen {}", "another control station on line {}"),
    "id": Phrase("{} använder samma id två gånger", "{} uses the same id twice"),
    "intake": Phrase("händelser kan inte tas emot", "events cannot be taken"),
    "line": Phrase("linjen {} är nere", "line {} is down"),
    "loop": Phrase("{} har stannat till", "{} faltered"),
    "number": Phrase("numret {} nekas av operatören", "the number {} is refused by the operator"),
    "profession": Phrase("ny yrkesgrupp: {}", "a new profession: {}"),
    "publish": Phrase("utfall går inte fram till {}", "outcomes do not arrive at {}"),
    "receiver": Phrase("ingen linje når {}", "no line reaches {}"),
    "rejected": Phrase("en händelse via {} avvisades", "an event by {} was rejected"),
    "reserve": Phrase("ont om diskutrymme", "little room on the disk"),
    "resolver": Phrase("mottagare kan inte utses", "receivers cannot be resolved"),
    "signal": Phrase("modemet {} har svag signal", "the signal of modem {} is weak"),
    "sim": Phrase("SIM-kortet i modemet {} behöver åtgärd", "the SIM in modem {} needs attention"),
    "store": Phrase("lagringen tar inte emot ändringar", "the store takes no changes"),
    "system": Phrase("sökarsystemet på linjen {} anger sändarfel", "transmitter failure at line {}"),
    "text": Phrase("texten till larm {} fick göras om", "the text of alert {} failed"),
    "unsteady": Phrase("linjen {} går upp och ner", "line {} goes up and down"),
    "unit": Phrase("ingen i tjänst på {}", "nobody on duty at {}"),
    "unknown": Phrase("händelse för okänd enhet {}", "an event for an unknown unit {}"),
}

MORE = Phrase("(fler larm: se bakjour alarms)", "(more alarms: see bakjour alarms)")


def phrase(key: str, text: str, language: str) -> str:
    """The alarm as a page says it; the log's text where the key is of no known kind."""
    kind, _, about = key.partition(":")
    known = PHRASES.get(kind)
    if known is None:
        return text
    return (known.sv if language == "sv" else known.en).format(about).strip()


def more(language: str) -> str:
    """Said at the end of the last page of a window of time."""
    return MORE.sv if language == "sv" else MORE.en
