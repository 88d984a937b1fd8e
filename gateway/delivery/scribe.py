"""Writes the text of each page: by its carrier's template and the site's language, or as it was said to us.

Rule: a fault costs the page its words and no more. One whose text cannot be made goes out in the plainest
words, and people are told; what another system said may name a patient, so no alarm quotes it.
"""

import sqlite3
from dataclasses import replace

from gateway.config import Config
from gateway.delivery.answers import Answers
from gateway.delivery.pages import route_of
from gateway.delivery.texts import WORDINGS, compose, plainest, template_for
from gateway.model import Alert
from gateway.ports import Alarms, Carrier
from gateway.store import calls


class Scribe:
    """`answers` gives references to texts that can be answered; it is joined later, for it needs carriers."""

    def __init__(self, config: Config, reader: sqlite3.Connection, alarms: Alarms) -> None:
        self._config = config
        self._reader = reader
        self._alarms = alarms
        self.answers: Answers

    def text(self, alert: Alert, page: int, carrier: Carrier) -> str:
        """What one attempt says."""
        language = self._config.texts.language
        capabilities = replace(carrier.capabilities, can_answer=route_of(alert, page).can_answer)
        reply = self.reply(alert, page, carrier)
        try:
            said = None if alert.subject.line is None else calls.text_of(self._reader, alert.id)
            return compose(
                alert.subject,
                template_for(capabilities, language, self._config.privacy.sms_case),
                capabilities,
                repeat=alert.pages[page].repeat,
                said=said,
                reference=reply,
                hint="" if reply is None else self.answers.hint(),
            )
        except Exception as fault:
            what = repr(fault) if alert.subject.line is None else type(fault).__name__
            self._alarms.tell(f"text:{alert.id}", f"alert {alert.id}: the text failed: {what}")
            return plainest(alert.subject, WORDINGS[language], capabilities, reply)

    def reply(self, alert: Alert, page: int, carrier: Carrier) -> int | None:
        """The reference of a text that can be answered by SMS; None if it cannot, or at a fault."""
        try:
            return self.answers.shown(alert, page, carrier)
        except Exception as fault:
            self._alarms.tell(f"text:{alert.id}", f"alert {alert.id}: no reference: {fault!r}")
            return None
