"""[[carrier]] of type gsm-modem: what is accepted, and every fault with its path."""

from pathlib import Path
from typing import Any

import pytest

from gateway.config import Config, ConfigFaults, GsmModemCarrier, advise, load, parse

MODEM = """
[[carrier]]
name = "modem"
type = "gsm-modem"
serves = "mobile"
endpoint = "serial:/dev/ttyUSB1"
"""
FOLDER = Path("/etc/bakjour")


def modem_of(config: Config) -> GsmModemCarrier:
    (carrier,) = config.carrier
    assert isinstance(carrier, GsmModemCarrier)
    return carrier


def faults(text: str, env: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        parse(text.encode(), FOLDER, env or {})
    return {fault.path: fault.message for fault in caught.value.faults}


def test_contract_example() -> None:
    """The published example is a modem with its defaults: 115200 8N1, no PIN, receipts and answers."""
    modem = modem_of(parse(MODEM.encode(), FOLDER, {}))
    assert (modem.baud, modem.format, modem.secret, modem.smsc) == (115200, "8N1", "", "")
    assert (modem.receipts, modem.answers) == (True, True)
    assert modem.byte_seconds == pytest.approx(10 / 115200)


def test_port_server() -> None:
    """Behind a port server no line time is reckoned."""
    text = MODEM.replace("serial:/dev/ttyUSB1", "tcp:host=10.0.0.7:port=4001")
    assert modem_of(parse(text.encode(), FOLDER, {})).byte_seconds == 0.0


def test_pin(tmp_path: Path) -> None:
    """The PIN comes from the environment, a file or the text, is never shown, and in clear is warned of."""
    by_env = parse((MODEM + 'pin_env = "PIN"\n').encode(), FOLDER, {"PIN": "1234"})
    assert modem_of(by_env).secret == "1234"
    (tmp_path / "sim.pin").write_text("4321\n")
    (tmp_path / "bakjour.toml").write_text(MODEM + 'pin_file = "sim.pin"\n')
    assert modem_of(load(tmp_path / "bakjour.toml", {})).secret == "4321"
    in_clear = parse((MODEM + 'pin = "9876"\n').encode(), FOLDER, {})
    assert "9876" not in repr(in_clear)
    warned = {one.path: one.message for one in advise(in_clear)}
    assert "pin_env or pin_file" in warned["carrier[0].pin"]
    assert "carrier[0].pin" not in {one.path for one in advise(by_env)}


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ('pin = "12"', "carrier[0].pin", "4 to 8 digits"),
        ("pin = 9182", "carrier[0].pin", "not shown"),
        ('pin = "1234"\npin_env = "X"', "carrier[0]", "only one of them"),
        ('pin_env = "NOWHERE"', "carrier[0].pin_env", "NOWHERE is not set"),
        ('pin_file = "nowhere"', "carrier[0].pin_file", "No such file"),
        ('smsc = "Telia"', "carrier[0].smsc", "+46705008999"),
        ("baud = 110", "carrier[0].baud", "115200"),
        ('format = "7E1"', "carrier[0].format", "8N1"),
        ("poll_interval = 1", "carrier[0].poll_interval", "at least 5"),
        ("send_timeout = 5", "carrier[0].send_timeout", "at least 30"),
        ("window = 5", "carrier[0].window", "unknown key"),
    ],
)
def test_faults(more: str, path: str, words: str) -> None:
    """What cannot be is told with its path, and a PIN is not repeated."""
    found: dict[str, Any] = faults(MODEM + more + "\n")
    assert words in found[path]
    assert not any("9182" in message for message in found.values())


def test_extensions_are_not_served() -> None:
    """A modem reaches mobile numbers alone."""
    found = faults(MODEM.replace('"mobile"', '"extension"'))
    assert "allowed: mobile" in found["carrier[0].serves"]


def test_endpoint() -> None:
    """A device is named by its whole path."""
    assert "whole path" in faults(MODEM.replace("/dev/ttyUSB1", "ttyUSB1"))["carrier[0].endpoint"]
