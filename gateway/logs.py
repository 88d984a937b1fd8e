"""Structured logging to stderr: for people on a terminal, one JSON object a line otherwise.

Rules: no phone number is written in full, whoever logs it and wherever it stands in a line, a trace included.
What Twisted and the libraries log goes the same way, so that nothing dies unheard. Nothing is configured at
import: `configure` is called once, by the command line.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, TextIO, cast

import phonenumbers
import structlog
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogBeginner
from zope.interface import provider

SHOWN_DIGITS = 4
"""Of a number, beside its country code: enough to tell two colleagues apart, too little to call one."""

_NUMBER = re.compile(
    r"(?<![\w.])"
    r"(?:(?:\+|00)[1-9](?:[ -]?\d){6,14}"  # with a country code
    r"|0\d{1,3}[ -]\d(?:[ -]?\d){4,8}"  # as written in one's own country
    r"|\d{9,15})"  # as it goes over SMPP
    r"(?![\w.]*\d)"
)
"""What can be a phone number. Extensions have five digits, and are not."""

_TWISTED_LEVELS = {
    LogLevel.debug: "debug",
    LogLevel.info: "debug",  # Twisted tells of every connection and factory
    LogLevel.warn: "warning",
    LogLevel.error: "error",
    LogLevel.critical: "critical",
}

EventDict = MutableMapping[str, Any]


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """The logger of one part of the gateway; its lines carry the part's name."""
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger(part=name))


def masked(text: str) -> str:
    """The text with every phone number shortened: `+46•••0605`."""
    return _NUMBER.sub(lambda found: _mask(found[0]), text)


def mask_numbers(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Shorten phone numbers in every text of a log line, in lists and tables too."""
    for key, value in event.items():
        if key != "timestamp":
            event[key] = _masked_value(value)
    return event


def configure(
    stream: TextIO | None = None, *, as_json: bool | None = None, level: int = logging.INFO
) -> None:
    """Send every log to `stream` (default stderr); as JSON by default when that is no terminal."""
    out = sys.stderr if stream is None else stream
    plain = not out.isatty() if as_json is None else as_json
    renderer: list[Any] = (
        [
            structlog.processors.format_exc_info,
            mask_numbers,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if plain
        else [
            structlog.processors.format_exc_info,
            mask_numbers,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    _take_over_libraries(level)


def observe_twisted() -> None:
    """Hear what Twisted logs, unhandled errors in Deferreds above all; once, by who runs the reactor."""
    globalLogBeginner.beginLoggingTo([twisted_event], redirectStandardIO=False)


@provider(ILogObserver)
def twisted_event(event: LogEvent) -> None:
    """Log what Twisted logged."""
    failure = event.get("log_failure")
    level = _TWISTED_LEVELS.get(event["log_level"], "info")
    details = {} if failure is None else {"failure": failure.getTraceback()}
    getattr(get_logger(str(event["log_namespace"])), level)(formatEvent(event), **details)


class _Libraries(logging.Handler):
    """Hands on what libraries log with the standard module."""

    def emit(self, record: logging.LogRecord) -> None:
        log = get_logger(record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def _take_over_libraries(level: int) -> None:
    root = logging.getLogger()
    root.handlers[:] = [_Libraries()]
    root.setLevel(max(level, logging.WARNING))


def _masked_value(value: object) -> object:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list | tuple):
        return [_masked_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _masked_value(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=1024)
def _mask(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    code = ""
    if number.startswith("+"):
        try:
            code = f"+{phonenumbers.parse(number).country_code}"
        except phonenumbers.NumberParseException:
            code = "+"
    return f"{code}•••{digits[-SHOWN_DIGITS:]}"
