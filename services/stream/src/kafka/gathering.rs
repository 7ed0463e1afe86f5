//! Messages of several partitions, gathered into one batch each until it is full or has waited long enough.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::mailbox::PartitionKey;
use crate::contract::ConsumerSettings;
use crate::record::{Batch, Message};

/// What is gathered for all partitions may be this many times as large as one batch may be.
const BATCHES_MAX: usize = 4;

pub(super) struct Gathering {
    max_messages: usize,
    max_bytes: usize,
    max_wait: Duration,
    batches: BTreeMap<PartitionKey, Gathered>,
    size_bytes: usize,
    /// When the first batch has waited long enough; too early when that one has gone already.
    due_at: Option<Instant>,
}

/// What is gathered for one partition.
struct Gathered {
    batch: Batch,
    size_bytes: usize,
    due_at: Instant,
}

impl Gathering {
    pub(super) fn new(settings: &ConsumerSettings) -> Self {
        Self {
            max_messages: settings.max_messages,
            max_bytes: settings.max_bytes,
            max_wait: settings.max_wait,
            batches: BTreeMap::new(),
            size_bytes: 0,
            due_at: None,
        }
    }

    /// How long until a batch has waited long enough, and no longer than `idle`.
    pub(super) fn wait(&self, idle: Duration) -> Duration {
        self.due_at.map_or(idle, |at| at.saturating_duration_since(Instant::now()).min(idle))
    }

    /// Adds a message that was read under an assignment; hands over the batch that it completes, or that has no room
    /// for it.
    pub(super) fn add(&mut self, key: PartitionKey, assignment: u64, message: Message, mut put: impl FnMut(Batch)) {
        let size_bytes = message.size_bytes();
        if let Some(gathered) = self.batches.get(&key) {
            if gathered.batch.assignment != assignment {
                self.take(&key);
            } else if gathered.size_bytes + size_bytes > self.max_bytes {
                self.take(&key).into_iter().for_each(&mut put);
            }
        }
        let gathered = self.batches.entry(key.clone()).or_insert_with(|| {
            let due_at = Instant::now() + self.max_wait;
            self.due_at = Some(self.due_at.map_or(due_at, |at| at.min(due_at)));
            let batch = Batch { topic: Arc::clone(&key.0), partition: key.1, messages: Vec::new(), assignment };
            Gathered { batch, size_bytes: 0, due_at }
        });
        gathered.batch.messages.push(message);
        gathered.size_bytes += size_bytes;
        self.size_bytes += size_bytes;
        if gathered.batch.messages.len() >= self.max_messages || gathered.size_bytes >= self.max_bytes {
            self.take(&key).into_iter().for_each(put);
        }
    }

    /// Hands over what has waited long enough, or everything when there is too much of it.
    pub(super) fn put_due(&mut self, mut put: impl FnMut(Batch)) {
        let crowded = self.size_bytes > BATCHES_MAX * self.max_bytes;
        let now = Instant::now();
        if !crowded && self.due_at.is_none_or(|at| at > now) {
            return;
        }
        for (_, due) in self.batches.extract_if(.., |_, gathered| crowded || gathered.due_at <= now) {
            self.size_bytes -= due.size_bytes;
            put(due.batch);
        }
        self.due_at = self.batches.values().map(|gathered| gathered.due_at).min();
    }

    fn take(&mut self, key: &PartitionKey) -> Option<Batch> {
        let gathered = self.batches.remove(key)?;
        self.size_bytes -= gathered.size_bytes;
        Some(gathered.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(partition: i32, offset: i64, payload_bytes: usize) -> (PartitionKey, Message) {
        let topic: Arc<str> = Arc::from("t");
        let message = Message {
            topic: Arc::clone(&topic),
            partition,
            offset,
            timestamp_ms: 0,
            key: None,
            headers: Vec::new(),
            payload: Some(vec![0; payload_bytes]),
            generation: 0,
        };
        ((topic, partition), message)
    }

    /// Adds messages, given as (partition, assignment, bytes), and says how many messages each batch had.
    fn check(max_messages: usize, max_bytes: usize, messages: &[(i32, u64, usize)], expected: &[usize], left: usize) {
        let settings = ConsumerSettings {
            max_messages,
            max_bytes,
            max_wait: Duration::from_secs(3_600),
            ..ConsumerSettings::default()
        };
        let mut gathering = Gathering::new(&settings);
        let mut batches = Vec::new();
        for (offset, (partition, assignment, bytes)) in (0..).zip(messages) {
            let (key, message) = message(*partition, offset, *bytes);
            gathering.add(key, *assignment, message, |batch| batches.push(batch.messages.len()));
            gathering.put_due(|batch| batches.push(batch.messages.len()));
        }
        assert_eq!(batches, expected);
        assert_eq!(gathering.batches.values().map(|gathered| gathered.batch.messages.len()).sum::<usize>(), left);
        assert_eq!(gathering.size_bytes, gathering.batches.values().map(|gathered| gathered.size_bytes).sum::<usize>());
    }

    #[test]
    fn a_batch_goes_when_it_is_full() {
        check(2, 100, &[(0, 1, 1), (1, 1, 1), (0, 1, 1), (0, 1, 1)], &[2], 2);
        check(9, 100, &[(0, 1, 40), (0, 1, 40), (0, 1, 40)], &[2], 1);
        check(9, 100, &[(0, 1, 40), (0, 1, 60)], &[2], 0);
        check(9, 100, &[(0, 1, 500)], &[1], 0);
        check(9, 100, &[(0, 1, 40), (0, 1, 500)], &[1, 1], 0);
    }

    #[test]
    fn what_was_read_under_an_earlier_assignment_is_dropped() {
        check(3, 100, &[(0, 1, 1), (0, 1, 1), (0, 2, 1), (0, 2, 1)], &[], 2);
    }

    #[test]
    fn many_partitions_together_are_bounded() {
        check(9, 100, &[(0, 1, 90), (1, 1, 90), (2, 1, 90), (3, 1, 90), (4, 1, 90)], &[1, 1, 1, 1, 1], 0);
    }
}
