"""What a timeline says, in Swedish: every text and every reason that the gateway writes down.

Rules: `tests/gateway/test_timeline_words.py` walks the code for what is written and looks for what has no
words here. What a carrier's protocol says in its own words stays English, behind `OTHER`.
"""

from gateway.delivery.answer_words import Verdict
from gateway.model import OutcomeWord, PageState, Rung
from gateway.phrases import Phrasebook
from gateway.replies import Reason
from protocols.espa444 import FailReason

OTHER = "linjen meddelar: {}"

WORDS = {
    # outcomes and states
    OutcomeWord.NO_RECEIVER: "ingen mottagare",
    OutcomeWord.SENT: "skickat",
    OutcomeWord.DELIVERED: "framme",
    OutcomeWord.READ: "läst",
    OutcomeWord.ACKNOWLEDGED: "besvarat",
    OutcomeWord.DECLINED: "avböjt",
    OutcomeWord.EXPIRED: "obesvarat i tid",
    OutcomeWord.FAILED: "misslyckat",
    OutcomeWord.CANCELLED: "avbrutet",
    OutcomeWord.UNCONFIRMED: "obekräftat",
    PageState.QUEUED: "i kö",
    PageState.SENDING: "under sändning",
    "noted": "uppgift från linjen",
    # what happens to a page
    "paged": "larmad",
    "closed": "larmet avslutat",
    "begin": "sändning börjar",
    "taken": "linjen tog emot",
    "acknowledge": "besvarat",
    "decline": "avböjt",
    "postpone": "försöks igen",
    "doubt": "osäkert om det kom fram, försöks igen",
    "refuse": "kom inte fram",
    "drop": "behövs inte längre",
    "expire": "tiden är ute",
    "{news:known} ignored: the page is {state:known}": "{news} räknas inte: det är redan {state}",
    "answer after the end": "svar efter att larmet avslutats",
    "taken after the end": "linjen tog emot efter att larmet avslutats",
    "{news:known} after the end": "{news}, efter att larmet avslutats",
    "{word:known}, but of which page is not certain": "{word}, men oklart för vilket larm",
    "{why:known}: another way is tried too, if one is left": (
        "{why}: en annan väg prövas också, om någon är kvar"
    ),
    "this way is closed for now": "vägen är stängd just nu",
    "not taken in time": "togs inte emot i tid",
    "no carrier serves the receiver's number": "ingen linje når mottagarens nummer",
    "this call, or another one, was taken back by the calling system": (
        "det här anropet, eller ett annat, togs tillbaka av det anropande systemet"
    ),
    # why an alert ended
    "nobody is on duty and no fallback is left": "ingen är i tjänst och ingen reserv finns",
    "nobody answered in time": "ingen svarade i tid",
    "every route refused or every receiver declined": "alla vägar nekade, eller alla mottagare avböjde",
    "the route cannot bring an answer": "vägen kan inte ge något svar",
    "the alert is {word:known}": "larmet är {word}",
    "acknowledged by {who}": "omhändertaget av {who}",
    "cancelled by {who}": "avbrutet av {who}",
    "mended": "åtgärdat",
    "clinic24.case.taken": "ärendet är omhändertaget i Clinic24",
    "clinic24.case.closed": "ärendet är avslutat i Clinic24",
    "taken back by the calling system": "taget tillbaka av det anropande systemet",
    # why a page went no further
    "the receiver declined": "mottagaren avböjde",
    "another route took it": "en annan väg tog emot det",
    "the gateway was restarted during the attempt": "systemet startade om under försöket",
    "internal fault": "inre fel",
    "internal fault in the carrier": "inre fel i linjen",
    "no carrier {name} is configured": "linjen {name} är inte inställd",
    # a DECT or pager system
    FailReason.BUSY.value: "sökarsystemet är upptaget: försök senare",
    FailReason.INVALID.value: "sökarsystemet godtar inte innehållet: upprepas inte",
    FailReason.LINE_ERROR.value: "sökarsystemet svarar, men meddelandet kom inte över oskadat",
    FailReason.SILENT.value: "sökarsystemet svarar inte: inget skickades",
    FailReason.UNKNOWN.value: "skickat, men oklart om det togs emot: det kan ha visats",
    FailReason.LINE_DOWN.value: "linjen är nere: inget skickades",
    "busy": "upptagen",
    "in the paging system's queue": "i sökarsystemets kö",
    "absent": "frånvarande",
    "call terminated": "anropet avslutat",
    "acknowledged on the handset": "besvarat på handenheten",
    "speech channel open": "talkanal öppen",
    "absent, speech channel open": "frånvarande, talkanal öppen",
    "fault indication": "felindikering",
    "the line is not connected": "linjen är inte ansluten",
    # SMS
    "the SMS centre is not connected": "SMS-centralen är inte ansluten",
    "the SMS centre is not bound, or has no room": "SMS-centralen är inte inloggad, eller har inte plats",
    "no response from the SMS centre": "inget svar från SMS-centralen",
    "SMPP {status}": "SMS-centralen svarade {status}",
    "receipt: {state}, error {code}": "kvittens från SMS-centralen: {state}, fel {code}",
    "receipt: {state}": "kvittens från SMS-centralen: {state}",
    "the modem is not connected": "modemet är inte anslutet",
    "the modem did not answer and was reset": "modemet svarade inte och startades om",
    "the line is gone": "förbindelsen med modemet bröts",
    "status report: {outcome} ({code})": "statusrapport: {outcome} ({code})",
    "the text takes {count} messages, max_parts is {most}": (
        "texten kräver {count} SMS, högst {most} är tillåtna"
    ),
    "the text takes {count} messages; a page is one": "texten kräver {count} SMS, ett larm är ett",
    # answers by SMS
    "answered by SMS with {reference}": "besvarat via SMS med {reference}",
    "answered by SMS": "besvarat via SMS",
    "answer by SMS: {verdict:known}": "svar via SMS: {verdict}",
    "SMS from the receiver: {verdict:known}": "SMS från mottagaren: {verdict}",
    "it counts for no alert": "räknas inte för något larm",
    Verdict.COUNTS: "räknas",
    Verdict.AMBIGUOUS: "oklart vilket larm det gäller",
    Verdict.EARLIER: "skrivet innan larmet skickades",
    Verdict.UNKNOWN: "inget larm har den siffran",
    Verdict.ALREADY: "redan besvarat",
    Verdict.UNREAD: "går inte att tolka",
}
"""Swedish by English; the book says how their places are read. `Verdict.CLOSED` is "closed", as above."""

BOOK = Phrasebook(WORDS, OTHER)


def text(english: str) -> Reason:
    """What happened."""
    return BOOK.both(english)


def reason(english: str, rungs: tuple[Rung, ...]) -> Reason:
    """Why: a sentence of the resolver, which each rung has in both languages, or one of ours."""
    found = next((one.reason_sv for one in rungs if one.reason_en == english), None)
    return BOOK.both(english) if found is None else Reason(found, english)
