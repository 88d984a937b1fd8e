"""Endpoint strings: what is refused in words, and what becomes a Twisted endpoint."""

import pytest
from twisted.internet.interfaces import IStreamClientEndpoint, IStreamServerEndpoint
from twisted.internet.testing import MemoryReactorClock

from gateway import endpoints


@pytest.mark.parametrize(
    "text", ["tcp:4024:interface=127.0.0.1", "tcp:0", "unix:/run/bakjour.sock", "tcp6:80"]
)
def test_servers(text: str) -> None:
    """A usable server string becomes an endpoint."""
    assert endpoints.server_fault(text) is None
    assert IStreamServerEndpoint.providedBy(endpoints.server(MemoryReactorClock(), text))


@pytest.mark.parametrize(
    "text",
    [
        "tcp:host=127.0.0.1:port=4444",
        "tcp:127.0.0.1:4444",
        "tls:example.org:3550",
        "ssl:host=a:port=1:hostname=a",
        "serial:/dev/ttyUSB0",
        "serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0",
    ],
)
def test_clients(text: str) -> None:
    """A usable client string becomes an endpoint."""
    assert endpoints.client_fault(text) is None
    assert IStreamClientEndpoint.providedBy(endpoints.client(MemoryReactorClock(), text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must begin with tcp:"),
        ("4024", "must begin with tcp:"),
        ("tcp:", "port from 0 to 65535"),
        ("tcp:70000", "port from 0 to 65535"),
        ("tcp:" + "9" * 5000, "port from 0 to 65535"),
        ("tcp:80:interfaces=x", "field 'interfaces' is not known"),
        ("ssl:443:privateKey=/none.pem", "/none.pem: No such file"),
        ("serial:/dev/ttyUSB0", "not in this version"),
        ("systemd:domain=INET:index=0", "must begin with"),
    ],
)
def test_server_faults(text: str, words: str) -> None:
    """A server string that cannot be used is told why."""
    assert words in str(endpoints.server_fault(text))
    with pytest.raises(ValueError):
        endpoints.server(MemoryReactorClock(), text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ssl:host=a:port=443", "hostname="),
        ("tcp:port=443", "field 'host' is missing"),
        ("tcp:host=a:port=0", "port from 1"),
        ("tls:example.org", "port from 1"),
        ("serial:ttyUSB0", "whole path"),
        ("serial:", "whole path"),
        ("serial:/dev/ttyUSB0:baud=9600", "keys beside endpoint"),
    ],
)
def test_client_faults(text: str, words: str) -> None:
    """A client string that cannot be used is told why."""
    assert words in str(endpoints.client_fault(text))
    with pytest.raises(ValueError):
        endpoints.client(MemoryReactorClock(), text)


def test_web_is_tcp_or_unix() -> None:
    """The web listener takes tcp: and unix: only."""
    assert endpoints.web_fault("tcp:8080:interface=127.0.0.1") is None
    assert endpoints.web_fault("unix:/run/bakjour-web.sock") is None
    assert "must begin with tcp:, unix:" in str(endpoints.web_fault("ssl:443"))


def test_escapes() -> None:
    """A backslash takes the next character as it is, so an IPv6 address can be written."""
    parts = endpoints.describe(r"tcp:80:interface=\:\:1")
    assert parts == endpoints.Description("tcp", ("80",), {"interface": "::1"})
