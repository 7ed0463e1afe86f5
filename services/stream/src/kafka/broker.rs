//! Questions about the cluster and its topics. They block, so they are asked on the runtime's threads for blocking work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::{Client, ClientContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::client_library::{Logs, explain};
use super::publisher::{Deliveries, Producer};
use super::settings::{KafkaSettings, TOPIC_MESSAGE_BYTES_MAX};
use super::topic_identity::topic_identity;
use crate::contract::{TopicSpec, TopicState};
use crate::error::{Result, StreamError};

/// Asks through the producer's connection, which is there anyhow.
#[derive(Clone)]
pub(super) struct Broker {
    at: String,
    timeout: Duration,
    producer: Arc<Producer>,
}

impl Broker {
    pub(super) fn of(settings: &KafkaSettings, producer: Arc<Producer>) -> Self {
        Self { at: settings.brokers.clone(), timeout: settings.request_timeout, producer }
    }

    /// Asks a question without holding up the runtime.
    pub(super) async fn ask<T: Send + 'static>(
        self,
        question: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match tokio::task::spawn_blocking(move || question(&self)).await {
            Ok(answer) => answer,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StreamError::Closed),
            },
        }
    }

    fn client(&self) -> &Client<Deliveries> {
        self.producer.client()
    }

    /// The identifier of the cluster.
    pub(super) fn cluster_id(&self) -> Result<String> {
        self.client().fetch_cluster_id(self.timeout).ok_or_else(|| StreamError::Unreachable {
            at: self.at.clone(),
            action: "learn the identifier of the cluster".into(),
            waited: self.timeout,
            detail: "no broker answered".into(),
        })
    }

    /// The identifier that the cluster gave a topic, where it tells.
    pub(super) fn topic_identity(&self, topic: &str) -> Option<String> {
        topic_identity(self.client(), topic, self.timeout)
    }

    /// How many partitions a topic has.
    pub(super) fn partitions(&self, topic: &str) -> Result<i32> {
        partitions(self.client(), &self.at, topic, self.timeout)
    }

    /// How many partitions a topic has, and where each of them ends.
    pub(super) fn state(&self, topic: &str) -> Result<TopicState> {
        let partitions = self.partitions(topic)?;
        let end_offsets = (0..partitions)
            .map(|partition| {
                let watermarks = self.client().fetch_watermarks(topic, partition, self.timeout);
                watermarks.map(|(_, end)| end).map_err(|error| {
                    explain(&self.at, format!("find the end of {topic}/{partition}"), self.timeout, &error)
                })
            })
            .collect::<Result<_>>()?;
        Ok(TopicState { name: topic.to_owned(), partitions, end_offsets, differs: None })
    }

    /// Creates what is missing, waits until the cluster shows it, and compares.
    pub(super) async fn ensure_topics(self, settings: &KafkaSettings, topics: &[TopicSpec]) -> Result<Vec<TopicState>> {
        let admin: AdminClient<Logs> = settings
            .administrator()?
            .create_with_context(Logs)
            .map_err(|error| explain(&self.at, "make an administrator", Duration::ZERO, &error))?;
        let options = AdminOptions::new().request_timeout(Some(self.timeout)).operation_timeout(Some(self.timeout));

        let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
        let there = self
            .clone()
            .ask(move |broker| names.iter().map(|name| broker.exists(name)).collect::<Result<Vec<bool>>>())
            .await?;
        let missing: Vec<NewTopic<'_>> =
            topics.iter().zip(there).filter(|(_, there)| !there).map(|(topic, _)| new_topic(topic)).collect();
        if !missing.is_empty() {
            let results = admin
                .create_topics(&missing, &options)
                .await
                .map_err(|error| explain(&self.at, "create topics", self.timeout, &error))?;
            for result in results {
                match result {
                    Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                    Err((name, code)) => {
                        let action = format!("create topic {name}");
                        return Err(explain(&self.at, action, self.timeout, &KafkaError::AdminOp(code)));
                    }
                }
            }
        }

        let message_bytes_max = self.message_bytes_max(&admin, topics, &options).await;
        let topics = topics.to_vec();
        self.ask(move |broker| {
            topics
                .iter()
                .map(|spec| broker.compare(spec, message_bytes_max.get(&spec.name).map(String::as_str)))
                .collect()
        })
        .await
    }

    /// What each topic says of the size of its messages. A user who may write to a topic need not be allowed to read its
    /// settings, so an answer that does not come is no error.
    async fn message_bytes_max(
        &self,
        admin: &AdminClient<Logs>,
        topics: &[TopicSpec],
        options: &AdminOptions,
    ) -> BTreeMap<String, String> {
        let resources: Vec<_> = topics.iter().map(|topic| ResourceSpecifier::Topic(&topic.name)).collect();
        let described = admin.describe_configs(&resources, options).await.unwrap_or_else(|error| {
            tracing::info!(%error, "the cluster does not show the settings of topics");
            Vec::new()
        });
        let known = described.into_iter().flatten().filter_map(|resource| {
            let value = resource.get("max.message.bytes")?.value.clone()?;
            match resource.specifier {
                OwnedResourceSpecifier::Topic(name) => Some((name, value)),
                _ => None,
            }
        });
        known.collect()
    }

    fn exists(&self, topic: &str) -> Result<bool> {
        match self.partitions(topic) {
            Ok(_) => Ok(true),
            Err(StreamError::UnknownTopic { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The state of a topic that exists, or was created a moment ago and may not have leaders yet.
    fn compare(&self, spec: &TopicSpec, message_bytes_max: Option<&str>) -> Result<TopicState> {
        let deadline = Instant::now() + self.timeout;
        let mut state = loop {
            match self.state(&spec.name) {
                Ok(state) => break state,
                Err(error) if Instant::now() >= deadline => return Err(error),
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        let mut differences = Vec::new();
        if state.partitions != spec.partitions {
            differences.push(format!("{} partitions where {} are asked for", state.partitions, spec.partitions));
        }
        let replication = self.replication(&spec.name)?;
        if replication != spec.replication {
            differences.push(format!("replication {replication} where {} is asked for", spec.replication));
        }
        if let Some(bytes) = message_bytes_max.filter(|bytes| *bytes != TOPIC_MESSAGE_BYTES_MAX) {
            differences.push(format!("max.message.bytes {bytes} where {TOPIC_MESSAGE_BYTES_MAX} is asked for"));
        }
        state.differs = (!differences.is_empty()).then(|| differences.join(", "));
        Ok(state)
    }

    fn replication(&self, topic: &str) -> Result<i32> {
        let metadata = self
            .client()
            .fetch_metadata(Some(topic), self.timeout)
            .map_err(|error| explain(&self.at, format!("look up topic {topic}"), self.timeout, &error))?;
        let partitions = metadata.topics().first().map(|topic| topic.partitions()).unwrap_or_default();
        Ok(partitions.iter().map(|partition| partition.replicas().len() as i32).min().unwrap_or(0))
    }
}

/// How many partitions a topic has, asked through any client.
pub(super) fn partitions<C: ClientContext>(
    client: &Client<C>,
    at: &str,
    topic: &str,
    timeout: Duration,
) -> Result<i32> {
    let unknown = || StreamError::UnknownTopic { topic: topic.to_owned() };
    let action = || format!("look up topic {topic}");
    let metadata =
        client.fetch_metadata(Some(topic), timeout).map_err(|error| explain(at, action(), timeout, &error))?;
    let found = metadata.topics().first().ok_or_else(unknown)?;
    if let Some(error) = found.error() {
        let code = RDKafkaErrorCode::from(error);
        return Err(match code {
            RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => unknown(),
            other => explain(at, action(), timeout, &KafkaError::MetadataFetch(other)),
        });
    }
    match found.partitions().len() {
        0 => Err(unknown()),
        partitions => Ok(partitions as i32),
    }
}

fn new_topic(spec: &TopicSpec) -> NewTopic<'_> {
    let topic = NewTopic::new(&spec.name, spec.partitions, TopicReplication::Fixed(spec.replication))
        .set("max.message.bytes", TOPIC_MESSAGE_BYTES_MAX)
        .set("message.timestamp.type", "CreateTime");
    // With three copies, one broker may be away and a message that was acknowledged still lies on two.
    if spec.replication >= 3 { topic.set("min.insync.replicas", "2") } else { topic }
}
