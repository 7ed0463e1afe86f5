//! Reading every partition of a topic in the file, from a place that is fixed at the beginning.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Ear, LogFile};
use crate::contract::{Tail, TailFrom};
use crate::error::Result;
use crate::record::Message;
use crate::tail_start::tail_positions;

/// How much is read at once.
const MESSAGES_MAX: usize = 256;
const BYTES_MAX: usize = 8 << 20;

pub(super) struct EmbeddedTail {
    file: Arc<LogFile>,
    ear: Ear,
    topic: Arc<str>,
    /// For each partition, what is read next.
    next: BTreeMap<i32, i64>,
    /// For each partition, what is handed out next.
    due: BTreeMap<i32, i64>,
    waiting: VecDeque<Message>,
}

/// Finds where to begin. The file holds every message from the first on.
pub(super) async fn open(file: Arc<LogFile>, topic: &str, from: &TailFrom) -> Result<EmbeddedTail> {
    let bounds: Vec<(i64, i64)> = file.end_offsets(topic).await?.into_iter().map(|end| (0, end)).collect();
    let next = tail_positions(topic, &bounds, from)?;
    let ear = Ear::new(&file);
    Ok(EmbeddedTail { file, ear, topic: Arc::from(topic), due: next.clone(), next, waiting: VecDeque::new() })
}

#[async_trait]
impl Tail for EmbeddedTail {
    async fn next(&mut self, wait: Duration) -> Result<Option<Message>> {
        let deadline = Instant::now() + wait;
        loop {
            if let Some(message) = self.waiting.pop_front() {
                self.due.insert(message.partition, message.offset + 1);
                return Ok(Some(message));
            }
            self.ear.begin_to_look(&self.file);
            let ends = self.file.end_offsets(&self.topic).await?;
            for (partition, end) in (0_i32..).zip(ends) {
                let Some(next) = self.next.get_mut(&partition).filter(|next| **next < end) else {
                    continue;
                };
                let read = self.file.read(&self.topic, partition, *next, MESSAGES_MAX, BYTES_MAX).await?;
                if let Some(last) = read.last() {
                    *next = last.offset + 1;
                }
                self.waiting.extend(read);
            }
            if self.waiting.is_empty() {
                if Instant::now() >= deadline {
                    return Ok(None);
                }
                let _ = tokio::time::timeout_at(deadline, self.ear.written(&self.file)).await;
            }
        }
    }

    fn positions(&self) -> BTreeMap<i32, i64> {
        self.due.clone()
    }
}
