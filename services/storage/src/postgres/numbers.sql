-- Version 4: a number finds its declaration whoever declared it. The index that keeps numbers unique begins with the
-- number, so that one index answers those who know the declarant and those who do not.

DROP INDEX declarations_by_number;
CREATE UNIQUE INDEX declarations_by_number ON declarations (number_stem, declarant) WHERE state <> 'superseded';
