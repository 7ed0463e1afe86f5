-- Version 7: generations. A log that goes back to a copy of itself gives offsets again that it gave before, to other
-- messages. From there on its messages belong to a new generation, which event ids and declaration numbers carry.

CREATE TABLE generations (
    generation BIGINT NOT NULL PRIMARY KEY,
    began_at_ms BIGINT NOT NULL,
    -- The counter of numbers from which on the generation takes its own.
    numbers_from BIGINT NOT NULL
);

ALTER TABLE log_records ADD COLUMN generation BIGINT NOT NULL DEFAULT 0;

-- A row in a copy that no log was opened from yet; the counter of numbers that is free, where that is known.
CREATE TABLE copies (
    made_at_ms BIGINT NOT NULL,
    numbers_from BIGINT
);
