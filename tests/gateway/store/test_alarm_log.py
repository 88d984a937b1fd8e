"""Alarms are logged once while they stand."""

import sqlite3

from gateway.store import alarm_log
from gateway.store.alarm_log import LoggedAlarm


def test_an_alarm_counts_up_while_it_stands(conn: sqlite3.Connection) -> None:
    """The same key again is counted; after it was cleared it is a new alarm."""
    assert alarm_log.raise_alarm(conn, "line:dect", "line down", 1)
    assert not alarm_log.raise_alarm(conn, "line:dect", "line down", 2)
    assert alarm_log.raise_alarm(conn, "other", "disk", 3)
    assert alarm_log.clear_alarm(conn, "line:dect", 4)
    assert not alarm_log.clear_alarm(conn, "line:dect", 5)
    assert alarm_log.raise_alarm(conn, "line:dect", "line down", 6)
    first = LoggedAlarm(1, "line:dect", "line down", 1, 4, 2)
    other = LoggedAlarm(2, "other", "disk", 3, None, 1)
    again = LoggedAlarm(3, "line:dect", "line down", 6, None, 1)
    assert alarm_log.standing(conn) == [other, again]
    assert alarm_log.alarms(conn, 9) == [again, other, first]
    assert alarm_log.alarms(conn, 1) == [again]
