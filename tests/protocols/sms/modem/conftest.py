"""A modem that is only its answers: a script of replies by command, and sessions brought into any state."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from protocols.sms import segments, tpdu
from protocols.sms.address import Address
from protocols.sms.modem import events as e
from protocols.sms.modem.session import ModemSession

REPLIES = {
    "AT+CPIN?": ["+CPIN: READY", "OK"],
    "AT+CREG?": ["+CREG: 0,1", "OK"],
    "AT+CEREG?": ["+CEREG: 0,0", "OK"],
    "AT+CSQ": ["+CSQ: 20,99", "OK"],
    "AT+CSCA?": ['+CSCA: "+46705008999",145', "OK"],
    "AT+CSMS=1": ["+CSMS: 1,1,1", "OK"],
    "AT+CPMS?": ['+CPMS: "SM",0,20,"SM",0,20,"SM",0,20', "OK"],
    'AT+CPMS="SM"': ["+CPMS: 0,20,0,20,0,20", "OK"],
}
"""What is not here is answered OK."""


def make_submit(text: str = "Larm", number: str = "46701740605", **more: Any) -> tpdu.Submit:
    (part,) = segments.split(text)
    data = tpdu.UserData(part.data_coding, 0, part.header, part.octets)
    values = {"validity": b"\x02", "status_report": True} | more
    return tpdu.Submit(Address(number), data, **values)


@dataclass
class Talk:
    """One session and the modem's side of the talk, with the time."""

    session: ModemSession
    replies: dict[str, list[str] | None] = field(default_factory=lambda: dict(REPLIES))
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    events: list[e.ModemEvent] = field(default_factory=list)
    octets: bytes = b""

    def hear(self) -> list[str]:
        """What the session said since, command by command."""
        data = self.session.data_to_send()
        self.octets = data
        text = data.decode("ascii").replace("\x1b", "<ESC>").replace("\x1a", "<CTRL-Z>\r")
        lines = [line for line in text.split("\r") if line]
        self.said += lines
        return lines

    def say(self, *lines: str, end: str = "\r\n") -> "Talk":
        """The modem says lines, and nothing answers what they bring about."""
        data = "".join(f"\r\n{line}{end}" for line in lines).encode("latin-1")
        self.events += self.session.receive_data(data, self.now)
        return self

    def go(self, stop: str | None = None) -> "Talk":
        """Answer every command until the session has nothing to say, or has just said `stop`."""
        for _ in range(200):
            lines = [line for line in self.hear() if line != "<ESC>"]
            if not lines or lines[-1] == stop:
                return self
            for line in lines:
                reply = self.replies.get(line, ["OK"])
                if reply is not None:
                    self.say(*reply)
        raise AssertionError("no end")

    def wait(self, seconds: float) -> "Talk":
        """Time passes, and every deadline is met at its own moment; nothing is answered."""
        end = self.now + seconds
        while (due := self.session.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.events += self.session.tick(self.now)
        self.now = end
        self.events += self.session.tick(end)
        return self

    def ready(self) -> "Talk":
        """Bring it through the set-up."""
        self.go()
        self.wait(0.5)
        self.go()
        return self

    def until(self, stop: str) -> "Talk":
        """The same, but only up to one command of the set-up, which is not answered."""
        self.go()
        self.wait(0.5)
        return self.go(stop)

    def send(self, ref: int = 1, **more: Any) -> "Talk":
        self.session.send(e.SendSms(ref, make_submit(**more)), self.now)
        return self

    def take(self) -> list[e.ModemEvent]:
        """The events since, without what tells the state."""
        events, self.events = self.events, []
        return [event for event in events if not isinstance(event, e.StatusChanged)]


@pytest.fixture(scope="session")
def talk() -> Callable[..., Talk]:
    """A session with these settings, before its first answer."""

    def make(**config: Any) -> Talk:
        return Talk(ModemSession(e.ModemConfig(**config), 0.0))

    return make


@pytest.fixture(scope="session")
def submit() -> Callable[..., tpdu.Submit]:
    return make_submit
