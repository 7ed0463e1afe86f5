//! Batches from the file, the partitions taking turns.

use std::collections::VecDeque;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::{Ear, LogFile, TROUBLE_WAIT_MAX, TROUBLE_WAIT_MIN};
use crate::contract::{Consumer, ConsumerSettings, Event};
use crate::error::{Result, StreamError};
use crate::positions::{Positions, acquire_patiently, misfit};
use crate::record::Batch;

/// A partition that is read.
struct Held {
    topic: Arc<str>,
    partition: i32,
    assignment: u64,
    next: i64,
    halted: bool,
}

pub(super) struct EmbeddedConsumer {
    file: Arc<LogFile>,
    ear: Ear,
    settings: ConsumerSettings,
    positions: Arc<dyn Positions>,
    held: Vec<Held>,
    assignments: u64,
    /// The partition whose turn it is.
    turn: usize,
    events: VecDeque<Event>,
}

/// Takes over every partition of the topics.
pub(super) async fn open(
    file: Arc<LogFile>,
    topics: &[&str],
    identity: &str,
    settings: ConsumerSettings,
    positions: Arc<dyn Positions>,
) -> Result<EmbeddedConsumer> {
    let mut consumer = EmbeddedConsumer {
        ear: Ear::new(&file),
        file,
        settings,
        positions,
        held: Vec::new(),
        assignments: 0,
        turn: 0,
        events: VecDeque::new(),
    };
    let deadline = Instant::now() + consumer.settings.acquire_timeout;
    let mut live = Vec::new();
    for topic in topics {
        let ends = consumer.file.end_offsets(topic).await?;
        let topic: Arc<str> = Arc::from(*topic);
        for (partition, end) in (0_i32..).zip(ends) {
            let position = acquire_patiently(&*consumer.positions, &topic, partition, identity, deadline).await;
            let position = position.and_then(|position| misfit(position, 0, end).map_or(Ok(position), Err));
            consumer.assignments += 1;
            consumer.held.push(Held {
                topic: Arc::clone(&topic),
                partition,
                assignment: consumer.assignments,
                next: *position.as_ref().unwrap_or(&0),
                halted: position.is_err(),
            });
            match position {
                Ok(_) => live.push((Arc::clone(&topic), partition)),
                Err(reason) => consumer.events.push_back(halt_event(&topic, partition, reason)),
            }
        }
    }
    if !live.is_empty() {
        consumer.events.push_front(Event::Assigned(live));
    }
    Ok(consumer)
}

impl EmbeddedConsumer {
    /// The next partition, in turn, that holds something unread, with what it holds.
    async fn batch(&mut self) -> Result<Option<Batch>> {
        for step in 0..self.held.len() {
            let index = (self.turn + step) % self.held.len();
            let held = &self.held[index];
            if held.halted {
                continue;
            }
            let (max_messages, max_bytes) = (self.settings.max_messages, self.settings.max_bytes);
            let read = || self.file.read(&held.topic, held.partition, held.next, max_messages, max_bytes);
            let mut messages = read().await?;
            if messages.is_empty() {
                continue;
            }
            let size_bytes: usize = messages.iter().map(crate::record::Message::size_bytes).sum();
            if messages.len() < max_messages && size_bytes < max_bytes / 2 && !self.settings.max_wait.is_zero() {
                tokio::time::sleep(self.settings.max_wait).await;
                messages = read().await?;
            }
            let batch = Batch {
                topic: Arc::clone(&held.topic),
                partition: held.partition,
                messages,
                assignment: held.assignment,
            };
            // Nothing is waited for from here on, so a dropped future has not moved the position.
            self.held[index].next = batch.next_offset();
            self.turn = index + 1;
            return Ok(Some(batch));
        }
        Ok(None)
    }

    /// What there is at once.
    async fn look(&mut self) -> Result<Option<Event>> {
        if let Some(event) = self.events.pop_front() {
            return Ok(Some(event));
        }
        self.ear.begin_to_look(&self.file);
        Ok(self.batch().await?.map(Event::Batch))
    }
}

#[async_trait]
impl Consumer for EmbeddedConsumer {
    async fn next(&mut self) -> Result<Event> {
        let mut wait = TROUBLE_WAIT_MIN;
        loop {
            match self.look().await {
                Ok(Some(event)) => return Ok(event),
                Ok(None) => {
                    wait = TROUBLE_WAIT_MIN;
                    self.ear.written(&self.file).await;
                }
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, cause = error.source().map(ToString::to_string), "failed to read the log, trying again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(TROUBLE_WAIT_MAX);
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<()> {
        let found = self.held.iter().position(|held| *held.topic == *topic && held.partition == partition);
        let index = found.ok_or_else(|| StreamError::NotAssigned { topic: topic.to_owned(), partition })?;
        let ends = self.file.end_offsets(topic).await?;
        let end = usize::try_from(partition).ok().and_then(|partition| ends.get(partition)).copied().unwrap_or(0);
        self.assignments += 1;
        let held = &mut self.held[index];
        held.assignment = self.assignments;
        let reason = misfit(offset, 0, end);
        held.halted = reason.is_some();
        if let Some(reason) = reason {
            self.events.push_back(halt_event(&held.topic, partition, reason));
        } else {
            held.next = offset;
        }
        Ok(())
    }

    async fn close(self: Box<Self>, deadline: Duration) {
        let release = async {
            for held in &self.held {
                self.positions.released(&held.topic, held.partition).await;
            }
        };
        if tokio::time::timeout(deadline, release).await.is_err() {
            tracing::warn!(deadline_ms = deadline.as_millis() as u64, "the embedded consumer did not close in time");
        }
    }
}

fn halt_event(topic: &Arc<str>, partition: i32, reason: String) -> Event {
    tracing::error!(%topic, partition, reason, "a partition halts");
    Event::Halted { topic: Arc::clone(topic), partition, reason }
}
