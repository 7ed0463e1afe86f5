-- The schema of SQLite. Amounts are whole dong, times are milliseconds since 1970 in UTC. The declarant's tax code is part
-- of every unique key of what declarants cause.

-- How far each consumer group has dealt with each partition. Whoever moves a position says where it found it.
CREATE TABLE stream_positions (
    consumer_group TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition BIGINT NOT NULL,
    stream_identity TEXT NOT NULL,
    next_offset BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
);

CREATE TABLE number_series (
    direction TEXT NOT NULL,
    partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (direction, partition)
);

-- Words that many rows repeat, which bear the number in place of the word: topics, kinds of entries, the hashes of rules.
CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
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
    outcome INTEGER NOT NULL,
    state INTEGER NOT NULL,
    direction INTEGER,
    lane INTEGER,
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    kind TEXT NOT NULL,
    office TEXT NOT NULL,
    number TEXT,
    number_stem TEXT,
    -- The eleven digits of the first declaration of a consignment, for its branches.
    first_stem TEXT,
    -- The tariff codes of the goods, a blank before each, where a lane or a gap stops the declaration for an officer.
    flagged_goods TEXT,
    content_hash BLOB NOT NULL,
    log_hash BLOB NOT NULL,
    standing BLOB NOT NULL,
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
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    -- Nothing where it is the first entry and follows on no other version.
    previous_hash BLOB,
    hash BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (declarant, reference, version, sequence)
);

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
    answer BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);

-- Commands of officers, gates and the calendar.
CREATE TABLE commands (
    declarant TEXT NOT NULL,
    identifier TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT,
    outcome TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    answer BLOB NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (declarant, identifier)
);
CREATE INDEX commands_by_declaration ON commands (declarant, reference) WHERE reference IS NOT NULL;

CREATE TABLE payments (
    payer TEXT NOT NULL,
    identifier TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    number TEXT,
    amount BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    answer BLOB NOT NULL,
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
    body BLOB NOT NULL,
    PRIMARY KEY (source_topic, source_partition, next_offset, part)
);

-- Messages that no decision could be made of, as they came.
CREATE TABLE kept_messages (
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    message_key BLOB,
    payload BLOB,
    PRIMARY KEY (source_topic, source_partition, source_offset)
);

CREATE TABLE traders (
    tax_code TEXT NOT NULL PRIMARY KEY,
    facts BLOB NOT NULL
);

-- Certificates of origin, lists of exempt goods, temporary movements, guarantees and branches, by their kind.
CREATE TABLE facts (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    qualifier TEXT NOT NULL,
    -- The enterprise that it is for; empty where it is for nobody in particular.
    holder TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (kind, name, qualifier)
);
CREATE INDEX facts_by_holder ON facts (holder);

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

-- Accounts of officers and of enterprises.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The enterprise that it acts for.
    tax_code TEXT,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled BIGINT NOT NULL
);
-- What an account may do, at an office, or everywhere where that is empty.
CREATE TABLE account_roles (
    account TEXT NOT NULL REFERENCES accounts (id),
    role TEXT NOT NULL,
    office TEXT NOT NULL,
    PRIMARY KEY (account, role, office)
);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts (id),
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_end ON sessions (expires_at_ms);

-- What enterprises want to be told, and where.
CREATE TABLE subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    declarant TEXT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    secret BLOB NOT NULL,
    -- A line for each kind of notice; empty for all of them.
    events TEXT NOT NULL,
    consented_at_ms BIGINT NOT NULL
);
CREATE INDEX subscriptions_by_declarant ON subscriptions (declarant);
CREATE TABLE deliveries (
    subscription TEXT NOT NULL REFERENCES subscriptions (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL,
    body BLOB NOT NULL,
    created_at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Nothing once it is delivered or given up.
    next_at_ms BIGINT,
    delivered_at_ms BIGINT,
    answer TEXT,
    PRIMARY KEY (subscription, event_id)
);
CREATE INDEX deliveries_by_creation ON deliveries (subscription, created_at_ms, event_id);
CREATE INDEX deliveries_due ON deliveries (next_at_ms, subscription, event_id) WHERE next_at_ms IS NOT NULL;

-- Certificates that are exchanged with other states, and the messages that carry them.
CREATE TABLE exchanged_certificates (
    issuing_state TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    direction TEXT NOT NULL,
    state TEXT NOT NULL,
    document BLOB NOT NULL,
    created_at_ms BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (issuing_state, reference, version)
);
CREATE TABLE exchange_inbox (
    partner TEXT NOT NULL,
    message_id TEXT NOT NULL,
    content BLOB NOT NULL,
    at_ms BIGINT NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (partner, message_id)
);
CREATE TABLE exchange_outbox (
    partner TEXT NOT NULL,
    message_id TEXT NOT NULL,
    content BLOB NOT NULL,
    at_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- Nothing once it is answered or given up.
    next_at_ms BIGINT,
    answer BLOB,
    PRIMARY KEY (partner, message_id)
);
CREATE INDEX exchange_outbox_due ON exchange_outbox (next_at_ms, partner, message_id) WHERE next_at_ms IS NOT NULL;

-- A log that goes back to a copy of itself gives offsets again that it gave before, to other messages. From there on its
-- messages belong to a new generation, which event ids and declaration numbers carry.
CREATE TABLE generations (
    generation BIGINT NOT NULL PRIMARY KEY,
    began_at_ms BIGINT NOT NULL,
    -- The counter of numbers from which on the generation takes its own.
    numbers_from BIGINT NOT NULL
);

CREATE TRIGGER decision_log_is_not_updated BEFORE UPDATE ON decision_log
BEGIN
    SELECT RAISE(ABORT, 'the decision log is never changed');
END;
CREATE TRIGGER decision_log_is_not_deleted BEFORE DELETE ON decision_log
BEGIN
    SELECT RAISE(ABORT, 'the decision log is never changed');
END;
CREATE TRIGGER write_offs_are_not_updated BEFORE UPDATE ON write_offs
BEGIN
    SELECT RAISE(ABORT, 'write-offs are never changed');
END;
CREATE TRIGGER write_offs_are_not_deleted BEFORE DELETE ON write_offs
BEGIN
    SELECT RAISE(ABORT, 'write-offs are never changed');
END;

-- The embedded stream.
CREATE TABLE log_identity (
    identity TEXT NOT NULL
);
CREATE TABLE log_topics (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL UNIQUE,
    partitions BIGINT NOT NULL
);
-- Records lie in the order in which they came, so that pages are filled one after the other; each is a packed text of event,
-- key, headers and payload.
CREATE TABLE log_records (
    id INTEGER PRIMARY KEY,
    topic INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    record_offset BIGINT NOT NULL,
    timestamp_ms BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    -- The beginning of the hash of the event's id. It finds the event, and the id in the body says whether it is that one.
    event BIGINT,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX log_records_by_place ON log_records (topic, partition, record_offset);
CREATE INDEX log_records_by_event ON log_records (event) WHERE event IS NOT NULL;

-- A row in a copy that no log was opened from yet; the counter of numbers that is free, where that is known.
CREATE TABLE copies (
    made_at_ms BIGINT NOT NULL,
    numbers_from BIGINT
);
