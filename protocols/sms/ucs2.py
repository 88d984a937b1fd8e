"""UCS2 as phones read it: UTF-16 with the high octet first and no byte order mark (3GPP TS 23.038 clause 4).

Rule: reading never raises: an odd octet at the end or half a surrogate pair shows as U+FFFD, a byte order
mark that some libraries send is dropped.
"""


def encode(text: str) -> bytes:
    """Two octets a unit, four for a character beyond the basic plane."""
    return text.encode("utf-16-be", "replace")


def decode(octets: bytes) -> str:
    """The text, whatever is wrong with the octets."""
    return octets.decode("utf-16-be", "replace").removeprefix("\ufeff")


def units(text: str) -> int:
    """16-bit units that the text takes, a surrogate pair counting two."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")
