"""The table of the record of changes, as its first version created it.

A row is never changed. Each holds the hash of the one before it, so that an edit, an insertion or a deletion
in the file is found by reading it through. Times are integer UTC milliseconds, JSON is text.
"""

AUDIT_TABLES = """
CREATE TABLE audit (
    -- One change: who, when, what, before, after and why.
    seq INTEGER PRIMARY KEY,  -- from 1 without holes
    at INTEGER NOT NULL,  -- when it was committed
    who TEXT NOT NULL,  -- user name, key:NAME, or what the gateway itself is called
    action TEXT NOT NULL,  -- what was done, such as slot.set
    unit TEXT,  -- the unit that it concerns; NULL if it concerns none or several
    subject TEXT NOT NULL,  -- what was changed: a slot, a receiver, an account, a key
    change_id INTEGER NOT NULL,  -- seq of the first row of the same change
    before TEXT,  -- JSON of what stood; NULL: nothing
    after TEXT,  -- JSON of what stands; NULL: nothing
    why TEXT,  -- the reason that was given
    prev TEXT NOT NULL,  -- hash of the row before, in hexadecimal
    hash TEXT NOT NULL  -- SHA-256 of all the above, in hexadecimal
);

CREATE INDEX audit_unit ON audit (unit, seq);

CREATE INDEX audit_subject ON audit (subject, seq);

CREATE INDEX audit_change ON audit (change_id);

CREATE TABLE audit_head (
    -- The one row that says where the record ends, so that a cut at its end is found.
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- always 1
    seq INTEGER NOT NULL,  -- of the last row; 0 before the first
    hash TEXT NOT NULL  -- its hash
);

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
"""
