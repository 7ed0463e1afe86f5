-- Version 7: generations of an embedded log, which there is none of beside this database: it stays empty here.

CREATE TABLE generations (
    generation BIGINT NOT NULL PRIMARY KEY,
    began_at_ms BIGINT NOT NULL,
    numbers_from BIGINT NOT NULL
);
