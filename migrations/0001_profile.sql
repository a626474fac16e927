-- The whole of a profile. Times are milliseconds since 1970 (UTC). Ids of Rounds are 16 bytes.

CREATE TABLE connection (
    key        INTEGER PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE,
    system     TEXT    NOT NULL,
    name       TEXT    NOT NULL UNIQUE,
    base_url   TEXT    NOT NULL,
    settings   TEXT    NOT NULL, -- JSON object
    secrets    TEXT    NOT NULL, -- JSON object; the file is encrypted, and nothing hands this out but to the client
    learned    TEXT    NOT NULL, -- JSON object: what pages taught about the system
    me         TEXT    NOT NULL, -- JSON: who the person at this desk is there
    notes      TEXT    NOT NULL, -- JSON array: what the last sign-in told
    trouble    TEXT,             -- JSON: what stands in its way
    session    TEXT,             -- what makes us known there without signing in again: a secret like the others
    pin        TEXT,             -- JSON: the session that waits for a one-time number, and what to tell the person
    not_before INTEGER,          -- the system asked to be left alone until then
    name_folded TEXT   NOT NULL, -- the name as filters compare it
    added_at   INTEGER NOT NULL
) STRICT;

-- One part of a feed, with how far its sweep is: the checkpoint that moves only with its rows.
CREATE TABLE slice (
    key        INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    feed       TEXT    NOT NULL,
    slice      TEXT    NOT NULL, -- JSON
    from_at    INTEGER NOT NULL,
    to_at      INTEGER NOT NULL,
    cursor     TEXT,
    watermark  INTEGER,          -- the latest time of change that a complete sweep reached, by the remote's clock
    reached    INTEGER,          -- that of the sweep under way
    began_at   INTEGER,
    complete_at INTEGER,         -- when the last complete sweep began
    read_at    INTEGER,          -- when its last page was kept
    brought    INTEGER NOT NULL, -- new items in the sweep under way
    restless   INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    next_at    INTEGER,
    UNIQUE (connection, feed, slice)
) STRICT;

-- What the sweep under way has returned: whatever is not in here at its end is missing.
CREATE TABLE seen (
    slice      INTEGER NOT NULL REFERENCES slice (key) ON DELETE CASCADE,
    item       INTEGER NOT NULL,
    PRIMARY KEY (slice, item)
) STRICT, WITHOUT ROWID;

-- Base: what a remote last said. Only replies of a remote are written here.
CREATE TABLE item (
    key          INTEGER PRIMARY KEY,
    id           BLOB    NOT NULL UNIQUE,
    connection   INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    feed         TEXT    NOT NULL,
    kind         INTEGER NOT NULL,
    external_id  TEXT    NOT NULL,
    parent       TEXT,
    status       TEXT,
    status_known INTEGER NOT NULL,
    status_group INTEGER NOT NULL,
    created_at   INTEGER,
    updated_at   INTEGER,
    feed_at      INTEGER,
    fingerprint  TEXT    NOT NULL,
    reply        BLOB    NOT NULL, -- the remote's own JSON and the item it was converted to, compressed as one
    read_at      INTEGER NOT NULL, -- when the read began that brought this
    first_at     INTEGER NOT NULL,
    missed       INTEGER NOT NULL, -- complete sweeps in a row that should have returned it and did not
    gone_at      INTEGER,
    asked_at     INTEGER NOT NULL DEFAULT 0 -- when it was last asked for in a batch of open items
) STRICT;
CREATE UNIQUE INDEX item_by_external_id ON item (connection, external_id, kind);
CREATE INDEX item_by_feed_time ON item (connection, feed, feed_at, status_group, updated_at);
CREATE INDEX item_by_feed ON item (connection, feed) WHERE parent IS NULL AND gone_at IS NULL;
-- Open items of feeds that tell only what moved its time: read again, the longest unread first.
CREATE INDEX item_that_is_open ON item (connection, feed, asked_at, read_at)
    WHERE status_group <= 2 AND parent IS NULL AND gone_at IS NULL;
CREATE INDEX item_by_parent ON item (connection, parent) WHERE parent IS NOT NULL;
CREATE INDEX item_by_unknown_word ON item (connection, status) WHERE status_known = 0;

-- Attached files: what they are called, and what is in them once somebody asked. Sweeps leave them out, so they stand apart.
CREATE TABLE attachment (
    item       INTEGER NOT NULL REFERENCES item (key) ON DELETE CASCADE,
    id         TEXT    NOT NULL,
    about      TEXT    NOT NULL, -- JSON
    media_type TEXT,
    content    BLOB,
    fetched_at INTEGER,
    problem    TEXT,             -- why the last try to fetch it failed
    PRIMARY KEY (item, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE attachments_read (
    item       INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE,
    read_at    INTEGER NOT NULL
) STRICT;

-- Whom an item can be assigned to, as the system said when it was last looked at.
CREATE TABLE candidate (
    item       INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE,
    people     TEXT    NOT NULL, -- JSON array
    read_at    INTEGER NOT NULL
) STRICT;

-- What an account holds beside its items, as it was last read.
CREATE TABLE around (
    connection INTEGER PRIMARY KEY REFERENCES connection (key) ON DELETE CASCADE,
    views      TEXT    NOT NULL, -- JSON array: filters that were saved there
    messages   TEXT    NOT NULL, -- JSON array, newest first
    read_at    INTEGER NOT NULL
) STRICT;

-- Records that could not be read: kept and counted, never dropped in silence.
CREATE TABLE rejected (
    key         INTEGER PRIMARY KEY,
    connection  INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    feed        TEXT    NOT NULL,
    slice       INTEGER REFERENCES slice (key) ON DELETE CASCADE, -- whose sweep brought it
    fingerprint TEXT    NOT NULL,
    external_id TEXT,
    reason      TEXT    NOT NULL,
    raw         BLOB    NOT NULL,
    first_at    INTEGER NOT NULL,
    last_at     INTEGER NOT NULL,
    UNIQUE (connection, feed, fingerprint)
) STRICT;

-- Pending: what people did here. Only submit and the outbox worker write it.
CREATE TABLE action (
    id          BLOB    PRIMARY KEY,
    connection  INTEGER NOT NULL REFERENCES connection (key) ON DELETE RESTRICT,
    item        INTEGER NOT NULL REFERENCES item (key) ON DELETE RESTRICT,
    sequence    INTEGER NOT NULL, -- what is done again takes the place of what it replaces
    depends_on  TEXT    NOT NULL, -- JSON array of ids
    name        TEXT    NOT NULL,
    verb        TEXT    NOT NULL,
    proof       TEXT    NOT NULL,
    fields      TEXT    NOT NULL, -- JSON object
    fields_hash TEXT    NOT NULL,
    saw         TEXT    NOT NULL, -- JSON object: what it touches, as the person saw it
    wants       TEXT    NOT NULL, -- JSON object: what that is to be
    own_mark    TEXT,             -- the token that shows that the change was ours
    actor       TEXT    NOT NULL, -- JSON
    made_at     INTEGER NOT NULL,
    seen        TEXT,
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    waits       INTEGER NOT NULL,
    sign_ins    INTEGER NOT NULL,
    looks       INTEGER NOT NULL,
    rounds      INTEGER NOT NULL,
    sent_at     INTEGER,
    elapsed     TEXT,             -- JSON: how long ago the send certainly ended
    baseline    TEXT,             -- JSON
    next_at     INTEGER,
    reason      TEXT,             -- JSON
    conflict    TEXT,             -- JSON: what somebody else changed of it
    remote_ref  TEXT,
    settled_at  INTEGER,
    settled_by  TEXT,             -- who gave it up
    settled_why TEXT,             -- and why
    shows       INTEGER NOT NULL  -- whether it is still laid over its item
) STRICT;
CREATE INDEX action_unsettled ON action (connection, sequence) WHERE state NOT IN ('confirmed', 'discarded', 'withdrawn');
CREATE UNIQUE INDEX action_in_order ON action (sequence) WHERE state NOT IN ('confirmed', 'discarded', 'withdrawn');
CREATE INDEX action_by_sequence ON action (sequence);
CREATE INDEX action_that_shows ON action (item, sequence) WHERE shows = 1;
CREATE INDEX action_by_item ON action (item, sequence);

-- Projection: what a person sees. Recomputed in the transaction that changes base or pending.
CREATE TABLE worklist (
    key           INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE,
    connection    INTEGER NOT NULL,
    shelf         INTEGER NOT NULL, -- 1 in the default view, 0 under its case, 2 gone upstream
    kind          INTEGER NOT NULL,
    status_group  INTEGER NOT NULL,
    priority      INTEGER NOT NULL,
    mine          INTEGER NOT NULL,
    unsettled     INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    patient_sort  TEXT    NOT NULL,
    title_sort    TEXT    NOT NULL,
    assignee_sort TEXT    NOT NULL,
    status_sort   TEXT    NOT NULL,
    modalities    TEXT    NOT NULL, -- lines of folded codes
    flags         TEXT    NOT NULL  -- lines of folded marks
) STRICT;
-- The row as it is shown, JSON. Apart, so that what filters and sorts 100,000 rows stays in the page cache.
CREATE TABLE worklist_line (
    key           INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE,
    line          TEXT    NOT NULL
) STRICT;
-- One index for each order that the worklist can be read in. The status group rides along, so that the everyday filter is
-- answered without touching the table.
CREATE INDEX worklist_work     ON worklist (shelf, priority DESC, created_at, key, status_group);
CREATE INDEX worklist_patient  ON worklist (shelf, patient_sort, key, status_group);
CREATE INDEX worklist_title    ON worklist (shelf, title_sort, key, status_group);
CREATE INDEX worklist_status   ON worklist (shelf, status_group, created_at, key);
CREATE INDEX worklist_assignee ON worklist (shelf, assignee_sort, status_group, key);
CREATE INDEX worklist_created  ON worklist (shelf, created_at, key, status_group);
CREATE INDEX worklist_updated  ON worklist (shelf, updated_at, key, status_group);
CREATE INDEX worklist_due      ON worklist (shelf, due_at, key, status_group);
CREATE INDEX worklist_order    ON worklist (shelf) WHERE kind = 2;
CREATE INDEX worklist_mine     ON worklist (shelf, status_group) WHERE mine = 1;
CREATE INDEX worklist_urgent   ON worklist (shelf, status_group, priority) WHERE priority > 0;
CREATE INDEX worklist_unsettled ON worklist (shelf, unsettled) WHERE unsettled > 0;

CREATE VIRTUAL TABLE search USING fts5 (
    patient, identifiers, title, text,
    content = '', contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
);

-- What somebody began to write and has not sent.
CREATE TABLE draft (
    item     INTEGER NOT NULL REFERENCES item (key) ON DELETE CASCADE,
    action   TEXT    NOT NULL,
    fields   TEXT    NOT NULL, -- JSON object
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (item, action)
) STRICT, WITHOUT ROWID;

CREATE TABLE preference (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;
