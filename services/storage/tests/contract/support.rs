//! The two databases under test, and small rows for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use storage::{
    BalanceKey, Batch, CommandKey, DeclarationKey, DeclarationUpdate, Fact, FactKey, Facts, Grant, KeptMessage, Lodged,
    LodgedPapers, LogEntry, MessageSource, NewCommand, NewDeclaration, NewPayment, NewRequest, Options, OutboxMessage,
    PaymentKey, Position, Searched, SeriesAdvance, Stand, StorageError, Store, StreamPartition, WriteOff,
};
use tempfile::TempDir;
use vocabulary::{DeclarationNumber, Direction, Lane, Outcome, State};

pub(crate) const DECLARANT: &str = "0100233488";

/// A database of a test's own.
pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) url: String,
    _folder: Option<TempDir>,
}

impl Backend {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("contract.db").display());
        let store = storage::open(&url, Options::default()).await.unwrap();
        Self { store, url, _folder: Some(folder) }
    }

    /// Opens the same database without leave to change its schema.
    pub(crate) async fn reopen_as_it_is(&self) -> Result<Arc<dyn Store>, StorageError> {
        storage::open(&self.url, Options { migrate: false, ..Options::default() }).await
    }

    /// PostgreSQL; `None`, and a word about it, where no server is named.
    pub(crate) async fn postgres(test: &str) -> Option<Self> {
        let Ok(server) = std::env::var("THONGQUAN_TEST_POSTGRES") else {
            println!("skipped: THONGQUAN_TEST_POSTGRES names no server; run deploy/dev/test");
            return None;
        };
        // Names of databases are short, so the test's own is cut.
        let short: String = test.chars().take(40).collect();
        let database = format!("storage_{short}_{}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"));
        sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
        let url = format!("{}/{database}", server.rsplit_once('/').unwrap().0);
        let store = storage::open(&url, Options::default()).await.unwrap();
        Some(Self { store, url, _folder: None })
    }

    /// Opens the same database once more, as another process would.
    pub(crate) async fn reopen(&self) -> Result<Arc<dyn Store>, StorageError> {
        storage::open(&self.url, Options::default()).await
    }

    /// Executes a statement past the store, as somebody with a shell would; what the database said when it refused.
    pub(crate) async fn execute(&self, statement: &str) -> Result<(), String> {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        let done = match self.url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite://{path}")).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut connection).await.map(|_| ())
            }
            None => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::raw_sql(statement).execute(&mut connection).await.map(|_| ())
            }
        };
        done.map_err(|error| error.to_string())
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// How many rows of a table, with a condition, there are.
    pub(crate) async fn count(&self, of: &str) -> i64 {
        let select = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {of}"));
        match self.url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite://{path}")).await.unwrap();
                sqlx::query_scalar(select).fetch_one(&mut connection).await.unwrap()
            }
            None => {
                let mut connection = PgConnection::connect(&self.url).await.unwrap();
                sqlx::query_scalar(select).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// Makes the database look as a program that knows another version would have left it.
    pub(crate) async fn pretend_schema_version(&self, version: i64) {
        let statement = if self.is_sqlite() {
            format!("PRAGMA user_version = {version}")
        } else {
            format!("UPDATE schema_version SET version = {version}")
        };
        self.execute(&statement).await.unwrap();
    }
}

/// One test for each database.
macro_rules! on_both {
    ($name:ident, |$backend:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn ask($backend: Backend) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                ask(Backend::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(backend) = Backend::postgres(stringify!($name)).await {
                    ask(backend).await;
                }
            }
        }
    };
}
pub(crate) use on_both;

pub(crate) fn partition(topic: &str, partition: i32) -> StreamPartition {
    StreamPartition { group: "thongquan".to_owned(), topic: topic.to_owned(), partition }
}

pub(crate) fn lodged(number: i32) -> StreamPartition {
    partition("declarations.lodged", number)
}

fn source(offset: i64) -> MessageSource {
    MessageSource { topic: "declarations.lodged".to_owned(), partition: 0, offset }
}

pub(crate) fn key(reference: &str, version: u32) -> DeclarationKey {
    DeclarationKey { declarant: DECLARANT.to_owned(), reference: reference.to_owned(), version }
}

/// A batch without anything in it, which moves the position from where it was acquired.
pub(crate) fn batch(held: &Position, next: i64) -> Batch {
    batch_of(lodged(0), held, next)
}

pub(crate) fn batch_of(partition: StreamPartition, held: &Position, next: i64) -> Batch {
    Batch::empty(partition, *held, next)
}

/// The number of a declaration, or of an amendment of it.
pub(crate) fn number(number: &str) -> Option<DeclarationNumber> {
    Some(number.parse().unwrap())
}

pub(crate) fn declaration(reference: &str, version: u32, number: Option<&str>, offset: i64) -> NewDeclaration {
    NewDeclaration {
        lodged: Lodged {
            key: key(reference, version),
            content_hash: [7; 32],
            direction: Some(Direction::Import),
            kind: "A11".to_owned(),
            office: "01PR".to_owned(),
            source: source(offset),
        },
        stand: Stand {
            outcome: Outcome::Accepted,
            state: State::AwaitingPayment,
            number: number.map(|number| number.parse().unwrap()),
            lane: Some(Lane::Green),
            since_ms: 1_795_485_600_000,
            registered_at_ms: 1_795_485_600_000,
            total_payable: Some(500),
            paid: 0,
            standing: b"{\"state\":\"awaiting_payment\"}".to_vec(),
            rulebook: "sample".to_owned(),
            log_sequence: 0,
            log_hash: [1; 32],
            decision_sequence: 0,
        },
        searched: Searched::default(),
        time_acts_at_ms: None,
    }
}

pub(crate) fn update(key: &DeclarationKey, log_sequence: i64) -> DeclarationUpdate {
    DeclarationUpdate {
        key: key.clone(),
        expected_log_sequence: log_sequence - 1,
        stand: Stand {
            state: State::Cleared,
            paid: 500,
            standing: b"{\"state\":\"cleared\"}".to_vec(),
            log_sequence,
            log_hash: [2; 32],
            ..declaration("any", 1, Some("100000000010"), 0).stand
        },
        flagged_goods: Vec::new(),
        time_acts_at_ms: None,
    }
}

pub(crate) fn request(reference: &str, version: u32) -> NewRequest {
    NewRequest {
        key: key(reference, version),
        content_hash: [8; 32],
        kind: "cancel".to_owned(),
        outcome: "refused".to_owned(),
        number: Some("100000000011".to_owned()),
        at_ms: 1_795_485_600_000,
        source: source(1),
        answer: b"<Notice/>".to_vec(),
        document: b"<Declaration/>".to_vec(),
    }
}

pub(crate) fn command_key(identifier: &str) -> CommandKey {
    CommandKey { declarant: DECLARANT.to_owned(), identifier: identifier.to_owned() }
}

pub(crate) fn command(identifier: &str, reference: Option<&str>) -> NewCommand {
    NewCommand {
        key: command_key(identifier),
        content_hash: [9; 32],
        kind: "accept_documents".to_owned(),
        reference: reference.map(str::to_owned),
        outcome: "refused".to_owned(),
        at_ms: 1_795_485_600_000,
        source: source(2),
        answer: b"<Answer/>".to_vec(),
        document: b"<Command/>".to_vec(),
    }
}

pub(crate) fn entry(key: &DeclarationKey, sequence: i64) -> LogEntry {
    LogEntry {
        key: key.clone(),
        sequence,
        at_ms: 1_795_485_600_000,
        kind: "accepted".to_owned(),
        body: b"{}".to_vec(),
        papers: (sequence == 0)
            .then(|| LodgedPapers { document: b"<Declaration/>".to_vec(), answer: b"<Notice/>".to_vec() }),
        previous_hash: [0; 32],
        hash: [1; 32],
    }
}

/// The first entries of the logs of declarations.
pub(crate) fn beginnings(declarations: &[NewDeclaration]) -> Vec<LogEntry> {
    declarations.iter().map(|new| entry(new.key(), 0)).collect()
}

pub(crate) fn payment_key(bank_reference: &str) -> PaymentKey {
    PaymentKey {
        payer: DECLARANT.to_owned(),
        identifier: "TQ100000000010".to_owned(),
        bank_reference: bank_reference.to_owned(),
    }
}

pub(crate) fn payment(bank_reference: &str, amount: i64) -> NewPayment {
    NewPayment {
        key: payment_key(bank_reference),
        number: Some("100000000010".to_owned()),
        amount,
        at_ms: 1_795_485_600_000,
        source: source(0),
        outcome: "cleared".to_owned(),
        answer: b"<Notice/>".to_vec(),
    }
}

pub(crate) fn outgoing(offset: i64, sequence: i32) -> OutboxMessage {
    OutboxMessage {
        source: source(offset),
        sequence,
        at_ms: 1_795_485_600_000 + offset,
        event_id: format!("event-{offset}-{sequence}"),
        topic: "declarations.notices".to_owned(),
        key: DECLARANT.as_bytes().to_vec(),
        headers: vec![("subject".to_owned(), "A".to_owned())],
        payload: b"<Notice/>".to_vec(),
    }
}

pub(crate) fn kept(offset: i64) -> KeptMessage {
    KeptMessage {
        source: source(offset),
        reason: "not_xml".to_owned(),
        detail: "the document is not XML".to_owned(),
        key: Some(b"key".to_vec()),
        payload: Some(b"bytes".to_vec()),
    }
}

pub(crate) fn advance(direction: Direction, partition: i32, expected_next: i64, next: i64) -> SeriesAdvance {
    SeriesAdvance { direction, partition, expected_next, next }
}

pub(crate) fn fact_key(name: &str) -> FactKey {
    FactKey { kind: "certificate".to_owned(), name: name.to_owned(), qualifier: "TH".to_owned() }
}

/// A certificate with one line of some pieces.
pub(crate) fn fact(name: &str, granted: i64) -> Fact {
    Fact {
        key: fact_key(name),
        holder: DECLARANT.to_owned(),
        document: format!("{{\"remaining\":\"{granted}\"}}").into_bytes(),
        grants: vec![Grant { line: 1, granted: Decimal::from(granted), unit: "PCE".to_owned() }],
    }
}

pub(crate) fn facts(facts: Vec<Fact>) -> Facts {
    Facts { facts, ..Facts::default() }
}

/// What a first version takes from line 1 of a certificate.
pub(crate) fn write_off(reference: &str, name: &str, before: Decimal, after: Decimal) -> WriteOff {
    WriteOff {
        declaration: key(reference, 1),
        log_sequence: 0,
        at_ms: 1_795_485_600_000,
        balance: BalanceKey { fact: fact_key(name), line: 1 },
        before,
        after,
    }
}

/// What is left of line 1 of a certificate.
pub(crate) async fn left(store: &dyn Store, name: &str) -> Decimal {
    let wanted = storage::Wanted { facts: vec![("certificate".to_owned(), name.to_owned())], ..Default::default() };
    store.prefetch(&wanted).await.unwrap().facts[&fact_key(name)].remaining[&1]
}

/// A batch that was not taken left nothing.
pub(crate) async fn nothing_is_kept(backend: &Backend) {
    let counts = backend.store.counts().await.unwrap();
    let kept: BTreeSet<i64> = [counts.outbox, counts.kept, counts.payments].into();
    assert_eq!((counts.outcomes.len(), kept), (0, BTreeSet::from([0])));
    assert_eq!(backend.store.position(&lodged(0)).await.unwrap().unwrap().next_offset, 0);
}
