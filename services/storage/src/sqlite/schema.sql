-- Version 1. Amounts are whole dong, times are milliseconds since 1970 in UTC. The declarant's tax code is part of every
-- unique key of what declarants cause.

CREATE TABLE stream_positions (
    topic TEXT NOT NULL,
    partition BIGINT NOT NULL,
    stream_identity TEXT NOT NULL,
    next_offset BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE number_series (
    direction TEXT NOT NULL,
    partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (direction, partition)
);

CREATE TABLE declarations (
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    content_hash BLOB NOT NULL,
    outcome TEXT NOT NULL,
    state TEXT NOT NULL,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    office TEXT NOT NULL,
    number TEXT,
    lane BIGINT,
    registered_at_ms BIGINT,
    total_payable BIGINT,
    paid BIGINT NOT NULL,
    rulebook TEXT NOT NULL,
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    log_sequence BIGINT NOT NULL,
    log_hash BLOB NOT NULL,
    answer BLOB NOT NULL,
    document BLOB NOT NULL,
    decision BLOB NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);
CREATE UNIQUE INDEX declarations_by_number ON declarations (declarant, number);
CREATE INDEX declarations_by_state ON declarations (state, office);

-- Nothing in it is ever changed; the triggers refuse it whoever asks.
CREATE TABLE decision_log (
    declarant TEXT NOT NULL,
    reference TEXT NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (declarant, reference, version, sequence)
);

CREATE TABLE payments (
    payer TEXT NOT NULL,
    identifier TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    number TEXT,
    amount BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (payer, identifier, bank_reference)
);

CREATE TABLE outbox (
    source_topic TEXT NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    topic TEXT NOT NULL,
    message_key BLOB NOT NULL,
    headers TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (source_topic, source_partition, source_offset, sequence)
);

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

CREATE TRIGGER decision_log_is_not_updated BEFORE UPDATE ON decision_log
BEGIN
    SELECT RAISE(ABORT, 'the decision log is never changed');
END;
CREATE TRIGGER decision_log_is_not_deleted BEFORE DELETE ON decision_log
BEGIN
    SELECT RAISE(ABORT, 'the decision log is never changed');
END;

-- The embedded stream.
CREATE TABLE log_identity (
    identity TEXT NOT NULL
);
CREATE TABLE log_topics (
    topic TEXT NOT NULL PRIMARY KEY,
    partitions BIGINT NOT NULL
);
CREATE TABLE log_records (
    topic TEXT NOT NULL,
    partition BIGINT NOT NULL,
    record_offset BIGINT NOT NULL,
    timestamp_ms BIGINT NOT NULL,
    message_key BLOB,
    headers BLOB NOT NULL,
    payload BLOB,
    event_id TEXT,
    PRIMARY KEY (topic, partition, record_offset)
) WITHOUT ROWID;
CREATE UNIQUE INDEX log_records_by_event ON log_records (topic, event_id) WHERE event_id IS NOT NULL;
