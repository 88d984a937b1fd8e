"""What a status block (header 2) of a paging system says about one of our calls.

Sources: ESPA 4.4.4, clause 4.3 (records 7 and 8). ESPA has no message identity: a status repeats the address,
text and beep code of its call, and is about every call that had these.
"""

from dataclasses import dataclass
from typing import Literal

from gateway.model import Attempt
from gateway.ports import ReportWord
from protocols.espa444 import TRANSMITTER_FAILURE, Block, CallStatus, Charset, RecordId


@dataclass(frozen=True, slots=True)
class Status:
    """One status block, read. Without a `word` it is about no call."""

    address: str
    text: bytes | None
    word: ReportWord | None
    detail: str
    fault: str | None  # of the paging system itself
    charset: Charset
    proves_taken: bool  # whoever reports this of a call has it, whatever became of its link ACK
    ends: bool  # nothing more will be reported of the call

    def is_about(self, attempt: Attempt) -> bool:
        """Whether this may be what became of that attempt; without a text every call there may be meant.

        An attempt's text is what was sent, its marks and cuts included. Blanks at the end are no difference.
        """
        return self.text is None or self.charset.encode(attempt.text).rstrip(b" ") == self.text.rstrip(b" ")


WORDS: dict[str, tuple[ReportWord, str]] = {
    CallStatus.BUSY: (ReportWord.FAILED, "busy"),
    CallStatus.IN_QUEUE: (ReportWord.NOTED, "in the paging system's queue"),
    CallStatus.ABSENT: (ReportWord.FAILED, "absent"),
    CallStatus.TERMINATED: (ReportWord.NOTED, "call terminated"),
    CallStatus.ACKNOWLEDGED: (ReportWord.ACKNOWLEDGED, "acknowledged on the handset"),
    CallStatus.SPEECH_OPEN: (ReportWord.READ, "speech channel open"),
    CallStatus.SPEECH_OPEN_ABSENT: (ReportWord.FAILED, "absent, speech channel open"),
    CallStatus.FAULT: (ReportWord.FAILED, "fault indication"),
}
"""Record 7; that it was paged is judged by `paged_means`."""

PAGED = (CallStatus.PAGED, CallStatus.SPEECH_OPEN_PAGED)

ENDS = (CallStatus.TERMINATED, CallStatus.ACKNOWLEDGED)
"""5 and 6, and whatever failed: the paging system is done with the call."""


def read_status(block: Block, charset: Charset, paged_means: Literal["sent", "delivered"]) -> Status:
    """Read a status block; one that names no call or no known status has no word."""
    code = block.value(RecordId.CALL_STATUS) or ""
    address = block.value(RecordId.ADDRESS) or ""
    word, detail = WORDS.get(code, (None, ""))
    if code in PAGED:
        word = ReportWord.DELIVERED if paged_means == "delivered" else ReportWord.NOTED
        detail = "paged"
    system = block.value(RecordId.SYSTEM_STATUS)
    fault = "the paging system reports a transmitter failure" if system == TRANSMITTER_FAILURE else None
    if not address:
        word = None
    return Status(
        address=address,
        text=block.get(RecordId.TEXT),
        word=word,
        detail=detail,
        fault=fault,
        charset=charset,
        proves_taken=code in PAGED or code == CallStatus.IN_QUEUE,
        ends=code in ENDS or word is ReportWord.FAILED,
    )
