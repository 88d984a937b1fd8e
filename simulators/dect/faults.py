"""How the simulated paging system misbehaves on the line, on request: what there is to ask for.

`habits` does it, and `judging` says what a block is answered with. Rule: a block that is refused by request
never reaches the paging system, and one whose ACK is lost has reached it.
"""

from dataclasses import dataclass, fields, replace

from protocols.espa444.records import NAK


@dataclass(slots=True)
class Faults:
    """What to do wrong. Numbers count down as they are used; the rest holds until it is changed."""

    reply_delay: float = 0.0
    """Seconds before anything is said."""
    drop_acks: int = 0
    """ACKs of blocks that get lost on the way."""
    nak_1: int = 0
    nak_2: int = 0
    nak_3: int = 0
    """Blocks to refuse: damaged, busy, invalid; in this order where several are asked for."""
    corrupt: int = 0
    """Blocks of ours in which one bit is turned over."""
    eot_after_ack: bool = False
    """Ends a session itself after each answer to a block, as digimat does."""
    bare_nak: bool = False
    """Leaves out the error identifier, as DraxService does."""
    silent: bool = False
    """Says nothing at all."""
    eot_kills: bool = False
    """Hears nothing of a selection behind an EOT in the same write, as digimat."""
    refuse_8_bit: bool = False
    """Takes a byte above 7F for damage."""
    refuse_trailing_rs: bool = False
    """Takes an RS before ETX for a fault of the content."""
    demand_cr: bool = False
    """Does not see a block without a CR behind it, as some settings of Ascom's."""
    ignore_other_headers: bool = False
    """Acknowledges what is no call, and does nothing about it, as Avaya."""
    refused_call_types: str = ""
    """Values of record 4 that are refused as invalid."""
    broken_bcc: bytes = b""
    """Check characters that it takes for something else, and the block for damaged, as EspaLib."""

    def and_also(self, asked: "Faults") -> "Faults":
        """These, and whatever `asked` says otherwise than a correct station does."""
        wanted = {one.name: getattr(asked, one.name) for one in fields(Faults)}
        plain = Faults()
        return replace(
            self, **{name: value for name, value in wanted.items() if value != getattr(plain, name)}
        )

    def take_nak(self) -> bytes | None:
        """The NAK that the next block shall get; None if it is taken in earnest."""
        for name, prefix in (("nak_1", b"1"), ("nak_2", b"2"), ("nak_3", b"3")):
            if (left := getattr(self, name)) > 0:
                setattr(self, name, left - 1)
                return prefix + bytes((NAK,))
        return None
