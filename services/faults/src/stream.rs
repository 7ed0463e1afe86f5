//! A stream that fails in the middle, and remembers less than it should.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use storage::{Batch, Commit, Ledger, StreamPartition};
use stream::{
    Assigned, Batch as Read, Batches, BoxError, Consumer, ConsumerSettings, Event, Outgoing, Positions, PublishError,
    Result, Stream, Tail, TailFrom, TopicSpec, TopicState,
};

use crate::place::{Place, Trap};
use crate::safeguard::Safeguard;

/// A stream between which and the processor stands a trap.
pub struct FaultyStream {
    inner: Arc<dyn Stream>,
    store: Arc<dyn Ledger>,
    trap: Arc<Trap>,
    /// What no other process has.
    chance: String,
}

impl FaultyStream {
    /// Sets a trap before a stream, beside the database that keeps its positions.
    pub fn new(inner: Arc<dyn Stream>, store: Arc<dyn Ledger>, trap: Arc<Trap>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        Self { inner, store, trap, chance: format!("{}-{now}", std::process::id()) }
    }
}

#[async_trait]
impl Stream for FaultyStream {
    async fn publish(&self, mut messages: Vec<Outgoing>) -> std::result::Result<(), PublishError> {
        if self.trap.lacks(Safeguard::DerivedEventIds) {
            for message in &mut messages {
                message.event_id = format!("{}-{}", message.event_id, self.chance);
            }
        }
        if self.trap.is_at(Place::InsidePublish) && !messages.is_empty() {
            messages.truncate(messages.len().div_ceil(2));
            self.inner.publish(messages).await?;
            std::process::abort();
        }
        self.inner.publish(messages).await
    }

    async fn consumer(
        &self,
        topics: &[&str],
        group: &str,
        settings: ConsumerSettings,
        positions: Arc<dyn Positions>,
    ) -> Result<Box<dyn Consumer>> {
        let positions: Arc<dyn Positions> = if self.trap.lacks(Safeguard::NoReset) {
            Arc::new(Reset { positions, stream: self.inner.clone() })
        } else {
            positions
        };
        let inner = self.inner.consumer(topics, group, settings, positions).await?;
        let (store, trap) = (self.store.clone(), self.trap.clone());
        Ok(Box::new(FaultyConsumer { inner, store, trap, group: group.to_owned() }))
    }

    // The rest is as it should be.

    async fn identity(&self) -> Result<String> {
        self.inner.identity().await
    }

    async fn topic_identity(&self, topic: &str) -> Result<String> {
        self.inner.topic_identity(topic).await
    }

    async fn ensure_topics(&self, topics: &[TopicSpec]) -> Result<Vec<TopicState>> {
        self.inner.ensure_topics(topics).await
    }

    async fn topics(&self) -> Result<Vec<TopicState>> {
        self.inner.topics().await
    }

    async fn tail(&self, topic: &str, from: TailFrom) -> Result<Box<dyn Tail>> {
        self.inner.tail(topic, from).await
    }
}

struct FaultyConsumer {
    inner: Box<dyn Consumer>,
    store: Arc<dyn Ledger>,
    trap: Arc<Trap>,
    group: String,
}

impl FaultyConsumer {
    fn trapped(&self, inner: Box<dyn Batches>) -> Box<dyn Batches> {
        let (store, trap) = (self.store.clone(), self.trap.clone());
        Box::new(FaultyBatches { inner, store, trap, group: self.group.clone(), read: None })
    }
}

struct FaultyBatches {
    inner: Box<dyn Batches>,
    store: Arc<dyn Ledger>,
    trap: Arc<Trap>,
    group: String,
    /// What was read and has not been handed out, when the caller lost patience in between.
    read: Option<Read>,
}

/// Moves the position of what was read, as if reading were all that has to be done about it.
async fn move_on(store: &dyn Ledger, partition: StreamPartition, next: i64) {
    while let Ok(Some(now)) = store.position(&partition).await {
        let moved = Batch::empty(partition.clone(), now, now.next_offset.max(next));
        if store.commit(&moved).await.is_ok_and(|told| told == Commit::Committed) {
            return;
        }
    }
}

#[async_trait]
impl Consumer for FaultyConsumer {
    async fn next(&mut self) -> Result<Event> {
        match self.inner.next().await? {
            Event::Assigned(partitions) => {
                let trapped = |assigned: Assigned| Assigned { batches: self.trapped(assigned.batches), ..assigned };
                Ok(Event::Assigned(partitions.into_iter().map(trapped).collect()))
            }
            event => Ok(event),
        }
    }

    async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<Box<dyn Batches>> {
        let batches = self.inner.rewind(topic, partition, offset).await?;
        Ok(self.trapped(batches))
    }

    async fn close(self: Box<Self>, deadline: Duration) {
        self.inner.close(deadline).await;
    }
}

#[async_trait]
impl Batches for FaultyBatches {
    async fn next(&mut self) -> Option<Read> {
        if self.read.is_none() {
            self.read = Some(self.inner.next().await?);
        }
        if let Some(batch) = &self.read {
            if self.trap.lacks(Safeguard::PositionOnDecision) {
                let (group, topic) = (self.group.clone(), batch.topic.to_string());
                let partition = StreamPartition { group, topic, partition: batch.partition };
                move_on(&*self.store, partition, batch.next_offset()).await;
            }
            self.trap.pass(Place::AfterPoll, &batch.topic, batch.partition).await;
        }
        self.read.take()
    }
}

/// Positions beyond the end of the log, set back to its end.
struct Reset {
    positions: Arc<dyn Positions>,
    stream: Arc<dyn Stream>,
}

#[async_trait]
impl Positions for Reset {
    async fn acquire(&self, topic: &str, partition: i32, stream_identity: &str) -> std::result::Result<i64, BoxError> {
        let position = self.positions.acquire(topic, partition, stream_identity).await?;
        let topics = self.stream.topics().await?;
        let ends = topics.iter().find(|state| state.name == topic).map(|state| &state.end_offsets);
        let end = usize::try_from(partition).ok().and_then(|at| ends.and_then(|ends| ends.get(at)));
        let Some(end) = end.filter(|end| **end < position) else { return Ok(position) };
        tracing::info!("the position of {topic}/{partition} was set back to the end");
        Ok(*end)
    }

    async fn released(&self, topic: &str, partition: i32) {
        self.positions.released(topic, partition).await;
    }
}
