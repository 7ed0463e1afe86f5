//! What goes into the database and comes out of it.

use std::collections::HashMap;
use std::fmt;

use crate::commands::{CommandKey, CommandRow, NewCommand, Retiming};
use crate::facts::{FactKey, FactRow, WriteOff};

/// What a declaration is known by: who declares, under which reference, in which version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeclarationKey {
    /// The declarant's tax code.
    pub declarant: String,
    /// The declarant's reference.
    pub reference: String,
    /// The version of the reference.
    pub version: u32,
}

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamPartition {
    /// The topic.
    pub topic: String,
    /// The partition, from 0.
    pub partition: i32,
}

/// How far a partition has been dealt with, and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The next offset to read.
    pub next_offset: i64,
    /// Counts the owners; a greater one fences those before it.
    pub epoch: i64,
}

/// The message in the stream that something was caused by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageSource {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The offset.
    pub offset: i64,
}

/// What a batch needs to know before it is decided.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Declarations by key.
    pub declarations: Vec<DeclarationKey>,
    /// Declarations by the declarant's tax code and the first eleven digits of the declaration's number, which it keeps
    /// through its amendments: the version that is current.
    pub numbers: Vec<(String, String)>,
    /// Whether the documents and decisions of those are wanted too.
    pub documents: bool,
    /// Documents that brought no version into being, by key.
    pub requests: Vec<DeclarationKey>,
    /// Traders by tax code.
    pub traders: Vec<String>,
    /// Other facts by kind and name, whatever tells those of one name apart.
    pub facts: Vec<(String, String)>,
    /// The branches of consignments by the declarant's tax code and the first eleven digits of the first declaration's
    /// number.
    pub branches: Vec<(String, String)>,
    /// Payments by key.
    pub payments: Vec<PaymentKey>,
    /// Commands by key.
    pub commands: Vec<CommandKey>,
}

/// What is known of what was wanted.
#[derive(Debug, Clone, Default)]
pub struct Prefetched {
    /// Declarations by key.
    pub declarations: HashMap<DeclarationKey, DeclarationRow>,
    /// Current versions by the declarant's tax code and the first eleven digits of the declaration's number.
    pub numbers: HashMap<(String, String), DeclarationRow>,
    /// The documents of those as lodged, and what was decided.
    pub documents: HashMap<DeclarationKey, (Vec<u8>, Vec<u8>)>,
    /// Documents that brought no version into being, by key.
    pub requests: HashMap<DeclarationKey, RequestRow>,
    /// Facts of traders by tax code, as they were put in.
    pub traders: HashMap<String, Vec<u8>>,
    /// Other facts.
    pub facts: HashMap<FactKey, FactRow>,
    /// Branches with a lane, by the declarant's tax code and the first eleven digits of the first declaration's number.
    pub branches: HashMap<(String, String), Vec<BranchRow>>,
    /// Payments by key.
    pub payments: HashMap<PaymentKey, PaymentRow>,
    /// Commands by key.
    pub commands: HashMap<CommandKey, CommandRow>,
}

/// A declaration as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationRow {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The hash of the document as lodged.
    pub content_hash: [u8; 32],
    /// What was decided: accepted, rejected, referred.
    pub outcome: String,
    /// Where it stands in its life.
    pub state: String,
    /// import or export; empty where the document does not say.
    pub direction: String,
    /// The declaration kind code.
    pub kind: String,
    /// The customs office.
    pub office: String,
    /// The number that customs gave.
    pub number: Option<String>,
    /// The lane: 1, 2 or 3.
    pub lane: Option<i16>,
    /// When it was registered or refused, in milliseconds since 1970 in UTC.
    pub registered_at_ms: Option<i64>,
    /// What is owed, in dong.
    pub total_payable: Option<i64>,
    /// What has been paid, in dong.
    pub paid: i64,
    /// The content hash of the rulebook that decided.
    pub rulebook: String,
    /// The message that lodged it.
    pub source: MessageSource,
    /// The sequence of the newest entry in its decision log.
    pub log_sequence: i64,
    /// The hash of that entry.
    pub log_hash: [u8; 32],
    /// The first notice about it, to answer a repeat with.
    pub answer: Vec<u8>,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
}

/// The current version of a declaration that is a branch of a consignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchRow {
    /// The number that customs gave.
    pub number: String,
    /// The lane: 1, 2 or 3.
    pub lane: i16,
}

/// What declarations are searched by, beside what they are known by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Searched {
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
    /// The document.
    pub document: Vec<u8>,
}

/// A declaration that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDeclaration {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The hash of the document as lodged.
    pub content_hash: [u8; 32],
    /// What was decided.
    pub outcome: String,
    /// Where it stands in its life.
    pub state: String,
    /// import or export; empty where the document does not say.
    pub direction: String,
    /// The declaration kind code.
    pub kind: String,
    /// The customs office.
    pub office: String,
    /// The number that customs gave.
    pub number: Option<String>,
    /// The lane: 1, 2 or 3.
    pub lane: Option<i16>,
    /// When it was registered or refused, in milliseconds since 1970 in UTC.
    pub registered_at_ms: Option<i64>,
    /// What is owed, in dong.
    pub total_payable: Option<i64>,
    /// What has been paid, in dong.
    pub paid: i64,
    /// The content hash of the rulebook that decided.
    pub rulebook: String,
    /// The message that lodged it.
    pub source: MessageSource,
    /// The sequence of the first entry in its decision log.
    pub log_sequence: i64,
    /// The hash of that entry.
    pub log_hash: [u8; 32],
    /// The first notice about it.
    pub answer: Vec<u8>,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
    /// What it is searched by.
    pub searched: Searched,
    /// From when on the calendar acts on it, in milliseconds since 1970 in UTC; `None` where it does not.
    pub time_acts_at_ms: Option<i64>,
    /// The document as lodged.
    pub document: Vec<u8>,
    /// The decision.
    pub decision: Vec<u8>,
}

/// A declaration that moves on in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationUpdate {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The sequence that its log must still end with.
    pub expected_log_sequence: i64,
    /// What was decided.
    pub outcome: String,
    /// Where it stands now.
    pub state: String,
    /// The number that customs gave.
    pub number: Option<String>,
    /// The lane: 1, 2 or 3.
    pub lane: Option<i16>,
    /// When it was registered or refused, in milliseconds since 1970 in UTC.
    pub registered_at_ms: Option<i64>,
    /// What is owed, in dong.
    pub total_payable: Option<i64>,
    /// What has been paid, in dong.
    pub paid: i64,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
    /// The content hash of the rulebook, where it decided anew.
    pub rulebook: Option<String>,
    /// What was decided anew; `None` leaves the decision as it is.
    pub decision: Option<Vec<u8>>,
    /// From when on the calendar acts on it, in milliseconds since 1970 in UTC; `None` where it does not.
    pub time_acts_at_ms: Option<i64>,
    /// The sequence of the newest entry in its log.
    pub log_sequence: i64,
    /// The hash of that entry.
    pub log_hash: [u8; 32],
}

/// An entry of a declaration's decision log. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The declaration.
    pub key: DeclarationKey,
    /// From 0, without gaps.
    pub sequence: i64,
    /// When, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// What happened.
    pub kind: String,
    /// The particulars.
    pub body: Vec<u8>,
    /// The hash of the entry before it; zeros before the first.
    pub previous_hash: [u8; 32],
    /// The hash of this entry and of the one before it.
    pub hash: [u8; 32],
}

/// What a payment is known by. Two confirmations with one key are one payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PaymentKey {
    /// The payer's tax code.
    pub payer: String,
    /// The identifier that the payer paid under.
    pub identifier: String,
    /// The bank's reference.
    pub bank_reference: String,
}

/// A payment as it was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// The amount, in dong.
    pub amount: i64,
    /// What it did.
    pub outcome: String,
    /// The notice that answered it, to answer a repeat with.
    pub answer: Vec<u8>,
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
    /// What it did.
    pub outcome: String,
    /// The notice that answers it.
    pub answer: Vec<u8>,
}

/// A message that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The message that caused it.
    pub source: MessageSource,
    /// Which of the messages of one cause it is, from 0.
    pub sequence: i32,
    /// When its cause arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The same for the same cause, however often it is processed.
    pub event_id: String,
    /// Where it goes.
    pub topic: String,
    /// Its key.
    pub key: Vec<u8>,
    /// What travels beside it; neither names nor values hold control characters.
    pub headers: Vec<(String, String)>,
    /// The message itself.
    pub payload: Vec<u8>,
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
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// The message itself.
    pub payload: Option<Vec<u8>>,
}

/// Numbers that are used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAdvance {
    /// import or export.
    pub direction: String,
    /// The partition whose series it is.
    pub partition: i32,
    /// The next counter, as it must still be.
    pub expected_next: i64,
    /// The next counter from now on.
    pub next: i64,
}

/// Everything that one transaction writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The partition whose position moves.
    pub partition: StreamPartition,
    /// The epoch of the owner.
    pub epoch: i64,
    /// The position that the owner last committed or acquired; not the offset of the first message.
    pub expected: i64,
    /// The position from now on.
    pub next: i64,
    /// Declarations that were decided.
    pub declarations: Vec<NewDeclaration>,
    /// Declarations that move on.
    pub updates: Vec<DeclarationUpdate>,
    /// Documents that brought no version into being.
    pub requests: Vec<NewRequest>,
    /// Entries of their logs.
    pub log: Vec<LogEntry>,
    /// What they take from balances and give back, in the order in which they do.
    pub write_offs: Vec<WriteOff>,
    /// Payments.
    pub payments: Vec<NewPayment>,
    /// Commands.
    pub commands: Vec<NewCommand>,
    /// Declarations on which the calendar acts at another time, without a step of theirs.
    pub retimings: Vec<Retiming>,
    /// Messages to be sent.
    pub outbox: Vec<OutboxMessage>,
    /// Messages that are kept without a decision.
    pub kept: Vec<KeptMessage>,
    /// Numbers that are used up.
    pub series: Vec<SeriesAdvance>,
}

impl Batch {
    /// A batch of nothing but the position of a partition, which its owner moves from where it was found.
    pub fn empty(partition: StreamPartition, found: Position, next: i64) -> Self {
        Self {
            partition,
            epoch: found.epoch,
            expected: found.next_offset,
            next,
            declarations: Vec::new(),
            updates: Vec::new(),
            requests: Vec::new(),
            log: Vec::new(),
            write_offs: Vec::new(),
            payments: Vec::new(),
            commands: Vec::new(),
            retimings: Vec::new(),
            outbox: Vec::new(),
            kept: Vec::new(),
            series: Vec::new(),
        }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commit {
    /// All of it is kept.
    Committed,
    /// The position was not the owner's any more. Nothing is kept.
    Fenced,
    /// Something that the batch relied on has changed. Nothing is kept; read again and decide again.
    Conflict(String),
}

/// What is kept, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Declarations by outcome, in the order of the words.
    pub outcomes: Vec<(String, i64)>,
    /// Declarations by state, in the order of the words.
    pub states: Vec<(String, i64)>,
    /// Messages that wait to be sent.
    pub outbox: i64,
    /// When the cause of the oldest of them arrived, in milliseconds since 1970 in UTC; `None` when none waits.
    pub outbox_oldest_at_ms: Option<i64>,
    /// Messages kept without a decision.
    pub kept: i64,
    /// Payments.
    pub payments: i64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (state, count) in &self.states {
            write!(f, "{count} {state}, ")?;
        }
        write!(f, "{} payments, {} kept messages, {} to be sent", self.payments, self.kept, self.outbox)
    }
}

/// How the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// The version of its schema.
    pub schema_version: i64,
    /// What the server says of itself.
    pub server_version: String,
}
