"""A fault inside the gateway, once, in each thing that turns for as long as it runs: it is back at once."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.internet.defer import fail

from gateway.ports import StoreUnavailable
from gateway.sources import tcp
from gateway.store import alerts as stored_alerts
from protocols.clinic24.event import Kind


class Fault(Exception):
    """What nobody expects."""


@pytest.fixture
def raise_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, str], None]]:
    """Make a method raise at its next call, and never again; the test fails if it is not called."""
    left: list[str] = []

    def prepare(owner: Any, name: str) -> None:
        real = getattr(owner, name)
        left.append(name)

        def once(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(owner, name, real)
            left.remove(name)
            raise Fault(name)

        monkeypatch.setattr(owner, name, once)

    yield prepare
    assert not left, f"not called: {left}"


@pytest.fixture
def ward(make_ward: Any, plans: Any) -> Any:
    """A ward without anybody to be paged about the gateway itself: only cases come onto screens."""
    return make_ward(config=plans.CONFIG.replace('catch_all = "vaxel"', ""))


def alarms(ward: Any) -> list[str]:
    """What is wrong now."""
    return [alarm.key for alarm in ward.gateway.alarms.standing()]


def cases(screen: Any) -> set[str]:
    """The cases of the two messages that came."""
    return {word for text in (screen.shows(), screen.shows()) for word in text.split() if word[:2] == "F-"}


def test_the_watch(ward, raise_once):
    """It is alarmed, the next turn clears the alarm, and the watch sees what it is there for."""
    raise_once(ward.gateway.alarms, "sweep")
    ward.advance(seconds=1.2)
    assert alarms(ward) == ["loop:the watch"]
    ward.advance(seconds=1)
    assert alarms(ward) == []
    ward.wall_step = 3600_000
    ward.advance(seconds=2)
    assert alarms(ward) == ["clock"]


def test_the_ladder_s_timer(ward, raise_once):
    """An alert that cannot be read when its time has come is asked again: the next receiver is paged."""
    sent = ward.clinic.sends(case="F-1")
    other = ward.clinic.sends(case="F-2")
    ward.settles()
    ward.handset("20117").shows("F-1")
    ward.handset("20117").shows("F-2")
    ward.advance(seconds=110)
    raise_once(ward.gateway.keeper, "post")
    ward.advance(seconds=15)
    assert cases(ward.handset("20118")) == {"F-1", "F-2"}
    sent.is_open()
    other.is_open()


def test_a_page_s_turn(ward, raise_once):
    """A page that cannot be read when its turn comes keeps its place, and the next one goes meanwhile."""
    ward.dect.faults.silent = True
    ward.clinic.sends(case="F-3")
    ward.advance(seconds=10)
    raise_once(ward.gateway.keeper, "get")
    ward.dect.faults.silent = False
    ward.advance(seconds=20)
    ward.handset("20117").shows("F-3")


def test_the_sweep_of_what_the_store_refused(ward, raise_once, monkeypatch):
    """What could not be committed is committed when the store is back, whatever a sweep between met."""
    run = ward.writer.run
    sent = ward.clinic.sends(case="F-4")
    monkeypatch.setattr(ward.writer, "run", lambda *_, **__: fail(StoreUnavailable("full")))
    ward.settles()
    ward.handset("20117").shows("F-4")
    raise_once(ward.gateway.keeper, "_work")
    ward.advance(seconds=0.3)
    monkeypatch.setattr(ward.writer, "run", run)
    ward.advance(seconds=1)
    assert "page sent Anna Berg" in sent.words


def test_the_taking_up_at_the_start(ward, raise_once, monkeypatch):
    """An alert that cannot be read at the start is taken up later; its neighbours are at once."""
    ward.clinic.sends(case="F-5")
    ward.clinic.sends(case="F-6")
    ward.settles()
    ward.handset("20117").shows("F-5")
    ward.handset("20117").shows("F-6")
    ward.dies()
    raise_once(stored_alerts, "load")
    ward.starts()
    ward.advance(seconds=125)
    assert cases(ward.handset("20118")) == {"F-5", "F-6"}


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_a_sender_s_event(ward, raise_once, kind):
    """An event that fails inside is answered `retry`, alarmed, and taken when it comes again."""
    neighbour = ward.clinic.sends(case="F-7")
    raise_once(ward.gateway.intake, "_guarded")
    sent = ward.clinic.sends(kind.name.lower(), case="F-8")
    sent.is_answered("retry")
    assert "intake" in alarms(ward)
    ward.clinic.sends_again(sent)
    assert [answer.status for answer in sent.answers][-1] == ("accepted" if kind.alerts else "ignored")
    ward.settles()
    ward.handset("20117").shows("F-7")
    if kind.alerts:
        ward.handset("20117").shows("F-8")
    neighbour.is_open()


@pytest.mark.parametrize("what", ["post", "get"])
def test_a_carrier_s_news(ward, raise_once, what):
    """That a page was taken, and then acknowledged, is not forgotten; the line is not lost over it."""
    sent = ward.clinic.sends(case="F-9")
    ward.advance(seconds=0.01)
    raise_once(ward.gateway.keeper, what)
    ward.settles()
    ward.handset("20117").shows("F-9")
    assert "page sent Anna Berg" in sent.words
    raise_once(ward.gateway.keeper, what)
    ward.accepts("20117")
    ward.advance(seconds=10)
    sent.ends("acknowledged")
    dect = next(line for line in ward.gateway.lines() if line.name == "dect")
    assert dect.counters["connections"] == 1


def test_a_receipt(ward, raise_once):
    """A receipt that could not be stored is not answered as if it were, and comes again."""
    sent = ward.clinic.sends(profession="doctor", case="F-10")
    ward.advance(seconds=0.5)
    ward.phone("+46701740606").gets("F-10")
    raise_once(ward.gateway.dispatcher._tracker, "reported")
    ward.advance(seconds=60)
    assert "page delivered Maria Johansson" in sent.words
    sms = next(line for line in ward.gateway.lines() if line.name == "sms")
    assert sms.up


def test_a_listener(ward, raise_once):
    """A subscriber that could not be told hears everything after it has connected again."""
    sent = ward.clinic.sends(case="F-11")
    raise_once(tcp, "wire_outcome")
    ward.settles()
    ward.handset("20117").shows("F-11")
    assert ward.clinic._connections == []
    ward.clinic.connects()
    assert "page sent Anna Berg" in sent.words
