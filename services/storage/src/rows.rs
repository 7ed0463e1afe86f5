//! What is kept of declarations, of what is asked of them, and of the payments for them.

use std::borrow::Cow;

use vocabulary::{DeclarationNumber, Direction, Lane, Outcome, State};

use crate::codes;
use crate::error::StorageError;
use crate::keys::{DeclarationKey, MessageSource};
use crate::packing::{Parts, joined};
use crate::query::Row;

/// The columns of a [`DeclarationRow`].
pub(crate) const DECLARATION_COLUMNS: &str = "declarant, reference, version, content_hash, outcome, state, direction, kind, \
    office, number, lane, since_ms, registered_at_ms, total_payable, paid, source_partition, source_offset, log_sequence, \
    log_hash, decision_sequence, time_acts_at_ms, standing, (SELECT word FROM words WHERE id = rulebook) AS rulebook, \
    (SELECT word FROM words WHERE id = source_topic) AS source_topic";

/// The columns of a [`LogEntry`].
pub(crate) const LOG_COLUMNS: &str = "declarant, reference, version, sequence, at_ms, body, previous_hash, hash, \
    (SELECT word FROM words WHERE id = kind) AS kind";

/// A declaration's key.
///
/// # Errors
/// When its version is out of range.
pub(crate) fn key_of(row: &Row) -> Result<DeclarationKey, StorageError> {
    Ok(DeclarationKey {
        declarant: row.get("declarant")?,
        reference: row.get("reference")?,
        version: row.narrow("version")?,
    })
}

/// The message that something was caused by.
///
/// # Errors
/// When its partition is out of range.
pub(crate) fn source_of(row: &Row) -> Result<MessageSource, StorageError> {
    Ok(MessageSource {
        topic: row.get("source_topic")?,
        partition: row.narrow("source_partition")?,
        offset: row.get("source_offset")?,
    })
}

/// What of a declaration stays as it was lodged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lodged {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The hash of the document as lodged.
    pub content_hash: [u8; 32],
    /// Import or export; `None` where the document does not say.
    pub direction: Option<Direction>,
    /// The declaration kind code.
    pub kind: String,
    pub office: String,
    /// The message that lodged it.
    pub source: MessageSource,
}

/// Where a declaration stands, which changes with each step of its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    pub outcome: Outcome,
    /// Where it stands in its life.
    pub state: State,
    /// The number that customs gave.
    pub number: Option<DeclarationNumber>,
    pub lane: Option<Lane>,
    /// When its state began, in milliseconds since 1970 in UTC.
    pub since_ms: i64,
    /// When it was registered or refused, in milliseconds since 1970 in UTC.
    pub registered_at_ms: i64,
    /// What is owed, in dong.
    pub total_payable: Option<i64>,
    /// What has been paid, in dong.
    pub paid: i64,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
    /// The content hash of the rulebook that decided.
    pub rulebook: String,
    /// The sequence of the newest entry in its decision log.
    pub log_sequence: i64,
    /// The hash of that entry.
    pub log_hash: [u8; 32],
    /// The sequence of the entry in its decision log that holds what was decided last.
    pub decision_sequence: i64,
}

/// A declaration as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRow {
    /// What stays as it was lodged.
    pub lodged: Lodged,
    pub stand: Stand,
    /// When the calendar acts on it, in milliseconds since 1970 in UTC.
    pub time_acts_at_ms: Option<i64>,
}

impl DeclarationRow {
    /// What it is known by.
    pub fn key(&self) -> &DeclarationKey {
        &self.lodged.key
    }

    pub(crate) fn of(row: &Row) -> Result<Self, StorageError> {
        let lodged = Lodged {
            key: key_of(row)?,
            content_hash: row.hash("content_hash")?,
            direction: codes::direction(row)?,
            kind: row.get("kind")?,
            office: row.get("office")?,
            source: source_of(row)?,
        };
        let stand = Stand {
            outcome: codes::outcome(row)?,
            state: codes::state(row)?,
            number: number_of(row)?,
            lane: codes::lane(row)?,
            since_ms: row.get("since_ms")?,
            registered_at_ms: row.get("registered_at_ms")?,
            total_payable: row.get("total_payable")?,
            paid: row.get("paid")?,
            standing: row.unpacked("standing")?,
            rulebook: row.get("rulebook")?,
            log_sequence: row.integer("log_sequence")?,
            log_hash: row.hash("log_hash")?,
            decision_sequence: row.integer("decision_sequence")?,
        };
        Ok(Self { lodged, stand, time_acts_at_ms: row.get("time_acts_at_ms")? })
    }
}

pub(crate) fn number_of(row: &Row) -> Result<Option<DeclarationNumber>, StorageError> {
    let number: Option<String> = row.get("number")?;
    let unknown = |number: &str| StorageError::Unreadable { detail: format!("the number `{number}`") };
    number.map(|number| number.parse().map_err(|_| unknown(&number))).transpose()
}

/// The current version of a declaration that is a branch of a consignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRow {
    /// The number that customs gave.
    pub number: DeclarationNumber,
    pub lane: Lane,
}

/// What declarations are searched by, beside what they are known by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
    /// The tariff codes of the goods, where a lane or a gap stops the declaration for an officer.
    pub flagged_goods: Vec<String>,
    /// The first eleven digits of the number of the consignment's first declaration, for a branch.
    pub first_stem: Option<String>,
}

/// A document that asked for something of a declaration and brought no version of it into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// The hash of the document.
    pub content_hash: [u8; 32],
    /// What was asked for.
    pub kind: String,
    /// What became of it.
    pub outcome: String,
    /// The declaration's number, as the document gave it.
    pub number: Option<String>,
    /// The notice that answered it, to answer a repeat with.
    pub answer: Vec<u8>,
}

impl RequestRow {
    pub(crate) fn of(row: &Row) -> Result<Self, StorageError> {
        Ok(Self {
            content_hash: row.hash("content_hash")?,
            kind: row.get("kind")?,
            outcome: row.get("outcome")?,
            number: row.get("number")?,
            answer: row.unpacked("answer")?,
        })
    }
}

/// A document to be kept that asked for something of a declaration and brought no version of it into being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRequest {
    /// Who asked, under which reference, in which version.
    pub key: DeclarationKey,
    /// The hash of the document.
    pub content_hash: [u8; 32],
    /// What was asked for.
    pub kind: String,
    /// What became of it.
    pub outcome: String,
    /// The declaration's number, as the document gave it.
    pub number: Option<String>,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The message that brought it.
    pub source: MessageSource,
    /// The notice that answers it.
    pub answer: Vec<u8>,
    pub document: Vec<u8>,
}

/// A declaration that was decided. Its document, its decision and the first notice about it are the first entry of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeclaration {
    /// What stays as it was lodged.
    pub lodged: Lodged,
    /// Where it stands, under the first entry in its decision log.
    pub stand: Stand,
    /// What it is searched by.
    pub searched: Searched,
    /// From when on the calendar acts on it, in milliseconds since 1970 in UTC; `None` where it does not.
    pub time_acts_at_ms: Option<i64>,
}

impl NewDeclaration {
    /// What it is known by.
    pub fn key(&self) -> &DeclarationKey {
        &self.lodged.key
    }

    /// The row that is kept of it.
    pub fn row(&self) -> DeclarationRow {
        DeclarationRow { lodged: self.lodged.clone(), stand: self.stand.clone(), time_acts_at_ms: self.time_acts_at_ms }
    }
}

/// A declaration that moves on in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationUpdate {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The sequence that its log must still end with.
    pub expected_log_sequence: i64,
    /// Where it stands now.
    pub stand: Stand,
    /// The tariff codes of the goods, where a lane or a gap stops the declaration for an officer from now on.
    pub flagged_goods: Vec<String>,
    /// From when on the calendar acts on it, in milliseconds since 1970 in UTC; `None` where it does not.
    pub time_acts_at_ms: Option<i64>,
}

/// An entry of a declaration's decision log. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub key: DeclarationKey,
    /// From 0, without gaps.
    pub sequence: i64,
    /// When, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The word of its kind. The hash covers it, and an entry of a kind that only a newer program knows is still checked.
    pub kind: String,
    /// What was decided, or what happened; the hash covers it.
    pub body: Vec<u8>,
    /// What the first entry has beside its body, and no other.
    pub papers: Option<LodgedPapers>,
    /// The hash of the entry before it; zeros before the first.
    pub previous_hash: [u8; 32],
    /// The hash of this entry and of the one before it.
    pub hash: [u8; 32],
}

/// What a declaration begins with, in one frame with the decision on it. The hash of the entry does not cover it: the document
/// is held against its own hash in the declaration's row, and the notice against the decision, which derives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LodgedPapers {
    /// The document as lodged.
    pub document: Vec<u8>,
    /// The first notice about it, to answer a repeat with.
    pub answer: Vec<u8>,
}

impl LogEntry {
    pub(crate) fn of(row: &Row) -> Result<Self, StorageError> {
        let sequence = row.integer("sequence")?;
        let (body, papers) = opened(sequence, row.unpacked("body")?)?;
        Ok(Self {
            key: key_of(row)?,
            sequence,
            at_ms: row.get("at_ms")?,
            kind: row.get("kind")?,
            body,
            papers,
            previous_hash: row.optional_hash("previous_hash")?.unwrap_or([0; 32]),
            hash: row.hash("hash")?,
        })
    }

    /// The text that is packed: of a first entry document, body and answer, of every other the body.
    pub fn text(&self) -> Cow<'_, [u8]> {
        match &self.papers {
            Some(papers) => joined([&papers.document, &self.body, &papers.answer]).into(),
            None => self.body.as_slice().into(),
        }
    }
}

/// What the text of an entry holds: its body, and of a first one what came with it.
///
/// # Errors
/// When it is not made of so many parts.
pub(crate) fn opened(sequence: i64, text: Vec<u8>) -> Result<(Vec<u8>, Option<LodgedPapers>), StorageError> {
    if sequence != 0 {
        return Ok((text, None));
    }
    let mut parts = Parts(&text);
    let (document, body) = (parts.part()?.to_vec(), parts.part()?.to_vec());
    Ok((body, Some(LodgedPapers { document, answer: parts.0.to_vec() })))
}

/// What a payment is known by. Two confirmations with one key are one payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentKey {
    /// The payer's tax code.
    pub payer: String,
    /// The identifier that the payer paid under.
    pub identifier: String,
    pub bank_reference: String,
}

impl PaymentKey {
    pub(crate) fn of(row: &Row) -> Result<Self, StorageError> {
        Ok(Self {
            payer: row.get("payer")?,
            identifier: row.get("identifier")?,
            bank_reference: row.get("bank_reference")?,
        })
    }
}

/// A payment as it was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// The amount, in dong.
    pub amount: i64,
    pub outcome: String,
    /// The notice that answered it, to answer a repeat with.
    pub answer: Vec<u8>,
}

impl PaymentRow {
    pub(crate) fn of(row: &Row) -> Result<Self, StorageError> {
        Ok(Self { amount: row.get("amount")?, outcome: row.get("outcome")?, answer: row.unpacked("answer")? })
    }
}

/// A payment to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// What it is known by.
    pub key: PaymentKey,
    /// The number of the declaration that it is for.
    pub number: Option<String>,
    /// The amount, in dong.
    pub amount: i64,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The message that confirmed it.
    pub source: MessageSource,
    pub outcome: String,
    /// The notice that answers it.
    pub answer: Vec<u8>,
}

/// A message that no decision could be made of. It is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Where it lay.
    pub source: MessageSource,
    /// Why, in a word.
    pub reason: String,
    /// Why, for people.
    pub detail: String,
    pub key: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
}

/// What a command is known by. Two with one key are one command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandKey {
    /// The tax code of the enterprise whose declaration it is about.
    pub declarant: String,
    /// The identifier that whoever commanded gave it.
    pub identifier: String,
}

/// A command as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    /// The hash of the document.
    pub content_hash: [u8; 32],
    /// The answer, to answer a repeat with.
    pub answer: Vec<u8>,
}

/// A command to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// What it is known by.
    pub key: CommandKey,
    /// The hash of the document.
    pub content_hash: [u8; 32],
    pub kind: String,
    /// The reference of the declaration, where it is known.
    pub reference: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The message that brought it.
    pub source: MessageSource,
    pub answer: Vec<u8>,
    pub document: Vec<u8>,
}

/// A declaration whose life stays as it is, on which the calendar acts at another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retiming {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The sequence that its log must still end with.
    pub expected_log_sequence: i64,
    /// From when on, in milliseconds since 1970 in UTC; `None` where it does not act.
    pub time_acts_at_ms: Option<i64>,
}
