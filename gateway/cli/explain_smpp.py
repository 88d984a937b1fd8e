"""One SMPP PDU, explained: the fields of `protocols.smpp.explain` as people read them.

Rules: octets of a message are shown as hex and, below, as text: that of their data_coding where it names one
alphabet and no other, raw ASCII otherwise, with the GSM 03.38 reading beside it where that differs.
"""

from gateway.cli.explained import Decode, Explained, one_line, raw_ascii, spaced, text_of
from protocols.smpp import explain as smpp
from protocols.sms import gsm7, ucs2

TEXTS = {"receipted_message_id", "additional_status_info_text"}
"""TLVs that hold text; of all others the octets are shown."""

MESSAGES = ("short_message", "message_payload")
UDHI = 0x40  # in esm_class: a user data header leads (clause 5.2.12)
NUL = b"\0"
GSM_CODINGS = (0, 1, 0x10, 0xF0)
"""Codings under which the GSM alphabet is sent, by right or by habit."""

_DEFAULTS: dict[int, Decode] = {
    3: lambda octets: octets.decode("latin-1"),
    8: ucs2.decode,
    0x18: ucs2.decode,  # the same, to be shown at once
}
"""Codings whose label leaves no doubt (clause 5.2.19); the text of any other is shown as it stands."""


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
            found.notes.append(f"user data header of {octets[0]} octets, but {len(octets) - 1} are there")
    text = octets[len(header) :]
    shown = text_of(text, charset, _DEFAULTS.get(numbers.get("data_coding", 0), raw_ascii))
    found.add(f"{name} text", shown)
    as_gsm = one_line(gsm7.decode(text))
    if charset is None and numbers.get("data_coding", 0) in GSM_CODINGS and as_gsm != shown:
        found.add(f"{name} text in GSM 03.38", as_gsm)
