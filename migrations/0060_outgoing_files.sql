-- Files that go out with an action, from the moment they are picked until the action is final. An action or a draft names them in
-- its fields by their hash; what nothing names is forgotten.
CREATE TABLE outgoing_file (
    key     INTEGER PRIMARY KEY,
    item    INTEGER NOT NULL REFERENCES item (key) ON DELETE CASCADE,
    hash    TEXT    NOT NULL, -- BLAKE3 of the content, in hexadecimal
    kept_at INTEGER NOT NULL,
    content BLOB    NOT NULL,
    UNIQUE (item, hash)
) STRICT;
