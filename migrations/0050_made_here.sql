-- What somebody began to fill in for something new at a connection and has not sent: there is no item yet that it could stand on.
-- The columns stand in another order than those of `draft`, so that a salvage never takes one for the other.
CREATE TABLE new_draft (
    action     TEXT    NOT NULL,
    connection INTEGER NOT NULL REFERENCES connection (key) ON DELETE CASCADE,
    fields     TEXT    NOT NULL, -- JSON object
    saved_at   INTEGER NOT NULL,
    PRIMARY KEY (action, connection)
) STRICT, WITHOUT ROWID;
