//! A broker that is killed while messages flow in both directions. Starts a Kafka of its own, on free ports.

#![allow(clippy::print_stdout, reason = "a test tells what it skips")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use stream::{BoxError, ConsumerSettings, KafkaSettings, KafkaStream, Outgoing, Positions, Stream, TopicSpec};

#[path = "contract/reading.rs"]
mod reading;

use self::reading::{Event, Reading};

/// The developers' script, with a folder and ports of its own. Stops the broker when it goes.
struct Servers {
    folder: tempfile::TempDir,
    /// Kafka, its controller, Kafka's secure port.
    ports: [u16; 3],
}

impl Servers {
    /// Ports that were free a moment ago; all are held until the last is found, so that they differ.
    fn new() -> Self {
        let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let ports = held.map(|listener| listener.local_addr().expect("an address").port());
        Self { folder: tempfile::tempdir().expect("a temporary folder"), ports }
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let [kafka, controller, secure] = self.ports.map(|port| port.to_string());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/dev/servers");
        let output = Command::new(script)
            .args(arguments)
            .env("THONGQUAN_DEV_DIR", self.folder.path())
            .env("THONGQUAN_DEV_KAFKA_PORT", kafka)
            .env("THONGQUAN_DEV_KAFKA_CONTROLLER_PORT", controller)
            .env("THONGQUAN_DEV_KAFKA_SECURE_PORT", secure)
            .env("THONGQUAN_DEV_KAFKA_HEAP", "512m")
            .env("THONGQUAN_DEV_START_WAIT_S", "120")
            .output();
        output.expect("the script runs")
    }

    fn must(&self, arguments: &[&str]) {
        let output = self.call(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        self.call(&["kill9", "kafka"]);
    }
}

/// Everything is read from the beginning.
struct FromTheBeginning;

#[async_trait]
impl Positions for FromTheBeginning {
    async fn acquire(&self, _topic: &str, _partition: i32, _identity: &str) -> Result<i64, BoxError> {
        Ok(0)
    }

    async fn released(&self, _topic: &str, _partition: i32) {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_keys_stay_in_order_when_the_broker_is_killed() {
    let servers = Servers::new();
    let started = servers.call(&["start", "kafka"]);
    let said = String::from_utf8_lossy(&started.stderr);
    if said.contains("is missing") || said.contains("could not fetch") {
        println!("skipped: {}", said.trim_end());
        return;
    }
    assert!(started.status.success(), "Kafka does not start: {said}");
    let mut settings = KafkaSettings::new(format!("127.0.0.1:{}", servers.ports[0]));
    // Shorter than an outage, so that some calls fail and are made again.
    settings.delivery_timeout = Duration::from_secs(2);
    let stream = Arc::new(KafkaStream::open(settings).await.expect("connected"));
    let topic = "crash".to_owned();
    let spec = TopicSpec { name: topic.clone(), partitions: 3, replication: 1 };
    stream.ensure_topics(&[spec]).await.expect("created");
    let mut consumer = stream
        .consumer(&[&topic], "crash", ConsumerSettings::default(), Arc::new(FromTheBeginning))
        .await
        .map(Reading::of)
        .expect("a consumer");

    let stop = Arc::new(AtomicBool::new(false));
    let publisher = tokio::spawn({
        let (stream, stop, topic) = (Arc::clone(&stream), Arc::clone(&stop), topic.clone());
        async move {
            let (mut number, mut failures) = (0_u32, 0_u32);
            while !stop.load(Ordering::Relaxed) {
                let mut messages: Vec<Outgoing> = (0..10)
                    .map(|key| Outgoing {
                        topic: topic.clone(),
                        key: format!("key-{key}").into_bytes(),
                        headers: Vec::new(),
                        payload: number.to_be_bytes().to_vec(),
                        event_id: format!("{key}/{number}"),
                        timestamp_ms: None,
                    })
                    .collect();
                while let Err(error) = stream.publish(messages.clone()).await {
                    assert!(error.retry, "{error}: {}", error.cause);
                    failures += 1;
                    messages.drain(..error.first);
                }
                number += 1;
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            (number, failures)
        }
    });

    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(3)).await;
        servers.must(&["kill9", "kafka"]);
        tokio::time::sleep(Duration::from_secs(4)).await;
        servers.must(&["start", "kafka"]);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    stop.store(true, Ordering::Relaxed);
    let (numbers, failures) = publisher.await.expect("no panic");
    assert!(failures > 0, "the outages were long enough to be noticed");

    // The first occurrence of each event, in the order in which a key's events come.
    let mut first: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let wanted = numbers as usize * 10;
    while seen.len() < wanted {
        let event = tokio::time::timeout(Duration::from_secs(60), consumer.next()).await;
        match event.expect("all of it comes").expect("no error") {
            Event::Batch(batch) => {
                for message in batch.messages {
                    let id = message.header("ce_id").expect("an identifier").to_vec();
                    if seen.insert(id) {
                        let number = message.payload.and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
                        first.entry(message.key.expect("a key")).or_default().push(number.expect("a number"));
                    }
                }
            }
            Event::Assigned(_) | Event::Revoked(_) => {}
            Event::Halted { partition, reason, .. } => panic!("partition {partition} halts: {reason}"),
        }
    }
    for (key, received) in first {
        assert_eq!(received, (0..numbers).collect::<Vec<_>>(), "{}", String::from_utf8_lossy(&key));
    }
    consumer.close(Duration::from_secs(10)).await;
}
