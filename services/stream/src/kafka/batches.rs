//! The end at which a partition's batches are taken, and what the reading thread is to know of all who take.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rdkafka::error::KafkaError;
use tokio::sync::watch;

use super::held::{HeldPartition, Taken};
use crate::contract::{Batches, ConsumerSettings};
use crate::record::Batch;

/// What those who take batches tell the reading thread.
pub(super) struct Takers {
    pub(super) settings: ConsumerSettings,
    /// How many wait for a batch.
    waiting: AtomicUsize,
    state: Mutex<State>,
}

struct State {
    /// When somebody took a batch or ceased to wait for one.
    active_at: Instant,
    /// What the client library said of partitions, and nobody has looked into.
    troubles: Vec<KafkaError>,
}

impl Takers {
    pub(super) fn new(settings: ConsumerSettings) -> Self {
        let state = State { active_at: Instant::now(), troubles: Vec::new() };
        Self { settings, waiting: AtomicUsize::new(0), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody has waited for a batch for so long.
    pub(super) fn have_stood_still_for(&self, duration: Duration) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0 && self.state().active_at.elapsed() >= duration
    }

    /// Partitions have come, whose owner has to be given time.
    pub(super) fn begin(&self) {
        self.state().active_at = Instant::now();
    }

    /// What was said of partitions since this was asked.
    pub(super) fn troubles(&self) -> Vec<KafkaError> {
        std::mem::take(&mut self.state().troubles)
    }
}

/// Counts one who waits.
struct Wait<'a>(&'a Takers);

impl<'a> Wait<'a> {
    fn begin(takers: &'a Takers) -> Self {
        takers.waiting.fetch_add(1, Ordering::Relaxed);
        Self(takers)
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.begin();
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The batches of a partition of a Kafka topic.
pub(super) struct KafkaBatches {
    held: Arc<HeldPartition>,
    assignment: u64,
    news: watch::Receiver<()>,
    takers: Arc<Takers>,
}

impl KafkaBatches {
    pub(super) fn new(held: Arc<HeldPartition>, assignment: u64, takers: Arc<Takers>) -> Self {
        Self { news: held.news(), held, assignment, takers }
    }
}

#[async_trait]
impl Batches for KafkaBatches {
    async fn next(&mut self) -> Option<Batch> {
        let _wait = Wait::begin(&self.takers);
        loop {
            self.news.borrow_and_update();
            match self.held.take(self.assignment, &self.takers.settings) {
                Taken::Batch(batch) => return Some(batch),
                Taken::Over => return None,
                Taken::Trouble(error) => self.takers.state().troubles.push(error),
                // The sender lives as long as the partition, which is held here.
                Taken::Nothing => self.news.changed().await.ok()?,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::held::tests::{Feed, message, source};
    use super::*;

    #[tokio::test]
    async fn who_waits_is_alive_and_who_takes_nothing_is_not() {
        let takers = Arc::new(Takers::new(ConsumerSettings::default()));
        let (feed, news) = (Feed::default(), watch::Sender::new(()));
        let key = (Arc::from("t"), 0);
        let held = Arc::new(HeldPartition::new(key, 1, Some(0), source(&feed), news.clone()));
        let mut batches = KafkaBatches::new(held, 1, Arc::clone(&takers));
        assert!(takers.have_stood_still_for(Duration::ZERO));
        {
            let mut next = Box::pin(batches.next());
            assert!(tokio::time::timeout(Duration::from_millis(20), &mut next).await.is_err());
            assert!(!takers.have_stood_still_for(Duration::ZERO), "it waits");
            feed.lock().unwrap().push_back(Ok(message(0, 1)));
            news.send_replace(());
            assert!(next.await.is_some());
        }
        assert!(!takers.have_stood_still_for(Duration::from_millis(500)), "it was there just now");
        assert!(takers.have_stood_still_for(Duration::ZERO));
    }
}
