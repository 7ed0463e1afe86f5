//! Partitions that come and go.
//!
//! The group's protocol calls back on the reading thread, while it polls. Positions are read from the database inside
//! that call, before the partitions are handed to the client library, so that the first message fetched is the right one
//! and no seek has to race with a fetch.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, Weak, mpsc};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::client_library::{self, owned};
use super::held::{PartitionKey, Source};
use super::mailbox::{Arrival, Mailbox};
use crate::error::StreamError;
use crate::positions::{Positions, acquire_patiently, misfit};

/// How long one question for the ends of a partition may take; it is put again while there is time.
const WATERMARKS_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for the owner to take notice of a partition that goes.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(5);

/// Receives the group's calls.
pub(super) struct Rebalancing {
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) positions: Arc<dyn Positions>,
    pub(super) runtime: Handle,
    /// What tells each topic from another of its name.
    pub(super) identities: BTreeMap<String, String>,
    pub(super) at: String,
    pub(super) acquire_timeout: Duration,
    /// The consumer that calls back, for whom partitions get queues of their own.
    pub(super) member: OnceLock<Weak<Member>>,
}

/// The client library's consumer with our callbacks.
pub(super) type Member = BaseConsumer<Rebalancing>;

impl ClientContext for Rebalancing {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        client_library::log(level, facility, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the Kafka consumer reports an error");
    }
}

impl ConsumerContext for Rebalancing {
    fn rebalance(&self, member: &Member, what: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let done = if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            self.assign(member, partitions)
        } else {
            self.revoke(member, partitions)
        };
        if let Err(error) = done {
            self.mailbox.fail(client_library::explain(&self.at, "take part in the group", Duration::ZERO, &error));
        }
    }
}

impl Rebalancing {
    fn assign(&self, member: &Member, partitions: &mut TopicPartitionList) -> Result<(), KafkaError> {
        let mut held = Vec::new();
        let mut halted = TopicPartitionList::new();
        // A member that is leaving takes nothing over any more; what it is given goes back in a moment.
        let closing = self.mailbox.is_closing();
        let deadline = Instant::now() + self.acquire_timeout;
        for key in keys(partitions) {
            let (topic, partition) = (&*key.0, key.1);
            if closing {
                partitions.set_partition_offset(topic, partition, Offset::End)?;
                continue;
            }
            let position = self.position(member, &key, deadline);
            match &position {
                Ok(offset) => partitions.set_partition_offset(topic, partition, Offset::Offset(*offset))?,
                Err(_) => {
                    // The partition has to be taken from the group, and what is read of it is dropped.
                    partitions.set_partition_offset(topic, partition, Offset::End)?;
                    halted.add_partition(topic, partition);
                }
            }
            // What reads ahead of it may not outlive what comes in its place: both ends of the queue are one for the library.
            self.mailbox.let_go(&key);
            // Before the partition is handed over, so that none of its messages comes any other way.
            let news = watch::Sender::new(());
            let source = self.source(&key, news.clone()).ok_or(KafkaError::Subscription(topic.to_owned()))?;
            held.push(Arrival { key, position, source, news });
        }
        if !held.is_empty() {
            self.mailbox.assign(held);
        }
        match member.rebalance_protocol() {
            RebalanceProtocol::Cooperative => member.incremental_assign(partitions)?,
            _ => member.assign(partitions)?,
        }
        if halted.count() > 0 {
            member.pause(&halted)?;
        }
        Ok(())
    }

    fn revoke(&self, member: &Member, partitions: &TopicPartitionList) -> Result<(), KafkaError> {
        for (topic, partition) in self.mailbox.revoke(&keys(partitions)) {
            let positions = Arc::clone(&self.positions);
            let released = self.wait(RELEASE_TIMEOUT, async move { positions.released(&topic, partition).await });
            if released.is_none() {
                tracing::debug!(partition, "nobody took notice of a partition that went");
            }
        }
        match member.rebalance_protocol() {
            RebalanceProtocol::Cooperative => member.incremental_unassign(partitions),
            _ => member.unassign(),
        }
    }

    /// A queue of the partition's own.
    fn source(&self, key: &PartitionKey, news: watch::Sender<()>) -> Option<Source> {
        let member = self.member.get()?.upgrade()?;
        let mut queue = member.split_partition_queue(&key.0, key.1)?;
        queue.set_nonempty_callback(move || {
            news.send_replace(());
        });
        let topic = Arc::clone(&key.0);
        Some(Box::new(move || Some(queue.poll(Duration::ZERO)?.map(|message| owned(&topic, &message)))))
    }

    /// Where to read on, or why the partition halts.
    fn position(&self, member: &Member, key: &PartitionKey, deadline: Instant) -> Result<i64, String> {
        let (begin, end) = ends(member, key, deadline)?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        let (topic, partition) = key.clone();
        let identity = self.identities.get(&*topic).cloned().unwrap_or_default();
        let positions = Arc::clone(&self.positions);
        let position = self.wait(remaining + Duration::from_secs(1), async move {
            let deadline = tokio::time::Instant::now() + remaining;
            acquire_patiently(&*positions, &topic, partition, &identity, deadline).await
        });
        let position =
            position.unwrap_or_else(|| Err("its position could not be read: the process is ending".into()))?;
        misfit(position, begin, end).map_or(Ok(position), Err)
    }

    /// Runs something on the runtime while this thread waits; nothing when it takes too long or the runtime is gone.
    fn wait<T: Send + 'static>(&self, timeout: Duration, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let (done, result) = mpsc::sync_channel(1);
        self.runtime.spawn(async move {
            let _ = done.send(work.await);
        });
        result.recv_timeout(timeout).ok()
    }
}

/// The first offset that a partition holds and the one that follows its last, asked until the deadline.
pub(super) fn ends(member: &Member, key: &PartitionKey, deadline: Instant) -> Result<(i64, i64), String> {
    loop {
        match member.fetch_watermarks(&key.0, key.1, WATERMARKS_TIMEOUT) {
            Ok(ends) => return Ok(ends),
            Err(error) if Instant::now() >= deadline => {
                return Err(format!("the broker does not say where the partition begins and ends: {error}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// What the client library's list names.
pub(super) fn keys(partitions: &TopicPartitionList) -> Vec<PartitionKey> {
    partitions.elements().iter().map(|element| (Arc::from(element.topic()), element.partition())).collect()
}

/// What the owner is told when the group or the broker will not have this member.
pub(super) fn refusal(at: &str, error: &KafkaError, reason: &str) -> StreamError {
    StreamError::Refused {
        at: at.to_owned(),
        action: "let this consumer go on".into(),
        detail: if reason.is_empty() { error.to_string() } else { format!("{error}: {reason}") },
    }
}
