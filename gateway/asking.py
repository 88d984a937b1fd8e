"""The command line's side of the control socket (`control`): blocks, and needs no reactor."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Raw
from msgspec.json import decode, encode

from gateway.control import RefusedWords
from gateway.replies import ImportProgress, TraceBegun, TraceRow
from gateway.requests import REPLIES, ImportRoster, Refused, Request, Trace, Why

CLIENT_TIMEOUT = 60.0  # seconds of silence
IMPORT_TIMEOUT = 600.0  # of an import: it tells of itself, but not in every stage of a large one

_PROGRESS = b'{"progress":'

Tell = Callable[[ImportProgress], None]


class NoGateway(Exception):  # noqa: N818 (a fact to act upon)
    """Nobody answers on the control socket."""


def ask(path: Path, request: Request, timeout: float = CLIENT_TIMEOUT, tell: Tell = lambda _: None) -> Any:
    """Put a request to the running gateway and wait for its reply; blocks, for the command line.

    `tell` hears how far an import is. Raises NoGateway if none listens, Refused as the gateway does, OSError
    if it falls silent.
    """
    patience = max(timeout, IMPORT_TIMEOUT) if isinstance(request, ImportRoster) else timeout
    with _connected(path, patience) as client, client.makefile("rb") as stream:
        line = encode(request) + b"\n"
        if isinstance(request, ImportRoster) and request.file is not None:
            # The descriptor travels with the first octet; the rest follows.
            socket.send_fds(client, [line[:1]], [request.file])
            line = line[1:]
        client.sendall(line)
        while (answer := stream.readline()).startswith(_PROGRESS):
            tell(decode(answer, type=dict[str, ImportProgress])["progress"])
        return _reply(answer, request)


def trace(
    path: Path, request: Trace, timeout: float = CLIENT_TIMEOUT
) -> Iterator[TraceBegun | TraceRow | int]:
    """Trace: first what has begun, then rows; a number is how many were lost because we were slow.

    Blocks; ends when the gateway closes the connection. Raises as `ask` does.
    """
    with _connected(path, timeout) as client, client.makefile("rb") as stream:
        client.sendall(encode(request) + b"\n")
        begun: TraceBegun = _reply(stream.readline(), request)
        yield begun
        client.settimeout(None)  # an idle line may be silent for hours
        for line in stream:
            if not line.endswith(b"\n"):
                return
            told = decode(line, type=dict[str, Raw])
            yield decode(told["row"], type=TraceRow) if "row" in told else decode(told["lost"], type=int)


@contextmanager
def _connected(path: Path, timeout: float) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(timeout)
        try:
            client.connect(os.fspath(path))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NoGateway(f"no gateway listens on {path}") from error
        yield client


def _reply(line: bytes, request: Request) -> Any:
    if not line.endswith(b"\n"):
        raise Refused(Why.UNAVAILABLE, "the gateway closed the connection without an answer")
    response = decode(line, type=dict[str, Raw])
    if "refused" in response:
        words = decode(response["refused"], type=RefusedWords)
        raise Refused(words.why, words.message, words.faults)
    return decode(response["reply"], type=REPLIES[type(request)])
