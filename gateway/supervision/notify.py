"""Tells the service manager how we are: systemd's notification protocol (sd_notify(3)), without its library.

Rules: without NOTIFY_SOCKET in the environment nothing is sent. A message that cannot be sent is no reason to
stop paging: it is logged, and a manager that hears nothing does what its unit says. Nothing here blocks.
"""

import socket
from collections.abc import Mapping

from gateway.logs import get_logger

BEATS = 3
"""Signs of life within the time after which systemd kills: two may be late or lost. (Its manual says two.)"""

log = get_logger("notify")


class Notifier:
    """Speaks to the manager that the environment names."""

    def __init__(self, environment: Mapping[str, str], pid: int) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.interval = _interval(environment, pid) if self._address else None
        """Seconds between two calls of `alive`; None if nobody waits for them."""

    def ready(self) -> None:
        """Everything listens."""
        self._send(b"READY=1")

    def alive(self) -> None:
        """Healthy, at this moment."""
        self._send(b"WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun, and was asked for or is known."""
        self._send(b"STOPPING=1")

    def _send(self, message: bytes) -> None:
        if not self._address:
            return
        # A leading @ stands for the NUL of Linux's abstract names.
        name = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as sender:
                sender.sendto(message, name)
        except OSError as error:
            log.warning("the service manager was not told", message=message.decode(), reason=str(error))


def _interval(environment: Mapping[str, str], pid: int) -> float | None:
    """WATCHDOG_USEC is for us if WATCHDOG_PID is ours or not set (sd_watchdog_enabled(3))."""
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    microseconds = environment.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1_000_000 / BEATS
