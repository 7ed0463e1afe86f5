//! What the reading thread and the owner of a consumer share: events on their way to the owner, the partitions that are
//! held, and the owner's wishes on their way back.
//!
//! Every partition is held under an *assignment*, a number that changes when the partition is taken away, comes back or is
//! rewound. A batch enters and leaves the mailbox only under the assignment that holds now, so nothing that was read
//! before such a change is handed out after it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::contract::Event;
use crate::error::{Result, StreamError};
use crate::record::Batch;

/// A partition of a topic.
pub(super) type PartitionKey = (Arc<str>, i32);

/// Events that may wait, however small they are.
const EVENTS_MAX: usize = 256;

pub(super) struct Mailbox {
    state: Mutex<State>,
    /// Wakes the owner: an event has come, or the reader has ended.
    arrived: Notify,
    /// Wakes the reader: there is room, or a wish.
    wished: Condvar,
    bytes_max: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    held: BTreeMap<PartitionKey, Held>,
    assignments: u64,
    closing: bool,
    ended: bool,
}

enum Waiting {
    Batch { batch: Batch, size_bytes: usize },
    Event(Event),
    Failure(StreamError),
}

/// A partition that is assigned to this consumer.
#[derive(Clone, Copy)]
struct Held {
    assignment: u64,
    /// What will be read next, as far as batches have been handed over.
    next: i64,
    halted: bool,
    /// Where the owner wants to go on reading; until the reader is there, what it reads is dropped.
    rewind_to: Option<i64>,
}

impl Mailbox {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { state: Mutex::default(), arrived: Notify::new(), wished: Condvar::new(), bytes_max }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- for the reader ----

    /// Partitions have come, each with the position to read from or the reason not to.
    pub(super) fn assign(&self, partitions: Vec<(PartitionKey, Result<i64, String>)>) {
        let mut state = self.state();
        let mut live = Vec::new();
        let mut halted = Vec::new();
        for (key, position) in partitions {
            state.assignments += 1;
            let assignment = state.assignments;
            let next = *position.as_ref().unwrap_or(&0);
            state.held.insert(key.clone(), Held { assignment, next, halted: position.is_err(), rewind_to: None });
            match position {
                Ok(_) => live.push(key),
                Err(reason) => halted.push(halt_event(key, reason)),
            }
        }
        if !live.is_empty() {
            state.waiting.push_back(Waiting::Event(Event::Assigned(live)));
        }
        state.waiting.extend(halted);
        drop(state);
        self.arrived.notify_one();
    }

    /// Partitions are being taken away; what waits of them is dropped. Says which were held.
    pub(super) fn revoke(&self, partitions: &[PartitionKey]) -> Vec<PartitionKey> {
        let mut state = self.state();
        let mut revoked = Vec::new();
        for key in partitions {
            if state.held.remove(key).is_some() {
                state.forget(key);
                revoked.push(key.clone());
            }
        }
        if !revoked.is_empty() {
            state.waiting.push_back(Waiting::Event(Event::Revoked(revoked.clone())));
        }
        drop(state);
        self.arrived.notify_one();
        revoked
    }

    /// The assignment under which a message of this partition is read now, if it is wanted at all.
    pub(super) fn wanted(&self, key: &PartitionKey) -> Option<u64> {
        let state = self.state();
        let held = state.held.get(key)?;
        (!held.halted && held.rewind_to.is_none()).then_some(held.assignment)
    }

    /// Hands a batch over, unless its assignment is over.
    pub(super) fn put(&self, batch: Batch) {
        let mut guard = self.state();
        let state = &mut *guard;
        let key = (Arc::clone(&batch.topic), batch.partition);
        let Some(held) = state.held.get_mut(&key) else { return };
        if held.assignment != batch.assignment || held.halted || held.rewind_to.is_some() {
            return;
        }
        held.next = batch.next_offset();
        let size_bytes = batch.messages.iter().map(crate::record::Message::size_bytes).sum();
        state.waiting_bytes += size_bytes;
        state.waiting.push_back(Waiting::Batch { batch, size_bytes });
        drop(guard);
        self.arrived.notify_one();
    }

    /// The partitions that are read now, with what will be read next.
    pub(super) fn live(&self) -> Vec<(PartitionKey, i64)> {
        let state = self.state();
        state.held.iter().filter(|(_, held)| !held.halted).map(|(key, held)| (key.clone(), held.next)).collect()
    }

    /// A partition cannot be read any further.
    pub(super) fn halt(&self, key: &PartitionKey, reason: String) {
        let mut state = self.state();
        if let Some(held) = state.held.get_mut(key) {
            held.halted = true;
            held.rewind_to = None;
            state.waiting.push_back(halt_event(key.clone(), reason));
        }
        drop(state);
        self.arrived.notify_one();
    }

    /// Where the owner wants to go on reading.
    pub(super) fn rewinds(&self) -> Vec<(PartitionKey, i64)> {
        let state = self.state();
        state.held.iter().filter_map(|(key, held)| Some((key.clone(), held.rewind_to?))).collect()
    }

    /// The reader has gone to this offset, as the owner wanted.
    pub(super) fn rewound(&self, key: &PartitionKey, offset: i64) {
        if let Some(held) = self.state().held.get_mut(key)
            && held.rewind_to == Some(offset)
        {
            held.rewind_to = None;
            held.next = offset;
        }
    }

    /// Waits for room or a wish, but not long; says whether there is room.
    pub(super) fn wait_for_room(&self, wait: Duration) -> bool {
        let state = self.state();
        if state.has_room(self.bytes_max) {
            return true;
        }
        let (state, _) = self.wished.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
        state.has_room(self.bytes_max)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// The consumer cannot go on; the owner is told after what has been read before.
    pub(super) fn fail(&self, error: StreamError) {
        self.state().waiting.push_back(Waiting::Failure(error));
        self.arrived.notify_one();
    }

    /// The reader is gone.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.arrived.notify_one();
    }

    // ---- for the owner ----

    pub(super) async fn next(&self) -> Result<Event> {
        loop {
            {
                let mut state = self.state();
                match state.waiting.pop_front() {
                    Some(Waiting::Batch { batch, size_bytes }) => {
                        state.waiting_bytes -= size_bytes;
                        self.wished.notify_one();
                        return Ok(Event::Batch(batch));
                    }
                    Some(Waiting::Event(event)) => return Ok(event),
                    Some(Waiting::Failure(error)) => return Err(error),
                    None if state.ended => return Err(StreamError::Closed),
                    None => {}
                }
            }
            self.arrived.notified().await;
        }
    }

    pub(super) fn rewind(&self, topic: &str, partition: i32, offset: i64) -> Result<()> {
        let mut guard = self.state();
        let state = &mut *guard;
        state.assignments += 1;
        let key = (Arc::from(topic), partition);
        let Some(held) = state.held.get_mut(&key) else {
            return Err(StreamError::NotAssigned { topic: topic.to_owned(), partition });
        };
        held.assignment = state.assignments;
        held.halted = false;
        held.rewind_to = Some(offset);
        state.forget(&key);
        self.wished.notify_one();
        Ok(())
    }

    pub(super) fn close(&self) {
        self.state().closing = true;
        self.wished.notify_one();
    }

    /// Waits until the reader is gone.
    pub(super) async fn ended(&self) {
        while !self.state().ended {
            self.arrived.notified().await;
        }
    }
}

impl State {
    fn has_room(&self, bytes_max: usize) -> bool {
        self.waiting.is_empty() || (self.waiting_bytes < bytes_max && self.waiting.len() < EVENTS_MAX)
    }

    /// Drops what waits of a partition: batches, and reasons to halt that hold no longer.
    fn forget(&mut self, key: &PartitionKey) {
        let mut dropped_bytes = 0;
        self.waiting.retain(|waiting| match waiting {
            Waiting::Batch { batch, size_bytes } if batch.topic == key.0 && batch.partition == key.1 => {
                dropped_bytes += size_bytes;
                false
            }
            Waiting::Event(Event::Halted { topic, partition, .. }) => *topic != key.0 || *partition != key.1,
            _ => true,
        });
        self.waiting_bytes -= dropped_bytes;
    }
}

fn halt_event((topic, partition): PartitionKey, reason: String) -> Waiting {
    tracing::error!(%topic, partition, reason, "a partition halts");
    Waiting::Event(Event::Halted { topic, partition, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Message;

    fn key() -> PartitionKey {
        (Arc::from("t"), 0)
    }

    fn batch(assignment: u64, offset: i64) -> Batch {
        let topic: Arc<str> = Arc::from("t");
        let message = Message {
            topic: Arc::clone(&topic),
            partition: 0,
            offset,
            timestamp_ms: 0,
            key: None,
            headers: Vec::new(),
            payload: Some(vec![0; 10]),
            generation: 0,
        };
        Batch { topic, partition: 0, messages: vec![message], assignment }
    }

    async fn offsets_waiting(mailbox: &Mailbox) -> Vec<i64> {
        mailbox.end();
        let mut offsets = Vec::new();
        while let Ok(event) = mailbox.next().await {
            if let Event::Batch(batch) = event {
                offsets.push(batch.messages[0].offset);
            }
        }
        offsets
    }

    #[tokio::test]
    async fn nothing_read_before_a_revocation_is_handed_out_after_it() {
        let mailbox = Mailbox::new(1_000);
        mailbox.assign(vec![(key(), Ok(0))]);
        let first = mailbox.wanted(&key()).expect("held");
        mailbox.put(batch(first, 0));
        mailbox.revoke(&[key()]);
        mailbox.put(batch(first, 1));
        mailbox.assign(vec![(key(), Ok(5))]);
        mailbox.put(batch(first, 2));
        let second = mailbox.wanted(&key()).expect("held again");
        mailbox.put(batch(second, 5));
        assert_eq!(offsets_waiting(&mailbox).await, [5]);
    }

    #[tokio::test]
    async fn nothing_read_before_a_rewind_is_handed_out_after_it() {
        let mailbox = Mailbox::new(1_000);
        mailbox.assign(vec![(key(), Ok(0))]);
        let first = mailbox.wanted(&key()).expect("held");
        mailbox.put(batch(first, 0));
        mailbox.rewind("t", 0, 0).expect("held");
        assert_eq!(mailbox.wanted(&key()), None, "the reader has not gone back yet");
        mailbox.put(batch(first, 1));
        assert_eq!(mailbox.rewinds(), [(key(), 0)]);
        mailbox.rewound(&key(), 0);
        let second = mailbox.wanted(&key()).expect("gone back");
        mailbox.put(batch(first, 2));
        mailbox.put(batch(second, 0));
        assert_eq!(offsets_waiting(&mailbox).await, [0]);
    }

    #[test]
    fn the_reader_waits_while_the_owner_is_behind() {
        let mailbox = Mailbox::new(15);
        mailbox.assign(vec![(key(), Ok(0))]);
        let assignment = mailbox.wanted(&key()).expect("held");
        mailbox.put(batch(assignment, 0));
        assert!(mailbox.wait_for_room(Duration::ZERO), "one batch leaves room");
        mailbox.put(batch(assignment, 1));
        assert!(!mailbox.wait_for_room(Duration::ZERO), "two exceed the bound");
        mailbox.revoke(&[key()]);
        assert!(mailbox.wait_for_room(Duration::ZERO), "what is dropped makes room");
    }

    #[test]
    fn a_partition_that_is_not_held_cannot_be_rewound() {
        let mailbox = Mailbox::new(15);
        assert!(matches!(mailbox.rewind("t", 0, 0), Err(StreamError::NotAssigned { .. })));
    }
}
