-- Version 2: the whole life of a declaration. A declaration keeps the first eleven digits of its number through its
-- amendments, and of its versions one is current.

ALTER TABLE declarations ADD COLUMN number_stem TEXT COLLATE "C";
ALTER TABLE declarations ADD COLUMN standing BYTEA NOT NULL DEFAULT '';
UPDATE declarations SET number_stem = substr(number, 1, 11);
DROP INDEX declarations_by_number;
CREATE UNIQUE INDEX declarations_by_number ON declarations (declarant, number_stem) WHERE state <> 'superseded';

ALTER TABLE payments ADD COLUMN answer BYTEA;

-- Documents that asked for something of a declaration and brought no version of it into being.
CREATE TABLE requests (
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    at_ms BIGINT NOT NULL,
    source_topic TEXT COLLATE "C" NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);
