"""Keys are shown once, and open what they were made for until they are revoked."""

import sqlite3

import pytest

from gateway.store import keys
from gateway.store.keys import ApiKey, KeyExists, Scope


def test_a_key_opens_its_scope(conn: sqlite3.Connection) -> None:
    """A key is known by its name and scope; it is long, random, and stored nowhere."""
    key = keys.add(conn, "clinic24", Scope.EVENTS, 5)
    assert keys.verify(conn, key) == ApiKey("clinic24", Scope.EVENTS, 5, None)
    assert len(key) >= 43
    assert key not in "\n".join(conn.iterdump())


@pytest.mark.parametrize("wrong", ["", "bakjour_", "x" * 10_000, "\ud800", "' OR 1=1 --"])
def test_what_is_no_key_opens_nothing(conn: sqlite3.Connection, wrong: str) -> None:
    """Any other text is unknown, whatever it holds."""
    keys.add(conn, "clinic24", Scope.EVENTS, 5)
    assert keys.verify(conn, wrong) is None


def test_a_revoked_key_opens_nothing(conn: sqlite3.Connection) -> None:
    """After its revocation a key is unknown; its name may be given anew, and both are listed."""
    old = keys.add(conn, "board", Scope.READ, 1)
    assert keys.revoke(conn, "board", 2)
    assert not keys.revoke(conn, "board", 3)
    assert keys.verify(conn, old) is None
    new = keys.add(conn, "board", Scope.ADMIN, 4)
    assert keys.verify(conn, new) == ApiKey("board", Scope.ADMIN, 4, None)
    assert keys.keys(conn) == [ApiKey("board", Scope.READ, 1, 2), ApiKey("board", Scope.ADMIN, 4, None)]


def test_a_name_has_one_good_key(conn: sqlite3.Connection) -> None:
    """A second key of the same name is refused with what to do."""
    keys.add(conn, "board", Scope.READ, 1)
    with pytest.raises(KeyExists, match="revoke it first"):
        keys.add(conn, "board", Scope.READ, 2)
