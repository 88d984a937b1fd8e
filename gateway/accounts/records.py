"""Accounts and sessions in the store: functions over a connection, the writing ones for `ports.Writer.run`.

Rules: a change of an account and its line in the record are one transaction. Whoever is disabled, or gets a
new password, is logged out everywhere. A change names the version of the account that its author saw, if
there was an author who saw one: another version stands, and nothing is changed.
"""

import secrets
import sqlite3
from hashlib import sha256
from typing import Any

import msgspec

from gateway.accounts import statements as sql
from gateway.accounts.model import Account, Change, Credentials, Kind, Session
from gateway.audit import reading
from gateway.audit.record import Change as Recorded
from gateway.audit.record import append
from gateway.routing.policy import HOUR, MINUTE

IDLE = 60 * MINUTE
"""A session ends when it was not used for this long: a browser that was left open in a ward."""

ABSOLUTE = 12 * HOUR
"""A session ends this long after the log-in, used or not: longer than any shift."""

TOUCH = 1 * MINUTE
"""A session's last use is written down at most this often: reading a page must not cost a commit."""

SESSIONS_MOST = 10
"""Browsers of one person at a time; the oldest log-in makes way."""

SECRET_BYTES = 32

_strings = msgspec.json.Decoder(tuple[str, ...]).decode


class AccountExists(ValueError):  # noqa: N818 - named for what is the case
    """There is an account of this user name."""


class NoAccount(LookupError):  # noqa: N818
    """There is no account of this user name."""


class AccountStale(Exception):  # noqa: N818
    """The account is not what the author of the change saw; nothing was changed."""

    def __init__(self, stands: Account, by: str | None, at: int | None) -> None:
        super().__init__("somebody else changed this account meanwhile; nothing was changed")
        self.stands = stands
        self.by = by  # None, and `at` too: nobody knows any more
        self.at = at  # UTC ms


def add(
    conn: sqlite3.Connection, username: str, name: str, kind: Kind, password: str, at: int, by: str
) -> None:
    """Make an account; `password` is a hash. Raises AccountExists."""
    try:
        conn.execute(sql.ADD, (username, name, kind.value, password, at, at))
    except sqlite3.IntegrityError as error:
        raise AccountExists(f"there is an account {username} already") from error
    append(conn, at, by, [_change("account.add", username, None, {"name": name, "kind": kind.value})])


def change(
    conn: sqlite3.Connection, username: str, at: int, by: str, wanted: Change, seen: int | None = None
) -> None:
    """Change an account; its new password is a hash. `seen`: the version that was looked at.

    Raises NoAccount, AccountStale.
    """
    stood = _required(conn, username)
    if seen is not None and seen != stood.version:
        last = reading.last_of(conn, _subject(username))
        raise AccountStale(stood, *((None, None) if last is None else (last.who, last.at)))
    disabled_at = stood.disabled_at
    if wanted.disabled is not None:
        disabled_at = (stood.disabled_at or at) if wanted.disabled else None
    stands = msgspec.structs.replace(
        stood,
        name=stood.name if wanted.name is None else wanted.name,
        kind=stood.kind if wanted.kind is None else wanted.kind,
        disabled_at=disabled_at,
    )
    conn.execute(sql.CHANGE, (stands.name, stands.kind.value, stands.disabled_at, username))
    if stands.disabled_at is not None:
        conn.execute(sql.END_ALL_OF, (username,))
    append(conn, at, by, [_change("account.change", username, _told(stood), _told(stands))])
    if wanted.password is not None:
        set_password(conn, username, wanted.password, at, by)


def set_password(
    conn: sqlite3.Connection, username: str, password: str, at: int, by: str, keep: str = ""
) -> None:
    """Set a password (a hash), and end every session but `keep` (a session's hash). Raises NoAccount."""
    _required(conn, username)
    conn.execute(sql.SET_PASSWORD, (password, at, username))
    conn.execute(sql.END_OTHERS_OF, (username, keep))
    append(conn, at, by, [_change("account.password", username, None, {"set": True})])


def renew_hash(conn: sqlite3.Connection, username: str, old: str, new: str) -> None:
    """The same password hashed with today's parameters, unless it was changed meanwhile."""
    conn.execute(sql.RENEW_HASH, (new, username, old))


def account(conn: sqlite3.Connection, username: str) -> Account | None:
    """The account of a user name, with its units."""
    row = conn.execute(sql.ONE, (username,)).fetchone()
    return None if row is None else _account(conn, row)


def accounts(conn: sqlite3.Connection) -> list[Account]:
    """Every account."""
    return [_account(conn, row) for row in conn.execute(sql.ALL).fetchall()]


def password_hash(conn: sqlite3.Connection, username: str) -> str | None:
    """The stored hash of an account that may log in."""
    row = conn.execute(sql.PASSWORD, (username,)).fetchone()
    return None if row is None else str(row[0])


def begin(conn: sqlite3.Connection, username: str, address: str, at: int) -> Credentials | None:
    """Log in: a new session with a new secret; None if the account was disabled meanwhile."""
    known = account(conn, username)
    if known is None or known.disabled_at is not None:
        return None
    secret = secrets.token_urlsafe(SECRET_BYTES)
    conn.execute(sql.END_OLD, (at - ABSOLUTE, at - IDLE))
    conn.execute(sql.BEGIN, (hash_of(secret), username, at, at, address))
    conn.execute(sql.END_SURPLUS, (username, username, SESSIONS_MOST))
    return Credentials(_session(known, hash_of(secret), at, at), secret)


def session(conn: sqlite3.Connection, secret: str, now: int) -> Session | None:
    """The session of a cookie; None if it is unknown or over, or its account is disabled."""
    row = conn.execute(sql.SESSION, (hash_of(secret),)).fetchone()
    if row is None:
        return None
    known = account(conn, row[0])
    if known is None or known.disabled_at is not None:
        return None
    found = _session(known, hash_of(secret), row[1], row[2])
    return found if now < found.ends_at else None


def touch(conn: sqlite3.Connection, hashed: str, now: int) -> None:
    """The session was used."""
    conn.execute(sql.TOUCH, (now, hashed))


def end(conn: sqlite3.Connection, hashed: str) -> None:
    """Log out."""
    conn.execute(sql.END, (hashed,))


def hash_of(secret: str) -> str:
    """What is stored of a secret: it is random, so a plain hash is enough (see `store.keys`)."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _session(known: Account, hashed: str, begun: int, seen: int) -> Session:
    return Session(known, hashed, begun, seen, min(begun + ABSOLUTE, seen + IDLE))


def _account(conn: sqlite3.Connection, row: tuple[Any, ...]) -> Account:
    username, name, kind, created_at, password_at, disabled_at, version = row
    units: tuple[str, ...] = ()
    if kind == Kind.UNIT:
        found = conn.execute(sql.UNITS, (username,)).fetchone()
        units = () if found is None else _strings(found[0])
    return Account(username, name, Kind(kind), created_at, password_at, disabled_at, version, units)


def _required(conn: sqlite3.Connection, username: str) -> Account:
    known = account(conn, username)
    if known is None:
        raise NoAccount(f"there is no account {username}")
    return known


def _told(known: Account) -> dict[str, Any]:
    return {"name": known.name, "kind": known.kind.value, "disabled": known.disabled_at is not None}


def _change(action: str, username: str, before: Any, after: Any) -> Recorded:
    return Recorded(action, _subject(username), None, before, after)


def _subject(username: str) -> str:
    """As the record names an account."""
    return f"account {username}"
