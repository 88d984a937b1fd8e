"""The bars of an import on a terminal."""

import io
import sys

import pytest

from gateway.cli.progress import shown_progress
from gateway.replies import ImportProgress


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


STAGES = [("read", 5, 10), ("check", 1, 4), ("check", 2, 4), ("write", 3, 6), ("done", 6, 6)]


def test_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each stage, whole when the next begins, and at the end."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with shown_progress() as tell:
        for stage, done, total in STAGES:
            tell(ImportProgress("it", stage, done, total))
    last = screen.getvalue().rpartition("reading")[2]
    assert last.count("100%") == 3
    for label in ("checking", "writing"):
        assert label in last


def test_nothing_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Another program that reads what a command says reads the result alone."""
    with shown_progress() as tell:
        for stage, done, total in STAGES:
            tell(ImportProgress("it", stage, done, total))
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
