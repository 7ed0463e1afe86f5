//! Which partitions this process owns, and under which epoch.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use storage::{Ledger, Position, StreamPartition};
use stream::{BoxError, PositionRefused, Positions};

use crate::progress::Progress;
use crate::standstills::part_of;

/// Takes partitions over in the database when the stream assigns them, and remembers the epochs.
pub(crate) struct Ownership {
    store: Arc<dyn Ledger>,
    /// The consumer group whose positions they are.
    group: String,
    progress: Arc<Progress>,
    held: Mutex<HashMap<StreamPartition, Position>>,
    /// The partitions that could not be taken over for a reason that may pass, or did not answer yet.
    troubled: Mutex<HashSet<StreamPartition>>,
}

impl Ownership {
    pub(crate) fn new(store: Arc<dyn Ledger>, group: String, progress: Arc<Progress>) -> Self {
        Self { store, group, progress, held: Mutex::default(), troubled: Mutex::default() }
    }

    /// The position and epoch under which a partition was taken over; `None` when it is not held.
    pub(crate) fn held(&self, partition: &StreamPartition) -> Option<Position> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(partition).cloned()
    }

    /// Whether the last attempt to take a partition over met trouble that may pass.
    pub(crate) fn met_passing_trouble(&self, partition: &StreamPartition) -> bool {
        self.troubled().contains(partition)
    }

    fn partition(&self, topic: &str, partition: i32) -> StreamPartition {
        StreamPartition { group: self.group.clone(), topic: topic.to_owned(), partition }
    }

    fn troubled(&self) -> MutexGuard<'_, HashSet<StreamPartition>> {
        self.troubled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Positions for Ownership {
    async fn acquire(&self, topic: &str, partition: i32, stream_identity: &str) -> Result<i64, BoxError> {
        let partition = self.partition(topic, partition);
        // Whoever loses patience with the database leaves this set.
        self.troubled().insert(partition.clone());
        let position = match self.store.acquire(&partition, stream_identity).await {
            Err(error) if error.is_transient() => {
                self.progress.standstills.meets(&part_of(&partition), &error.to_string());
                return Err(Box::new(error));
            }
            answered => {
                self.troubled().remove(&partition);
                self.progress.standstills.goes_on(&part_of(&partition));
                answered.map_err(|error| PositionRefused(error.to_string()))?
            }
        };
        let next_offset = position.next_offset;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(partition, position);
        Ok(next_offset)
    }

    async fn released(&self, topic: &str, partition: i32) {
        let partition = self.partition(topic, partition);
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&partition);
    }
}
