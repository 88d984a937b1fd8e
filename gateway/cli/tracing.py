"""`trace`: the wire of the running gateway, live and decoded; captures written and read.

Rules: this is the engineer's own terminal, so numbers and texts stand as they are on the wire; passwords and
PINs never do. A capture may hold both numbers and names: its file is the user's alone, and is not
overwritten.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, TextIO

import msgspec
import typer

from gateway import replies, requests
from gateway.cli.common import (
    DEFAULT_CONFIG,
    WRONG_USE,
    ConfigOption,
    complain,
    configuration,
    fail,
    say,
)
from gateway.cli.explained import TEXT_OF
from gateway.cli.wire_screen import Screen
from gateway.cli.wire_views import Said, View, view_for
from gateway.requests import Refused
from protocols.capture import (
    Capture,
    CapturedLine,
    CaptureError,
    Direction,
    Row,
    heading,
    read_capture,
    write_row,
)

Shown = tuple[replies.TraceRow, list[Said]]


def trace(
    carrier: Annotated[
        str | None, typer.Option("--carrier", help="One carrier or source; otherwise all.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a read or write.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", help="Also write a capture; must not exist.")
    ] = None,
    read: Annotated[Path | None, typer.Option("--read", help="Show a capture; needs no gateway.")] = None,
    charset: Annotated[str | None, typer.Option("--charset", help="Of texts; default: the line's.")] = None,
    polls: Annotated[bool, typer.Option(help="Also show polls that nobody had anything to say to.")] = True,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Show the wire of the running gateway, both directions, decoded, until Ctrl-C.

    → is what the gateway sends, ← what it receives. Numbers and texts are shown whole; passwords are not.

    \b
    Example:
      bakjour trace --carrier dect --no-polls --write fault.cap
    """
    if charset is not None and charset not in TEXT_OF:
        fail(f"--charset: {charset!r} is not known; allowed: {', '.join(TEXT_OF)}", WRONG_USE)
    if read is not None and write is not None:
        fail("--read and --write: one of them", WRONG_USE)
    rows = _from_file(read, carrier) if read is not None else _from_gateway(config, carrier)
    show = _print_json if as_json else Screen(polls=polls).show
    try:
        _run(rows, charset, write, show)
    except KeyboardInterrupt:
        return
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has had enough


def _run(
    rows: Iterator[replies.TraceBegun | replies.TraceRow | int],
    charset: str | None,
    write: Path | None,
    show: Callable[[replies.TraceRow, list[Said]], None],
) -> None:
    begun = next(rows)
    assert isinstance(begun, replies.TraceBegun)
    lines = {line.name: line for line in begun.lines}
    complain("tracing " + ", ".join(f"{line.name} ({line.type})" for line in begun.lines))
    views: dict[tuple[str, int], View] = {}
    with _capture(write, begun) as file:
        for row in rows:
            if isinstance(row, int):
                complain(f"{row} reads and writes were lost: this terminal did not keep up")
                continue
            assert isinstance(row, replies.TraceRow)
            line = lines[row.line]
            view = views.get((row.line, row.connection))
            if view is None:
                view = views[row.line, row.connection] = view_for(line.type, line.settings, charset)
            said = view.feed(row.direction, bytes.fromhex(row.hex), row.seconds)
            if file is not None:
                _write(file, row, row.seconds - begun.seconds, said)
            show(row, said)


class _capture:  # noqa: N801 (a context)
    """The file of a capture, with its heading; None without a path."""

    def __init__(self, path: Path | None, begun: replies.TraceBegun) -> None:
        self._path = path
        self._begun = begun
        self._file: TextIO | None = None

    def __enter__(self) -> TextIO | None:
        if self._path is None:
            return None
        try:
            # The mode is that of the creation, for what is captured may name people.
            opened = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            fail(f"--write {self._path}: {error.strerror}", WRONG_USE)
        self._file = open(opened, "w", encoding="utf-8", buffering=1)
        lines = [CapturedLine(line.name, line.type, dict(line.settings)) for line in self._begun.lines]
        self._file.write(heading(self._begun.began, lines))
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def _write(file: TextIO, row: replies.TraceRow, at: float, said: list[Said]) -> None:
    remark = "; ".join(part for one in said for part in (one.meaning or one.text, *one.faults))
    data = bytes.fromhex(row.hex)
    file.write(write_row(Row(max(at, 0.0), row.line, row.connection, row.direction, data), remark))


def _from_gateway(config: Path, carrier: str | None) -> Iterator[replies.TraceBegun | replies.TraceRow | int]:
    from gateway import asking, control  # noqa: PLC0415 (Twisted takes a moment)

    path = control.socket_path(configuration(config).store.path)
    try:
        yield from asking.trace(path, requests.Trace(carrier))
    except asking.NoGateway as error:
        fail(f"{error}; --read FILE shows a capture")
    except Refused as refused:
        fail(refused.message)
    except OSError as error:
        fail(f"the gateway does not answer: {error}")
    fail("the gateway ended the trace")


def _from_file(path: Path, carrier: str | None) -> Iterator[replies.TraceBegun | replies.TraceRow | int]:
    capture = _read(path)
    lines = tuple(
        replies.TracedLine(line.name, line.kind, line.settings)
        for line in capture.lines
        if carrier in (None, line.name)
    )
    known = {line.name for line in lines}
    if not known:
        fail(f"{path}: holds {', '.join(line.name for line in capture.lines) or 'no line'}", WRONG_USE)
    yield replies.TraceBegun(capture.began, 0.0, lines)
    for row in capture.rows:
        if row.line in known:
            yield replies.TraceRow(
                row.line, row.connection, row.direction, f"{row.at:.3f}", row.at, row.data.hex()
            )


def _read(path: Path) -> Capture:
    try:
        return read_capture(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        fail(f"--read {path}: {error}", WRONG_USE)
    except CaptureError as error:
        fail(f"{path}: {error}")


def _print_json(row: replies.TraceRow, said: list[Said]) -> None:
    told = [
        {
            "text": one.text,
            "meaning": one.meaning,
            "faults": one.faults,
            "notes": one.notes,
        }
        for one in said
    ]
    direction = "sent" if row.direction is Direction.SENT else "received"
    sent = {**msgspec.structs.asdict(row), "direction": direction, "said": told}
    say(msgspec.json.encode(sent).decode())
    sys.stdout.flush()
