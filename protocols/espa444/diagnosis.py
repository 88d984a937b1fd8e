"""What exactly is wrong with a block: which byte, which check character it would need, and why it may be so.

Rules: positions count from 1, the SOH, as a person counts on paper. What is certain (a structure that clause
4 does not know, a check character that differs) is a fault; what only fits is a note. `records.decode` is the
judge of what is right: nothing here is gentler. Never raises.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from protocols.espa444.pieces import name_of, readable
from protocols.espa444.records import (
    CR,
    ENQ,
    EOT,
    ETX,
    NAK,
    RS,
    SOH,
    STX,
    US,
    BlockError,
    bcc_of,
    decode,
    has_control,
)

MAX_CULPRITS = 4
"""Bytes that are named as the one that may be damaged; where more would do, naming them helps nobody."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Of one block; `needed` is the check character that its bytes ask for."""

    needed: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def diagnose(raw: bytes) -> Diagnosis:
    """Judge a block from SOH to check character (at least three bytes)."""
    needed, stands = bcc_of(raw[1:-1]), raw[-1]
    structure = tuple(structure_faults(raw))
    if needed == stands:
        faults = tuple(f"bad structure: {fault}" for fault in structure) or _judged(raw)
        notes = (
            "the check character is right all the same: an even number of errors, or the sender's fault",
        )
        return Diagnosis(needed, faults, notes if faults else ())
    bad = (
        f"bad BCC: check character {stands:02x}, {needed:02x} expected: "
        f"byte {len(raw)} is {stands:02x}, the XOR of bytes 2 to {len(raw) - 1} is {needed:02x}"
    )
    faults = (bad, *(f"bad structure: {fault}" for fault in structure))
    return Diagnosis(needed, faults, tuple(_reasons(raw, needed, stands)))


def structure_faults(raw: bytes) -> Iterator[str]:
    """Each place where a block is not SOH, header, STX, records, ETX, check character."""
    if has_control(raw[1:2]):
        yield f"byte 2 is {_shown(raw[1])}, where the header belongs"
    if raw[2:3] != bytes((STX,)):
        yield (
            f"byte 3 is {_shown(raw[2])}, where STX (02) belongs" if len(raw) > 4 else "there are no records"
        )
        return
    at = 4
    body = raw[3:-2]
    pieces = body.split(bytes((RS,)))
    if len(pieces) > 1 and not pieces[-1]:
        pieces.pop()
    for piece in pieces:
        yield from _record_faults(piece, at)
        at += len(piece) + 1


def _record_faults(piece: bytes, at: int) -> Iterator[str]:
    """Of the record whose first byte is number `at`."""
    if not piece:
        yield f"byte {at}: a record is empty"
        return
    if has_control(piece[:1]):
        yield f"byte {at} is {_shown(piece[0])}, where a record's identifier belongs"
    if piece[1:2] != bytes((US,)):
        stands = f"is {_shown(piece[1])}" if piece[1:] else "is missing"
        yield f"byte {at + 1} {stands}, where US (1f) belongs: record {readable(piece[:20])!r}"
        return
    for place, byte in enumerate(piece[2:], at + 2):
        if has_control(bytes((byte,))):
            yield f"byte {place} is {_shown(byte)}, a control character inside record {readable(piece[:1])}"


def _judged(raw: bytes) -> tuple[str, ...]:
    try:
        decode(raw)
    except BlockError as error:
        return (f"bad structure: {error}",)
    return ()


def _reasons(raw: bytes, needed: int, stands: int) -> Iterator[str]:
    """What would make the two agree: the habits of senders, then damage on the line."""
    difference = needed ^ stands
    trailing = raw[-3] == RS if len(raw) > 3 else False
    known = {
        RS: "the sender does not count the RS before ETX" if trailing else "an RS before ETX was lost",
        SOH: "the sender counts the SOH, which clause 4.1 leaves out",
        ETX: "the sender leaves out the ETX, which clause 4.1 counts",
    }
    if needed >= 0x80 and stands == needed & 0x7F:
        yield "the check character is right when masked to 7 bits (bcc = mask at the sender)"
    elif raw[1:2] and difference == raw[1] ^ STX:
        yield "it would be right if header and STX were not counted, as some senders do"
    elif difference == raw[1]:
        yield "it would be right if the header were not counted, as some senders do"
    elif difference in known:
        yield f"it would be right if this were so: {known[difference]}"
    if stands == CR:
        yield "0d stands where the check character belongs: the check character itself may be lost"
    yield from _damage(raw, difference)


def _damage(raw: bytes, difference: int) -> Iterator[str]:
    if difference.bit_count() == 1:
        yield f"the two differ in one bit ({difference:02x}): one byte had that bit turned over on the way"
    whole = [at for at in range(1, len(raw)) if _mends(raw, at, difference)]
    if 0 < len(whole) <= MAX_CULPRITS:
        culprits = ", ".join(
            f"byte {at + 1} is {_shown(raw[at])} and would have to be {_shown(raw[at] ^ difference)}"
            for at in whole
        )
        yield f"if one byte was damaged, it is this: {culprits}"
    elif not whole:
        yield "no single damaged byte explains it: bytes are lost or added, or several are damaged"
    else:
        yield "if one byte was damaged, nothing tells which: all that is read may be wrong"


def _mends(raw: bytes, at: int, difference: int) -> bool:
    mended = bytearray(raw)
    mended[at] ^= difference
    if ETX in mended[1:-2]:
        return False  # the receiver would have ended the block there
    try:
        decode(bytes(mended))
    except BlockError:
        return False
    return True


def _shown(byte: int) -> str:
    name = name_of(byte)
    if name is None:
        name = repr(chr(byte)) if 0x20 <= byte < 0x7F else None
    return f"{byte:02x}" + (f" ({name})" if name else "")


def parity_in_bit_7(data: bytes) -> bool:
    """Whether these are the bytes of a 7E line read as 8 bits: even parity with bit 7 throughout."""
    odd = any(byte.bit_count() % 2 for byte in data)
    means_something = any(byte in data for byte in (ENQ, SOH | 0x80, EOT | 0x80, NAK | 0x80))
    return means_something and not odd and any(byte & 0x80 for byte in data)
