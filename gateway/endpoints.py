"""Endpoint strings of the configuration: what they may be, and the Twisted endpoints that they name.

Rules: `server_fault` and `client_fault` say in plain words what is wrong with a string and never raise, so
that the configuration can report every fault at once; `server` and `client` are called with strings that
passed them. A client `ssl:` without `hostname=` verifies nobody, so it is a fault; `tls:HOST:PORT` verifies
and sends SNI. Nothing here opens anything.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from OpenSSL.SSL import Error as OpenSSLError
from twisted.internet.endpoints import clientFromString, serverFromString
from twisted.internet.interfaces import (
    IHostnameResolver,
    IReactorPluggableNameResolver,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from zope.interface import implementer

from gateway import serial

SERVER_SCHEMES = ("tcp", "tcp6", "ssl", "unix")
CLIENT_SCHEMES = ("tcp", "tls", "ssl", "unix", "serial")
WEB_SCHEMES = ("tcp", "unix")
LATER_SCHEMES = ("serial",)

MAX_PORT = 65535

# What Twisted's string parsers raise for a wrong string, and OpenSSL for a certificate it cannot use.
_PARSE_ERRORS = (ValueError, TypeError, KeyError, OSError, OpenSSLError)


@dataclass(frozen=True, slots=True)
class Description:
    """An endpoint string taken apart: `tcp:host=a:port=1` is ("tcp", (), {"host": "a", "port": "1"})."""

    scheme: str
    positional: tuple[str, ...]
    named: dict[str, str]


def describe(text: str) -> Description:
    """Take a string apart by Twisted's rules: fields between colons, a backslash takes the next as it is."""
    fields: list[tuple[str | None, str]] = []
    name: str | None = None
    value = ""
    characters = iter(text)
    for character in characters:
        if character == "\\":
            value += next(characters, "")
        elif character == "=" and name is None:
            name, value = value, ""
        elif character == ":":
            fields.append((name, value))
            name, value = None, ""
        else:
            value += character
    fields.append((name, value))
    positional = tuple(value for name, value in fields if name is None)
    named = {name: value for name, value in fields if name is not None}
    return Description(positional[0] if positional else "", positional[1:], named)


def server(reactor: object, text: str) -> IStreamServerEndpoint:
    """The server endpoint that `text` names. Raises ValueError with the words of `server_fault`."""
    fault = server_fault(text)
    if fault is not None:
        raise ValueError(fault)
    endpoint: IStreamServerEndpoint = serverFromString(reactor, text)  # type: ignore[no-untyped-call]
    return endpoint


def client(reactor: object, text: str) -> IStreamClientEndpoint:
    """The client endpoint that `text` names; a serial one may hold its settings (`serial.describe`).

    Raises ValueError with the words of `client_fault`.
    """
    if serial.is_serial(text):
        return serial.endpoint(reactor, text)
    fault = client_fault(text)
    if fault is not None:
        raise ValueError(fault)
    endpoint: IStreamClientEndpoint = clientFromString(reactor, text)  # type: ignore[no-untyped-call]
    return endpoint


def server_fault(text: str) -> str | None:
    """What is wrong with a server endpoint string; None if nothing is."""
    example = "for example tcp:4024:interface=127.0.0.1"
    parts = describe(text)
    port = parts.named.get("port", parts.positional[0] if parts.positional else None)
    return (
        _scheme_fault(parts.scheme, SERVER_SCHEMES, example)
        or _port_fault(parts.scheme, port, lowest=0, example=example)
        or _twisted_fault(serverFromString, text, example)
    )


def client_fault(text: str) -> str | None:
    """What is wrong with a client endpoint string; None if nothing is."""
    if serial.is_serial(text):
        return serial.fault(text)
    example = "for example tcp:host=127.0.0.1:port=4444"
    parts = describe(text)
    port = parts.named.get("port", parts.positional[1] if len(parts.positional) > 1 else None)
    return (
        _scheme_fault(parts.scheme, CLIENT_SCHEMES, example)
        or _port_fault(parts.scheme, port, lowest=1, example=example)
        or _ssl_fault(parts)
        or _twisted_fault(clientFromString, text, example)
    )


def web_fault(text: str) -> str | None:
    """What is wrong with `[web] listen`; None if nothing is."""
    parts = describe(text)
    example = "for example tcp:8080:interface=127.0.0.1"
    return _scheme_fault(parts.scheme, WEB_SCHEMES, example) or server_fault(text)


def _scheme_fault(scheme: str, allowed: tuple[str, ...], example: str) -> str | None:
    if scheme in allowed:
        return None
    if scheme in LATER_SCHEMES:
        return f"{scheme}: is not in this version; allowed: {_schemes(allowed)}"
    return f"must begin with {_schemes(allowed)}; {example}"


def _port_fault(scheme: str, port: str | None, *, lowest: int, example: str) -> str | None:
    if scheme == "unix":
        return None
    if port is None or not port.isascii() or not port.isdigit() or not lowest <= int(port[:6]) <= MAX_PORT:
        return f"needs a port from {lowest} to {MAX_PORT}; {example}"
    return None


def _ssl_fault(parts: Description) -> str | None:
    if parts.scheme == "ssl" and "hostname" not in parts.named:
        return "a client ssl: needs hostname=…, or it verifies nobody; or use tls:HOST:PORT"
    return None


@implementer(IReactorPluggableNameResolver)
class _NoReactor:
    """Stands for the reactor while a string is judged; the parsers only keep it for later."""

    nameResolver = None  # noqa: N815 (Twisted's name)

    def installNameResolver(self, resolver: IHostnameResolver) -> IHostnameResolver:
        """Never asked: nothing is resolved."""
        return resolver


def _twisted_fault(parser: Callable[[object, str], object], text: str, example: str) -> str | None:
    try:
        parser(_NoReactor(), text)
    except _PARSE_ERRORS as error:
        return f"is no endpoint that can be used ({_detail(error)}); {example}"
    return None


def _detail(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OpenSSLError):
        return "the certificate or key cannot be read"
    quoted = re.search(r"'(\w+)'$", str(error))
    if isinstance(error, TypeError) and quoted is not None:
        return f"field {quoted.group(1)!r} is {'missing' if 'missing' in str(error) else 'not known'}"
    return str(error)


def _schemes(allowed: tuple[str, ...]) -> str:
    return ", ".join(f"{scheme}:" for scheme in allowed)
