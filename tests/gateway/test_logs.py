"""What reaches the log, and what never does."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from twisted.internet.defer import fail
from twisted.logger import globalLogPublisher

from gateway import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The log as JSON; the logging of the other tests is put back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    out = io.StringIO()
    logs.configure(out)
    yield out
    structlog.reset_defaults()
    root.handlers[:], level = before
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """What was logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to +46701740605 now", "to +46•••0605 now"),
        ("+46 70 174 06 05", "+46•••0605"),
        ("0046701740605", "•••0605"),
        ("070-174 06 05", "•••0605"),
        ("46701740605", "•••0605"),
        ("extension 20117 and 20118", "extension 20117 and 20118"),
        ("at 2026-11-24T12:05:01.337Z", "at 2026-11-24T12:05:01.337Z"),
        ("127.0.0.1:4024", "127.0.0.1:4024"),
    ],
)
def test_masked(text: str, shown: str) -> None:
    """A phone number keeps its country code and four digits; extensions, times and addresses stay."""
    assert logs.masked(text) == shown


def test_line(stream: io.StringIO) -> None:
    """A line is one JSON object with its part, and its numbers are masked wherever they stand."""
    logs.get_logger("smpp").info("sent", number="+46701740605", also=["+46701740605"], count=3)
    (line,) = lines(stream)
    assert line["part"] == "smpp"
    assert line["number"] == "+46•••0605"
    assert line["also"] == ["+46•••0605"]
    assert line["count"] == 3


def test_trace_is_masked(stream: io.StringIO) -> None:
    """A trace does not give a number away."""
    try:
        raise ValueError("no route to +46701740605")
    except ValueError:
        logs.get_logger("x").exception("it failed")
    assert "ValueError: no route to +46•••0605" in stream.getvalue()


def test_libraries(stream: io.StringIO) -> None:
    """What libraries log with the standard module comes the same way."""
    logging.getLogger("uvicorn.error").error("refused %s", "+46701740605")
    (line,) = lines(stream)
    assert line["event"] == "refused +46•••0605"
    assert line["part"] == "uvicorn.error"


def test_terminal() -> None:
    """On a terminal a line is for people, and masked too."""
    out = io.StringIO()
    logs.configure(out, as_json=False)
    logs.get_logger("smpp").warning("down", number="+46701740605")
    structlog.reset_defaults()
    assert "+46•••0605" in out.getvalue()
    assert "{" not in out.getvalue()


def test_unhandled_error_in_a_deferred(stream: io.StringIO) -> None:
    """An error that nobody awaited is heard."""
    globalLogPublisher.addObserver(logs.twisted_event)
    try:
        deferred = fail(RuntimeError("nobody looked"))
        del deferred
    finally:
        globalLogPublisher.removeObserver(logs.twisted_event)
    assert "nobody looked" in stream.getvalue()
