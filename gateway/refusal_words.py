"""Why an event was refused, in Swedish: every message that a sender gets in English.

Rules: as in `timeline_words`; `tests/gateway/test_refusal_words.py` makes each fault and looks for its words.
No message holds the refused value.
"""

from gateway.phrases import Phrasebook
from gateway.replies import Reason

OTHER = "felet på engelska: {}"

WORDS = {
    # one member
    "is {found:known}; must be {allowed:known}": "{found}; ska vara {allowed}",
    "has {count} characters; must be {allowed:known}": "har {count} tecken; ska vara {allowed}",
    "appears more than once; must appear once": "står mer än en gång; ska stå en gång",
    "missing": "saknas",
    "null": "är tomt (null)",
    "a boolean": "är sant eller falskt",
    "a number": "är ett tal",
    "a number with a fraction": "är ett decimaltal",
    "a string": "en text",
    "a string of {least}–{most} characters": "en text på {least}–{most} tecken",
    "a list": "är en lista",
    "an object": "ett objekt",
    "another one": "är något annat",
    "out of range": "ligger utanför gränserna",
    "a whole number from 1 to 5, 1 the most urgent": "ett heltal från 1 till 5, där 1 är mest brådskande",
    "one of {words}": "något av {words}",
    # the whole document
    "a JSON object": "ett JSON-objekt",
    "a JSON object in UTF-8": "ett JSON-objekt i UTF-8",
    "not UTF-8 at byte {place}": "är inte UTF-8 vid byte {place}",
    "nested too deeply": "är nästlat för djupt",
    "not JSON ({error})": "är inte JSON ({error})",
    "is larger than {most} bytes": "är större än {most} byte",
    "is a line of more than {most} bytes; the connection is closed": (
        "är en rad på mer än {most} byte; förbindelsen stängs"
    ),
    "incomplete line: the connection ended before its LF; send it again": (
        "raden är ofullständig: förbindelsen bröts före radslutet; sänd den igen"
    ),
    "sent {bytes} bytes ahead of {answers} open answers; wait for them": (
        "sände {bytes} byte före {answers} obesvarade händelser; vänta på svaren"
    ),
    "is a second subscription; a connection has one": "är en andra prenumeration; en förbindelse har en",
    'is another word; must be "status"': 'är ett annat ord; ska vara "status"',
    "must be the seq of an outcome: a whole number from 0": "ska vara ett utfalls seq: ett heltal från 0",
    "could not be handled: the gateway is at fault": "kunde inte hanteras: felet är vårt",
    # what the roster and the criteria say
    "unknown unit; allowed: the id or an alias of a unit in the roster": (
        "okänd enhet; ska vara en enhets id eller alias i schemat"
    ),
    "the criteria say that this kind does not alert at this priority": (
        "händelsen larmar inte med den här prioriteten, enligt kriterierna"
    ),
    "is no extension, no unit and no alias that we know": (
        "är ingen anknytning, ingen enhet och inget alias som finns här"
    ),
}

PLACES = {
    "": ("Hela dokumentet", "The whole document"),
    "source": ("Avsändaren", "The source"),
    "id": ("Händelsens id", "The event's id"),
    "type": ("Händelsens slag", "The kind of event"),
    "data": ("Innehållet", "The content"),
    "data.unit": ("Enheten", "The unit"),
    "data.profession": ("Yrkesgruppen", "The profession"),
    "data.priority": ("Prioriteten", "The priority"),
    "address": ("Adressen", "The address"),
    "subscribe": ("Prenumerationen", "The subscription"),
    "since": ("Prenumerationens början", "The start of the subscription"),
}

BOOK = Phrasebook(WORDS, OTHER)


def why(path: str, message: str) -> Reason:
    """One fault as a sentence that begins with what it is about."""
    said = BOOK.both(message)
    swedish, english = PLACES.get(path, (path, path))
    return Reason(f"{swedish}: {said.sv}", f"{english}: {said.en}")
