//! The trait that both databases implement.

use async_trait::async_trait;

use crate::commands::Commands;
use crate::error::StorageError;
use crate::facts::Facts;
use crate::inquiries::Inquiries;
use crate::rows::{
    Batch, Commit, Counts, DeclarationKey, DeclarationRow, Health, LogEntry, OutboxMessage, Position, Prefetched,
    StreamPartition, Wanted,
};

/// How a database is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections, at most. SQLite always writes through one.
    pub connections_max: u32,
    /// Whether an older schema is brought up to date; otherwise it is refused.
    pub migrate: bool,
    /// Called when all of a batch is written and its transaction is open yet. Fault tests end their process there;
    /// nothing else sets it.
    pub before_commit: Option<fn()>,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections_max: 8, migrate: true, before_commit: None }
    }
}

/// What is kept.
#[async_trait]
pub trait Store: Inquiries + Commands + Send + Sync + 'static {
    /// Takes a partition over: counts its epoch up, and tells where to go on. A partition that was never read begins at
    /// 0.
    ///
    /// # Errors
    /// [`StorageError::StreamChanged`] when the position belongs to another log.
    async fn acquire(&self, partition: &StreamPartition, stream_identity: &str) -> Result<Position, StorageError>;

    /// How far a partition has been dealt with; `None` when it was never acquired.
    async fn position(&self, partition: &StreamPartition) -> Result<Option<Position>, StorageError>;

    /// Everything that is known of what is wanted.
    async fn prefetch(&self, wanted: &Wanted) -> Result<Prefetched, StorageError>;

    /// The next counter of a series of numbers; 0 when none was ever used.
    async fn series(&self, direction: &str, partition: i32) -> Result<i64, StorageError>;

    /// Writes a batch in one transaction, or nothing of it.
    async fn commit(&self, batch: &Batch) -> Result<Commit, StorageError>;

    /// Messages that wait to be sent and that messages of a partition caused, in their order.
    async fn outbox_pending(
        &self,
        topic: &str,
        partition: i32,
        limit: usize,
    ) -> Result<Vec<OutboxMessage>, StorageError>;

    /// The messages that wait after a certain one.
    async fn outbox_pending_after(
        &self,
        topic: &str,
        partition: i32,
        after: &OutboxMessage,
        limit: usize,
    ) -> Result<Vec<OutboxMessage>, StorageError>;

    /// Removes messages that have been sent.
    async fn outbox_remove(&self, messages: &[OutboxMessage]) -> Result<(), StorageError>;

    /// Keeps facts in place of those of the same names. What declarations have used of them stays used, so the same may
    /// be put in any number of times; a fact that grants more than before leaves so much more.
    ///
    /// # Errors
    /// When a line of which a part was used is now counted in another unit.
    async fn put_facts(&self, facts: &Facts) -> Result<(), StorageError>;

    /// A declaration with its document as lodged and its decision.
    async fn declaration(
        &self,
        key: &DeclarationKey,
    ) -> Result<Option<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError>;

    /// Declarations after a key with their decisions, in the order of their keys, which is the same in both databases.
    async fn decisions_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>)>, StorageError>;

    /// The same, with the documents as lodged before the decisions.
    async fn records_page(
        &self,
        after: Option<DeclarationKey>,
        limit: usize,
    ) -> Result<Vec<(DeclarationRow, Vec<u8>, Vec<u8>)>, StorageError>;

    /// The decision log of a declaration, from its beginning.
    async fn log_of(&self, key: &DeclarationKey) -> Result<Vec<LogEntry>, StorageError>;

    /// The generations of the embedded log that lies beside what is kept, with the counter of numbers from which on each
    /// takes its own; none for a log that never went back to a copy of itself.
    async fn generations(&self) -> Result<Vec<(i64, i64)>, StorageError>;

    /// The time by the database's own clock, in milliseconds since 1970 in UTC.
    async fn now_ms(&self) -> Result<i64, StorageError>;

    /// What is kept, counted.
    async fn counts(&self) -> Result<Counts, StorageError>;

    /// How the database is.
    async fn health(&self) -> Result<Health, StorageError>;
}
