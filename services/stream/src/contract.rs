//! The traits that both logs implement, and the words that they share.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{PublishError, Result, StreamError};
use crate::positions::Positions;
use crate::record::{Batch, Message, Outgoing};

/// A partitioned log.
#[async_trait]
pub trait Stream: Send + Sync {
    /// What tells this log from every other: the identifier of the Kafka cluster, or of the embedded log's file.
    async fn identity(&self) -> Result<String>;

    /// What tells a topic of this log from every other, and from one that is deleted and created again under its name.
    /// It is stored with each position.
    async fn topic_identity(&self, topic: &str) -> Result<String>;

    /// Creates the topics that are missing and says what all of them are like now. A topic that exists is not changed;
    /// where it is not as asked for, [`TopicState::differs`] says how.
    async fn ensure_topics(&self, topics: &[TopicSpec]) -> Result<Vec<TopicState>>;

    /// The state of every topic that has been ensured, published to, consumed or tailed through this handle, by name.
    async fn topics(&self) -> Result<Vec<TopicState>>;

    /// Appends messages, in the given order within each key, and returns when all of them are safe: written to the file,
    /// or acknowledged by every in-sync replica.
    ///
    /// # Errors
    ///
    /// Says how many were not acknowledged, and whether trying again is worthwhile. A call that holds an unknown topic
    /// or a message above [`MESSAGE_BYTES_MAX`](crate::MESSAGE_BYTES_MAX) publishes nothing.
    async fn publish(&self, messages: Vec<Outgoing>) -> Result<(), PublishError>;

    /// Reads topics as a member of a group, whose members share the partitions. In the embedded log every consumer reads
    /// all partitions, and the epochs in the database let one of them commit.
    ///
    /// # Errors
    ///
    /// An unknown topic, settings that cannot be used, or a log that does not answer.
    async fn consumer(
        &self,
        topics: &[&str],
        group: &str,
        settings: ConsumerSettings,
        positions: Arc<dyn Positions>,
    ) -> Result<Box<dyn Consumer>>;

    /// Reads every partition of a topic without joining a group, to wait for an answer or to look around. With
    /// [`TailFrom::End`], every message published after this returns will be seen.
    ///
    /// # Errors
    ///
    /// An unknown topic, a log that does not answer, or positions that do not fit the log: they lie beyond its end, before
    /// its first message, or in a partition that is not there.
    async fn tail(&self, topic: &str, from: TailFrom) -> Result<Box<dyn Tail>>;
}

/// A member of a group, whose partitions are read each for itself.
///
/// ```text
///   next ──► Assigned ── batches of partition 0 ──► a worker that takes one when it has room
///                     └─ batches of partition 1 ──► another, which the first does not hold up
/// ```
#[async_trait]
pub trait Consumer: Send {
    /// What happens next to the partitions. Waits as long as nothing does. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// The consumer cannot go on: close it, and make a new one when the error is
    /// [transient](StreamError::is_transient).
    async fn next(&mut self) -> Result<Event>;

    /// Reads a partition from this offset again (or from there on, when it had halted), as a new assignment: what was
    /// read before is not handed out any more. An offset that does not fit the log halts the partition.
    ///
    /// # Errors
    ///
    /// [`StreamError::NotAssigned`] when the partition has been revoked meanwhile, which an event will tell or has told.
    async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<Box<dyn Batches>>;

    /// Leaves the group, so that others take over at once. Waits at most until the deadline; what hangs is left behind,
    /// and the process should end.
    async fn close(self: Box<Self>, deadline: Duration);
}

/// The batches of one partition under one assignment, in the order of their offsets, for whoever works on it.
///
/// They are taken, not pushed: what nobody takes waits in the log, but for a bounded part of it that is read ahead, and
/// the other partitions go on.
#[async_trait]
pub trait Batches: Send {
    /// The next batch; waits as long as there is none. `None` once the assignment is over: the partition was revoked or
    /// rewound, or the consumer was closed or has failed. Dropping the future loses nothing.
    async fn next(&mut self) -> Option<Batch>;
}

/// A partition that is read from now on.
pub struct Assigned {
    pub topic: Arc<str>,
    pub partition: i32,
    /// What it holds, from the position that [`Positions::acquire`] gave.
    pub batches: Box<dyn Batches>,
}

impl fmt::Debug for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Assigned({}/{})", self.topic, self.partition)
    }
}

/// What happens to the partitions of a consumer.
#[derive(Debug)]
pub enum Event {
    /// Partitions that are read from now on.
    Assigned(Vec<Assigned>),
    /// Partitions that are read by somebody else from now on. What was read ahead of them is dropped; the caller drops
    /// what it has not committed.
    Revoked(Vec<(Arc<str>, i32)>),
    /// A partition that is assigned and cannot be read: its position does not fit the log, belongs to another log or
    /// could not be found out. Somebody has to look; nothing is skipped and nothing is reset.
    Halted {
        topic: Arc<str>,
        partition: i32,
        /// Why, and how to mend it.
        reason: String,
    },
}

/// How a consumer reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// Messages in a batch, at most.
    pub max_messages: usize,
    /// Bytes of keys, payloads and headers in a batch, at most; a single message may be larger.
    pub max_bytes: usize,
    /// How long a message waits for others to share its batch, at most.
    pub max_wait: Duration,
    /// After how long without a sign of life the other members take over.
    pub session_timeout: Duration,
    /// How long the owner may take no batch of any partition, and wait for none either, before the others take over.
    pub stall_timeout: Duration,
    /// How long to ask the database for positions before a partition halts.
    pub acquire_timeout: Duration,
    /// Names this member for good, one name per process, so that a restart within the session timeout moves no
    /// partitions. Two living members with one name fence each other.
    pub instance: Option<String>,
}

impl Default for ConsumerSettings {
    fn default() -> Self {
        Self {
            max_messages: 1_000,
            max_bytes: 16 << 20,
            max_wait: Duration::from_millis(20),
            session_timeout: Duration::from_secs(10),
            stall_timeout: Duration::from_secs(120),
            acquire_timeout: Duration::from_secs(30),
            instance: None,
        }
    }
}

impl ConsumerSettings {
    /// For so long an owner that stands still is waited for, and for so long the group then waits for a poll.
    pub(crate) fn half_a_stall(&self) -> Duration {
        self.stall_timeout / 2
    }

    /// Checks what neither log could work with.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse =
            |name: &str, detail: &str| Err(StreamError::Setting { name: name.to_owned(), detail: detail.to_owned() });
        if self.max_messages == 0 {
            return refuse("max_messages", "a batch holds at least one message");
        }
        if self.max_bytes == 0 {
            return refuse("max_bytes", "a batch holds at least one byte");
        }
        if self.session_timeout < Duration::from_secs(1) {
            return refuse(
                "session_timeout",
                "less than a second passes between two signs of life of a healthy process",
            );
        }
        let half = self.half_a_stall();
        if half <= self.session_timeout || half <= self.acquire_timeout {
            return refuse("stall_timeout", "it must be longer than twice session_timeout and twice acquire_timeout");
        }
        Ok(())
    }
}

/// A topic as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    pub name: String,
    /// How many partitions. They cannot be made fewer later, and making them more moves keys.
    pub partitions: i32,
    /// On how many brokers each partition lies; from three on, a message is acknowledged by two at least. The embedded
    /// log is one file and takes no notice of it.
    pub replication: i32,
}

/// A topic as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicState {
    pub name: String,
    pub partitions: i32,
    /// For each partition the offset that the next message will have.
    pub end_offsets: Vec<i64>,
    /// How the topic differs from what was asked for, as the end of "the topic has".
    pub differs: Option<String>,
}

/// Where a [`Tail`] begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TailFrom {
    /// With the oldest message that the log holds.
    Beginning,
    /// With the next message to be published.
    End,
    /// In each partition with the message of an offset, as [`Tail::positions`] gave it; in a partition that is not named,
    /// such as one that came later, with the oldest.
    Positions(BTreeMap<i32, i64>),
}

/// A reader of every partition of one topic.
#[async_trait]
pub trait Tail: Send {
    /// The next message of any partition, or nothing when none has come within the given time. Messages of one partition
    /// come in order. Dropping the future loses nothing.
    async fn next(&mut self, wait: Duration) -> Result<Option<Message>>;

    /// For each partition the offset that follows what was handed out: where a tail begins that goes on after this one.
    fn positions(&self) -> BTreeMap<i32, i64>;
}
