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

    def is_about(self, attempt: Attempt) -> bool:
        """Whether this may be what became of that attempt; without a text every call there may be meant."""
        return self.text is None or self.charset.encode(attempt.text) == self.text


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


def read_status(block: Block, charset: Charset, paged_means: Literal["sent", "delivered"]) -> Status:
    """Read a status block; one that names no call or no known status has no word."""
    records = {record.id: record.data for record in block.records}
    code = records.get(RecordId.CALL_STATUS, b"").decode("ascii", "replace")
    address = records.get(RecordId.ADDRESS, b"").decode("ascii", "replace")
    word, detail = WORDS.get(code, (None, ""))
    if code in PAGED:
        word = ReportWord.DELIVERED if paged_means == "delivered" else ReportWord.NOTED
        detail = "paged"
    system = records.get(RecordId.SYSTEM_STATUS, b"").decode("ascii", "replace")
    fault = "the paging system reports a transmitter failure" if system == TRANSMITTER_FAILURE else None
    if not address:
        word = None
    return Status(address, records.get(RecordId.TEXT), word, detail, fault, charset)
