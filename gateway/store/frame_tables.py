"""The register's tables in versions, so that an import of a whole region is swapped in by one short change.

Rules: as of staffing and assignment, a row is seen from the generation `since` until before the generation
`until`. The tables' old names are views of what is seen: whoever reads knows nothing of versions.
"""

FRAME_VERSIONS = """
CREATE TABLE area_version (
    -- A business area (verksamhetsområde), in versions.
    id TEXT NOT NULL,  -- as the roster file names it
    name TEXT NOT NULL,  -- as people know it
    fallback TEXT NOT NULL,  -- JSON array of receivers, paged in order after a unit's own fallback
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (id, since)
);
INSERT INTO area_version SELECT id, name, fallback, 0, 9223372036854775807 FROM area;
DROP TABLE area;
CREATE VIEW area AS SELECT id, name, fallback FROM area_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE unit_version (
    -- A clinic or health centre that schedules a doctor and a nurse, in versions.
    id TEXT NOT NULL,  -- as the roster file and events name it
    area TEXT NOT NULL,  -- the business area's id
    name TEXT NOT NULL,  -- as people know it, and as texts show it
    fallback TEXT NOT NULL,  -- JSON array of receivers, paged in order when nobody is on or nobody answers
    one_way TEXT NOT NULL,  -- escalate or close: what becomes of an alert that no route can answer
    longest_ms INTEGER NOT NULL,  -- derived: no assignment of the unit lasts longer than this
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (id, since)
);
INSERT INTO unit_version
SELECT id, area, name, fallback, one_way, longest_ms, 0, 9223372036854775807 FROM unit;
DROP TABLE unit;
CREATE INDEX unit_name ON unit_version (name, id);
CREATE VIEW unit AS SELECT id, area, name, fallback, one_way, longest_ms FROM unit_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE unit_alias_version (
    -- Another name by which events call a unit, in versions.
    alias TEXT NOT NULL,  -- an HSA-id, for example; never the id of a unit
    unit TEXT NOT NULL,  -- the unit's id
    position INTEGER NOT NULL,  -- place in the unit's list, from 0
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (alias, since)
);
INSERT INTO unit_alias_version SELECT alias, unit, position, 0, 9223372036854775807 FROM unit_alias;
DROP TABLE unit_alias;
CREATE INDEX unit_alias_unit ON unit_alias_version (unit);
CREATE VIEW unit_alias AS SELECT alias, unit, position FROM unit_alias_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE receiver_version (
    -- A person or a role that can be paged, in versions.
    id TEXT NOT NULL,  -- as the roster file names it
    name TEXT NOT NULL,  -- as people know it
    kind TEXT NOT NULL,  -- person or role
    number TEXT NOT NULL,  -- five digits of an extension, or E.164 with +
    number_kind TEXT NOT NULL,  -- extension or mobile
    backup TEXT,  -- second number, NULL if there is none
    backup_kind TEXT,  -- extension or mobile, NULL if there is no second number
    any_number INTEGER NOT NULL,  -- 1 if IT vouches for numbers that are no valid mobiles
    former INTEGER NOT NULL,  -- 1 once deleted: only past shifts still name it
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (id, since)
);
INSERT INTO receiver_version
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former, 0, 9223372036854775807
FROM receiver;
DROP TABLE receiver;
CREATE INDEX receiver_name ON receiver_version (name, id) WHERE former = 0;
CREATE INDEX receiver_number ON receiver_version (number);
CREATE INDEX receiver_backup ON receiver_version (backup) WHERE backup IS NOT NULL;
CREATE VIEW receiver AS
SELECT id, name, kind, number, number_kind, backup, backup_kind, any_number, former FROM receiver_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE receiver_unit_version (
    -- Where a receiver may be scheduled, in versions.
    receiver TEXT NOT NULL,  -- the receiver's id
    position INTEGER NOT NULL,  -- place in the receiver's list, from 0
    unit TEXT NOT NULL,  -- the unit's id
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (receiver, position, since)
);
INSERT INTO receiver_unit_version SELECT receiver, position, unit, 0, 9223372036854775807 FROM receiver_unit;
DROP TABLE receiver_unit;
CREATE INDEX receiver_unit_unit ON receiver_unit_version (unit);
CREATE VIEW receiver_unit AS SELECT receiver, position, unit FROM receiver_unit_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE shift_version (
    -- A unit's pattern of working hours in local wall time, in versions.
    unit TEXT NOT NULL,  -- the unit's id
    name TEXT NOT NULL,  -- the shift's name, as people know it
    from_time TEXT NOT NULL,  -- time of day at which it begins
    to_time TEXT NOT NULL,  -- time of day before which it ends, the next day unless it is after from_time
    weekdays TEXT NOT NULL,  -- JSON array of the days on which it begins: mon to sun
    valid_from TEXT,  -- first date on which it may begin; NULL: no bound
    valid_to TEXT,  -- last date on which it may begin, inclusive; NULL: no bound
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (unit, name, since)
);
INSERT INTO shift_version
SELECT unit, name, from_time, to_time, weekdays, valid_from, valid_to, 0, 9223372036854775807 FROM shift;
DROP TABLE shift;
CREATE VIEW shift AS
SELECT unit, name, from_time, to_time, weekdays, valid_from, valid_to FROM shift_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);

CREATE TABLE administrator_version (
    -- Who may schedule which units, in versions.
    username TEXT NOT NULL,  -- the user name, like ab12345
    name TEXT NOT NULL,  -- the person's name
    phone TEXT,  -- phone number
    email TEXT,  -- e-mail address
    units TEXT NOT NULL,  -- JSON array of units
    since INTEGER NOT NULL,  -- first generation that sees the row
    until INTEGER NOT NULL,  -- first generation that no longer does
    PRIMARY KEY (username, since)
);
INSERT INTO administrator_version
SELECT username, name, phone, email, units, 0, 9223372036854775807 FROM administrator;
DROP TABLE administrator;
CREATE VIEW administrator AS SELECT username, name, phone, email, units FROM administrator_version
WHERE since <= (SELECT generation FROM roster_meta) AND until > (SELECT generation FROM roster_meta);
"""

KIND_INDEXES = """
CREATE INDEX receiver_number_kind ON receiver_version (number_kind);
CREATE INDEX receiver_backup_kind ON receiver_version (backup_kind) WHERE backup_kind IS NOT NULL;
"""
"""Which kinds of number there are is asked on the reactor's thread after every change of the roster."""
