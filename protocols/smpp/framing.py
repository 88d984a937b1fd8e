"""Cuts the stream of octets into PDUs (clause 3.2).

Rules: the length is judged as soon as its four octets are there. One that cannot be ends the stream for
good: nothing after it can be trusted. PDUs that came before it are still given.
"""

LENGTH_MIN = 16
"""A PDU is at least its header."""

LENGTH_MAX = 65_536 + 1_024
"""message_payload holds up to 64 KiB; the rest leaves room for the mandatory part and other TLVs."""


class Framer:
    """Collects octets, in any chunking, and gives whole PDUs. Holds at most one PDU between two calls."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.fault: str | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The PDUs that are complete now; after a bad length `fault` says why nothing more comes."""
        if self.fault is not None:
            return []
        buffer = self._buffer
        buffer += data
        frames: list[bytes] = []
        position, end = 0, len(buffer)
        while end - position >= 4:
            length = int.from_bytes(buffer[position : position + 4], "big")
            if not LENGTH_MIN <= length <= LENGTH_MAX:
                self.fault = f"command_length {length}: not SMPP, allowed are {LENGTH_MIN} to {LENGTH_MAX}"
                buffer.clear()
                return frames
            if end - position < length:
                break
            frames.append(bytes(buffer[position : position + length]))
            position += length
        del buffer[:position]
        return frames

    @property
    def waiting(self) -> int:
        """Octets of a PDU that is not complete."""
        return len(self._buffer)
