//! What is asked of the client library, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdkafka::ClientConfig;

use crate::contract::ConsumerSettings;
use crate::error::{Result, StreamError};

/// What a topic and a request may hold: 4 MiB, above [`MESSAGE_BYTES_MAX`](crate::MESSAGE_BYTES_MAX) by the framing.
pub(super) const TOPIC_MESSAGE_BYTES_MAX: &str = "4194304";

/// What a fetch brings of a partition, packed; more than one message only as long as it fits. Small, so that all partitions
/// advance together instead of one after the other.
const FETCHED_BYTES: usize = 128 << 10;

/// So much, packed, is not waited with: less than what a fetch may bring of one partition, so that a backlog of a single one
/// never waits.
const FETCHED_BYTES_ENOUGH: usize = 96 << 10;

/// What is read ahead, unpacked: of all partitions of a consumer together, and of each between these.
const QUEUED_KIB: usize = 8 << 10;
const QUEUED_KIB_OF_EACH: std::ops::RangeInclusive<usize> = 64..=(2 << 10);

/// How to reach a Kafka cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct KafkaSettings {
    /// Addresses to begin with, `host:port`, separated by commas.
    pub brokers: String,
    /// The name under which the brokers log this client.
    pub client_id: String,
    /// How long a question to the cluster may take.
    pub request_timeout: Duration,
    /// How long a message may wait for its acknowledgement, all attempts together.
    pub delivery_timeout: Duration,
    /// How long a message waits for others to share its request: those of one call are there at once, and whoever calls
    /// waits for the acknowledgement.
    pub linger: Duration,
    /// The codec of what is published: `none`, `lz4`, `snappy` or `gzip`. XML shrinks to a fraction, so lz4 pays even on
    /// loopback.
    pub compression: String,
    /// Further settings of the client library under its own names, for security (`security.protocol`, `sasl.*`,
    /// `ssl.*`) and network addresses. Settings on which the guarantees rest are refused.
    pub client: BTreeMap<String, String>,
}

/// Passwords and keys stay out of logs, so values of the client's own settings are shown only where they are harmless.
impl fmt::Debug for KafkaSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let harmless = |name: &str| {
            matches!(name, "security.protocol" | "sasl.mechanism" | "sasl.mechanisms" | "sasl.username")
                || name.ends_with(".location")
        };
        let client: BTreeMap<&str, &str> = self
            .client
            .iter()
            .map(|(name, value)| (name.as_str(), if harmless(name) { value.as_str() } else { "(not shown)" }))
            .collect();
        f.debug_struct("KafkaSettings")
            .field("brokers", &self.brokers)
            .field("client_id", &self.client_id)
            .field("request_timeout", &self.request_timeout)
            .field("delivery_timeout", &self.delivery_timeout)
            .field("linger", &self.linger)
            .field("compression", &self.compression)
            .field("client", &client)
            .finish()
    }
}

impl KafkaSettings {
    /// The settings for a cluster that is reached without encryption, with everything else at its usual value.
    pub fn new(brokers: impl Into<String>) -> Self {
        Self {
            brokers: brokers.into(),
            client_id: "thongquan".into(),
            request_timeout: Duration::from_secs(10),
            delivery_timeout: Duration::from_secs(30),
            linger: Duration::from_millis(1),
            compression: "lz4".into(),
            client: BTreeMap::new(),
        }
    }

    /// What producers, consumers and administrators have in common. Settings of the caller come first, so that none of
    /// them can undo one that matters; one that would is refused rather than ignored.
    fn common(&self, own: &[(&str, String)]) -> Result<ClientConfig> {
        let mut config = ClientConfig::new();
        let shared = [
            ("bootstrap.servers", self.brokers.clone()),
            ("client.id", self.client_id.clone()),
            ("socket.keepalive.enable", "true".into()),
            // A broker that comes back should be found within a second rather than ten.
            ("reconnect.backoff.max.ms", "1000".into()),
            ("allow.auto.create.topics", "false".into()),
            // A topic that is not there a few seconds after its creation is not there.
            ("topic.metadata.propagation.max.ms", "5000".into()),
        ];
        for (name, value) in &self.client {
            if shared.iter().chain(own).any(|(reserved, _)| reserved == name) || RESERVED.contains(&name.as_str()) {
                return Err(StreamError::Setting {
                    name: name.clone(),
                    detail:
                        "the product sets it itself, because a guarantee rests on it or because it has a setting of \
                             its own; take it out"
                            .into(),
                });
            }
            config.set(name, value);
        }
        for (name, value) in shared.iter().chain(own) {
            config.set(*name, value);
        }
        Ok(config)
    }

    /// A client that creates topics.
    pub(super) fn administrator(&self) -> Result<ClientConfig> {
        self.common(&[])
    }

    /// A producer that neither doubles nor reorders within its life: idempotent, acknowledged by all in-sync replicas.
    pub(super) fn producer(&self) -> Result<ClientConfig> {
        self.common(&[
            ("enable.idempotence", "true".into()),
            ("acks", "all".into()),
            ("linger.ms", self.linger.as_millis().to_string()),
            ("batch.size", "1000000".into()),
            ("compression.codec", self.compression.clone()),
            // Without an explicit limit the library's retries hide an outage for five minutes.
            ("delivery.timeout.ms", self.delivery_timeout.as_millis().max(1).to_string()),
            // As Kafka's Java clients do, and as `partition_of` does.
            ("partitioner", "murmur2_random".into()),
            ("message.max.bytes", TOPIC_MESSAGE_BYTES_MAX.into()),
            ("queue.buffering.max.messages", "100000".into()),
            ("queue.buffering.max.kbytes", "65536".into()),
        ])
    }

    /// A member of a group whose positions live in the database, and which reads topics that have so many partitions
    /// together.
    pub(super) fn consumer(&self, group: &str, settings: &ConsumerSettings, partitions: i32) -> Result<ClientConfig> {
        let heartbeat = (settings.session_timeout / 4).min(Duration::from_secs(3));
        // Each partition has a queue of its own, for which the bound holds.
        let share = QUEUED_KIB / usize::try_from(partitions).unwrap_or(1).max(1);
        let share = share.clamp(*QUEUED_KIB_OF_EACH.start(), *QUEUED_KIB_OF_EACH.end());
        let mut config = self.reader(group, share)?;
        if settings.max_wait.is_zero() {
            // A partition that had no room is left out of the request that waits, and has to wait for its end.
            config.set("fetch.wait.max.ms", "100");
        } else {
            // Messages wait for each other at the broker, in the one request that waits there anyway: what arrives together
            // costs one request and one batch, and what has arrived is never held back here.
            config
                .set("fetch.min.bytes", FETCHED_BYTES_ENOUGH.to_string())
                .set("fetch.wait.max.ms", settings.max_wait.as_millis().max(1).to_string());
        }
        config
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", settings.session_timeout.as_millis().to_string())
            .set("heartbeat.interval.ms", heartbeat.as_millis().to_string())
            .set("max.poll.interval.ms", settings.half_a_stall().as_millis().to_string());
        if let Some(instance) = &settings.instance {
            config.set("group.instance.id", instance);
        }
        Ok(config)
    }

    /// A reader of all partitions of a topic, without a group.
    pub(super) fn tail(&self) -> Result<ClientConfig> {
        // The library wants a group's name even from a reader that never joins one.
        self.reader(&format!("{}-tail", self.client_id), 8 << 10)
    }

    fn reader(&self, group: &str, queue_kbytes: usize) -> Result<ClientConfig> {
        self.common(&[
            ("group.id", group.to_owned()),
            ("enable.auto.commit", "false".into()),
            ("enable.auto.offset.store", "false".into()),
            ("isolation.level", "read_committed".into()),
            // Never jump silently, neither to the beginning nor to the end.
            ("auto.offset.reset", "error".into()),
            ("enable.partition.eof", "false".into()),
            ("check.crcs", "true".into()),
            // A request that is answered by the first message, and else waits for long.
            ("fetch.min.bytes", "1".into()),
            ("fetch.wait.max.ms", "500".into()),
            ("fetch.message.max.bytes", FETCHED_BYTES.to_string()),
            ("fetch.max.bytes", (8 * FETCHED_BYTES).to_string()),
            // What has been fetched and not been read yet is bounded by size; when it is full, fetching resumes soon
            // rather than after the usual second.
            ("queued.min.messages", "20000".into()),
            ("queued.max.messages.kbytes", queue_kbytes.to_string()),
            ("fetch.queue.backoff.ms", "20".into()),
        ])
    }
}

/// Further names that the caller may not set: other names of settings above, and settings that come from
/// [`ConsumerSettings`].
const RESERVED: &[&str] = &[
    "metadata.broker.list",
    "request.required.acks",
    "compression.type",
    "message.timeout.ms",
    "queue.buffering.max.ms",
    "enable.auto.commit",
    "auto.commit.enable",
    "auto.offset.reset",
    "isolation.level",
    "enable.idempotence",
    "acks",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "partition.assignment.strategy",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "max.poll.interval.ms",
    "max.partition.fetch.bytes",
    "transactional.id",
    "test.mock.num.brokers",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_guarantees_rest_on_cannot_be_undone() {
        for name in ["enable.idempotence", "auto.offset.reset", "acks", "message.timeout.ms", "bootstrap.servers"] {
            let mut settings = KafkaSettings::new("127.0.0.1:1");
            settings.client.insert(name.into(), "anything".into());
            assert!(
                matches!(settings.producer(), Err(StreamError::Setting { name: refused, .. }) if refused == name),
                "{name}"
            );
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let mut settings = KafkaSettings::new("127.0.0.1:1");
        settings.client.insert("sasl.password".into(), "swordfish".into());
        settings.client.insert("ssl.key.pem".into(), "swordfish".into());
        settings.client.insert("sasl.username".into(), "thongquan".into());
        let shown = format!("{settings:?}");
        assert!(!shown.contains("swordfish") && shown.contains("thongquan"), "{shown}");
    }

    #[test]
    fn what_is_read_ahead_is_shared_among_the_partitions() {
        for (partitions, kib) in [(1, "2048"), (4, "2048"), (12, "682"), (192, "64")] {
            let settings = KafkaSettings::new("127.0.0.1:1");
            let config = settings.consumer("g", &ConsumerSettings::default(), partitions).expect("allowed");
            assert_eq!(config.get("queued.max.messages.kbytes"), Some(kib), "{partitions}");
        }
    }

    #[test]
    fn security_settings_reach_the_client() {
        let mut settings = KafkaSettings::new("127.0.0.1:1");
        settings.client.insert("security.protocol".into(), "sasl_ssl".into());
        let config = settings.consumer("g", &ConsumerSettings::default(), 4).expect("allowed");
        assert_eq!(config.get("security.protocol"), Some("sasl_ssl"));
        assert_eq!(config.get("enable.auto.commit"), Some("false"));
    }
}
