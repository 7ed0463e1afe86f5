//! Kafka as sites run it: TLS with an authority of their own, and SASL.
//!
//! Runs when `THONGQUAN_TEST_KAFKA_SECURE` names the secure port and `THONGQUAN_TEST_KAFKA_SECRETS` the folder with its
//! authority and password, as `deploy/dev/servers env` prints them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use stream::{
    BoxError, ConsumerSettings, KafkaSettings, KafkaStream, Outgoing, Positions, Stream, StreamError, TailFrom,
    TopicSpec,
};

#[path = "contract/reading.rs"]
mod reading;

use self::reading::{Event, Reading};

struct FromTheBeginning;

#[async_trait]
impl Positions for FromTheBeginning {
    async fn acquire(&self, _topic: &str, _partition: i32, _identity: &str) -> Result<i64, BoxError> {
        Ok(0)
    }

    async fn released(&self, _topic: &str, _partition: i32) {}
}

struct Secure {
    brokers: String,
    secrets: PathBuf,
}

fn secure() -> Option<Secure> {
    let (Ok(brokers), Ok(secrets)) =
        (std::env::var("THONGQUAN_TEST_KAFKA_SECURE"), std::env::var("THONGQUAN_TEST_KAFKA_SECRETS"))
    else {
        println!("skipped: THONGQUAN_TEST_KAFKA_SECURE names no broker; run deploy/dev/test");
        return None;
    };
    Some(Secure { brokers, secrets: secrets.into() })
}

impl Secure {
    fn settings(&self) -> KafkaSettings {
        let mut settings = KafkaSettings::new(&self.brokers);
        settings.request_timeout = Duration::from_secs(5);
        let ca = self.secrets.join("ca.pem").display().to_string();
        let password = std::fs::read_to_string(self.secrets.join("password")).unwrap();
        settings.client.extend([
            ("security.protocol".to_owned(), "SASL_SSL".to_owned()),
            ("ssl.ca.location".to_owned(), ca),
            ("sasl.mechanism".to_owned(), "SCRAM-SHA-512".to_owned()),
            ("sasl.username".to_owned(), "thongquan".to_owned()),
            ("sasl.password".to_owned(), password),
        ]);
        settings
    }
}

fn unique(what: &str) -> String {
    format!("{what}-{}", std::process::id())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_pass_through_tls_and_sasl() {
    let Some(secure) = secure() else { return };
    let stream = KafkaStream::open(secure.settings()).await.unwrap();
    let topic = unique("secure");
    let spec = TopicSpec { name: topic.clone(), partitions: 2, replication: 1 };
    stream.ensure_topics(&[spec]).await.unwrap();
    let message = |number: u32| Outgoing {
        topic: topic.clone(),
        key: format!("key-{number}").into_bytes(),
        headers: Vec::new(),
        payload: number.to_be_bytes().to_vec(),
        event_id: format!("event-{number}"),
        timestamp_ms: None,
    };
    stream.publish((0..50).map(message).collect()).await.unwrap();

    // A member that keeps its name over restarts.
    let settings = ConsumerSettings { instance: Some(unique("member")), ..ConsumerSettings::default() };
    let mut consumer = stream
        .consumer(&[&topic], &unique("group"), settings, Arc::new(FromTheBeginning))
        .await
        .map(Reading::of)
        .unwrap();
    let mut read = 0;
    while read < 50 {
        let event = tokio::time::timeout(Duration::from_secs(60), consumer.next()).await.unwrap().unwrap();
        match event {
            Event::Batch(batch) => read += batch.messages.len(),
            Event::Assigned(_) | Event::Revoked(_) => {}
            Event::Halted { reason, .. } => panic!("{reason}"),
        }
    }
    consumer.close(Duration::from_secs(10)).await;
    let mut tail = stream.tail(&topic, TailFrom::Beginning).await.unwrap();
    assert!(tail.next(Duration::from_secs(30)).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_and_an_unknown_authority_are_refused() {
    let Some(secure) = secure() else { return };
    let mut settings = secure.settings();
    settings.client.insert("sasl.password".to_owned(), "swordfish".to_owned());
    let refused = KafkaStream::open(settings).await.err().expect("a wrong password is refused");
    assert!(!format!("{refused}").contains("swordfish"));

    let mut settings = secure.settings();
    // Without our authority the certificate is nobody's.
    settings.client.remove("ssl.ca.location");
    let refused = KafkaStream::open(settings).await.err().expect("an unknown authority is refused");
    assert!(matches!(refused, StreamError::Unreachable { .. } | StreamError::Refused { .. }), "{refused}");

    let mut settings = secure.settings();
    settings.client.insert("security.protocol".to_owned(), "PLAINTEXT".to_owned());
    assert!(KafkaStream::open(settings).await.is_err(), "the secure port takes no plain connection");
}
