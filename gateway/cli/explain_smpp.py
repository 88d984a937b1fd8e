"""One SMPP PDU, explained: the fields of `protocols.smpp.explain` as people read them.

Rules: octets of a message are shown as hex and, below, as the text that their data_coding says.
"""

from gateway.cli.explained import Explained, spaced, text_of
from protocols.smpp import explain as smpp
from protocols.sms import gsm7, ucs2

TEXTS = {"receipted_message_id", "additional_status_info_text"}
"""TLVs that hold text; of all others the octets are shown."""

MESSAGES = ("short_message", "message_payload")
UDHI = 0x40  # in esm_class: a user data header leads (clause 5.2.12)
NUL = b"\0"


def explain_smpp(octets: bytes, charset: str | None) -> Explained:
    """Everything that stands in the octets. Never raises."""
    read = smpp.explain(octets)
    found = Explained(faults=list(read.faults), notes=list(read.notes))
    numbers = {name: value for name, value in read.fields if isinstance(value, int)}
    for name, value in read.fields:
        if not isinstance(value, bytes):
            found.add(
                name, text_of(value.encode("latin-1", "replace"), None) if isinstance(value, str) else value
            )
        elif name in TEXTS:
            found.add(name, text_of(value.removesuffix(NUL), None))
        else:
            found.add(name, spaced(value))
            if name in MESSAGES and value:
                _message(name, value, numbers, charset, found)
    return found


def _message(
    name: str, octets: bytes, numbers: dict[str, int], charset: str | None, found: Explained
) -> None:
    header = b""
    if numbers.get("esm_class", 0) & UDHI:
        header = octets[: 1 + octets[0]]
        found.add(f"{name} header", spaced(header))
        if len(header) < 1 + octets[0]:
            found.faults.append(f"user data header of {octets[0]} octets, but {len(octets) - 1} are there")
    coding = numbers.get("data_coding", 0)
    found.add(f"{name} text", text_of(octets[len(header) :], charset, lambda text: _text(text, coding)))


def _text(octets: bytes, coding: int) -> str:
    """By data_coding (clause 5.2.19); the classes above 0F lay theirs out like a GSM coding scheme."""
    if coding == 8 or (0x10 <= coding <= 0x1F and coding & 0x0C == 0x08):
        return ucs2.decode(octets)
    if coding in (2, 4) or (coding >= 0xF0 and coding & 0x04):
        return text_of(octets, None)
    return octets.decode("latin-1") if coding in (1, 3) else gsm7.decode(octets)
