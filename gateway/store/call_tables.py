"""The table of calls that other systems page through us, as its first version created it."""

CALL_TABLES = """
CREATE TABLE incoming_call (
    -- One call of another system that became an alert. What it said may name a patient: it is kept for a day.
    alert INTEGER PRIMARY KEY REFERENCES alert (id),  -- the alert that it became
    line TEXT NOT NULL,  -- the configured source that it came by
    address TEXT NOT NULL,  -- whom it called, in its own numbers
    session TEXT NOT NULL,  -- the selection of the line that brought it
    running TEXT,  -- the number by which its sender may take it back; NULL if it gave none
    at INTEGER NOT NULL,  -- when it came
    text TEXT,  -- what it says; NULL once the day is over
    block BLOB,  -- as it stood on the line; NULL once the day is over
    told TEXT  -- the last status of it that its sender took; NULL if none
);

-- For repeats, cancellations and questions, which name a call by its address.
CREATE INDEX incoming_call_address ON incoming_call (line, address, at);

-- For what is to be forgotten.
CREATE INDEX incoming_call_kept ON incoming_call (at) WHERE block IS NOT NULL;
"""
