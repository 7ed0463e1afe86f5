//! A database that fails in the middle, and keeps less than it should.

use std::collections::HashMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use storage::{
    BalanceKey, Batch, Commit, DeclarationKey, Ledger, OutboxBatch, Position, Prefetched, StorageError,
    StreamPartition, Wanted,
};
use vocabulary::Direction;

use crate::place::{Place, Trap};
use crate::safeguard::Safeguard;

/// Whether the process ends inside its next transaction, and whether it stands still there.
static ENDS: AtomicBool = AtomicBool::new(false);
static STOPS: AtomicBool = AtomicBool::new(false);

/// How often a database that cannot write says so.
const FAILURES: u32 = 32;

/// What [`storage::Options::before_commit`] is to be, so that a process can end inside a transaction, or stand still.
pub fn before_commit() {
    if ENDS.load(Ordering::Relaxed) {
        std::process::abort();
    }
    if STOPS.swap(false, Ordering::Relaxed) {
        let stopped = Command::new("kill").args(["-s", "STOP", &std::process::id().to_string()]).status();
        if !stopped.is_ok_and(|status| status.success()) {
            std::process::abort();
        }
    }
}

/// A ledger between which and the processor stands a trap.
pub struct FaultyLedger {
    inner: Arc<dyn Ledger>,
    trap: Arc<Trap>,
}

impl FaultyLedger {
    /// Sets a trap before a ledger.
    pub fn new(inner: Arc<dyn Ledger>, trap: Arc<Trap>) -> Self {
        Self { inner, trap }
    }

    /// Where a partition stands now, whoever owns it.
    async fn now(&self, partition: &StreamPartition) -> Result<Position, StorageError> {
        let position = self.inner.position(partition).await?;
        position.ok_or_else(|| StorageError::refused("a partition that was never acquired"))
    }

    /// Takes the safeguard away from a batch before it is committed.
    async fn weaken(&self, batch: &mut Batch) -> Result<(), StorageError> {
        match self.trap.without {
            // It has moved already, see the stream.
            Some(Safeguard::PositionOnDecision) => {
                let now = self.now(&batch.partition).await?;
                (batch.expected, batch.next) = (now.next_offset, now.next_offset.max(batch.next));
            }
            Some(Safeguard::OneTransaction) => {
                let now = Position { epoch: batch.epoch, next_offset: batch.expected };
                let moved = Batch::empty(batch.partition.clone(), now, batch.next);
                if self.inner.commit(&moved).await? == Commit::Committed {
                    batch.expected = batch.next;
                }
            }
            Some(Safeguard::OutboxInTransaction) => batch.outbox.clear(),
            Some(Safeguard::EpochAsked) => batch.epoch = self.now(&batch.partition).await?.epoch,
            Some(Safeguard::PositionCompared) => {
                let now = self.now(&batch.partition).await?;
                (batch.epoch, batch.expected) = (now.epoch, now.next_offset);
            }
            Some(Safeguard::BalancesCompared) => self.compare_no_balance(batch).await?,
            Some(Safeguard::UniqueReference) => self.make_room(batch).await?,
            _ => {}
        }
        Ok(())
    }

    /// Lets a batch find left of every balance what is left now, and leave of it what it meant to.
    async fn compare_no_balance(&self, batch: &mut Batch) -> Result<(), StorageError> {
        let names =
            batch.write_offs.iter().map(|taken| (taken.balance.fact.kind.clone(), taken.balance.fact.name.clone()));
        let found = self.inner.prefetch(&Wanted { facts: names.collect(), ..Wanted::default() }).await?.facts;
        let mut left: HashMap<BalanceKey, _> = HashMap::new();
        for taken in &mut batch.write_offs {
            let now = found.get(&taken.balance.fact).and_then(|fact| fact.remaining.get(&taken.balance.line));
            taken.before = left.get(&taken.balance).or(now).copied().unwrap_or(taken.before);
            left.insert(taken.balance.clone(), taken.after);
        }
        Ok(())
    }

    /// Makes room beside declarations that are decided already, as a table without a unique key would have.
    async fn make_room(&self, batch: &mut Batch) -> Result<(), StorageError> {
        let keys = batch.declarations.iter().map(|new| new.key().clone()).collect();
        let found = self.inner.prefetch(&Wanted { declarations: keys, ..Wanted::default() }).await?.declarations;
        let beside = |key: &mut DeclarationKey| {
            if found.contains_key(key) {
                key.reference.push_str(" (again)");
            }
        };
        batch.declarations.iter_mut().for_each(|new| beside(&mut new.lodged.key));
        batch.log.iter_mut().for_each(|entry| beside(&mut entry.key));
        Ok(())
    }
}

fn connection_lost() -> StorageError {
    StorageError::Unreachable { detail: "a test wants the answer lost".to_owned() }
}

/// What a failing disk says; without the safeguard it is taken for a word about the content.
fn cannot_now(trap: &Trap) -> StorageError {
    let detail = "disk I/O error, as a test wants it".to_owned();
    if trap.lacks(Safeguard::PassingErrorsWait) {
        StorageError::Refused { detail }
    } else {
        StorageError::Unable { detail }
    }
}

#[async_trait]
impl Ledger for FaultyLedger {
    async fn position(&self, partition: &StreamPartition) -> Result<Option<Position>, StorageError> {
        if self.trap.lacks(Safeguard::PositionReadAgain) {
            return Ok(None);
        }
        self.inner.position(partition).await
    }

    async fn commit(&self, batch: &Batch) -> Result<Commit, StorageError> {
        let trap = &self.trap;
        let mut batch = batch.clone();
        trap.pass(Place::BeforeCommit, &batch.partition.topic, batch.partition.partition).await;
        let lost = trap.is_at(Place::AnswerLost).then(|| trap.count());
        if lost == Some(1) {
            // The second time: nothing came of it.
            return Err(connection_lost());
        }
        // What is only put aside is let through, so that a message that is given up is seen.
        if trap.is_at(Place::Failing) && batch.kept.is_empty() && trap.count() < FAILURES {
            return Err(cannot_now(trap));
        }
        self.weaken(&mut batch).await?;
        if batch.sent.is_some() {
            // What was sent is about to leave the outbox with this batch.
            trap.pass(Place::AfterPublish, &batch.partition.topic, batch.partition.partition).await;
        }
        if trap.is_at(Place::InsideTransaction) {
            ENDS.store(true, Ordering::Relaxed);
        }
        if trap.is_at(Place::StopInsideTransaction) && trap.count() == 0 {
            STOPS.store(true, Ordering::Relaxed);
        }
        let mut told = self.inner.commit(&batch).await;
        if trap.lacks(Safeguard::PositionOnDecision) {
            // What is read meanwhile moves it once more.
            for _ in 0..100 {
                if told.as_ref().is_ok_and(|told| *told == Commit::Fenced) {
                    self.weaken(&mut batch).await?;
                    told = self.inner.commit(&batch).await;
                }
            }
        }
        if trap.lacks(Safeguard::Halving) && matches!(told, Err(StorageError::Refused { .. })) {
            let now = Position { epoch: batch.epoch, next_offset: batch.expected };
            return self.inner.commit(&Batch::empty(batch.partition.clone(), now, batch.next)).await;
        }
        if matches!(told, Ok(Commit::Committed)) {
            if trap.lacks(Safeguard::OutboxUntilAcknowledged) {
                self.inner.outbox_remove(&batch.partition.topic, batch.partition.partition, batch.next).await?;
            }
            trap.pass(Place::AfterCommit, &batch.partition.topic, batch.partition.partition).await;
            if lost == Some(0) {
                return Err(connection_lost());
            }
        }
        let StreamPartition { topic, partition, .. } = &batch.partition;
        tracing::info!("the database answered {topic}/{partition}: {told:?}");
        told
    }

    async fn outbox_remove(&self, topic: &str, partition: i32, sent: i64) -> Result<(), StorageError> {
        self.trap.pass(Place::AfterPublish, topic, partition).await;
        self.inner.outbox_remove(topic, partition, sent).await
    }

    // The rest is as it should be.

    async fn acquire(&self, partition: &StreamPartition, stream_identity: &str) -> Result<Position, StorageError> {
        self.inner.acquire(partition, stream_identity).await
    }

    async fn generations(&self) -> Result<Vec<(i64, i64)>, StorageError> {
        self.inner.generations().await
    }

    async fn series(&self, direction: Direction, partition: i32) -> Result<i64, StorageError> {
        self.inner.series(direction, partition).await
    }

    async fn prefetch(&self, wanted: &Wanted) -> Result<Prefetched, StorageError> {
        self.inner.prefetch(wanted).await
    }

    async fn outbox_pending(
        &self,
        topic: &str,
        partition: i32,
        after: i64,
    ) -> Result<Option<OutboxBatch>, StorageError> {
        self.inner.outbox_pending(topic, partition, after).await
    }
}
