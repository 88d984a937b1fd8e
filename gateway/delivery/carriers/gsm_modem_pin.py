"""Remembers that a SIM refused its PIN, over restarts: three wrong tries, and only the PUK opens it again.

Rule: what was refused is not tried again until somebody writes another PIN into the configuration, or deletes
the file. The file holds a digest, so that another PIN is told from the same, and is for its owner alone.
"""

from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote

from gateway.logs import get_logger

log = get_logger("gsm-modem")


class RefusedPin:
    """The PIN of one modem, and the file that says whether it was refused."""

    def __init__(self, file: Path, pin: str) -> None:
        self._file = file
        self._digest = blake2b(pin.encode(), digest_size=16).hexdigest()
        self._refused = False

    @classmethod
    def beside(cls, store: Path, modem: str, pin: str) -> "RefusedPin":
        """The one whose file lies beside the store, with the modem's name in its own."""
        return cls(store.with_name(f"{store.name}.{quote(modem, safe='')}.pin"), pin)

    @property
    def refused(self) -> bool:
        """Whether this PIN must not be given."""
        return self._refused

    def recall(self) -> None:
        """Read what an earlier run has noted; a file that cannot be read counts as a refusal."""
        try:
            self._refused = self._file.read_text("ascii").strip() == self._digest
        except FileNotFoundError:
            self._refused = False
        except (OSError, UnicodeDecodeError) as error:
            log.error("cannot read whether the PIN was refused", file=str(self._file), reason=str(error))
            self._refused = True

    def refuse(self) -> None:
        """The SIM did not take it."""
        self._refused = True
        try:
            self._file.touch(mode=0o600)
            self._file.write_text(self._digest + "\n", "ascii")
        except OSError as error:
            log.error("cannot note that the PIN was refused", file=str(self._file), reason=str(error))

    def accept(self) -> None:
        """The SIM took it."""
        self._refused = False
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            log.error("cannot forget that a PIN was refused", file=str(self._file), reason=str(error))
