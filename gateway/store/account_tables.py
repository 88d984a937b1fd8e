"""The tables of accounts and of what hangs on the people who use the web pages.

All times are integer UTC milliseconds, truth is 0 or 1. No password and no secret is stored, only what can
tell a right one from a wrong one.
"""

ACCOUNT_TABLES = """
CREATE TABLE account (
    -- Somebody who may log in. The units of a unit administrator are those of the roster's administrator.
    username TEXT PRIMARY KEY,  -- in lower case, like ab12345
    name TEXT NOT NULL,  -- the person's name
    kind TEXT NOT NULL,  -- it, unit or reader
    password TEXT NOT NULL,  -- argon2id hash, with its parameters and salt
    created_at INTEGER NOT NULL,  -- when it was made
    password_at INTEGER NOT NULL,  -- when the password was last set
    disabled_at INTEGER  -- when it was closed; NULL while it may log in
);

CREATE TABLE web_session (
    -- One browser that is logged in. The secret of its cookie is stored nowhere.
    hash TEXT PRIMARY KEY,  -- SHA-256 of the secret, in hexadecimal
    username TEXT NOT NULL,  -- whose it is
    begun_at INTEGER NOT NULL,  -- when the person logged in
    seen_at INTEGER NOT NULL,  -- when it was last used, to the minute
    address TEXT NOT NULL  -- where the person logged in from
);

CREATE INDEX web_session_user ON web_session (username);

CREATE TABLE calendar_feed (
    -- One secret address under which a calendar is read.
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- its number, never used again
    hash TEXT NOT NULL UNIQUE,  -- SHA-256 of the secret, in hexadecimal
    receiver TEXT,  -- whose shifts it shows; NULL if it is a unit's
    unit TEXT,  -- which unit's shifts it shows; NULL if it is a receiver's
    made_by TEXT NOT NULL,  -- who asked for it
    made_at INTEGER NOT NULL,  -- when
    revoked_at INTEGER  -- when it was made worthless; NULL while it is good
);

CREATE TABLE number_proof (
    -- What the last test page to a number showed.
    number TEXT PRIMARY KEY,  -- five digits of an extension, or E.164 with +
    result TEXT NOT NULL,  -- pending, proved or failed
    alert INTEGER NOT NULL,  -- the test page
    at INTEGER NOT NULL,  -- when that became known
    asked_by TEXT NOT NULL  -- who sent the test page
);

CREATE INDEX number_proof_alert ON number_proof (alert);

CREATE TABLE coverage_warning (
    -- One warning about a hole in the plan that was sent.
    unit TEXT NOT NULL,  -- the unit's id
    role TEXT NOT NULL,  -- doctor or nurse
    begins_at INTEGER NOT NULL,  -- when the hole begins
    stage TEXT NOT NULL,  -- day, hours, quarter or begun
    warned_at INTEGER NOT NULL,  -- when it was sent
    PRIMARY KEY (unit, role, begins_at, stage)
);
"""

RECEIVER_INDEX = """
-- When somebody is on: for calendars, for one who stands in two places, and for one who is to be deleted.
CREATE INDEX assignment_receiver ON assignment (receiver, start_ms);
"""
