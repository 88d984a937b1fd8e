"""command_status: names (clause 5.1.3, SMPP 5.0, vendors) and what a status means for a page.

Rule: a status that is not in the table is temporary; it is tried again a little and then goes another way.
The table is a default: an operator's contract may say otherwise, so `classify` takes overrides.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

ROK = 0x00
RINVMSGLEN = 0x01
RINVCMDLEN = 0x02
RINVCMDID = 0x03
RINVBNDSTS = 0x04
RALYBND = 0x05
RSYSERR = 0x08
RINVSRCADR = 0x0A
RINVDSTADR = 0x0B
RINVMSGID = 0x0C
RBINDFAIL = 0x0D
RINVPASWD = 0x0E
RINVSYSID = 0x0F
RCANCELFAIL = 0x11
RREPLACEFAIL = 0x13
RMSGQFUL = 0x14
RINVSERTYP = 0x15
RINVSYSTYP = 0x53
RTHROTTLED = 0x58
RINVSCHED = 0x61
RINVEXPIRY = 0x62
RX_T_APPN = 0x64
RQUERYFAIL = 0x67
RINVOPTPARSTREAM = 0xC0
ROPTPARNOTALLWD = 0xC1
RUNKNOWNERR = 0xFF
RSERTYPUNAUTH = 0x100
RPROHIBITED = 0x101

NAMES: Mapping[int, str] = MappingProxyType(
    {
        0x00: "ROK",
        0x01: "RINVMSGLEN",
        0x02: "RINVCMDLEN",
        0x03: "RINVCMDID",
        0x04: "RINVBNDSTS",
        0x05: "RALYBND",
        0x06: "RINVPRTFLG",
        0x07: "RINVREGDLVFLG",
        0x08: "RSYSERR",
        0x0A: "RINVSRCADR",
        0x0B: "RINVDSTADR",
        0x0C: "RINVMSGID",
        0x0D: "RBINDFAIL",
        0x0E: "RINVPASWD",
        0x0F: "RINVSYSID",
        0x11: "RCANCELFAIL",
        0x13: "RREPLACEFAIL",
        0x14: "RMSGQFUL",
        0x15: "RINVSERTYP",
        0x33: "RINVNUMDESTS",
        0x34: "RINVDLNAME",
        0x40: "RINVDESTFLAG",
        0x42: "RINVSUBREP",
        0x43: "RINVESMCLASS",
        0x44: "RCNTSUBDL",
        0x45: "RSUBMITFAIL",
        0x48: "RINVSRCTON",
        0x49: "RINVSRCNPI",
        0x50: "RINVDSTTON",
        0x51: "RINVDSTNPI",
        0x53: "RINVSYSTYP",
        0x54: "RINVREPFLAG",
        0x55: "RINVNUMMSGS",
        0x58: "RTHROTTLED",
        0x61: "RINVSCHED",
        0x62: "RINVEXPIRY",
        0x63: "RINVDFTMSGID",
        0x64: "RX_T_APPN",
        0x65: "RX_P_APPN",
        0x66: "RX_R_APPN",
        0x67: "RQUERYFAIL",
        0xC0: "RINVOPTPARSTREAM",
        0xC1: "ROPTPARNOTALLWD",
        0xC2: "RINVPARLEN",
        0xC3: "RMISSINGOPTPARAM",
        0xC4: "RINVOPTPARAMVAL",
        0xFE: "RDELIVERYFAILURE",
        0xFF: "RUNKNOWNERR",
        0x100: "RSERTYPUNAUTH",
        0x101: "RPROHIBITED",
        0x102: "RSERTYPUNAVAIL",
        0x103: "RSERTYPDENIED",
        0x104: "RINVDCS",
    }
)


class StatusClass(Enum):
    """What to do with a message that got this status."""

    ACCEPTED = "accepted"
    THROTTLE = "throttle"
    TEMPORARY = "temporary"
    PERMANENT_RECEIVER = "permanent_receiver"
    PERMANENT_CONTENT = "permanent_content"
    SESSION = "session"


_MEMBERS: Mapping[StatusClass, tuple[int, ...]] = {
    StatusClass.ACCEPTED: (0x00,),
    StatusClass.THROTTLE: (0x58, 0x14),
    StatusClass.TEMPORARY: (0x08, 0x64, 0x45, 0xFE, 0x67, 0xFF, 0x102),
    StatusClass.PERMANENT_RECEIVER: (0x0B, 0x50, 0x51, 0x65, 0x66),
    # 0x02, 0x03, 0x54, 0x63, 0x100 and 0x103 name something in the request that the same request would
    # meet again; 0x401–0x404 are Vibes', 0x410 Telia's reserved sender name.
    StatusClass.PERMANENT_CONTENT: (
        *(0x01, 0x02, 0x03, 0x06, 0x07, 0x0A, 0x15, 0x43, 0x48, 0x49, 0x54, 0x61, 0x62, 0x63),
        *(0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0x100, 0x103, 0x104, 0x401, 0x402, 0x403, 0x404, 0x410),
    ),
    StatusClass.SESSION: (0x04, 0x05, 0x0D, 0x0E, 0x0F, 0x53, 0x101, 0x411, 0x412),
}

DEFAULT_CLASSES: Mapping[int, StatusClass] = MappingProxyType(
    {status: kind for kind, members in _MEMBERS.items() for status in members}
)


def status_name(status: int) -> str:
    """ "RTHROTTLED" for 0x58; "0x00000410" for a reserved or vendor status."""
    return NAMES.get(status, f"0x{status:08x}")


def classify(status: int, overrides: Mapping[int, StatusClass] | None = None) -> StatusClass:
    """The class of a status, an operator's `overrides` first; temporary if nobody knows it."""
    if overrides is not None and status in overrides:
        return overrides[status]
    return DEFAULT_CLASSES.get(status, StatusClass.TEMPORARY)
