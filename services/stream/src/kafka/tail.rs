//! Reading every partition of a topic without a group, on a thread of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};
use tokio::sync::mpsc;

use super::client_library::{Logs, explain, is_transient, owned};
use super::publisher::setting;
use super::settings::KafkaSettings;
use crate::contract::{Tail, TailFrom};
use crate::error::{Result, StreamError};
use crate::record::Message;
use crate::tail_start::tail_positions;

/// Messages that may wait to be asked for. They may be large, so there are few.
const WAITING_MAX: usize = 16;

/// How long the thread polls before it looks whether anybody still listens.
const POLL_WAIT: Duration = Duration::from_millis(100);

/// Finds where to begin, and starts the thread that polls.
pub(super) async fn open(kafka: &KafkaSettings, topic: &str, partitions: i32, from: TailFrom) -> Result<KafkaTail> {
    let config = kafka.tail()?;
    let (at, timeout) = (kafka.brokers.clone(), kafka.request_timeout);
    let topic: Arc<str> = Arc::from(topic);
    let (sender, messages) = mpsc::channel(WAITING_MAX);
    let (ready, begun) = tokio::sync::oneshot::channel();
    let work = move || {
        let (reader, positions) = match begin(&config, &at, &topic, partitions, &from, timeout) {
            Ok(begun) => begun,
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        if ready.send(Ok(positions)).is_ok() {
            read(&reader, &at, &topic, &sender);
        }
    };
    std::thread::Builder::new().name("stream-tail".into()).spawn(work).map_err(|error| StreamError::Setting {
        name: "threads".into(),
        detail: format!("no thread could be started: {error}"),
    })?;
    let positions = begun.await.unwrap_or(Err(StreamError::Closed))?;
    Ok(KafkaTail { messages, positions })
}

fn begin(
    config: &rdkafka::ClientConfig,
    at: &str,
    topic: &str,
    partitions: i32,
    from: &TailFrom,
    timeout: Duration,
) -> Result<(BaseConsumer<Logs>, BTreeMap<i32, i64>)> {
    let failed = |error| explain(at, format!("begin to read topic {topic}"), timeout, &error);
    let reader = BaseConsumer::from_config_and_context(config, Logs).map_err(setting)?;
    let mut bounds = Vec::new();
    for partition in 0..partitions {
        // Both ends are fixed now rather than when the first fetch happens to arrive.
        bounds.push(reader.fetch_watermarks(topic, partition, timeout).map_err(failed)?);
    }
    let positions = tail_positions(topic, &bounds, from)?;
    let mut assignment = TopicPartitionList::new();
    for (partition, offset) in &positions {
        assignment.add_partition_offset(topic, *partition, Offset::Offset(*offset)).map_err(failed)?;
    }
    reader.assign(&assignment).map_err(failed)?;
    Ok((reader, positions))
}

fn read(reader: &BaseConsumer<Logs>, at: &str, topic: &Arc<str>, messages: &mpsc::Sender<Result<Message>>) {
    while !messages.is_closed() {
        let item = match reader.poll(POLL_WAIT) {
            None => continue,
            Some(Ok(message)) => Ok(owned(topic, &message)),
            Some(Err(error)) => match error.rdkafka_error_code() {
                Some(RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownTopicOrPartition) => {
                    Err(StreamError::UnknownTopic { topic: topic.to_string() })
                }
                Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::LogTruncation) => {
                    Err(StreamError::Refused {
                        at: at.to_owned(),
                        action: format!("go on reading topic {topic}"),
                        detail: "messages have been deleted before they were read; begin again".into(),
                    })
                }
                Some(code) if is_transient(code) => continue,
                _ => Err(explain(at, format!("read topic {topic}"), Duration::ZERO, &error)),
            },
        };
        let over = item.is_err();
        if messages.blocking_send(item).is_err() || over {
            return;
        }
    }
}

/// A reader of one topic. Dropping it ends its thread.
pub(super) struct KafkaTail {
    messages: mpsc::Receiver<Result<Message>>,
    positions: BTreeMap<i32, i64>,
}

#[async_trait]
impl Tail for KafkaTail {
    async fn next(&mut self, wait: Duration) -> Result<Option<Message>> {
        match tokio::time::timeout(wait, self.messages.recv()).await {
            Err(_) => Ok(None),
            Ok(Some(message)) => {
                let message = message?;
                self.positions.insert(message.partition, message.offset + 1);
                Ok(Some(message))
            }
            Ok(None) => Err(StreamError::Closed),
        }
    }

    fn positions(&self) -> BTreeMap<i32, i64> {
        self.positions.clone()
    }
}
