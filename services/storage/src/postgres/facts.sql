-- Version 3: what is known besides declarations, what is left of what it grants, and columns to search declarations by.
-- Rows that an older program wrote have none of the latter: what they hold is compressed.

-- Certificates of origin, lists of exempt goods, temporary movements, guarantees and branches, by their kind.
CREATE TABLE facts (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    qualifier TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (kind, name, qualifier)
);
CREATE INDEX facts_by_holder ON facts (holder, kind);

-- Quantities are exact decimals in canonical text, compared and never calculated with.
CREATE TABLE balances (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    qualifier TEXT COLLATE "C" NOT NULL,
    line BIGINT NOT NULL,
    granted TEXT COLLATE "C" NOT NULL,
    remaining TEXT COLLATE "C" NOT NULL CONSTRAINT balances_are_never_below_zero CHECK (remaining NOT LIKE '-%'),
    unit TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (kind, name, qualifier, line)
);

-- What declarations took and gave back. Nothing in it is ever changed.
CREATE TABLE write_offs (
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    log_sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    qualifier TEXT COLLATE "C" NOT NULL,
    line BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    remaining_before TEXT COLLATE "C" NOT NULL,
    remaining_after TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (declarant, reference, version, log_sequence, kind, name, qualifier, line)
);
CREATE INDEX write_offs_by_balance ON write_offs (kind, name, qualifier, line);

ALTER TABLE declarations ADD COLUMN first_stem TEXT COLLATE "C";
ALTER TABLE declarations ADD COLUMN importer TEXT COLLATE "C";
ALTER TABLE declarations ADD COLUMN exporter TEXT COLLATE "C";
ALTER TABLE declarations ADD COLUMN arrived_on TEXT COLLATE "C";
CREATE INDEX declarations_by_first ON declarations (declarant, first_stem) WHERE first_stem IS NOT NULL;
CREATE INDEX declarations_by_importer ON declarations (importer, arrived_on) WHERE importer IS NOT NULL;
CREATE INDEX declarations_by_exporter ON declarations (exporter, arrived_on) WHERE exporter IS NOT NULL;

-- The tariff codes and origins of the goods of a declaration, each pair once.
CREATE TABLE declaration_goods (
    commodity_code TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (commodity_code, origin, declarant, reference, version)
);

CREATE FUNCTION refuse_to_change_write_offs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'write-offs are never changed';
END
$$;
CREATE TRIGGER write_offs_are_not_changed BEFORE UPDATE OR DELETE ON write_offs
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_write_offs();
CREATE TRIGGER write_offs_are_not_truncated BEFORE TRUNCATE ON write_offs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_write_offs();
