//! The owner's end of the mailbox.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::Consumer as _;

use super::client_library::explain;
use super::mailbox::Mailbox;
use super::publisher::setting;
use super::reader::Reader;
use super::rebalance::{Member, Rebalancing};
use super::settings::KafkaSettings;
use crate::contract::{Batches, Consumer, ConsumerSettings, Event};
use crate::error::{Result, StreamError};
use crate::positions::Positions;

/// Joins the group and starts the thread that polls. The topics have so many partitions together.
pub(super) fn join(
    kafka: &KafkaSettings,
    identities: BTreeMap<String, String>,
    partitions: i32,
    topics: &[&str],
    group: &str,
    settings: ConsumerSettings,
    positions: Arc<dyn Positions>,
) -> Result<KafkaConsumer> {
    let mailbox = Arc::new(Mailbox::new(settings.clone()));
    let context = Rebalancing {
        mailbox: Arc::clone(&mailbox),
        positions,
        runtime: tokio::runtime::Handle::current(),
        identities,
        at: kafka.brokers.clone(),
        acquire_timeout: settings.acquire_timeout,
        member: OnceLock::new(),
    };
    let config = kafka.consumer(group, &settings, partitions)?;
    let member = Arc::new(Member::from_config_and_context(&config, context).map_err(setting)?);
    // Set before anything is polled, and thus before the group calls back.
    let _ = member.context().member.set(Arc::downgrade(&member));
    member
        .subscribe(topics)
        .map_err(|error| explain(&kafka.brokers, format!("join group {group}"), Duration::ZERO, &error))?;
    let reader = Reader {
        member,
        mailbox: Arc::clone(&mailbox),
        topics: topics.iter().map(|topic| Arc::from(*topic)).collect(),
        at: kafka.brokers.clone(),
    };
    std::thread::Builder::new().name("stream-reader".into()).spawn(move || reader.run()).map_err(|error| {
        StreamError::Setting { name: "threads".into(), detail: format!("no thread could be started: {error}") }
    })?;
    Ok(KafkaConsumer { mailbox })
}

/// A member of a Kafka group. Dropping it leaves the group too, without waiting for it.
pub(super) struct KafkaConsumer {
    mailbox: Arc<Mailbox>,
}

#[async_trait]
impl Consumer for KafkaConsumer {
    async fn next(&mut self) -> Result<Event> {
        self.mailbox.next().await
    }

    async fn rewind(&mut self, topic: &str, partition: i32, offset: i64) -> Result<Box<dyn Batches>> {
        self.mailbox.rewind(topic, partition, offset)
    }

    async fn close(self: Box<Self>, deadline: Duration) {
        self.mailbox.close();
        // The client library has been seen to hang here when brokers go away at the wrong moment.
        if tokio::time::timeout(deadline, self.mailbox.ended()).await.is_err() {
            tracing::warn!(
                deadline_ms = deadline.as_millis() as u64,
                "the Kafka consumer did not close in time and is left behind"
            );
        }
    }
}

impl Drop for KafkaConsumer {
    fn drop(&mut self) {
        self.mailbox.close();
    }
}
