//! A broker that is not there.

use std::time::Duration;

use stream::{ConsumerSettings, KafkaSettings, KafkaStream, StreamError};

use crate::backend::{Backend, unique};
use crate::reading::{Event, Reading};
use crate::support::{KeptPositions, PATIENCE, next, settings};

#[tokio::test]
async fn a_broker_that_does_not_answer_is_named_in_bounded_time() {
    // A port that was free a moment ago, and that nobody listens on.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let mut settings = KafkaSettings::new(&address);
    settings.request_timeout = Duration::from_millis(500);
    let connected = tokio::time::timeout(PATIENCE, KafkaStream::open(settings)).await.expect("in bounded time");
    let error = connected.err().expect("nobody is there");
    assert!(matches!(&error, StreamError::Unreachable { at, .. } if *at == address), "{error:?}");
    assert!(error.is_transient());
    assert!(error.to_string().contains(&address), "{error}");
}

#[tokio::test]
async fn a_setting_that_the_client_does_not_know_is_named() {
    let mut settings = KafkaSettings::new("127.0.0.1:1");
    settings.client.insert("no.such.setting".into(), "1".into());
    let error = KafkaStream::open(settings).await.err().expect("refused");
    assert!(matches!(&error, StreamError::Setting { name, .. } if name == "no.such.setting"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_the_group_refuses_ends_with_the_reason() {
    let name = "a_consumer_that_the_group_refuses_ends_with_the_reason";
    let Some(backend) = Backend::kafka(name).await else {
        return;
    };
    let topic = backend.topic(1).await;
    // Half an hour is the most that a broker allows unless it is told otherwise.
    let settings = ConsumerSettings {
        session_timeout: Duration::from_secs(3_000),
        stall_timeout: Duration::from_secs(6_002),
        ..settings()
    };
    let group = unique("group");
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &group, settings, KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    let event = tokio::time::timeout(PATIENCE, consumer.next()).await.expect("an answer");
    let error = event.expect_err("refused");
    assert!(matches!(&error, StreamError::Refused { detail, .. } if detail.contains("session_timeout")), "{error:?}");
    assert!(matches!(consumer.next().await, Err(StreamError::Closed)), "and nothing more comes");
    consumer.close(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_living_members_with_one_name_the_earlier_is_fenced() {
    let name = "of_two_living_members_with_one_name_the_earlier_is_fenced";
    let Some(backend) = Backend::kafka(name).await else {
        return;
    };
    let topic = backend.topic(1).await;
    let group = unique("group");
    let named = || ConsumerSettings { instance: Some("clearance-1".into()), ..settings() };
    let mut earlier = backend
        .stream
        .consumer(&[&topic], &group, named(), KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert!(matches!(next(&mut earlier).await, Event::Assigned(_)));
    let mut later = backend
        .stream
        .consumer(&[&topic], &group, named(), KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert!(matches!(next(&mut later).await, Event::Assigned(_)));

    let fenced = async {
        loop {
            match earlier.next().await {
                Ok(Event::Revoked(_)) => {}
                Ok(other) => panic!("unexpected: {other:?}"),
                Err(error) => return error,
            }
        }
    };
    let error = tokio::time::timeout(PATIENCE, fenced).await.expect("the earlier one notices");
    assert!(matches!(error, StreamError::Refused { .. }), "{error:?}");
    assert!(!error.is_transient());
    earlier.close(PATIENCE).await;
    later.close(PATIENCE).await;
}
