"""Pages the people who run the gateway, over the gateway's own carriers.

`[alarms] receivers` names them in the roster; where it names nobody, `[gateway] catch_all` stands in, and
where that is missing too, `bakjour check` warns. They are read once at the start and kept, so that an alarm
about the roster or the store needs neither.
"""

import uuid
from collections.abc import Callable, Sequence

from twisted.python.failure import Failure

from gateway.alerts import technical_alert
from gateway.clock import Clock
from gateway.delivery import events as e
from gateway.delivery.lifecycle import step
from gateway.logs import get_logger
from gateway.model import Origin, Route, Rung
from gateway.ports import Writer
from gateway.roster.values import Receiver, Words
from gateway.routing.ladder import Way, rung
from gateway.store.alerts import accept
from gateway.store.values import Accepted, Duplicate
from gateway.supervision.wording import more, phrase

AS_OPERATOR = Words("driftansvarig, enligt [alarms] receivers", "operator, by [alarms] receivers")
AS_LAST_RESORT = Words("ingen annan kunde utses", "nobody else could be found")

Adopt = Callable[[Accepted | Duplicate, e.Change], object]

log = get_logger("operators")


class Operators:
    """`adopt` takes over the alert that a page is, `withdraw` closes it, `shout` sends without a store."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        ways: Sequence[Way],
        adopt: Adopt,
        withdraw: Callable[[int], object],
        shout: Callable[[Sequence[Route], str], object],
        language: str,
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._ways = ways
        self._adopt = adopt
        self._withdraw = withdraw
        self._shout = shout
        self._language = language
        self._receivers: tuple[Receiver, ...] = ()
        self._wanted: set[str] = set()  # alarms that were paged and are not mended
        self._paged: dict[str, int] = {}  # the alert of each of them

    def know(self, receivers: Sequence[Receiver]) -> None:
        """These are the people."""
        self._receivers = tuple(receivers)

    def rungs(self, origin: Origin, reason: Words) -> tuple[Rung, ...]:
        """The operators as a ladder."""
        return tuple(rung(receiver, origin, reason, self._ways) for receiver in self._receivers)

    def page(self, key: str, text: str, *, last: bool) -> None:
        """Tell them of an alarm; without anybody named, the log and the board have it."""
        if not self._receivers:
            return
        now = self._clock.now()
        said = phrase(key, text, self._language)
        if last:
            said = f"{said} {more(self._language)}"
        alert = technical_alert(said, uuid.uuid4().hex, self.rungs(Origin.OPERATORS, AS_OPERATOR), now)
        opened = step(alert, e.Opened(), now)
        self._wanted.add(key)
        stored = self._writer.run(accept, opened.alert, opened.steps)
        stored.addCallback(self._stored, opened, key)
        stored.addErrback(self._not_stored, said)

    def mended(self, key: str) -> None:
        """The alarm is cleared: a page that still waits for a line would tell what is no longer so."""
        self._wanted.discard(key)
        alert = self._paged.pop(key, None)
        if alert is not None:
            self._withdraw(alert)

    def _stored(self, stored: Accepted | Duplicate, opened: e.Change, key: str) -> None:
        self._adopt(stored, opened)
        if key in self._wanted:
            self._paged[key] = stored.alert.id
        else:
            self._withdraw(stored.alert.id)

    def _not_stored(self, failure: Failure, said: str) -> None:
        """The alarm that the store is gone needs no store: it is sent without being followed."""
        log.error("operators are paged without a store", reason=failure.getErrorMessage())
        routes = [route for one in self.rungs(Origin.OPERATORS, AS_OPERATOR) for route in one.routes]
        self._shout(routes, said)
