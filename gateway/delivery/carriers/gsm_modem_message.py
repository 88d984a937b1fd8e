"""A page as an SMS-SUBMIT, and whose status report a status report is.

Sources: 3GPP TS 23.040; times and classes by the project's facts on modems. Rules: one part; the network does
not keep a message beyond the page's own end; a status report belongs to the newest message with its reference
to its number, for the reference has 8 bits and comes again.
"""

from collections.abc import Callable, Mapping, Sequence

from gateway.config import GsmModemCarrier as Settings
from gateway.model import Attempt
from gateway.ports import Order, ReportWord
from gateway.routing.policy import HOUR
from protocols.session import LocalProtocolError
from protocols.sms import gsm7, segments, tpdu
from protocols.sms.address import Address

REPORTED_WITHIN = 2 * HOUR
"""ms after which a status report is of no message of ours: the network keeps none longer than a page lives,
half an hour, and reports within minutes of its end."""

INTERNATIONAL, UNKNOWN = 0x91, 0x81
"""Types of address (23.040 clause 9.1.2.5)."""

WORDS = {
    "delivered": ReportWord.DELIVERED,
    "failed": ReportWord.FAILED,
    "gave up": ReportWord.FAILED,
    "unconfirmed": ReportWord.NOTED,
    "replaced": ReportWord.NOTED,
    "trying": ReportWord.NOTED,
}


def submit(order: Order, settings: Settings, now: int) -> tpdu.Submit:
    """The PDU of one attempt. Raises LocalProtocolError for what one message cannot hold."""
    text = _plainest(order.text) if order.plain else order.text
    parts = segments.split(text)
    if len(parts) > 1:
        raise LocalProtocolError(f"the text takes {len(parts)} messages; a page is one")
    digits = order.number.removeprefix("+")
    kind = UNKNOWN if digits == order.number else INTERNATIONAL
    return tpdu.Submit(
        destination=Address(digits, kind),
        data=tpdu.UserData(parts[0].data_coding, 0, parts[0].header, parts[0].octets),
        validity=bytes([tpdu.relative_validity((order.expires_at - now) / 1000)]),
        status_report=settings.receipts,
    )


def about(
    report: tpdu.StatusReport, numbers: Sequence[str], sent: Mapping[int, tuple[int, str]], now: int
) -> Callable[[Attempt], bool]:
    """Whether an attempt is the one that the report is of.

    `sent` are the attempt and number of the newest message by reference, as far as this run knows them; after
    a restart the stored reference tells.
    """
    newest = sent.get(report.reference)

    def matches(attempt: Attempt) -> bool:
        if now - attempt.begun_at > REPORTED_WITHIN:
            return False
        if newest is not None and newest[1] in numbers:
            return attempt.id == newest[0]
        return attempt.ref == str(report.reference)

    return matches


def _plainest(text: str) -> str:
    near = gsm7.transliterate(text)
    return "".join(letter if gsm7.encodable(letter) else "?" for letter in near)
