-- Version 6: commands of officers, gates and the calendar; and when the calendar acts next on a declaration. Rows that an
-- older program wrote have no such time until they move.

ALTER TABLE declarations ADD COLUMN time_acts_at_ms BIGINT;
CREATE INDEX declarations_by_time ON declarations (time_acts_at_ms, declarant, reference, version)
    WHERE time_acts_at_ms IS NOT NULL;

CREATE TABLE commands (
    declarant TEXT NOT NULL,
    identifier TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT,
    outcome TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    answer BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (declarant, identifier)
);
CREATE INDEX commands_by_declaration ON commands (declarant, reference) WHERE reference IS NOT NULL;
