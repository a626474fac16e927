-- Patients as each connection tells of them: derived from the items, in the transaction that writes those.
CREATE TABLE person (
    key        INTEGER PRIMARY KEY,
    connection INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    id         BLOB    NOT NULL UNIQUE,
    born       INTEGER,          -- YYYYMMDD; none where it is not known
    family     TEXT,             -- the family name in the form common to its spellings
    namesake   TEXT,             -- that, and the first given name likewise
    about      TEXT    NOT NULL  -- JSON: what of them is compared
) STRICT;
-- Whom somebody might be is looked for among those born on the same day, or on one that is misread for it: a handful of rows. Where a
-- day is filled in for thousands, the family name narrows it.
CREATE INDEX person_by_birth ON person (born, family, connection) WHERE born IS NOT NULL;
CREATE INDEX person_by_namesake ON person (namesake) WHERE namesake IS NOT NULL;
CREATE INDEX person_by_connection ON person (connection);

-- Their numbers, each with its issuer.
CREATE TABLE person_number (
    number TEXT    NOT NULL,
    person INTEGER NOT NULL REFERENCES person (key) ON DELETE CASCADE,
    PRIMARY KEY (number, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_number_by_person ON person_number (person);

CREATE TABLE item_person (
    item   INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE,
    person INTEGER NOT NULL REFERENCES person (key) ON DELETE CASCADE
) STRICT;
CREATE INDEX item_person_by_person ON item_person (person);

-- Two patients of different connections with evidence enough to ask a person: derived as well. The lower key first.
CREATE TABLE proposal (
    one     INTEGER NOT NULL REFERENCES person (key) ON DELETE CASCADE,
    other   INTEGER NOT NULL REFERENCES person (key) ON DELETE CASCADE,
    weight  INTEGER NOT NULL,
    decided INTEGER NOT NULL, -- whether a decision about them stands
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX proposal_by_other ON proposal (other);
CREATE INDEX proposal_by_weight ON proposal (weight DESC, one, other) WHERE decided = 0;

-- What a person decided about two patients: their work, and no part of the projection. Rows are never changed but for being undone, so
-- that the history stays. By the patients' ids, the lower first, since a patient may leave the list and come back.
CREATE TABLE same_person (
    key              INTEGER PRIMARY KEY,
    one              BLOB    NOT NULL,
    one_connection   INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    other            BLOB    NOT NULL,
    other_connection INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    verdict          TEXT    NOT NULL, -- confirmed, refused
    stands           INTEGER NOT NULL,
    decided_by       TEXT    NOT NULL,
    decided_at       INTEGER NOT NULL,
    one_about        TEXT    NOT NULL, -- JSON: the patients and the evidence as they were then
    other_about      TEXT    NOT NULL,
    evidence         TEXT    NOT NULL,
    undone_by        TEXT,
    undone_at        INTEGER
) STRICT;
CREATE UNIQUE INDEX same_person_that_stands ON same_person (one, other) WHERE stands = 1;
CREATE INDEX same_person_by_other ON same_person (other) WHERE stands = 1;
CREATE INDEX same_person_by_connection ON same_person (one_connection);
CREATE INDEX same_person_by_other_connection ON same_person (other_connection);

-- Items of an older profile whose patient was not looked at yet.
CREATE TABLE person_to_do (
    item INTEGER PRIMARY KEY REFERENCES item (key) ON DELETE CASCADE
) STRICT;
INSERT INTO person_to_do (item) SELECT key FROM item;
