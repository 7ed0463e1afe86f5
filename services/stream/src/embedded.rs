//! The log as a table in a SQLite file: the same contract without a server, for one machine.
//!
//! Writers in this process are noticed at once, writers in other processes within [`LOOK_PAUSE`], or twice that after a silence. A consumer reads every
//! partition of its topics; when two processes do so on one file, the epochs in the database let one of them commit.

mod consumer;
mod tail;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use storage::StorageError;
use storage::sqlite::{AppendRecord, FileState, LogRecord, MessageLog};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::contract::{Consumer, ConsumerSettings, Stream, Tail, TailFrom, TopicSpec, TopicState};
use crate::error::{PublishError, Result, StreamError};
use crate::partition::partition_of;
use crate::positions::Positions;
use crate::record::{MESSAGE_BYTES_MAX, Message, Outgoing};

/// How often the file's state is looked at for what other processes wrote, which asks the database nothing.
const LOOK_PAUSE: Duration = Duration::from_millis(20);
/// After how long without news the pause is doubled.
const SILENCE: Duration = Duration::from_secs(10);
/// After how long the database is asked although the file's state says that nothing was written.
const ASK_PAUSE: Duration = Duration::from_secs(2);
/// How long a reader that the database fails waits before it asks again, which grows from one to the other.
const TROUBLE_WAIT_MIN: Duration = Duration::from_millis(50);
const TROUBLE_WAIT_MAX: Duration = Duration::from_secs(5);

/// A log in a SQLite file.
pub struct EmbeddedStream {
    file: Arc<LogFile>,
    /// The topics that this handle has met, with the number of their partitions.
    known: Mutex<BTreeMap<String, i32>>,
}

/// The file, shared by the stream and its readers.
struct LogFile {
    log: MessageLog,
    /// Counts the calls to publish, to wake the readers of this process.
    published: watch::Sender<u64>,
}

impl EmbeddedStream {
    /// Opens the log in this file, making it when it is not there.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is something else than a log.
    pub async fn open(path: &Path) -> Result<Self> {
        let log = MessageLog::open(path).await.map_err(failed("open its file"))?;
        Ok(Self::new(log))
    }

    /// Serves a log that is open already, such as one that shares its file with the decisions.
    pub fn new(log: MessageLog) -> Self {
        Self { file: Arc::new(LogFile { log, published: watch::Sender::new(0) }), known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<String, i32>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn partitions(&self, topic: &str) -> Result<i32> {
        if let Some(partitions) = self.known().get(topic) {
            return Ok(*partitions);
        }
        let found = self.file.log.partitions(topic).await.map_err(failed("look up a topic"))?;
        let partitions = found.ok_or_else(|| StreamError::UnknownTopic { topic: topic.to_owned() })?;
        self.known().insert(topic.to_owned(), partitions);
        Ok(partitions)
    }

    async fn state(&self, topic: &str) -> Result<TopicState> {
        let end_offsets = self.file.end_offsets(topic).await?;
        Ok(TopicState { name: topic.to_owned(), partitions: end_offsets.len() as i32, end_offsets, differs: None })
    }
}

impl LogFile {
    async fn end_offsets(&self, topic: &str) -> Result<Vec<i64>> {
        self.log.end_offsets(topic).await.map_err(failed("find the end of a topic"))
    }

    async fn read(
        &self,
        topic: &Arc<str>,
        partition: i32,
        from: i64,
        messages_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Message>> {
        let records = self.log.read(topic, partition, from, messages_max, bytes_max).await;
        let mut messages: Vec<Message> =
            records.map_err(failed("read messages"))?.into_iter().map(|record| message(topic, record)).collect();
        // The storage need not count bytes as this crate does; the bound that was promised is kept here.
        let mut size_bytes = 0;
        let fitting = messages.iter().take_while(|message| {
            size_bytes += message.size_bytes();
            size_bytes <= bytes_max
        });
        let fitting = fitting.count().max(1);
        messages.truncate(fitting);
        Ok(messages)
    }
}

#[async_trait]
impl Stream for EmbeddedStream {
    async fn identity(&self) -> Result<String> {
        self.file.log.identity().await.map_err(failed("read its identity"))
    }

    /// The file's own: the embedded log deletes no topic.
    async fn topic_identity(&self, _topic: &str) -> Result<String> {
        self.identity().await
    }

    async fn ensure_topics(&self, topics: &[TopicSpec]) -> Result<Vec<TopicState>> {
        let mut states = Vec::new();
        for spec in topics {
            let partitions = match self.partitions(&spec.name).await {
                Err(StreamError::UnknownTopic { .. }) => {
                    let made = self.file.log.create_topic(&spec.name, spec.partitions).await;
                    let made = made.map_err(failed("create a topic"))?;
                    self.known().insert(spec.name.clone(), made);
                    made
                }
                found => found?,
            };
            let mut state = self.state(&spec.name).await?;
            if partitions != spec.partitions {
                state.differs = Some(format!("{partitions} partitions where {} are asked for", spec.partitions));
            }
            states.push(state);
        }
        Ok(states)
    }

    async fn topics(&self) -> Result<Vec<TopicState>> {
        let names: Vec<String> = self.known().keys().cloned().collect();
        let mut states = Vec::new();
        for name in names {
            states.push(self.state(&name).await?);
        }
        Ok(states)
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Result<(), PublishError> {
        let total = messages.len();
        let nothing = |cause| PublishError::nothing(total, cause);
        let now_ms = now_ms();
        // One transaction per topic; the order within a key is kept, for a key's messages of one topic stay together.
        let mut by_topic: BTreeMap<String, (usize, Vec<AppendRecord>)> = BTreeMap::new();
        for (index, message) in messages.into_iter().enumerate() {
            let size_bytes = message.size_bytes();
            if size_bytes > MESSAGE_BYTES_MAX {
                let topic = message.topic;
                return Err(nothing(StreamError::TooLarge { topic, size_bytes, limit_bytes: MESSAGE_BYTES_MAX }));
            }
            let partitions = self.partitions(&message.topic).await.map_err(nothing)?;
            let record = AppendRecord {
                partition: partition_of(&message.key, partitions),
                timestamp_ms: message.timestamp_ms.unwrap_or(now_ms),
                headers: message.sent_headers().map(|(name, value)| (name.to_owned(), value.to_vec())).collect(),
                key: Some(message.key),
                payload: Some(message.payload),
                event_id: Some(message.event_id),
            };
            by_topic.entry(message.topic).or_insert_with(|| (index, Vec::new())).1.push(record);
        }

        let mut failure: Option<PublishError> = None;
        for (topic, (first, records)) in &by_topic {
            if let Err(source) = self.file.log.append(topic, records).await {
                let cause = StreamError::Embedded { action: "append messages", source };
                let error = failure.get_or_insert(PublishError {
                    messages: total,
                    unacknowledged: 0,
                    first: *first,
                    retry: true,
                    cause,
                });
                error.unacknowledged += records.len();
                error.first = error.first.min(*first);
            }
        }
        self.file.published.send_modify(|calls| *calls = calls.wrapping_add(1));
        failure.map_or(Ok(()), Err)
    }

    async fn consumer(
        &self,
        topics: &[&str],
        _group: &str,
        settings: ConsumerSettings,
        positions: Arc<dyn Positions>,
    ) -> Result<Box<dyn Consumer>> {
        settings.check()?;
        for topic in topics {
            self.partitions(topic).await?;
        }
        let identity = self.identity().await?;
        let consumer = consumer::open(Arc::clone(&self.file), topics, &identity, settings, positions).await?;
        Ok(Box::new(consumer))
    }

    async fn tail(&self, topic: &str, from: TailFrom) -> Result<Box<dyn Tail>> {
        self.partitions(topic).await?;
        Ok(Box::new(tail::open(Arc::clone(&self.file), topic, &from).await?))
    }
}

/// What a reader hears of others who write.
struct Ear {
    published: watch::Receiver<u64>,
    /// The file's state before the reader looked into it last.
    seen: Option<FileState>,
    /// When there was news last.
    heard: Instant,
}

impl Ear {
    fn new(file: &LogFile) -> Self {
        Self { published: file.published.subscribe(), seen: None, heard: Instant::now() }
    }

    /// Has to be called before the reader looks into the file: what is written from now on ends the wait that follows.
    fn begin_to_look(&mut self, file: &LogFile) {
        self.published.borrow_and_update();
        self.seen = Some(file.log.file_state());
    }

    /// Waits until somebody may have written since the reader began to look: at once for this process, after a pause for
    /// the others.
    async fn written(&mut self, file: &LogFile) {
        let begun = Instant::now();
        while begun.elapsed() < ASK_PAUSE {
            // The sender lives as long as the file that the reader holds, so an end of the wait is news or the pause.
            let pause = if self.heard.elapsed() < SILENCE { LOOK_PAUSE } else { LOOK_PAUSE * 2 };
            let news = tokio::time::timeout(pause, self.published.changed()).await.is_ok();
            if news || !self.seen.is_some_and(|seen| file.log.file_state().is_still(&seen)) {
                self.heard = Instant::now();
                return;
            }
        }
    }
}

fn failed(action: &'static str) -> impl FnOnce(StorageError) -> StreamError {
    move |source| StreamError::Embedded { action, source }
}

/// The time of appending, for messages that bring none.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn message(topic: &Arc<str>, record: LogRecord) -> Message {
    Message {
        topic: Arc::clone(topic),
        partition: record.partition,
        offset: record.offset,
        timestamp_ms: record.timestamp_ms,
        key: record.key,
        headers: record.headers,
        payload: record.payload,
        generation: record.generation,
    }
}
