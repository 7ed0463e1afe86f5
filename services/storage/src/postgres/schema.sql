-- The schema of PostgreSQL. Amounts are whole dong, times are milliseconds since 1970 in UTC. Text is compared by its bytes,
-- as SQLite does. The declarant's tax code is part of every unique key of what declarants cause.

-- How far each consumer group has dealt with each partition. Whoever moves a position says where it found it.
CREATE TABLE stream_positions (
    consumer_group TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    stream_identity TEXT COLLATE "C" NOT NULL,
    next_offset BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
);

CREATE TABLE number_series (
    direction TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (direction, partition)
);

-- Words that many rows repeat, which bear the number in place of the word: topics, kinds of entries, the hashes of rules.
CREATE TABLE words (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word TEXT COLLATE "C" NOT NULL UNIQUE
);

-- A declaration keeps the first eleven digits of its number through its amendments, and of its versions one is current. Its
-- document, its decisions and the first notice about it lie in its decision log. Outcomes, states, directions and lanes are
-- numbers, whose words stand in the code (codes.rs).
CREATE TABLE declarations (
    -- When its state began.
    since_ms BIGINT NOT NULL,
    -- When it was registered or refused.
    registered_at_ms BIGINT NOT NULL,
    -- From when on the calendar acts on it.
    time_acts_at_ms BIGINT,
    total_payable BIGINT,
    paid BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    source_partition INTEGER NOT NULL,
    source_topic INTEGER NOT NULL,
    rulebook INTEGER NOT NULL,
    version BIGINT NOT NULL,
    log_sequence INTEGER NOT NULL,
    -- The entry of its log that holds what was decided last.
    decision_sequence INTEGER NOT NULL,
    outcome SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    direction SMALLINT,
    lane SMALLINT,
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    number_stem TEXT COLLATE "C",
    -- The eleven digits of the first declaration of a consignment, for its branches.
    first_stem TEXT COLLATE "C",
    -- The tariff codes of the goods, a blank before each, where a lane or a gap stops the declaration for an officer.
    flagged_goods TEXT COLLATE "C",
    content_hash BYTEA NOT NULL,
    log_hash BYTEA NOT NULL,
    standing BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);
-- A number finds its declaration whoever declared it: one index answers those who know the declarant and those who do not.
CREATE UNIQUE INDEX declarations_by_number ON declarations (number_stem, declarant) WHERE state <> 17;
CREATE INDEX declarations_by_first ON declarations (declarant, first_stem) WHERE first_stem IS NOT NULL;
CREATE INDEX declarations_by_time ON declarations (time_acts_at_ms, declarant, reference, version)
    WHERE time_acts_at_ms IS NOT NULL;
-- Lists: all of an enterprise or an office, and what is still to be done about.
CREATE INDEX declarations_by_declarant ON declarations (declarant, registered_at_ms, reference, version)
    WHERE state <> 17;
CREATE INDEX declarations_by_office ON declarations (office, registered_at_ms, declarant, reference, version)
    WHERE state <> 17;
CREATE INDEX declarations_open_of_declarant ON declarations (declarant, since_ms, reference, version)
    WHERE state NOT IN (1, 2, 11, 12, 14, 15, 16, 17);
CREATE INDEX declarations_open_at_office ON declarations (office, since_ms, declarant, reference, version)
    WHERE state NOT IN (1, 2, 11, 12, 14, 15, 16, 17);

-- Nothing in it is ever changed; the triggers refuse it whoever asks. A body is a packed text: of a first entry the document as
-- lodged, the decision and the first notice in one frame, of every other what was decided or what happened.
CREATE TABLE decision_log (
    at_ms BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    -- Nothing where it is the first entry and follows on no other version.
    previous_hash BYTEA,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version, sequence)
);

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
    answer BYTEA NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);

-- Commands of officers, gates and the calendar.
CREATE TABLE commands (
    declarant TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    content_hash BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C",
    outcome TEXT COLLATE "C" NOT NULL,
    at_ms BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (declarant, identifier)
);
CREATE INDEX commands_by_declaration ON commands (declarant, reference) WHERE reference IS NOT NULL;

CREATE TABLE payments (
    payer TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    bank_reference TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    amount BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    answer BYTEA NOT NULL,
    PRIMARY KEY (payer, identifier, bank_reference)
);

-- Messages that wait to be sent, packed together: what a batch caused that moved its partition to a position, in one row or,
-- where it is much, in several parts.
CREATE TABLE outbox (
    next_offset BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    source_topic INTEGER NOT NULL,
    source_partition INTEGER NOT NULL,
    part INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (source_topic, source_partition, next_offset, part)
);

-- Messages that no decision could be made of, as they came.
CREATE TABLE kept_messages (
    source_topic TEXT COLLATE "C" NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    message_key BYTEA,
    payload BYTEA,
    PRIMARY KEY (source_topic, source_partition, source_offset)
);

CREATE TABLE traders (
    tax_code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    facts BYTEA NOT NULL
);

-- Certificates of origin, lists of exempt goods, temporary movements, guarantees and branches, by their kind.
CREATE TABLE facts (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    qualifier TEXT COLLATE "C" NOT NULL,
    -- The enterprise that it is for; empty where it is for nobody in particular.
    holder TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    PRIMARY KEY (kind, name, qualifier)
);
CREATE INDEX facts_by_holder ON facts (holder);

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

-- Accounts of officers and of enterprises.
CREATE TABLE accounts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    -- The enterprise that it acts for.
    tax_code TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,
    disabled BIGINT NOT NULL
);
-- What an account may do, at an office, or everywhere where that is empty.
CREATE TABLE account_roles (
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    role TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account, role, office)
);

CREATE TABLE sessions (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    account TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_end ON sessions (expires_at_ms);

-- What enterprises want to be told, and where.
CREATE TABLE subscriptions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    declarant TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    secret BYTEA NOT NULL,
    -- A line for each kind of notice; empty for all of them.
    events TEXT COLLATE "C" NOT NULL,
    consented_at_ms BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_declarant ON subscriptions (declarant);
CREATE TABLE deliveries (
    subscription TEXT COLLATE "C" NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    event_id TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    created_at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Nothing once it is delivered or given up.
    next_at_ms BIGINT,
    delivered_at_ms BIGINT,
    answer TEXT COLLATE "C",
    PRIMARY KEY (subscription, event_id)
);
CREATE INDEX deliveries_by_creation ON deliveries (subscription, created_at_ms, event_id);
CREATE INDEX deliveries_due ON deliveries (next_at_ms, subscription, event_id) WHERE next_at_ms IS NOT NULL;

-- Certificates that are exchanged with other states, and the messages that carry them.
CREATE TABLE exchanged_certificates (
    issuing_state TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    document BYTEA NOT NULL,
    created_at_ms BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (issuing_state, reference, version)
);
CREATE TABLE exchange_inbox (
    partner TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    PRIMARY KEY (partner, message_id)
);
CREATE TABLE exchange_outbox (
    partner TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    content BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Nothing once it is answered or given up.
    next_at_ms BIGINT,
    answer BYTEA,
    PRIMARY KEY (partner, message_id)
);
CREATE INDEX exchange_outbox_due ON exchange_outbox (next_at_ms, partner, message_id) WHERE next_at_ms IS NOT NULL;

-- A log that goes back to a copy of itself gives offsets again that it gave before, to other messages. From there on its
-- messages belong to a new generation, which event ids and declaration numbers carry. No log lies beside this database: the
-- table stays empty here.
CREATE TABLE generations (
    generation BIGINT NOT NULL PRIMARY KEY,
    began_at_ms BIGINT NOT NULL,
    -- The counter of numbers from which on the generation takes its own.
    numbers_from BIGINT NOT NULL
);

CREATE FUNCTION refuse_to_change_the_decision_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the decision log is never changed';
END
$$;
CREATE TRIGGER decision_log_is_not_changed BEFORE UPDATE OR DELETE ON decision_log
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_decision_log();
CREATE TRIGGER decision_log_is_not_truncated BEFORE TRUNCATE ON decision_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_decision_log();

CREATE FUNCTION refuse_to_change_write_offs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'write-offs are never changed';
END
$$;
CREATE TRIGGER write_offs_are_not_changed BEFORE UPDATE OR DELETE ON write_offs
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_write_offs();
CREATE TRIGGER write_offs_are_not_truncated BEFORE TRUNCATE ON write_offs
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_write_offs();

-- Bytes that are packed before they come here are kept as they are: the server would try to compress each of them anew. A frame
-- stays in its row as long as both fit a page.
ALTER TABLE declarations ALTER COLUMN standing SET STORAGE EXTERNAL;
ALTER TABLE decision_log ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE decision_log SET (toast_tuple_target = 8160);
ALTER TABLE requests ALTER COLUMN document SET STORAGE EXTERNAL, ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE commands ALTER COLUMN document SET STORAGE EXTERNAL, ALTER COLUMN answer SET STORAGE EXTERNAL;
ALTER TABLE outbox ALTER COLUMN body SET STORAGE EXTERNAL;
