-- Version 2: the whole life of a declaration. A declaration keeps the first eleven digits of its number through its
-- amendments, and of its versions one is current.

ALTER TABLE declarations ADD COLUMN number_stem TEXT;
ALTER TABLE declarations ADD COLUMN standing BLOB NOT NULL DEFAULT X'';
UPDATE declarations SET number_stem = substr(number, 1, 11);
DROP INDEX declarations_by_number;
CREATE UNIQUE INDEX declarations_by_number ON declarations (declarant, number_stem) WHERE state <> 'superseded';

ALTER TABLE payments ADD COLUMN answer BLOB;

-- Documents that asked for something of a declaration and brought no version of it into being.
CREATE TABLE requests (
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    content_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number TEXT,
    at_ms BIGINT NOT NULL,
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    answer BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);
