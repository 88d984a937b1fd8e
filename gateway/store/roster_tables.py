"""The tables of the roster, as their first version created them, and what was added later.

All times are integer UTC milliseconds, JSON is text, truth is 0 or 1; a date is YYYY-MM-DD and a time of day
hh:mm, both local wall time. Who is on duty is written in versions: a row is seen from the generation `since`
until before the generation `until`. So an import can write beside the living roster in short steps, unseen,
and be swapped in by one change of `roster_meta.generation`.
"""

ROSTER_TABLES = """
CREATE TABLE roster_meta (
    -- The one row that says which roster is in force.
    id INTEGER PRIMARY KEY CHECK (id = 1),  -- always 1
    revision INTEGER NOT NULL,  -- rises with every change of the roster
    generation INTEGER NOT NULL,  -- the version of staffing and assignment that is seen
    filling INTEGER,  -- the generation that an import is writing, or clearing up after; NULL if there is none
    zone TEXT NOT NULL,  -- IANA name of the zone that the instants were computed in
    tz_version TEXT NOT NULL  -- version of the time-zone rules that they were computed with
);

CREATE TABLE area (
    -- A business area (verksamhetsområde).
    id TEXT PRIMARY KEY,  -- as the roster file names it
    name TEXT NOT NULL,  -- as people know it
    fallback TEXT NOT NULL  -- JSON array of receivers, paged in order after a unit's own fallback
);

CREATE TABLE unit (
    -- A clinic or health centre that schedules a doctor and a nurse.
    id TEXT PRIMARY KEY,  -- as the roster file and events name it
    area TEXT NOT NULL,  -- the business area's id
    name TEXT NOT NULL,  -- as people know it, and as texts show it
    fallback TEXT NOT NULL,  -- JSON array of receivers, paged in order when nobody is on or nobody answers
    one_way TEXT NOT NULL,  -- escalate or close: what becomes of an alert that no route can answer
    longest_ms INTEGER NOT NULL  -- derived: no assignment of the unit lasts longer than this
);

CREATE TABLE unit_alias (
    -- Another name by which events call a unit.
    alias TEXT PRIMARY KEY,  -- an HSA-id, for example; never the id of a unit
    unit TEXT NOT NULL,  -- the unit's id
    position INTEGER NOT NULL  -- place in the unit's list, from 0
);

CREATE TABLE receiver (
    -- A person or a role that can be paged.
    id TEXT PRIMARY KEY,  -- as the roster file names it
    name TEXT NOT NULL,  -- as people know it
    kind TEXT NOT NULL,  -- person or role
    number TEXT NOT NULL,  -- five digits of an extension, or E.164 with +
    number_kind TEXT NOT NULL,  -- extension or mobile
    backup TEXT,  -- second number, NULL if there is none
    backup_kind TEXT,  -- extension or mobile, NULL if there is no second number
    any_number INTEGER NOT NULL,  -- 1 if IT vouches for numbers that are no valid mobiles
    former INTEGER NOT NULL  -- 1 once deleted: only past shifts still name it
);

CREATE TABLE receiver_unit (
    -- Where a receiver may be scheduled.
    receiver TEXT NOT NULL,  -- the receiver's id
    position INTEGER NOT NULL,  -- place in the receiver's list, from 0
    unit TEXT NOT NULL,  -- the unit's id
    PRIMARY KEY (receiver, position)
);

CREATE TABLE shift (
    -- A unit's pattern of working hours in local wall time.
    unit TEXT NOT NULL,  -- the unit's id
    name TEXT NOT NULL,  -- the shift's name, as people know it
    from_time TEXT NOT NULL,  -- time of day at which it begins
    to_time TEXT NOT NULL,  -- time of day before which it ends, the next day unless it is after from_time
    weekdays TEXT NOT NULL,  -- JSON array of the days on which it begins: mon to sun
    PRIMARY KEY (unit, name)
);

CREATE TABLE staffing (
    -- Who works a shift (personalschema), where that is planned apart from roles.
    unit TEXT NOT NULL,  -- the unit's id
    shift TEXT NOT NULL,  -- the shift's name
    date TEXT NOT NULL,  -- the date on which the shift begins
    position INTEGER NOT NULL,  -- place in the list, from 0
    receiver TEXT NOT NULL,  -- the receiver's id
    from_time TEXT NOT NULL,  -- its beginning as planned, kept when the pattern changes later
    to_time TEXT NOT NULL,  -- its end, likewise
    start_ms INTEGER NOT NULL,  -- derived: first instant of the shift
    end_ms INTEGER NOT NULL,  -- derived: first instant after it
    made_by TEXT NOT NULL,  -- who entered it: a user name, or import
    made_at INTEGER NOT NULL,  -- when
    added_late INTEGER NOT NULL,  -- 1 if it was imported after the shift had ended
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (unit, shift, date, position, since)
);

CREATE TABLE assignment (
    -- Who holds a role in a shift (personaltilldelning), one row a receiver.
    unit TEXT NOT NULL,  -- the unit's id
    shift TEXT NOT NULL,  -- the shift's name
    date TEXT NOT NULL,  -- the date on which the shift begins
    role TEXT NOT NULL,  -- doctor or nurse
    position INTEGER NOT NULL,  -- place in the list, from 0: the first is paged first
    receiver TEXT NOT NULL,  -- the receiver's id
    from_time TEXT NOT NULL,  -- its beginning as planned, kept when the pattern changes later
    to_time TEXT NOT NULL,  -- its end, likewise
    start_ms INTEGER NOT NULL,  -- derived: first instant of the shift
    end_ms INTEGER NOT NULL,  -- derived: first instant after it
    made_by TEXT NOT NULL,  -- who entered it: a user name, or import
    made_at INTEGER NOT NULL,  -- when
    added_late INTEGER NOT NULL,  -- 1 if it was imported after the shift had ended
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (unit, shift, date, role, position, since)
);

-- Who is on at an instant: every interval that contains it begins within the unit's longest shift before it.
CREATE INDEX assignment_start ON assignment (unit, role, start_ms);

CREATE TABLE administrator (
    -- Who may schedule which units.
    username TEXT PRIMARY KEY,  -- the user name, like ab12345
    name TEXT NOT NULL,  -- the person's name
    phone TEXT,  -- phone number
    email TEXT,  -- e-mail address
    units TEXT NOT NULL  -- JSON array of units
);

INSERT INTO roster_meta (id, revision, generation, filling, zone, tz_version) VALUES (1, 0, 0, NULL, '', '');
"""

# Made anew rather than altered: SQLite would put the columns' comments among those of others.
VALIDITY_OF_SHIFT = """
CREATE TABLE shift_with_validity (
    -- A unit's pattern of working hours in local wall time.
    unit TEXT NOT NULL,  -- the unit's id
    name TEXT NOT NULL,  -- the shift's name, as people know it
    from_time TEXT NOT NULL,  -- time of day at which it begins
    to_time TEXT NOT NULL,  -- time of day before which it ends, the next day unless it is after from_time
    weekdays TEXT NOT NULL,  -- JSON array of the days on which it begins: mon to sun
    valid_from TEXT,  -- first date on which it may begin; NULL: no bound
    valid_to TEXT,  -- last date on which it may begin, inclusive; NULL: no bound
    PRIMARY KEY (unit, name)
);

INSERT INTO shift_with_validity (unit, name, from_time, to_time, weekdays)
SELECT unit, name, from_time, to_time, weekdays FROM shift;

DROP TABLE shift;

ALTER TABLE shift_with_validity RENAME TO shift;
"""

REGISTER_INDEXES = """
-- The register: lists by name, whom a unit may schedule, who shares a number.
CREATE INDEX receiver_name ON receiver (name, id) WHERE former = 0;
CREATE INDEX receiver_number ON receiver (number);
CREATE INDEX receiver_backup ON receiver (backup) WHERE backup IS NOT NULL;
CREATE INDEX receiver_unit_unit ON receiver_unit (unit);
CREATE INDEX unit_name ON unit (name, id);
"""
