//! One partition that is assigned to a consumer: what the client library has read ahead of it, and whether that may be
//! taken.
//!
//! A partition is held under an *assignment*, a number that changes when it is rewound, and that is over when it is taken
//! away. Batches are taken under the assignment that holds now, so nothing that was read before such a change is handed
//! out after it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::error::KafkaError;
use tokio::sync::watch;

use crate::contract::ConsumerSettings;
use crate::record::{Batch, Message};

/// A partition of a topic.
pub(super) type PartitionKey = (Arc<str>, i32);

/// Gives what has been read ahead of a partition, one after the other, and nothing when there is no more of it yet.
pub(super) type Source = Box<dyn FnMut() -> Option<Result<Message, KafkaError>> + Send>;

pub(super) struct HeldPartition {
    pub(super) key: PartitionKey,
    state: Mutex<State>,
    /// Tells whoever takes that something has arrived or changed.
    news: watch::Sender<()>,
}

struct State {
    assignment: u64,
    status: Status,
    /// `None` once the partition is gone.
    source: Option<Source>,
    /// What came from the source and had no room in the batch before.
    left_over: Option<Result<Message, KafkaError>>,
    /// What is taken next.
    next: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    /// It cannot be read any further.
    Halted,
    /// The owner wants to go on reading there; until the reader has gone there, nothing is taken.
    Rewinding(i64),
}

/// What there is to take.
#[derive(Debug)]
pub(super) enum Taken {
    Batch(Batch),
    Nothing,
    /// The client library cannot read on without somebody looking.
    Trouble(KafkaError),
    /// The assignment is over.
    Over,
}

impl HeldPartition {
    /// Holds a partition from a position on, or halted. `news` is told when the source has something.
    pub(super) fn new(
        key: PartitionKey,
        assignment: u64,
        next: Option<i64>,
        source: Source,
        news: watch::Sender<()>,
    ) -> Self {
        let status = if next.is_some() { Status::Open } else { Status::Halted };
        let state = State { assignment, status, source: Some(source), left_over: None, next: next.unwrap_or(0) };
        Self { key, state: Mutex::new(state), news }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    // ---- for whoever takes batches ----

    /// A batch of what is there.
    pub(super) fn take(&self, assignment: u64, settings: &ConsumerSettings) -> Taken {
        let mut guard = self.state();
        let state = &mut *guard;
        let Some(source) = state.source.as_mut().filter(|_| state.assignment == assignment) else {
            return Taken::Over;
        };
        if state.status != Status::Open {
            return Taken::Nothing;
        }
        let mut messages = Vec::new();
        let mut size_bytes = 0;
        while messages.len() < settings.max_messages && size_bytes < settings.max_bytes {
            match state.left_over.take().or_else(&mut *source) {
                None => break,
                Some(Ok(message)) if message.offset < state.next => {}
                Some(Ok(message)) if messages.is_empty() || size_bytes + message.size_bytes() <= settings.max_bytes => {
                    size_bytes += message.size_bytes();
                    state.next = message.offset + 1;
                    messages.push(message);
                }
                Some(Err(error)) if messages.is_empty() => return Taken::Trouble(error),
                no_room => {
                    state.left_over = no_room;
                    break;
                }
            }
        }
        if messages.is_empty() {
            return Taken::Nothing;
        }
        Taken::Batch(Batch { topic: Arc::clone(&self.key.0), partition: self.key.1, messages })
    }

    // ---- for the owner ----

    /// Begins another assignment, which is read from this offset on.
    pub(super) fn rewind(&self, assignment: u64, offset: i64) {
        let mut state = self.state();
        state.assignment = assignment;
        state.status = Status::Rewinding(offset);
        state.left_over = None;
        drop(state);
        self.news.send_replace(());
    }

    // ---- for the reader ----

    /// Where the owner wants to go on reading, if anywhere else than where the reader is.
    pub(super) fn rewinding(&self) -> Option<i64> {
        match self.state().status {
            Status::Rewinding(offset) => Some(offset),
            Status::Open | Status::Halted => None,
        }
    }

    /// The reader has gone to this offset, as the owner wanted.
    pub(super) fn rewound(&self, offset: i64) {
        let mut state = self.state();
        if state.status == Status::Rewinding(offset) {
            state.status = Status::Open;
            state.next = offset;
        }
        drop(state);
        self.news.send_replace(());
    }

    /// What is taken next, unless the partition has halted.
    pub(super) fn next(&self) -> Option<i64> {
        let state = self.state();
        (state.status != Status::Halted).then_some(state.next)
    }

    pub(super) fn halt(&self) {
        self.state().status = Status::Halted;
    }

    /// Ends the assignment, and drops what was read ahead.
    pub(super) fn end(&self) {
        let mut state = self.state();
        let source = state.source.take();
        state.left_over = None;
        drop(state);
        drop(source);
        self.news.send_replace(());
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A source that is filled by the test.
    pub(in crate::kafka) type Feed = Arc<Mutex<VecDeque<Result<Message, KafkaError>>>>;

    pub(in crate::kafka) fn source(feed: &Feed) -> Source {
        let feed = Arc::clone(feed);
        Box::new(move || feed.lock().unwrap_or_else(PoisonError::into_inner).pop_front())
    }

    pub(in crate::kafka) fn message(offset: i64, payload_bytes: usize) -> Message {
        Message {
            topic: Arc::from("t"),
            partition: 0,
            offset,
            timestamp_ms: 0,
            key: None,
            headers: Vec::new(),
            payload: Some(vec![0; payload_bytes]),
            generation: 0,
        }
    }

    fn fill(feed: &Feed, messages: &[(i64, usize)]) {
        feed.lock().unwrap().extend(messages.iter().map(|(offset, bytes)| Ok(message(*offset, *bytes))));
    }

    fn held(feed: &Feed) -> HeldPartition {
        HeldPartition::new((Arc::from("t"), 0), 1, Some(0), source(feed), watch::Sender::new(()))
    }

    fn settings(max_messages: usize, max_bytes: usize) -> ConsumerSettings {
        ConsumerSettings { max_messages, max_bytes, ..ConsumerSettings::default() }
    }

    fn offsets(taken: Taken) -> Vec<i64> {
        match taken {
            Taken::Batch(batch) => batch.messages.iter().map(|message| message.offset).collect(),
            other => panic!("no batch: {other:?}"),
        }
    }

    #[test]
    fn a_batch_is_as_large_as_it_may_be() {
        for (max_messages, max_bytes, sizes, expected) in [
            (2, 100, vec![1, 1, 1], vec![2, 1]),
            (9, 100, vec![40, 40, 40], vec![2, 1]),
            (9, 100, vec![40, 60, 1], vec![2, 1]),
            (9, 100, vec![500], vec![1]),
            (9, 100, vec![40, 500, 1], vec![1, 1, 1]),
        ] {
            let feed = Feed::default();
            let held = held(&feed);
            fill(&feed, &(0..).zip(sizes.iter().copied()).collect::<Vec<_>>());
            let settings = settings(max_messages, max_bytes);
            for count in expected {
                assert_eq!(offsets(held.take(1, &settings)).len(), count, "{sizes:?}");
            }
            assert!(matches!(held.take(1, &settings), Taken::Nothing), "{sizes:?}");
        }
    }

    #[test]
    fn nothing_read_before_a_rewind_is_handed_out_after_it() {
        let feed = Feed::default();
        let (held, settings) = (held(&feed), settings(9, 15));
        fill(&feed, &[(0, 10), (1, 10)]);
        assert_eq!(offsets(held.take(1, &settings)), [0], "the other is left over");
        held.rewind(2, 5);
        assert!(matches!(held.take(1, &settings), Taken::Over));
        assert!(matches!(held.take(2, &settings), Taken::Nothing), "the reader is not there yet");
        assert_eq!(held.rewinding(), Some(5));
        held.rewound(5);
        fill(&feed, &[(4, 10), (5, 10)]);
        assert_eq!(offsets(held.take(2, &settings)), [5]);
        assert_eq!(held.rewinding(), None);
    }

    #[test]
    fn nothing_is_handed_out_after_the_end() {
        let feed = Feed::default();
        let (held, settings) = (held(&feed), settings(9, 15));
        fill(&feed, &[(0, 10), (1, 10)]);
        held.take(1, &settings);
        let news = held.news();
        held.end();
        assert!(news.has_changed().unwrap(), "who waits is told");
        assert!(matches!(held.take(1, &settings), Taken::Over));
        assert_eq!(Arc::strong_count(&feed), 1, "what reads ahead is let go");
    }

    #[test]
    fn trouble_comes_after_what_was_read_before_it() {
        let feed = Feed::default();
        let (held, settings) = (held(&feed), settings(9, 100));
        fill(&feed, &[(0, 10)]);
        feed.lock().unwrap().push_back(Err(KafkaError::NoMessageReceived));
        assert_eq!(offsets(held.take(1, &settings)), [0]);
        assert!(matches!(held.take(1, &settings), Taken::Trouble(KafkaError::NoMessageReceived)));
        held.halt();
        assert_eq!(held.next(), None);
        fill(&feed, &[(1, 10)]);
        assert!(matches!(held.take(1, &settings), Taken::Nothing), "it has halted");
    }
}
