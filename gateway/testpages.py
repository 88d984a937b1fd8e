"""Test pages, and what they prove of the numbers that they went to.

Rules: a test page says TEST, goes the way of a real one, and is never an alarm when nobody answers. A number
is proved by an answer; over a route that can bring none back, by a delivery. It has failed when its page
ended without. The last test page to a number decides; a new number has none, and is unproved.
"""

import sqlite3
import uuid
from collections.abc import Callable, Sequence

from gateway.clock import Clock
from gateway.delivery.pages import at_least
from gateway.logs import get_logger
from gateway.model import Alert, OneWay, Origin, PageState, Proof, Role, Subject
from gateway.outbox import Outbox
from gateway.pager import Pager
from gateway.ports import Writer
from gateway.requests import Refused, Why
from gateway.roster.values import Receiver, Unit, Words
from gateway.routing.ladder import Way, rung
from gateway.routing.policy import MINUTE
from gateway.store.values import StoredOutcome

TTL = 5 * MINUTE
"""How long each receiver of a test page has, in ms: whoever sent it waits before the screen."""

PRIORITY = 3
"""Beeps as an ordinary page, and waits behind every urgent one."""

SOURCE = "bakjour/test"
REASON = Words("provlarm", "test page")

PUT_PROOF = """
INSERT INTO number_proof (number, result, alert, at, asked_by) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (number) DO UPDATE SET result = excluded.result, alert = excluded.alert, at = excluded.at,
asked_by = excluded.asked_by
"""
SET_PROOF = "UPDATE number_proof SET result = ?, at = ? WHERE number = ? AND alert = ? AND result <> ?"
PENDING = "SELECT DISTINCT alert FROM number_proof WHERE result = 'pending'"
ASKED_BY = "SELECT asked_by FROM number_proof WHERE alert = ? LIMIT 1"

log = get_logger("tests")


class TestPages:
    """`get` gives an alert as it is now."""

    __test__ = False  # pytest takes every name like this for a test

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        reader: sqlite3.Connection,
        pager: Pager,
        outbox: Outbox,
        ways: Sequence[Way],
        get: Callable[[int], Alert | None],
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._pager = pager
        self._ways = ways
        self._get = get
        self._pending: dict[int, str] = {}  # test pages under way, and who sent them
        self._subscription = outbox.subscribe(self._heard, None)

    def start(self) -> None:
        """Take up the test pages that an earlier run left open."""
        for (alert,) in self._reader.execute(PENDING).fetchall():
            (by,) = self._reader.execute(ASKED_BY, (alert,)).fetchone()
            self._pending[alert] = by
            self._judge(alert)
        self._subscription.resume()

    async def send(self, receivers: Sequence[Receiver], unit: Unit, role: Role | None, by: str) -> int:
        """Page these, in order, with the unit's name; returns the alert's number. Raises Refused."""
        now = self._clock.now()
        rungs = tuple(rung(one, Origin.ADDRESSED, REASON, self._ways) for one in receivers)
        if not any(one.routes for one in rungs):
            raise Refused(Why.CONFLICT, "no carrier serves the number of anybody who would be paged")
        identity = uuid.uuid4().hex
        alert = Alert(
            id=0,
            source=SOURCE,
            event=identity,
            digest=identity,
            subject=_subject(unit, role),
            accepted_at=now,
            expires_at=now + TTL * len(rungs),
            one_way=OneWay.CLOSE,
            rungs=rungs,
        )
        first = next(one.routes[0].number for one in rungs if one.routes)

        def begun(conn: sqlite3.Connection, number: int) -> None:
            conn.execute(PUT_PROOF, (first, "pending", number, now, by))

        number = await self._pager.page(alert, begun)
        self._pending[number] = by
        self._judge(number)
        return number

    def _heard(self, outcomes: Sequence[StoredOutcome]) -> None:
        for number in {outcome.alert for outcome in outcomes} & self._pending.keys():
            self._judge(number)

    def _judge(self, number: int) -> None:
        alert = self._get(number)
        if alert is None:
            self._pending.pop(number, None)
            return
        by = self._pending[number]
        if alert.closed is not None:
            del self._pending[number]
        found = results(alert)
        self._writer.run(_put, found, number, self._clock.now(), by).addErrback(_not_written)


def results(alert: Alert) -> dict[str, str]:
    """What a test page has shown so far of each number that it went to."""
    found: dict[str, str] = {}
    for page in alert.pages:
        route = alert.rungs[page.rung].routes[page.route]
        answered = page.state in (PageState.ACKNOWLEDGED, PageState.DECLINED)
        arrived = not route.can_answer and at_least(page.proof, Proof.DELIVERED)
        if answered or page.proof is Proof.ACKNOWLEDGED or arrived:
            found[route.number] = "proved"
        else:
            found.setdefault(route.number, "pending" if alert.closed is None else "failed")
    return found


def _put(conn: sqlite3.Connection, found: dict[str, str], alert: int, at: int, by: str) -> None:
    for number, result in found.items():
        changed = conn.execute(SET_PROOF, (result, at, number, alert, result)).rowcount
        stands = conn.execute("SELECT alert FROM number_proof WHERE number = ?", (number,)).fetchone()
        # A later test page to the same number has the last word.
        if not changed and (stands is None or stands[0] < alert):
            conn.execute(PUT_PROOF, (number, result, alert, at, by))


def _subject(unit: Unit, role: Role | None) -> Subject:
    return Subject(
        kind=None,
        unit=unit.id,
        unit_name=unit.name,
        unit_known=True,
        role=role,
        profession=None,
        priority=PRIORITY,
        case=None,
        callback=None,
        test=True,
        note=unit.name,
    )


def _not_written(failure: object) -> None:
    log.error("what a test page proved was not written down", reason=str(failure))
