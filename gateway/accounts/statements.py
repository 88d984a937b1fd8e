"""The SQL of accounts and sessions."""

COLUMNS = """username, name, kind, created_at, password_at, disabled_at,
(SELECT coalesce(max(seq), 0) FROM audit WHERE subject = 'account ' || username)"""

ONE = f"SELECT {COLUMNS} FROM account WHERE username = ?"  # noqa: S608
ALL = f"SELECT {COLUMNS} FROM account ORDER BY username"  # noqa: S608
PASSWORD = "SELECT password FROM account WHERE username = ? AND disabled_at IS NULL"  # noqa: S105
ADD = """
INSERT INTO account (username, name, kind, password, created_at, password_at, disabled_at)
VALUES (?, ?, ?, ?, ?, ?, NULL)
"""
CHANGE = "UPDATE account SET name = ?, kind = ?, disabled_at = ? WHERE username = ?"
SET_PASSWORD = "UPDATE account SET password = ?, password_at = ? WHERE username = ?"  # noqa: S105
RENEW_HASH = "UPDATE account SET password = ? WHERE username = ? AND password = ?"

# The roster keeps a user name as it was written, an account in lower case.
UNITS = "SELECT units FROM administrator WHERE lower(username) = ? ORDER BY username LIMIT 1"

BEGIN = "INSERT INTO web_session (hash, username, begun_at, seen_at, address) VALUES (?, ?, ?, ?, ?)"
SESSION = "SELECT username, begun_at, seen_at FROM web_session WHERE hash = ?"
TOUCH = "UPDATE web_session SET seen_at = ? WHERE hash = ?"
END = "DELETE FROM web_session WHERE hash = ?"
END_ALL_OF = "DELETE FROM web_session WHERE username = ?"
END_OTHERS_OF = "DELETE FROM web_session WHERE username = ? AND hash <> ?"
END_OLD = "DELETE FROM web_session WHERE begun_at <= ? OR seen_at <= ?"
END_SURPLUS = """
DELETE FROM web_session WHERE username = ? AND hash NOT IN
(SELECT hash FROM web_session WHERE username = ? ORDER BY begun_at DESC, rowid DESC LIMIT ?)
"""
