//! The logs under test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use storage::sqlite::{AppendRecord, MessageLog};
use stream::{EmbeddedStream, KafkaSettings, KafkaStream, Stream, TopicSpec, partition_of};

/// A log, and the means to do with it what the contract does not offer.
pub(crate) struct Backend {
    /// The handle that most cases use.
    pub(crate) stream: Arc<dyn Stream>,
    place: Place,
}

enum Place {
    Embedded(tempfile::TempDir),
    Kafka(String),
}

impl Backend {
    /// A new embedded log.
    pub(crate) async fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stream = EmbeddedStream::open(&folder.path().join("log.db")).await.expect("a new file");
        Self { stream: Arc::new(stream), place: Place::Embedded(folder) }
    }

    /// The broker that the environment names, if it names one.
    pub(crate) async fn kafka(case: &str) -> Option<Self> {
        let Ok(brokers) = std::env::var("THONGQUAN_TEST_KAFKA") else {
            eprintln!(
                "skipped on Kafka: {case}. To run it: deploy/dev/servers start kafka && \
                 eval \"$(deploy/dev/servers env)\", then the test again"
            );
            return None;
        };
        let stream = KafkaStream::open(KafkaSettings::new(&brokers)).await.expect("the broker in THONGQUAN_TEST_KAFKA");
        Some(Self { stream: Arc::new(stream), place: Place::Kafka(brokers) })
    }

    /// A second handle on the same log, as another process would have one.
    pub(crate) async fn another_handle(&self) -> Arc<dyn Stream> {
        match &self.place {
            Place::Embedded(folder) => {
                Arc::new(EmbeddedStream::open(&folder.path().join("log.db")).await.expect("the same file"))
            }
            Place::Kafka(brokers) => {
                Arc::new(KafkaStream::open(KafkaSettings::new(brokers)).await.expect("the same broker"))
            }
        }
    }

    /// A new topic with a name that nothing else uses.
    pub(crate) async fn topic(&self, partitions: i32) -> String {
        let name = unique("contract");
        let spec = TopicSpec { name: name.clone(), partitions, replication: 1 };
        let states = self.stream.ensure_topics(&[spec]).await.expect("a new topic");
        assert_eq!(states[0].partitions, partitions);
        name
    }

    /// Appends a tombstone, a message without payload, which the product reads and never publishes.
    pub(crate) async fn append_tombstone(&self, topic: &str, key: &[u8], partitions: i32) {
        match &self.place {
            Place::Embedded(folder) => {
                let log = MessageLog::open(&folder.path().join("log.db")).await.expect("the same file");
                let record = AppendRecord {
                    partition: partition_of(key, partitions),
                    timestamp_ms: 1,
                    key: Some(key.to_vec()),
                    headers: Vec::new(),
                    payload: None,
                    event_id: None,
                };
                log.append(topic, &[record]).await.expect("appended");
            }
            Place::Kafka(brokers) => {
                let producer: FutureProducer = ClientConfig::new()
                    .set("bootstrap.servers", brokers)
                    .set("partitioner", "murmur2_random")
                    .create()
                    .expect("a producer");
                let record: FutureRecord<'_, [u8], [u8]> = FutureRecord::to(topic).key(key);
                producer.send(record, std::time::Duration::from_secs(10)).await.expect("sent");
            }
        }
    }

    /// Deletes a topic and creates it again. Only Kafka can; the answer says whether it was done.
    pub(crate) async fn recreate(&self, topic: &str) -> bool {
        let Place::Kafka(brokers) = &self.place else { return false };
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", brokers).create().expect("an administrator");
        admin.delete_topics(&[topic], &AdminOptions::new()).await.expect("an answer")[0].as_ref().expect("deleted");
        let again = NewTopic::new(topic, 1, TopicReplication::Fixed(1));
        // The broker needs a moment to forget the old one.
        for _ in 0..100 {
            let created = admin.create_topics([&again], &AdminOptions::new()).await.expect("an answer");
            if created[0].is_ok() {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the topic could not be created again");
    }

    /// Deletes what the only partition of a topic holds, as retention would. Only Kafka does that.
    pub(crate) async fn delete_messages(&self, topic: &str) {
        let Place::Kafka(brokers) = &self.place else { panic!("the embedded log deletes nothing") };
        let admin: AdminClient<DefaultClientContext> =
            ClientConfig::new().set("bootstrap.servers", brokers).create().expect("an administrator");
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_offset(topic, 0, Offset::End).expect("a partition");
        admin.delete_records(&partitions, &AdminOptions::new()).await.expect("deleted");
    }
}

/// A name that no other test, and no earlier run on the same broker, has used.
pub(crate) fn unique(what: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    format!("{what}-{}-{number}-{}", std::process::id(), since.as_nanos())
}
