"""`send`: one event over TCP, as Clinic24 would send it, and its answer."""

import socket
import time
import uuid
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.common import (
    DEFAULT_CONFIG,
    FAILED,
    WRONG_USE,
    ConfigOption,
    JsonOption,
    complain,
    configuration,
    fail,
    say,
    show,
)
from gateway.config import TcpSource
from gateway.endpoints import describe
from protocols.clinic24.event import Event, Kind, encode
from protocols.clinic24.messages import Answer, AnswerStatus, decode_message
from protocols.session import RemoteProtocolError

ANSWER_WITHIN = 15.0
"""Seconds: the gateway answers within 5, and a loaded machine is slow to connect."""

MAX_ANSWER = 256 * 1024
KINDS = {kind.name.lower(): kind for kind in Kind} | {kind.value: kind for kind in Kind}


def send(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="A unit's id or alias.")],
    profession: Annotated[str, typer.Argument(metavar="PROFESSION", help="Who is asked for.")] = "nurse",
    kind: Annotated[
        str, typer.Option("--kind", help="triaged, consultation, escalated, handover, taken or closed.")
    ] = "triaged",
    priority: Annotated[int | None, typer.Option("--priority", help="1 (most urgent) to 5.")] = 2,
    case: Annotated[str | None, typer.Option("--case", help="Case reference, no patient data.")] = None,
    callback: Annotated[str | None, typer.Option("--callback", help="Extension or phone number.")] = None,
    event: Annotated[str | None, typer.Option("--id", help="The event's id; default: a new one.")] = None,
    source: Annotated[str, typer.Option("--source", help="The event's source.")] = "bakjour/send",
    to: Annotated[
        str | None, typer.Option("--to", metavar="HOST:PORT", help="Default: the configured tcp source.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Send an event over TCP and print its answer. Exit 0 unless it is rejected or to be sent again.

    \b
    Example:
      bakjour send hc-andersberg nurse --priority 2 --case A-1042 --callback 20300
    """
    known = _kind(kind)
    sent = Event(
        source=source,
        id=event or uuid.uuid4().hex,
        kind=known,
        time=time.time_ns() // 1_000_000,
        unit=unit,
        profession=profession if known.alerts else None,
        priority=priority if known.alerts else None,
        case=case,
        callback=callback,
    )
    answer = _exchange(_target(to, config), encode(sent))
    show(answer, as_json=as_json, plain=lambda: _show(answer))
    if answer.status in (AnswerStatus.REJECTED, AnswerStatus.RETRY):
        raise typer.Exit(FAILED)


def _kind(word: str) -> Kind:
    known = KINDS.get(word.strip().casefold())
    if known is None:
        words = ", ".join(word for word in KINDS if "." not in word)
        fail(f"--kind: {word!r} is no kind of event; allowed: {words}", WRONG_USE)
    return known


def _target(to: str | None, config: Path) -> tuple[str, int]:
    if to is not None:
        host, _, port = to.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or len(port) > 5:
            fail(f"--to: {to!r} is no HOST:PORT", WRONG_USE)
        return host.strip("[]"), int(port)
    for source in configuration(config).source:
        if isinstance(source, TcpSource) and (target := _address(source.listen)) is not None:
            return target
    return fail("no tcp source with a fixed port is configured; --to HOST:PORT names one", WRONG_USE)


def _address(listen: str) -> tuple[str, int] | None:
    parts = describe(listen)
    port = parts.named.get("port", parts.positional[0] if parts.positional else "0")
    if parts.scheme != "tcp" or port == "0":
        return None
    return parts.named.get("interface") or "127.0.0.1", int(port)


def _exchange(target: tuple[str, int], document: bytes) -> Answer:
    where = f"{target[0]}:{target[1]}"
    try:
        with socket.create_connection(target, ANSWER_WITHIN) as connection:
            connection.sendall(document + b"\n")
            connection.shutdown(socket.SHUT_WR)
            with connection.makefile("rb") as stream:
                line = stream.readline(MAX_ANSWER)
    except OSError as error:
        fail(f"{where}: {error.strerror or error}")
    try:
        answer = decode_message(line)
    except RemoteProtocolError:
        answer = None
    if not isinstance(answer, Answer):
        fail(f"{where} closed the connection without an answer" if not line else f"{where} gave no answer")
    return answer


def _show(answer: Answer) -> None:
    alert = f" alert {answer.alert}" if answer.alert else ""
    status = f" ({answer.alert_status})" if answer.alert_status else ""
    say(f"{answer.status}{alert}{status}")
    for error in answer.errors:
        say(f"{error.path}: {error.message}")
    for warning in answer.warnings:
        complain(f"warning: {warning.path}: {warning.message}")
