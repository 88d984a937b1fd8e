"""Keys to the HTTP interface.

A key is 256 random bits, shown once and stored only as its SHA-256. That is enough for a random key: what
makes passwords need a slow, salted hash is that they can be guessed, and 2^256 values cannot, at any speed;
no two keys are equal either, so a salt would hide nothing. A slow hash would only slow every request down.
The look-up by hash tells by its time at most something of the hash of what was presented, not of a key.
"""

import secrets
import sqlite3
from enum import StrEnum
from hashlib import sha256

from msgspec import Struct

from gateway.store import statements as sql

KEY_BYTES = 32
"""256 bits: no search finds one."""

KEY_PREFIX = "bakjour_"
"""Lets people, and scanners for leaked secrets, see what it is."""


class Scope(StrEnum):
    """What a key opens."""

    EVENTS = "events"
    READ = "read"
    ADMIN = "admin"


class ApiKey(Struct, frozen=True):
    """A key as it is known: everything but the key."""

    name: str
    scope: Scope
    created_at: int  # UTC ms
    revoked_at: int | None  # UTC ms


class KeyExists(ValueError):  # noqa: N818 - named for what is the case
    """A good key of this name exists; revoke it first or take another name."""


def add(conn: sqlite3.Connection, name: str, scope: Scope, at: int) -> str:
    """Make a key and return it, the only time that it is seen. `at` is now in UTC ms. Raises KeyExists."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    try:
        conn.execute(sql.ADD_KEY, (name, scope.value, _hash(key), at))
    except sqlite3.IntegrityError as error:
        raise KeyExists(f"a key named {name!r} exists; revoke it first or take another name") from error
    return key


def verify(conn: sqlite3.Connection, key: str) -> ApiKey | None:
    """Whose key this is; None if it is unknown or revoked."""
    row = conn.execute(sql.GOOD_KEY, (_hash(key),)).fetchone()
    return None if row is None else _api_key(row)


def revoke(conn: sqlite3.Connection, name: str, at: int) -> bool:
    """Make the key of this name worthless from `at` (UTC ms); False if there is no good one."""
    return conn.execute(sql.REVOKE_KEY, (at, name)).rowcount == 1


def keys(conn: sqlite3.Connection) -> list[ApiKey]:
    """Every key that was ever made, the revoked ones too."""
    return [_api_key(row) for row in conn.execute(sql.KEYS)]


def _hash(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _api_key(row: tuple[str, str, int, int | None]) -> ApiKey:
    name, scope, created_at, revoked_at = row
    return ApiKey(name, Scope(scope), created_at, revoked_at)
