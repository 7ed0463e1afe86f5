-- Version 3: what is known besides declarations, what is left of what it grants, and columns to search declarations by.
-- Rows that an older program wrote have none of the latter: what they hold is compressed.

-- Certificates of origin, lists of exempt goods, temporary movements, guarantees and branches, by their kind.
CREATE TABLE facts (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    holder TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (kind, name, qualifier)
);
CREATE INDEX facts_by_holder ON facts (holder, kind);

-- Quantities are exact decimals in canonical text, compared and never calculated with.
CREATE TABLE balances (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    line BIGINT NOT NULL,
    granted TEXT NOT NULL,
    remaining TEXT NOT NULL CONSTRAINT balances_are_never_below_zero CHECK (remaining NOT LIKE '-%'),
    unit TEXT NOT NULL,
    PRIMARY KEY (kind, name, qualifier, line)
);

-- What declarations took and gave back. Nothing in it is ever changed.
CREATE TABLE write_offs (
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    log_sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    line BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    remaining_before TEXT NOT NULL,
    remaining_after TEXT NOT NULL,
    PRIMARY KEY (declarant, reference, version, log_sequence, kind, name, qualifier, line)
);
CREATE INDEX write_offs_by_balance ON write_offs (kind, name, qualifier, line);

ALTER TABLE declarations ADD COLUMN first_stem TEXT;
ALTER TABLE declarations ADD COLUMN importer TEXT;
ALTER TABLE declarations ADD COLUMN exporter TEXT;
ALTER TABLE declarations ADD COLUMN arrived_on TEXT;
CREATE INDEX declarations_by_first ON declarations (declarant, first_stem) WHERE first_stem IS NOT NULL;
CREATE INDEX declarations_by_importer ON declarations (importer, arrived_on) WHERE importer IS NOT NULL;
CREATE INDEX declarations_by_exporter ON declarations (exporter, arrived_on) WHERE exporter IS NOT NULL;

-- The tariff codes and origins of the goods of a declaration, each pair once.
CREATE TABLE declaration_goods (
    commodity_code TEXT NOT NULL,
    origin TEXT NOT NULL,
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (commodity_code, origin, declarant, reference, version)
) WITHOUT ROWID;

CREATE TRIGGER write_offs_are_not_updated BEFORE UPDATE ON write_offs
BEGIN
    SELECT RAISE(ABORT, 'write-offs are never changed');
END;
CREATE TRIGGER write_offs_are_not_deleted BEFORE DELETE ON write_offs
BEGIN
    SELECT RAISE(ABORT, 'write-offs are never changed');
END;
