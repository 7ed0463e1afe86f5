//! The log as a Kafka cluster.
//!
//! ```text
//!   settings.rs    what is asked of the client library, and why
//!   broker.rs      questions about the cluster and its topics
//!   client_library.rs   what the client library logs, and its messages and errors as ours
//!   topic_identity.rs   what tells a topic from a later one of its name
//!   publisher.rs   messages out
//!   mailbox.rs     what the reading thread and the owner of a consumer share
//!   held.rs        a partition that is assigned, and what is read ahead of it
//!   batches.rs     where its batches are taken
//!   rebalance.rs   partitions that come and go; positions restored before the first message is fetched
//!   reader.rs      the thread that polls
//!   consumer.rs    the owner's end of the mailbox
//!   tail.rs        reading without a group
//! ```

mod batches;
mod broker;
mod client_library;
mod consumer;
mod held;
mod mailbox;
mod publisher;
mod reader;
mod rebalance;
mod settings;
mod tail;
mod topic_identity;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use self::broker::Broker;
use self::publisher::Publisher;
pub use self::settings::KafkaSettings;
use crate::contract::{Consumer, ConsumerSettings, Stream, Tail, TailFrom, TopicSpec, TopicState};
use crate::error::{PublishError, Result, StreamError};
use crate::positions::Positions;
use crate::record::{MESSAGE_BYTES_MAX, Outgoing};

/// A log in a Kafka cluster, version 2.4 or newer (4.x is what it is tested with).
pub struct KafkaStream {
    settings: KafkaSettings,
    identity: String,
    publisher: Publisher,
    /// The topics that are known to exist, with the number of their partitions.
    known: Mutex<BTreeMap<String, i32>>,
}

impl KafkaStream {
    /// Connects, and learns which cluster it is.
    ///
    /// # Errors
    ///
    /// A setting that cannot be used, or no answer within [`KafkaSettings::request_timeout`].
    pub async fn open(settings: KafkaSettings) -> Result<Self> {
        let publisher = Publisher::new(&settings)?;
        let identity = Broker::of(&settings, publisher.current()).ask(|broker| broker.cluster_id()).await?;
        Ok(Self { settings, identity, publisher, known: Mutex::default() })
    }

    fn broker(&self) -> Broker {
        Broker::of(&self.settings, self.publisher.current())
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, i32>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of partitions of a topic, or that there is no such topic. The cluster is asked once per topic.
    async fn partitions(&self, topic: &str) -> Result<i32> {
        if let Some(partitions) = self.known().get(topic) {
            return Ok(*partitions);
        }
        let name = topic.to_owned();
        let partitions = self.broker().ask(move |broker| broker.partitions(&name)).await?;
        self.known().insert(topic.to_owned(), partitions);
        Ok(partitions)
    }
}

#[async_trait]
impl Stream for KafkaStream {
    async fn identity(&self) -> Result<String> {
        Ok(self.identity.clone())
    }

    async fn topic_identity(&self, topic: &str) -> Result<String> {
        let name = topic.to_owned();
        let id = self.broker().ask(move |broker| Ok(broker.topic_identity(&name))).await?;
        // Brokers that do not tell topics apart leave us with the cluster's identity.
        Ok(id.map_or_else(|| self.identity.clone(), |id| format!("{}/{id}", self.identity)))
    }

    async fn ensure_topics(&self, topics: &[TopicSpec]) -> Result<Vec<TopicState>> {
        let states = self.broker().ensure_topics(&self.settings, topics).await?;
        let mut known = self.known();
        for state in &states {
            known.insert(state.name.clone(), state.partitions);
        }
        Ok(states)
    }

    async fn topics(&self) -> Result<Vec<TopicState>> {
        let names: Vec<String> = self.known().keys().cloned().collect();
        self.broker().ask(move |broker| names.iter().map(|name| broker.state(name)).collect()).await
    }

    async fn publish(&self, messages: Vec<Outgoing>) -> Result<(), PublishError> {
        let total = messages.len();
        for message in &messages {
            if message.size_bytes() > MESSAGE_BYTES_MAX {
                let cause = StreamError::TooLarge {
                    topic: message.topic.clone(),
                    size_bytes: message.size_bytes(),
                    limit_bytes: MESSAGE_BYTES_MAX,
                };
                return Err(PublishError::nothing(total, cause));
            }
            self.partitions(&message.topic).await.map_err(|cause| PublishError::nothing(total, cause))?;
        }
        let outcome = self.publisher.publish(messages).await;
        if let Err(PublishError { cause: StreamError::UnknownTopic { topic }, .. }) = &outcome {
            self.known().remove(topic);
        }
        outcome
    }

    async fn consumer(
        &self,
        topics: &[&str],
        group: &str,
        settings: ConsumerSettings,
        positions: Arc<dyn Positions>,
    ) -> Result<Box<dyn Consumer>> {
        settings.check()?;
        let mut identities = BTreeMap::new();
        let mut partitions = 0;
        for topic in topics {
            partitions += self.partitions(topic).await?;
            identities.insert((*topic).to_owned(), self.topic_identity(topic).await?);
        }
        let consumer = consumer::join(&self.settings, identities, partitions, topics, group, settings, positions)?;
        Ok(Box::new(consumer))
    }

    async fn tail(&self, topic: &str, from: TailFrom) -> Result<Box<dyn Tail>> {
        let partitions = self.partitions(topic).await?;
        Ok(Box::new(tail::open(&self.settings, topic, partitions, from).await?))
    }
}
