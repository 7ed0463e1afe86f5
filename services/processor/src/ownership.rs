//! Which partitions this process owns, and under which epoch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use storage::{Position, Store, StreamPartition};
use stream::{BoxError, PositionRefused, Positions};

/// Takes partitions over in the database when the stream assigns them, and remembers the epochs.
pub(crate) struct Ownership {
    store: Arc<dyn Store>,
    held: Mutex<HashMap<StreamPartition, Position>>,
}

impl Ownership {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, held: Mutex::default() }
    }

    /// The position and epoch under which a partition was taken over; `None` when it is not held.
    pub(crate) fn held(&self, partition: &StreamPartition) -> Option<Position> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(partition).cloned()
    }
}

#[async_trait]
impl Positions for Ownership {
    async fn acquire(&self, topic: &str, partition: i32, stream_identity: &str) -> Result<i64, BoxError> {
        let partition = StreamPartition { topic: topic.to_owned(), partition };
        let position = self.store.acquire(&partition, stream_identity).await.map_err(|error| -> BoxError {
            if error.is_transient() { Box::new(error) } else { Box::new(PositionRefused(error.to_string())) }
        })?;
        let next_offset = position.next_offset;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).insert(partition, position);
        Ok(next_offset)
    }

    async fn released(&self, topic: &str, partition: i32) {
        let partition = StreamPartition { topic: topic.to_owned(), partition };
        self.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&partition);
    }
}
