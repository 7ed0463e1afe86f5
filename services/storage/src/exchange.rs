//! Documents that are exchanged with other states: certificates of origin, and the messages that carry them.
//!
//! ```text
//!   partner ──message──► take_in ──► facts, certificate, answer     one transaction; the same message again: the same answer
//!   decision ──────────► send ─────► due ──► answered, or tried again
//! ```

use async_trait::async_trait;

use crate::columns::Value::{Bytes, Integer, Text};
use crate::columns::{Column, names};
use crate::database::{Connection, Database, Transaction};
use crate::error::StorageError;
use crate::facts::{self, Facts};
use crate::query::{Row, insert, text};

/// Which way a document goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExchangeDirection {
    /// From another state to us.
    Incoming,
    /// From us to another state.
    Outgoing,
}

impl ExchangeDirection {
    fn word(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Outgoing => "outgoing",
        }
    }

    fn of(word: &str) -> Result<Self, StorageError> {
        [Self::Incoming, Self::Outgoing]
            .into_iter()
            .find(|direction| direction.word() == word)
            .ok_or_else(|| StorageError::Unreadable { detail: format!("a document that goes `{word}`") })
    }
}

/// What a certificate is known by. Its references are unique within the state that issues them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CertificateKey {
    /// The state that issued it, by its two letters (ISO 3166-1).
    pub issuing_state: String,
    /// The reference that the issuer gave it.
    pub reference: String,
    /// The version of it, from 1.
    pub version: u32,
}

/// A certificate that is exchanged. A version of it never changes but for its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangedCertificate {
    /// What it is known by.
    pub key: CertificateKey,
    /// Which way it goes.
    pub direction: ExchangeDirection,
    /// Where it stands, in a word.
    pub state: String,
    /// All of it, as it was exchanged.
    pub document: Vec<u8>,
    /// When it was received or made, in milliseconds since 1970 in UTC.
    pub created_at_ms: i64,
    /// When its state began, in milliseconds since 1970 in UTC.
    pub changed_at_ms: i64,
}

/// What a message is known by. A partner gives each of its messages an identifier of its own, and so do we.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExchangeKey {
    /// The partner that it comes from, or goes to.
    pub partner: String,
    /// The identifier of the message.
    pub message_id: String,
}

/// A message that came, and all that comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingMessage {
    /// What it is known by.
    pub key: ExchangeKey,
    /// The message, byte for byte.
    pub content: Vec<u8>,
    /// When it came, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// What it is answered with.
    pub answer: Vec<u8>,
    /// The certificates that it brings.
    pub certificates: Vec<ExchangedCertificate>,
    /// The facts that it brings.
    pub facts: Facts,
}

/// What became of a message that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenIn {
    /// It came for the first time, and all that it brings is kept.
    New,
    /// It came before: the answer that it got then. Nothing changes.
    Again(Vec<u8>),
    /// It brings a version of a certificate that is kept with another content. Nothing changes.
    Contradicts(CertificateKey),
}

/// A message to a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// What it is known by.
    pub key: ExchangeKey,
    /// The message, byte for byte.
    pub content: Vec<u8>,
    /// When it was made, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, in milliseconds since 1970 in UTC; `None` once it is answered or given up.
    pub next_at_ms: Option<i64>,
}

/// What is exchanged with other states.
#[async_trait]
pub trait Exchange: Send + Sync {
    /// Takes a message in with all that comes of it, in one transaction, once.
    async fn take_in(&self, message: &IncomingMessage) -> Result<TakenIn, StorageError>;

    /// Keeps a certificate; false, and nothing changes, where that version of it is kept.
    async fn add_certificate(&self, certificate: &ExchangedCertificate) -> Result<bool, StorageError>;

    /// The versions of a certificate, the first one first.
    async fn certificate_versions(
        &self,
        issuing_state: &str,
        reference: &str,
    ) -> Result<Vec<ExchangedCertificate>, StorageError>;

    /// Moves a certificate from a state to the next; false, and nothing changes, where it stands elsewhere.
    async fn move_certificate(
        &self,
        key: &CertificateKey,
        from: &str,
        to: &str,
        at_ms: i64,
    ) -> Result<bool, StorageError>;

    /// Keeps a message until its partner has it; one of the same key stays as it is.
    async fn send_message(&self, message: &OutgoingMessage) -> Result<(), StorageError>;

    /// The messages that are due until a time, that one included, those that are due longest first.
    async fn messages_due(&self, until_ms: i64, limit: usize) -> Result<Vec<OutgoingMessage>, StorageError>;

    /// Notes what a partner answered; the message is not due any more.
    async fn message_answered(&self, key: &ExchangeKey, answer: &[u8]) -> Result<(), StorageError>;

    /// Notes that a message did not reach its partner, and when it is tried next; with `None` it is given up.
    async fn message_failed(&self, key: &ExchangeKey, next_at_ms: Option<i64>) -> Result<(), StorageError>;

    /// What a partner answered to a message, once it has.
    async fn answer_to(&self, key: &ExchangeKey) -> Result<Option<Vec<u8>>, StorageError>;
}

const CERTIFICATES: &[Column<ExchangedCertificate>] = &[
    Column("issuing_state", Text(|certificate| text(&certificate.key.issuing_state))),
    Column("reference", Text(|certificate| text(&certificate.key.reference))),
    Column("version", Integer(|certificate| certificate.key.version.into())),
    Column("direction", Text(|certificate| certificate.direction.word().into())),
    Column("state", Text(|certificate| text(&certificate.state))),
    Column("document", Bytes(|certificate| &certificate.document)),
    Column("created_at_ms", Integer(|certificate| certificate.created_at_ms)),
    Column("changed_at_ms", Integer(|certificate| certificate.changed_at_ms)),
];

const INBOX: &[Column<IncomingMessage>] = &[
    Column("partner", Text(|message| text(&message.key.partner))),
    Column("message_id", Text(|message| text(&message.key.message_id))),
    Column("content", Bytes(|message| &message.content)),
    Column("at_ms", Integer(|message| message.at_ms)),
    Column("answer", Bytes(|message| &message.answer)),
];

const OUTBOX: &[Column<OutgoingMessage>] = &[
    Column("partner", Text(|message| text(&message.key.partner))),
    Column("message_id", Text(|message| text(&message.key.message_id))),
    Column("content", Bytes(|message| &message.content)),
    Column("at_ms", Integer(|message| message.at_ms)),
    Column("attempts", Integer(|message| message.attempts.into())),
    Column("next_at_ms", crate::columns::Value::OptionalInteger(|message| message.next_at_ms)),
];

const UNLESS_KEPT: &str = " ON CONFLICT DO NOTHING";

#[async_trait]
impl Exchange for Database {
    async fn take_in(&self, message: &IncomingMessage) -> Result<TakenIn, StorageError> {
        let mut connection = self.writer().await?;
        let taken = take_in(&mut connection, message).await;
        connection.throw_away_failed(&taken);
        taken
    }

    async fn add_certificate(&self, certificate: &ExchangedCertificate) -> Result<bool, StorageError> {
        let rows = std::slice::from_ref(certificate);
        let table = "exchanged_certificates";
        Ok(self.run(insert(self.dialect(), table, CERTIFICATES, rows, UNLESS_KEPT)?).await? == 1)
    }

    async fn certificate_versions(
        &self,
        issuing_state: &str,
        reference: &str,
    ) -> Result<Vec<ExchangedCertificate>, StorageError> {
        let columns = names(CERTIFICATES);
        let mut select = self.query(format!("SELECT {columns} FROM exchanged_certificates WHERE issuing_state = "));
        select.bind_text(issuing_state).push(" AND reference = ").bind_text(reference).push(" ORDER BY version");
        self.all(select).await?.iter().map(certificate_of).collect()
    }

    async fn move_certificate(
        &self,
        key: &CertificateKey,
        from: &str,
        to: &str,
        at_ms: i64,
    ) -> Result<bool, StorageError> {
        let mut update = self.query("UPDATE exchanged_certificates SET state = ");
        update.bind_text(to).push(", changed_at_ms = ").bind(at_ms);
        update.push(" WHERE issuing_state = ").bind_text(&key.issuing_state);
        update.push(" AND reference = ").bind_text(&key.reference);
        update.push(" AND version = ").bind(i64::from(key.version)).push(" AND state = ").bind_text(from);
        Ok(self.run(update).await? == 1)
    }

    async fn send_message(&self, message: &OutgoingMessage) -> Result<(), StorageError> {
        let rows = std::slice::from_ref(message);
        self.run(insert(self.dialect(), "exchange_outbox", OUTBOX, rows, UNLESS_KEPT)?).await?;
        Ok(())
    }

    async fn messages_due(&self, until_ms: i64, limit: usize) -> Result<Vec<OutgoingMessage>, StorageError> {
        let columns = names(OUTBOX);
        let mut select = self
            .query(format!("SELECT {columns} FROM exchange_outbox WHERE next_at_ms IS NOT NULL AND next_at_ms <= "));
        select.bind(until_ms).push(" ORDER BY next_at_ms, partner, message_id").limit(limit);
        let mut messages = Vec::new();
        for row in self.all(select).await? {
            messages.push(OutgoingMessage {
                key: ExchangeKey { partner: row.get("partner")?, message_id: row.get("message_id")? },
                content: row.get("content")?,
                at_ms: row.get("at_ms")?,
                attempts: row.narrow("attempts")?,
                next_at_ms: row.get("next_at_ms")?,
            });
        }
        Ok(messages)
    }

    async fn message_answered(&self, key: &ExchangeKey, answer: &[u8]) -> Result<(), StorageError> {
        let mut update = self.query("UPDATE exchange_outbox SET attempts = attempts + 1, next_at_ms = NULL, answer = ");
        update.bind(answer).push(" WHERE partner = ").bind_text(&key.partner);
        update.push(" AND message_id = ").bind_text(&key.message_id);
        self.run(update).await?;
        Ok(())
    }

    async fn message_failed(&self, key: &ExchangeKey, next_at_ms: Option<i64>) -> Result<(), StorageError> {
        let mut update = self.query("UPDATE exchange_outbox SET attempts = attempts + 1, next_at_ms = ");
        update.bind(next_at_ms).push(" WHERE answer IS NULL AND partner = ").bind_text(&key.partner);
        update.push(" AND message_id = ").bind_text(&key.message_id);
        self.run(update).await?;
        Ok(())
    }

    async fn answer_to(&self, key: &ExchangeKey) -> Result<Option<Vec<u8>>, StorageError> {
        let mut select = self.query("SELECT answer FROM exchange_outbox WHERE partner = ");
        select.bind_text(&key.partner).push(" AND message_id = ").bind_text(&key.message_id);
        self.optional(select).await?.map_or(Ok(None), |row| row.get("answer"))
    }
}

async fn take_in(connection: &mut Connection, message: &IncomingMessage) -> Result<TakenIn, StorageError> {
    let mut transaction = connection.begin().await?;
    let (dialect, rows) = (transaction.dialect(), std::slice::from_ref(message));
    let inbox = insert(dialect, "exchange_inbox", INBOX, rows, UNLESS_KEPT)?;
    if transaction.run(inbox).await? == 0 {
        let mut select = transaction.query("SELECT answer FROM exchange_inbox WHERE partner = ");
        select.bind_text(&message.key.partner).push(" AND message_id = ").bind_text(&message.key.message_id);
        let answer = transaction.one(select).await?.get("answer")?;
        transaction.rollback().await?;
        return Ok(TakenIn::Again(answer));
    }
    for certificate in &message.certificates {
        if !keep_or_find(&mut transaction, certificate).await? {
            transaction.rollback().await?;
            return Ok(TakenIn::Contradicts(certificate.key.clone()));
        }
    }
    facts::put(&mut transaction, &message.facts).await?;
    transaction.commit().await?;
    Ok(TakenIn::New)
}

/// Keeps a certificate; whether it is kept now as it came, whoever brought it.
async fn keep_or_find(
    transaction: &mut Transaction<'_>,
    certificate: &ExchangedCertificate,
) -> Result<bool, StorageError> {
    let (dialect, rows) = (transaction.dialect(), std::slice::from_ref(certificate));
    let keep = insert(dialect, "exchanged_certificates", CERTIFICATES, rows, UNLESS_KEPT)?;
    if transaction.run(keep).await? == 1 {
        return Ok(true);
    }
    let key = &certificate.key;
    let mut select = transaction.query("SELECT document FROM exchanged_certificates WHERE issuing_state = ");
    select.bind_text(&key.issuing_state).push(" AND reference = ").bind_text(&key.reference);
    select.push(" AND version = ").bind(i64::from(key.version));
    let kept: Vec<u8> = transaction.one(select).await?.get("document")?;
    Ok(kept == certificate.document)
}

fn certificate_of(row: &Row) -> Result<ExchangedCertificate, StorageError> {
    Ok(ExchangedCertificate {
        key: CertificateKey {
            issuing_state: row.get("issuing_state")?,
            reference: row.get("reference")?,
            version: row.narrow("version")?,
        },
        direction: ExchangeDirection::of(&row.get::<String>("direction")?)?,
        state: row.get("state")?,
        document: row.get("document")?,
        created_at_ms: row.get("created_at_ms")?,
        changed_at_ms: row.get("changed_at_ms")?,
    })
}
