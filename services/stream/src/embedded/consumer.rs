//! Batches from the file, each partition by itself; and one task that listens for all of them to what is written.
//!
//! ```text
//!   file ── ends of the partitions ──► listening task ──► whoever waits for a batch of a partition that has more
//!     └──── its messages, when they are asked for ──────► the same
//! ```

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Ear, LogFile, TROUBLE_WAIT_MAX, TROUBLE_WAIT_MIN};
use crate::contract::{Assigned, Batches, Consumer, ConsumerSettings, Event};
use crate::error::{Result, StreamError};
use crate::positions::{Positions, acquire_patiently, misfit};
use crate::record::{Batch, Message};

/// A partition that is read.
struct Held {
    topic: Arc<str>,
    partition: i32,
    assignment: watch::Sender<Assignment>,
    /// The offset that follows its last message, as far as the listening task knows.
    end: watch::Sender<i64>,
}

/// The assignment that holds now. Batches are handed out under no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Assignment {
    number: u64,
    halted: bool,
}

pub(super) struct EmbeddedConsumer {
    file: Arc<LogFile>,
    settings: Arc<ConsumerSettings>,
    positions: Arc<dyn Positions>,
    held: Vec<Arc<Held>>,
    assignments: u64,
    /// What has happened, to be told to the owner; the other end is for those who read.
    events: mpsc::UnboundedReceiver<Result<Event>>,
    teller: mpsc::UnboundedSender<Result<Event>>,
    listening: JoinHandle<()>,
}

/// Takes over every partition of the topics.
pub(super) async fn open(
    file: Arc<LogFile>,
    topics: &[&str],
    identity: &str,
    settings: ConsumerSettings,
    positions: Arc<dyn Positions>,
) -> Result<EmbeddedConsumer> {
    let deadline = Instant::now() + settings.acquire_timeout;
    let (settings, mut held, mut taken) = (Arc::new(settings), Vec::new(), Vec::new());
    // From before the ends are looked at, so that nothing is written unheard.
    let mut ear = Ear::new(&file);
    ear.begin_to_look(&file);
    for topic in topics {
        let ends = file.end_offsets(topic).await?;
        let topic: Arc<str> = Arc::from(*topic);
        for (partition, end) in (0_i32..).zip(ends) {
            let position = acquire_patiently(&*positions, &topic, partition, identity, deadline).await;
            taken.push(position.and_then(|position| misfit(position, 0, end).map_or(Ok(position), Err)));
            let assignment = watch::Sender::new(Assignment { number: 0, halted: true });
            held.push(Arc::new(Held { topic: topic.clone(), partition, assignment, end: watch::Sender::new(end) }));
        }
    }
    let (teller, events) = mpsc::unbounded_channel();
    let listening = tokio::spawn(listen(file.clone(), ear, held.clone(), teller.clone()));
    let mut consumer = EmbeddedConsumer { file, settings, positions, held, assignments: 0, events, teller, listening };
    consumer.begin(taken);
    Ok(consumer)
}

impl EmbeddedConsumer {
    /// Tells the owner of the partitions, each with where to read it from or why not to.
    fn begin(&mut self, taken: Vec<Result<i64, String>>) {
        let mut live = Vec::new();
        let mut halted = Vec::new();
        for (index, position) in taken.into_iter().enumerate() {
            let (topic, partition) = (Arc::clone(&self.held[index].topic), self.held[index].partition);
            match position {
                Ok(next) => live.push(Assigned { topic, partition, batches: self.assign(index, Some(next)) }),
                Err(reason) => halted.push(halt_event(&topic, partition, reason)),
            }
        }
        if !live.is_empty() {
            self.tell(Event::Assigned(live));
        }
        halted.into_iter().for_each(|event| self.tell(event));
    }

    /// The receiver is ours, so it is there.
    fn tell(&self, event: Event) {
        let _ = self.teller.send(Ok(event));
    }

    /// Begins a new assignment of a partition, from an offset on, or halted.
    fn assign(&mut self, index: usize, next: Option<i64>) -> Box<dyn Batches> {
        self.assignments += 1;
        let held = Arc::clone(&self.held[index]);
        held.assignment.send_replace(Assignment { number: self.assignments, halted: next.is_none() });
        Box::new(EmbeddedBatches {
            file: Arc::clone(&self.file),
            settings: Arc::clone(&self.settings),
            number: self.assignments,
            assignment: held.assignment.subscribe(),
            end: held.end.subscribe(),
            held,
            next: next.unwrap_or(0),
            teller: self.teller.clone(),
            last: None,
        })
    }

    /// Ends every assignment.
    fn end(&self) {
        self.listening.abort();
        for held in &self.held {
            held.assignment.send_replace(Assignment { number: 0, halted: true });
        }
    }
}

impl Drop for EmbeddedConsumer {
    fn drop(&mut self) {
        self.end();
    }
}

/// Looks where the partitions end, whenever somebody may have written.
async fn listen(file: Arc<LogFile>, mut ear: Ear, held: Vec<Arc<Held>>, teller: mpsc::UnboundedSender<Result<Event>>) {
    let mut wait = TROUBLE_WAIT_MIN;
    loop {
        match look(&file, &held).await {
            Ok(()) => {
                wait = TROUBLE_WAIT_MIN;
                ear.written(&file).await;
            }
            Err(error) if error.is_transient() => wait = after_trouble(&error, wait).await,
            Err(error) => {
                let _ = teller.send(Err(error));
                return;
            }
        }
        ear.begin_to_look(&file);
    }
}

async fn look(file: &LogFile, held: &[Arc<Held>]) -> Result<()> {
    for of_topic in held.chunk_by(|one, other| one.topic == other.topic) {
        let ends = file.end_offsets(&of_topic[0].topic).await?;
        for (held, end) in of_topic.iter().zip(ends) {
            held.end.send_if_modified(|known| std::mem::replace(known, end) != end);
        }
    }
    Ok(())
}

async fn after_trouble(error: &StreamError, wait: Duration) -> Duration {
    tracing::warn!(%error, cause = error.source().map(ToString::to_string), "failed to read the log, trying again");
    tokio::time::sleep(wait).await;
    (wait * 2).min(TROUBLE_WAIT_MAX)
}

/// The batches of a partition in the file.
struct EmbeddedBatches {
    file: Arc<LogFile>,
    settings: Arc<ConsumerSettings>,
    held: Arc<Held>,
    number: u64,
    assignment: watch::Receiver<Assignment>,
    end: watch::Receiver<i64>,
    next: i64,
    teller: mpsc::UnboundedSender<Result<Event>>,
    /// When the batch before was handed out, and how many messages it had.
    last: Option<(Instant, usize)>,
}

impl EmbeddedBatches {
    /// What follows; nothing when there is no more.
    async fn read(&self) -> Result<Vec<Message>> {
        let Held { topic, partition, .. } = &*self.held;
        let (max_messages, max_bytes) = (self.settings.max_messages, self.settings.max_bytes);
        let messages = self.file.read(topic, *partition, self.next, max_messages, max_bytes).await?;
        let size_bytes: usize = messages.iter().map(Message::size_bytes).sum();
        let has_room = messages.len() < max_messages && size_bytes < max_bytes / 2;
        if messages.is_empty() || !has_room || !self.expects_company() {
            return Ok(messages);
        }
        tokio::time::sleep(self.settings.max_wait).await;
        self.file.read(topic, *partition, self.next, max_messages, max_bytes).await
    }

    /// Whether others are likely to come soon: the batch before was a short while ago, and of more than one message.
    fn expects_company(&self) -> bool {
        let window = self.settings.max_wait * 4;
        self.last.is_some_and(|(at, messages)| messages > 1 && at.elapsed() < window)
    }
}

#[async_trait]
impl Batches for EmbeddedBatches {
    async fn next(&mut self) -> Option<Batch> {
        let mut wait = TROUBLE_WAIT_MIN;
        loop {
            let assignment = *self.assignment.borrow_and_update();
            if assignment.number != self.number {
                return None;
            }
            let has_more = self.next < *self.end.borrow_and_update();
            if assignment.halted || !has_more {
                tokio::select! {
                    // Both senders live as long as the partition, which is held here.
                    changed = self.assignment.changed() => changed.ok()?,
                    changed = self.end.changed() => changed.ok()?,
                }
                continue;
            }
            let messages = match self.read().await {
                Ok(messages) => messages,
                Err(error) if error.is_transient() => {
                    wait = after_trouble(&error, wait).await;
                    continue;
                }
                Err(error) => {
                    let _ = self.teller.send(Err(error));
                    return None;
                }
            };
            // Nothing is waited for from here on, so a dropped future has not moved the position.
            if self.assignment.borrow().number != self.number {
                return None;
            }
            let (topic, partition) = (Arc::clone(&self.held.topic), self.held.partition);
            let batch = Batch { topic, partition, messages };
            self.next = batch.next_offset();
            self.last = Some((Instant::now(), batch.messages.len()));
            return Some(batch);
        }
    }
}

#[async_trait]
impl Consumer for EmbeddedConsumer {
    async fn next(&mut self) -> Result<Event> {
        // We hold an end to tell at ourselves.
        self.events.recv().await.unwrap_or(Err(StreamError::Closed))
    }

    async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<Box<dyn Batches>> {
        let found = self.held.iter().position(|held| *held.topic == *topic && held.partition == partition);
        let index = found.ok_or_else(|| StreamError::NotAssigned { topic: topic.to_owned(), partition })?;
        let ends = self.file.end_offsets(topic).await?;
        let end = usize::try_from(partition).ok().and_then(|partition| ends.get(partition)).copied().unwrap_or(0);
        let reason = misfit(offset, 0, end);
        let batches = self.assign(index, reason.is_none().then_some(offset));
        if let Some(reason) = reason {
            self.tell(halt_event(&self.held[index].topic, partition, reason));
        }
        Ok(batches)
    }

    async fn close(self: Box<Self>, deadline: Duration) {
        self.end();
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
