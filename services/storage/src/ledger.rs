//! The ledger: what the processor reads before it decides, and what it writes when it has.
//!
//! ```text
//!   acquire ──► (prefetch ──► decide ──► commit)* ──► outbox ──► published, removed by a later commit
//! ```
//!
//! One [`Batch`] is one transaction: the position in the stream moves from where its owner left it, and with it come the
//! decisions, their log, the payments and the messages to be sent, or nothing does. The position is what makes a decision
//! happen once: of two owners who both believe that a partition is theirs, one finds it moved, and is fenced.

mod columns;
mod commit;
mod outbox;
mod prefetch;

use std::collections::HashMap;

use async_trait::async_trait;
use vocabulary::Direction;

pub use self::outbox::{OutboxBatch, OutboxMessage};
use crate::database::{Connection, Database};
use crate::error::StorageError;
use crate::facts::{FactKey, FactRow, Facts, WriteOff};
use crate::keys::DeclarationKey;
use crate::query::{Query, Row};
use crate::rows::{
    BranchRow, CommandKey, CommandRow, DeclarationRow, DeclarationUpdate, KeptMessage, LogEntry, NewCommand,
    NewDeclaration, NewPayment, NewRequest, PaymentKey, PaymentRow, RequestRow, Retiming,
};

/// A partition of a topic, as a consumer group reads it: each group has a position of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamPartition {
    pub group: String,
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

/// What a batch needs to know before it is decided.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub declarations: Vec<DeclarationKey>,
    /// Declarations by the declarant's tax code and the first eleven digits of the declaration's number, which it keeps
    /// through its amendments: the version that is current.
    pub numbers: Vec<(String, String)>,
    /// The same whosesoever they are, by the eleven digits alone.
    pub numbers_of_anybody: Vec<String>,
    /// Whether the documents and decisions of those are wanted too.
    pub documents: bool,
    /// Declarations by key, with their documents and decisions.
    pub opened: Vec<DeclarationKey>,
    /// Documents that brought no version into being, by key.
    pub requests: Vec<DeclarationKey>,
    /// Traders by tax code.
    pub traders: Vec<String>,
    /// Other facts by kind and name, whatever tells those of one name apart.
    pub facts: Vec<(String, String)>,
    /// The branches of consignments by the declarant's tax code and the first eleven digits of the first declaration's
    /// number.
    pub branches: Vec<(String, String)>,
    pub payments: Vec<PaymentKey>,
    pub commands: Vec<CommandKey>,
}

/// What is known of what was wanted.
#[derive(Debug, Clone, Default)]
pub struct Prefetched {
    pub declarations: HashMap<DeclarationKey, DeclarationRow>,
    /// Current versions by the declarant's tax code and the first eleven digits of the declaration's number.
    pub numbers: HashMap<(String, String), DeclarationRow>,
    /// The documents of those as lodged, and what was decided.
    pub documents: HashMap<DeclarationKey, (Vec<u8>, Vec<u8>)>,
    /// The first notices about the declarations that were wanted by key, to answer repeats with.
    pub answers: HashMap<DeclarationKey, Vec<u8>>,
    /// Documents that brought no version into being, by key.
    pub requests: HashMap<DeclarationKey, RequestRow>,
    /// Facts of traders by tax code, as they were put in.
    pub traders: HashMap<String, Vec<u8>>,
    pub facts: HashMap<FactKey, FactRow>,
    /// Branches with a lane, by the declarant's tax code and the first eleven digits of the first declaration's number.
    pub branches: HashMap<(String, String), Vec<BranchRow>>,
    pub payments: HashMap<PaymentKey, PaymentRow>,
    pub commands: HashMap<CommandKey, CommandRow>,
}

/// Numbers that are used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAdvance {
    /// Import or export.
    pub direction: Direction,
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
    pub payments: Vec<NewPayment>,
    pub commands: Vec<NewCommand>,
    /// Declarations on which the calendar acts at another time, without a step of theirs.
    pub retimings: Vec<Retiming>,
    /// Messages to be sent.
    pub outbox: Vec<OutboxMessage>,
    /// A position: what the partition's batches up to it left to be sent was sent, and leaves the outbox.
    pub sent: Option<i64>,
    /// Messages that are kept without a decision.
    pub kept: Vec<KeptMessage>,
    /// Numbers that are used up.
    pub series: Vec<SeriesAdvance>,
    /// Facts that messages brought, to be kept in place of those of the same names. They are there before the write-offs are.
    pub facts: Facts,
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
            sent: None,
            kept: Vec::new(),
            series: Vec::new(),
            facts: Facts::default(),
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

/// What the processor reads and writes.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Takes a partition over: counts its epoch up, and tells where to go on. A partition that was never read begins at
    /// 0.
    ///
    /// # Errors
    /// [`StorageError::StreamChanged`] when the position belongs to another log.
    async fn acquire(&self, partition: &StreamPartition, stream_identity: &str) -> Result<Position, StorageError>;

    /// How far a partition has been dealt with; `None` when it was never acquired.
    async fn position(&self, partition: &StreamPartition) -> Result<Option<Position>, StorageError>;

    /// The generations of the embedded log that lies beside what is kept, with the counter of numbers from which on each
    /// takes its own; none for a log that never went back to a copy of itself.
    async fn generations(&self) -> Result<Vec<(i64, i64)>, StorageError>;

    /// The next counter of a series of numbers; 0 when none was ever used.
    async fn series(&self, direction: Direction, partition: i32) -> Result<i64, StorageError>;

    /// Everything that is known of what is wanted.
    async fn prefetch(&self, wanted: &Wanted) -> Result<Prefetched, StorageError>;

    /// Writes a batch in one transaction, or nothing of it.
    async fn commit(&self, batch: &Batch) -> Result<Commit, StorageError>;

    /// What waits to be sent of a partition: what the batch left that moved it to the next position after a place, all of it
    /// from -1 on. `None` where no more waits.
    async fn outbox_pending(
        &self,
        topic: &str,
        partition: i32,
        after: i64,
    ) -> Result<Option<OutboxBatch>, StorageError>;

    /// Takes away what batches up to a position left, once all of it has been sent. It may come back by a loss of power, and
    /// is then sent once more. A batch of the partition does the same on its way, see [`Batch::sent`].
    async fn outbox_remove(&self, topic: &str, partition: i32, sent: i64) -> Result<(), StorageError>;
}

#[async_trait]
impl Ledger for Database {
    async fn acquire(&self, partition: &StreamPartition, stream_identity: &str) -> Result<Position, StorageError> {
        let mut connection = self.writer().await?;
        let taken = take_over(&mut connection, partition, stream_identity).await;
        connection.throw_away_failed(&taken);
        taken
    }

    async fn position(&self, partition: &StreamPartition) -> Result<Option<Position>, StorageError> {
        let mut select = self.query("SELECT next_offset, epoch FROM stream_positions WHERE ");
        is_of(&mut select, partition);
        self.optional(select).await?.as_ref().map(position_of).transpose()
    }

    async fn generations(&self) -> Result<Vec<(i64, i64)>, StorageError> {
        let select = self.query("SELECT generation, numbers_from FROM generations ORDER BY generation");
        let rows = self.all(select).await?;
        rows.iter().map(|row| Ok((row.get("generation")?, row.get("numbers_from")?))).collect()
    }

    async fn series(&self, direction: Direction, partition: i32) -> Result<i64, StorageError> {
        let mut select = self.query("SELECT next FROM number_series WHERE direction = ");
        select.bind(direction.as_str()).push(" AND partition = ").bind(i64::from(partition));
        self.optional(select).await?.map_or(Ok(0), |row| row.get("next"))
    }

    async fn prefetch(&self, wanted: &Wanted) -> Result<Prefetched, StorageError> {
        prefetch::prefetch(self, wanted).await
    }

    async fn commit(&self, batch: &Batch) -> Result<Commit, StorageError> {
        commit::commit(self, batch).await
    }

    async fn outbox_pending(
        &self,
        topic: &str,
        partition: i32,
        after: i64,
    ) -> Result<Option<OutboxBatch>, StorageError> {
        outbox::pending(self, topic, partition, after).await
    }

    async fn outbox_remove(&self, topic: &str, partition: i32, sent: i64) -> Result<(), StorageError> {
        outbox::remove(self, topic, partition, sent).await
    }
}

/// The condition on the position of a partition.
fn is_of<'q>(statement: &'q mut Query, partition: &StreamPartition) -> &'q mut Query {
    statement.push("consumer_group = ").bind(&partition.group).push(" AND topic = ").bind(&partition.topic);
    statement.push(" AND partition = ").bind(i64::from(partition.partition))
}

fn position_of(row: &Row) -> Result<Position, StorageError> {
    Ok(Position { next_offset: row.get("next_offset")?, epoch: row.get("epoch")? })
}

async fn take_over(
    connection: &mut Connection,
    partition: &StreamPartition,
    stream_identity: &str,
) -> Result<Position, StorageError> {
    let mut transaction = connection.begin().await?;
    let mut insert = transaction.query(
        "INSERT INTO stream_positions (consumer_group, topic, partition, stream_identity, next_offset, epoch) VALUES (",
    );
    insert.bind(&partition.group).push(", ").bind(&partition.topic).push(", ").bind(i64::from(partition.partition));
    insert.push(", ").bind(stream_identity).push(", 0, 0) ON CONFLICT DO NOTHING");
    transaction.run(insert).await?;
    let mut update = transaction.query("UPDATE stream_positions SET epoch = epoch + 1 WHERE ");
    is_of(&mut update, partition).push(" RETURNING stream_identity, next_offset, epoch");
    let row = transaction.one(update).await?;
    let stored: String = row.get("stream_identity")?;
    if stored != stream_identity {
        return Err(StorageError::StreamChanged {
            topic: partition.topic.clone(),
            partition: partition.partition,
            stored,
            offered: stream_identity.to_owned(),
        });
    }
    let position = position_of(&row)?;
    transaction.commit().await?;
    Ok(position)
}
