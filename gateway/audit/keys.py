"""API keys made and revoked, with their rows in the record: jobs for `ports.Writer.run`."""

import sqlite3

from gateway.audit.record import Change, append
from gateway.store import keys


def add_key(conn: sqlite3.Connection, name: str, scope: keys.Scope, at: int, by: str) -> str:
    """See `keys.add`; `by` is who made it."""
    key = keys.add(conn, name, scope, at)
    append(conn, at, by, [Change("key.add", f"key {name}", after={"scope": scope.value})])
    return key


def revoke_key(conn: sqlite3.Connection, name: str, at: int, by: str) -> bool:
    """See `keys.revoke`; `by` is who revoked it."""
    if not keys.revoke(conn, name, at):
        return False
    append(conn, at, by, [Change("key.revoke", f"key {name}", before={"good": True})])
    return True
