-- Version 1. Amounts are whole dong, times are milliseconds since 1970 in UTC. The declarant's tax code is part of every
-- unique key of what declarants cause.

CREATE TABLE stream_positions (
    topic TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    stream_identity TEXT COLLATE "C" NOT NULL,
    next_offset BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    PRIMARY KEY (topic, partition)
);

CREATE TABLE number_series (
    direction TEXT COLLATE "C" NOT NULL,
    partition BIGINT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (direction, partition)
);

CREATE TABLE declarations (
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    content_hash BYTEA NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    direction TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    lane BIGINT,
    registered_at_ms BIGINT,
    total_payable BIGINT,
    paid BIGINT NOT NULL,
    rulebook TEXT COLLATE "C" NOT NULL,
    source_topic TEXT COLLATE "C" NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    log_sequence BIGINT NOT NULL,
    log_hash BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    document BYTEA NOT NULL,
    decision BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version)
);
CREATE UNIQUE INDEX declarations_by_number ON declarations (declarant, number);
CREATE INDEX declarations_by_state ON declarations (state, office);

-- Nothing in it is ever changed; the triggers refuse it whoever asks.
CREATE TABLE decision_log (
    declarant TEXT COLLATE "C" NOT NULL,
    reference TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    body BYTEA NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (declarant, reference, version, sequence)
);

CREATE TABLE payments (
    payer TEXT COLLATE "C" NOT NULL,
    identifier TEXT COLLATE "C" NOT NULL,
    bank_reference TEXT COLLATE "C" NOT NULL,
    number TEXT COLLATE "C",
    amount BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    source_topic TEXT COLLATE "C" NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (payer, identifier, bank_reference)
);

CREATE TABLE outbox (
    source_topic TEXT COLLATE "C" NOT NULL,
    source_partition BIGINT NOT NULL,
    source_offset BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    event_id TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    message_key BYTEA NOT NULL,
    headers TEXT COLLATE "C" NOT NULL,
    payload BYTEA NOT NULL,
    PRIMARY KEY (source_topic, source_partition, source_offset, sequence)
);

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

CREATE FUNCTION refuse_to_change_the_decision_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the decision log is never changed';
END
$$;
CREATE TRIGGER decision_log_is_not_changed BEFORE UPDATE OR DELETE ON decision_log
    FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_decision_log();
CREATE TRIGGER decision_log_is_not_truncated BEFORE TRUNCATE ON decision_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_decision_log();
