//! What the reading thread and the owner of a consumer share: events on their way to the owner, the partitions that are
//! held, and the owner's wishes on their way back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::batches::{KafkaBatches, Takers};
use super::held::{HeldPartition, PartitionKey, Source};
use crate::contract::{Assigned, Batches, ConsumerSettings, Event};
use crate::error::{Result, StreamError};

pub(super) struct Mailbox {
    state: Mutex<State>,
    /// Wakes the owner: an event has come, or the reader has ended.
    arrived: Notify,
    pub(super) takers: Arc<Takers>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Result<Event>>,
    held: BTreeMap<PartitionKey, Arc<HeldPartition>>,
    assignments: u64,
    closing: bool,
    ended: bool,
}

/// A partition that has come: where to read it from or why not to, and what reads ahead of it and tells of that.
pub(super) struct Arrival {
    pub(super) key: PartitionKey,
    pub(super) position: Result<i64, String>,
    pub(super) source: Source,
    pub(super) news: watch::Sender<()>,
}

impl Mailbox {
    pub(super) fn new(settings: ConsumerSettings) -> Self {
        Self { state: Mutex::default(), arrived: Notify::new(), takers: Arc::new(Takers::new(settings)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // ---- for the reader ----

    /// Partitions have come.
    pub(super) fn assign(&self, partitions: Vec<Arrival>) {
        let mut state = self.state();
        let mut live = Vec::new();
        let mut halted = Vec::new();
        for Arrival { key, position, source, news } in partitions {
            state.assignments += 1;
            let assignment = state.assignments;
            let next = position.as_ref().ok().copied();
            let held = Arc::new(HeldPartition::new(key.clone(), assignment, next, source, news));
            if let Err(reason) = position {
                halted.push(Ok(halt_event(key.clone(), reason)));
            } else {
                live.push(self.assigned(&held, assignment));
            }
            state.held.insert(key, held);
        }
        if !live.is_empty() {
            state.waiting.push_back(Ok(Event::Assigned(live)));
        }
        state.waiting.extend(halted);
        drop(state);
        self.takers.begin();
        self.arrived.notify_one();
    }

    fn assigned(&self, held: &Arc<HeldPartition>, assignment: u64) -> Assigned {
        let (topic, partition) = held.key.clone();
        Assigned { topic, partition, batches: self.batches(held, assignment) }
    }

    fn batches(&self, held: &Arc<HeldPartition>, assignment: u64) -> Box<dyn Batches> {
        Box::new(KafkaBatches::new(Arc::clone(held), assignment, Arc::clone(&self.takers)))
    }

    /// Partitions are being taken away. Says which were held.
    pub(super) fn revoke(&self, partitions: &[PartitionKey]) -> Vec<PartitionKey> {
        let mut state = self.state();
        let mut revoked = Vec::new();
        for key in partitions {
            if let Some(held) = state.held.remove(key) {
                held.end();
                state.forget(key);
                revoked.push(key.clone());
            }
        }
        if !revoked.is_empty() {
            state.waiting.push_back(Ok(Event::Revoked(revoked.clone())));
        }
        drop(state);
        self.arrived.notify_one();
        revoked
    }

    /// Drops what reads ahead of a partition, where it is held, before it is assigned once more.
    pub(super) fn let_go(&self, key: &PartitionKey) {
        if let Some(held) = self.state().held.get(key) {
            held.end();
        }
    }

    pub(super) fn held(&self) -> Vec<Arc<HeldPartition>> {
        self.state().held.values().cloned().collect()
    }

    /// A partition cannot be read any further.
    pub(super) fn halt(&self, held: &HeldPartition, reason: String) {
        held.halt();
        self.state().waiting.push_back(Ok(halt_event(held.key.clone(), reason)));
        self.arrived.notify_one();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.state().closing
    }

    /// Nothing more is read: what was read ahead is dropped, and the client library let go.
    pub(super) fn end_partitions(&self) {
        self.held().iter().for_each(|held| held.end());
    }

    /// The consumer cannot go on; the owner is told after what has happened before.
    pub(super) fn fail(&self, error: StreamError) {
        self.state().waiting.push_back(Err(error));
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
                    Some(event) => return event,
                    None if state.ended => return Err(StreamError::Closed),
                    None => {}
                }
            }
            self.arrived.notified().await;
        }
    }

    pub(super) fn rewind(&self, topic: &str, partition: i32, offset: i64) -> Result<Box<dyn Batches>> {
        let mut guard = self.state();
        let state = &mut *guard;
        let key = (Arc::from(topic), partition);
        let Some(held) = state.held.get(&key).cloned() else {
            return Err(StreamError::NotAssigned { topic: topic.to_owned(), partition });
        };
        state.assignments += 1;
        held.rewind(state.assignments, offset);
        state.forget(&key);
        Ok(self.batches(&held, state.assignments))
    }

    pub(super) fn close(&self) {
        self.state().closing = true;
    }

    /// Waits until the reader is gone.
    pub(super) async fn ended(&self) {
        while !self.state().ended {
            self.arrived.notified().await;
        }
    }
}

impl State {
    /// Drops reasons to halt that hold no longer.
    fn forget(&mut self, (topic, partition): &PartitionKey) {
        self.waiting.retain(
            |event| !matches!(event, Ok(Event::Halted { topic: t, partition: p, .. }) if t == topic && p == partition),
        );
    }
}

fn halt_event((topic, partition): PartitionKey, reason: String) -> Event {
    tracing::error!(%topic, partition, reason, "a partition halts");
    Event::Halted { topic, partition, reason }
}

#[cfg(test)]
mod tests {
    use super::super::held::tests::{Feed, message, source};
    use super::*;

    fn key() -> PartitionKey {
        (Arc::from("t"), 0)
    }

    fn assign(mailbox: &Mailbox, position: i64) -> Feed {
        let feed = Feed::default();
        let (source, news) = (source(&feed), watch::Sender::new(()));
        mailbox.assign(vec![Arrival { key: key(), position: Ok(position), source, news }]);
        feed
    }

    async fn assigned(mailbox: &Mailbox) -> Box<dyn Batches> {
        match mailbox.next().await {
            Ok(Event::Assigned(mut partitions)) => partitions.remove(0).batches,
            other => panic!("nothing was assigned: {other:?}"),
        }
    }

    #[tokio::test]
    async fn nothing_read_before_a_revocation_is_handed_out_after_it() {
        let mailbox = Mailbox::new(ConsumerSettings::default());
        let first = assign(&mailbox, 0);
        first.lock().unwrap().push_back(Ok(message(0, 1)));
        mailbox.revoke(&[key()]);
        let second = assign(&mailbox, 5);
        second.lock().unwrap().push_back(Ok(message(5, 1)));
        let mut before = assigned(&mailbox).await;
        assert!(matches!(mailbox.next().await, Ok(Event::Revoked(_))));
        let mut after = assigned(&mailbox).await;
        assert!(before.next().await.is_none());
        assert_eq!(after.next().await.map(|batch| batch.messages[0].offset), Some(5));
        mailbox.let_go(&key());
        assert!(after.next().await.is_none());
        assert_eq!(Arc::strong_count(&second), 1, "what reads ahead is gone");
    }

    #[tokio::test]
    async fn a_partition_that_is_not_held_cannot_be_rewound() {
        let mailbox = Mailbox::new(ConsumerSettings::default());
        assert!(matches!(mailbox.rewind("t", 0, 0), Err(StreamError::NotAssigned { .. })));
        assign(&mailbox, 0);
        let mut before = assigned(&mailbox).await;
        mailbox.halt(&mailbox.held()[0], "a reason".to_owned());
        assert!(mailbox.rewind("t", 0, 3).is_ok());
        assert!(before.next().await.is_none());
        mailbox.end();
        assert!(matches!(mailbox.next().await, Err(StreamError::Closed)), "the reason to halt holds no longer");
    }
}
