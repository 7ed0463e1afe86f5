//! What goes in comes out.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stream::{MESSAGE_BYTES_MAX, StreamError, TailFrom, TopicSpec, partition_of};

use crate::backend::{Backend, unique};
use crate::reading::Reading;
use crate::support::{KeptPositions, PATIENCE, noise, outgoing, publish, read, settings};

pub(crate) async fn messages_come_out_as_they_went_in_and_in_order(backend: &Backend) {
    let topic = backend.topic(4).await;
    let keys = ["0101243150", "0302712571", "0100109106", "0304741634-001"];
    let mut sent = Vec::new();
    for number in 0..25 {
        sent.extend(keys.map(|key| outgoing(&topic, key, number)));
    }
    backend.stream.publish(sent.clone()).await.expect("published");
    backend.append_tombstone(&topic, keys[0].as_bytes(), 4).await;

    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    let messages = read(&mut consumer, sent.len() + 1).await;
    consumer.close(PATIENCE).await;

    for key in keys {
        let of_key = |message: &&stream::Message| message.key.as_deref() == Some(key.as_bytes());
        let received: Vec<_> = messages.iter().filter(of_key).filter(|message| message.payload.is_some()).collect();
        let expected: Vec<_> = sent.iter().filter(|message| message.key == key.as_bytes()).collect();
        assert_eq!(received.len(), expected.len(), "{key}");
        for (received, expected) in received.iter().zip(expected) {
            assert_eq!(received.payload.as_deref(), Some(expected.payload.as_slice()));
            assert_eq!(received.header("ce_id"), Some(expected.event_id.as_bytes()));
            assert_eq!(received.headers[1..], expected.headers);
            assert_eq!(*received.topic, *topic);
        }
    }
    let tombstones: Vec<_> = messages.iter().filter(|message| message.payload.is_none()).collect();
    assert_eq!(tombstones.len(), 1);
    assert_eq!(tombstones[0].key.as_deref(), Some(keys[0].as_bytes()));

    let mut last: BTreeMap<i32, i64> = BTreeMap::new();
    for message in &messages {
        let before = last.insert(message.partition, message.offset);
        assert!(before.is_none_or(|before| before < message.offset), "offsets ascend within a partition");
    }
}

pub(crate) async fn a_key_has_the_same_partition_in_every_log(backend: &Backend) {
    let topic = backend.topic(7).await;
    let keys: Vec<String> = (0..60).map(|number| format!("{}", 100_000_000_u64 + number * 7_919)).collect();
    backend.stream.publish(keys.iter().map(|key| outgoing(&topic, key, 0)).collect()).await.expect("published");
    let mut tail = backend.stream.tail(&topic, TailFrom::Beginning).await.expect("a tail");
    for _ in &keys {
        let message = tail.next(PATIENCE).await.expect("no error").expect("a message");
        let key = message.key.expect("a key");
        assert_eq!(message.partition, partition_of(&key, 7), "{}", String::from_utf8_lossy(&key));
    }
}

pub(crate) async fn a_time_is_kept_and_a_missing_one_is_the_clocks(backend: &Backend) {
    let topic = backend.topic(1).await;
    let mut given = outgoing(&topic, "k", 0);
    given.timestamp_ms = Some(1_700_000_000_123);
    let clock_ms = || SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis() as i64;
    let before = clock_ms();
    backend.stream.publish(vec![given, outgoing(&topic, "k", 1)]).await.expect("published");
    let after = clock_ms();
    let mut tail = backend.stream.tail(&topic, TailFrom::Beginning).await.expect("a tail");
    let first = tail.next(PATIENCE).await.expect("no error").expect("a message");
    let second = tail.next(PATIENCE).await.expect("no error").expect("a message");
    assert_eq!(first.timestamp_ms, 1_700_000_000_123);
    assert!((before..=after).contains(&second.timestamp_ms), "{before} {} {after}", second.timestamp_ms);
}

pub(crate) async fn a_large_message_passes_and_a_too_large_one_is_refused(backend: &Backend) {
    let topic = backend.topic(1).await;
    let mut large = outgoing(&topic, "k", 0);
    large.payload = noise(MESSAGE_BYTES_MAX - 1_000);
    backend.stream.publish(vec![large.clone()]).await.expect("a message below the limit is published");

    let mut too_large = outgoing(&topic, "k", 1);
    too_large.payload = vec![0; MESSAGE_BYTES_MAX + 1];
    let error = backend.stream.publish(vec![outgoing(&topic, "k", 2), too_large]).await.expect_err("refused");
    assert!(matches!(error.cause, StreamError::TooLarge { limit_bytes: MESSAGE_BYTES_MAX, .. }), "{error:?}");
    assert_eq!((error.messages, error.unacknowledged, error.first, error.retry), (2, 2, 0, false));

    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    let messages = read(&mut consumer, 1).await;
    assert_eq!(messages.len(), 1, "nothing of the refused call was published");
    assert!(messages[0].payload.as_deref() == Some(&large.payload), "the large message came out as it went in");
    assert_eq!(backend.stream.topics().await.expect("states")[0].end_offsets, [1]);
    consumer.close(PATIENCE).await;
}

pub(crate) async fn an_unknown_topic_is_named(backend: &Backend) {
    let name = unique("nobody-created-this");
    let is_named = |error: &StreamError| matches!(error, StreamError::UnknownTopic { topic } if *topic == name);

    let error = backend.stream.publish(vec![outgoing(&name, "k", 0)]).await.expect_err("unknown");
    assert!(is_named(&error.cause), "{error:?}");
    assert!(!error.retry);

    let consumer = backend.stream.consumer(&[&name], &unique("group"), settings(), KeptPositions::at(&[])).await;
    assert!(consumer.err().as_ref().is_some_and(is_named));

    let tail = backend.stream.tail(&name, TailFrom::End).await;
    assert!(tail.err().as_ref().is_some_and(is_named));
}

pub(crate) async fn topics_are_created_once_and_differences_reported(backend: &Backend) {
    let spec = TopicSpec { name: unique("ensured"), partitions: 3, replication: 1 };
    let made = backend.stream.ensure_topics(std::slice::from_ref(&spec)).await.expect("created");
    assert_eq!((made[0].partitions, made[0].differs.as_deref()), (3, None));
    assert_eq!(made[0].end_offsets, [0, 0, 0]);
    publish(&*backend.stream, &spec.name, "0101243150", 0..4).await;

    let other = backend.another_handle().await;
    let again = other.ensure_topics(std::slice::from_ref(&spec)).await.expect("there already");
    assert_eq!(again[0].differs, None);
    assert_eq!(again[0].end_offsets.iter().sum::<i64>(), 4, "an existing topic keeps its messages");

    let wider = TopicSpec { partitions: 5, ..spec.clone() };
    let differs = other.ensure_topics(&[wider]).await.expect("reported, not changed");
    assert_eq!(differs[0].partitions, 3);
    assert!(differs[0].differs.as_deref().is_some_and(|text| text.contains("3 partitions where 5")), "{differs:?}");
    assert_eq!(other.topics().await.expect("states").len(), 1);
}

pub(crate) async fn the_identity_is_that_of_the_log(backend: &Backend) {
    let identity = backend.stream.identity().await.expect("an identity");
    assert!(!identity.is_empty());
    let another = backend.another_handle().await;
    assert_eq!(another.identity().await.expect("an identity"), identity);
    let topic = backend.topic(1).await;
    let of_topic = backend.stream.topic_identity(&topic).await.expect("an identity");
    assert!(of_topic.starts_with(&identity), "{of_topic} begins with {identity}");
    assert_eq!(another.topic_identity(&topic).await.expect("an identity"), of_topic);
    let elsewhere = Backend::embedded().await.stream.identity().await.expect("an identity");
    assert_ne!(elsewhere, identity);
}

pub(crate) async fn a_tail_sees_what_comes_after_it(backend: &Backend) {
    let topic = backend.topic(3).await;
    publish(&*backend.stream, &topic, "before", 0..5).await;
    let mut tail = backend.stream.tail(&topic, TailFrom::End).await.expect("a tail");
    assert_eq!(tail.next(Duration::from_millis(200)).await.expect("no error"), None);

    let other = backend.another_handle().await;
    for key in ["a", "b", "c", "d"] {
        publish(&*other, &topic, key, 0..3).await;
    }
    let mut numbers: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for _ in 0..12 {
        let message = tail.next(PATIENCE).await.expect("no error").expect("a message");
        let key = message.key.clone().expect("a key");
        let count = numbers.entry(key).or_default();
        assert_eq!(message.header("number"), Some(count.to_string().as_bytes()), "in order within a key");
        *count += 1;
    }
    assert_eq!(numbers.len(), 4);
    assert_eq!(tail.next(Duration::from_millis(50)).await.expect("no error"), None);
}

pub(crate) async fn a_topic_that_was_created_again_is_another(backend: &Backend) {
    let topic = backend.topic(1).await;
    let before = backend.stream.topic_identity(&topic).await.expect("an identity");
    if backend.recreate(&topic).await {
        let after = backend.another_handle().await.topic_identity(&topic).await.expect("an identity");
        assert_ne!(before, after);
    }
}
