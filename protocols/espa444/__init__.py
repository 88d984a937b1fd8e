"""ESPA 4.4.4 (proposal of November 1984): blocks, character sets and both stations.

Start with `ControlStation` or `PolledStation`, which are sessions as `protocols.session` describes them;
`calls` builds what they carry, `records` and `charset` say what it looks like on the line.
"""

from protocols.espa444.calls import (
    call_block,
    identity,
    reset_of,
    status_of,
    status_request,
    transmitter_failure,
)
from protocols.espa444.charset import CHARSETS, EIGHT_BIT_CHARSETS, Charset
from protocols.espa444.config import ControlConfig, LeadEot, LineConfig, PolledConfig
from protocols.espa444.control import ControlStation
from protocols.espa444.control_table import CONTROL_TABLE, ControlState
from protocols.espa444.dialects import DIALECTS, Dialect
from protocols.espa444.events import (
    BlockFailed,
    BlockReceived,
    BlockTaken,
    CallFailed,
    CallTaken,
    ControlEvent,
    Counters,
    DownReason,
    FailReason,
    ForeignControlStation,
    LineDown,
    LineUp,
    LinkAnswer,
    PollBack,
    PolledEvent,
    PollLost,
    SendBlock,
    SendCall,
)
from protocols.espa444.framing import Framer
from protocols.espa444.polled import PolledStation
from protocols.espa444.polled_table import POLLED_TABLE, PolledState
from protocols.espa444.records import (
    MAX_ADDRESS,
    MAX_BLOCK,
    MAX_TEXT,
    TRANSMITTER_FAILURE,
    BccMode,
    Block,
    BlockError,
    BlockFault,
    CallStatus,
    CallType,
    Header,
    Priority,
    Record,
    RecordId,
    decode,
    encode,
)
from protocols.espa444.tables import Input, Table, Transition

__all__ = [
    "CHARSETS",
    "CONTROL_TABLE",
    "DIALECTS",
    "EIGHT_BIT_CHARSETS",
    "MAX_ADDRESS",
    "MAX_BLOCK",
    "MAX_TEXT",
    "POLLED_TABLE",
    "TRANSMITTER_FAILURE",
    "BccMode",
    "Block",
    "BlockError",
    "BlockFailed",
    "BlockFault",
    "BlockReceived",
    "BlockTaken",
    "CallFailed",
    "CallStatus",
    "CallTaken",
    "CallType",
    "Charset",
    "ControlConfig",
    "ControlEvent",
    "ControlState",
    "ControlStation",
    "Counters",
    "Dialect",
    "DownReason",
    "FailReason",
    "ForeignControlStation",
    "Framer",
    "Header",
    "Input",
    "LeadEot",
    "LineConfig",
    "LineDown",
    "LineUp",
    "LinkAnswer",
    "PollBack",
    "PollLost",
    "PolledConfig",
    "PolledEvent",
    "PolledState",
    "PolledStation",
    "Priority",
    "Record",
    "RecordId",
    "SendBlock",
    "SendCall",
    "Table",
    "Transition",
    "call_block",
    "decode",
    "encode",
    "identity",
    "reset_of",
    "status_of",
    "status_request",
    "transmitter_failure",
]
