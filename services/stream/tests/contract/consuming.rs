//! Batches, positions and going back.

use std::time::Duration;

use stream::{ConsumerSettings, Outgoing, StreamError};

use crate::backend::{Backend, unique};
use crate::reading::{Event, Reading};
use crate::support::{KeptPositions, PATIENCE, next, next_batch, noise, outgoing, publish, read, settings, texts};

pub(crate) async fn reading_resumes_where_the_positions_say(backend: &Backend) {
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, "k", 0..10).await;
    let group = unique("group");
    let positions = KeptPositions::at(&[(0, 4)]);
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &group, settings(), positions.clone())
        .await
        .map(Reading::of)
        .expect("a consumer");
    let Event::Assigned(assigned) = next(&mut consumer).await else { panic!("partitions come first") };
    assert_eq!(assigned.len(), 1);
    let batch = next_batch(&mut consumer).await;
    assert_eq!((batch.messages[0].offset, batch.partition), (4, 0));
    assert!(positions.commit(&batch));
    consumer.close(PATIENCE).await;
    let identity = backend.stream.topic_identity(&topic).await.expect("an identity");
    assert_eq!(*positions.acquired.lock().expect("not poisoned"), [(0, identity)]);

    publish(&*backend.stream, &topic, "k", 10..12).await;
    let from = positions.next.lock().expect("not poisoned")[&0];
    let mut again = backend
        .stream
        .consumer(&[&topic], &group, settings(), positions.clone())
        .await
        .map(Reading::of)
        .expect("a consumer");
    let rest = read(&mut again, 12 - from as usize).await;
    assert_eq!(rest.first().map(|message| message.offset), Some(from));
    assert_eq!(texts(&rest).last().map(String::as_str), Some("k/11"));
    again.close(PATIENCE).await;
}

pub(crate) async fn a_rewound_partition_is_read_again(backend: &Backend) {
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, "k", 0..200).await;
    let settings = ConsumerSettings { max_messages: 10, ..settings() };
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings, KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    // Once while batches are waiting, and several times in a row.
    for target in [0, 35, 3] {
        next_batch(&mut consumer).await;
        consumer.rewind(&topic, 0, 100).await.expect("assigned");
        consumer.rewind(&topic, 0, target).await.expect("assigned");
        let batch = next_batch(&mut consumer).await;
        assert_eq!(batch.messages[0].offset, target, "nothing read before the rewind comes after it");
        let following = next_batch(&mut consumer).await;
        assert_eq!(following.messages[0].offset, batch.next_offset());
    }
    let error = consumer.rewind(&topic, 7, 0).await.expect_err("there is no such partition");
    assert!(matches!(error, StreamError::NotAssigned { partition: 7, .. }));
    consumer.close(PATIENCE).await;
}

pub(crate) async fn batches_keep_to_their_bounds(backend: &Backend) {
    let topic = backend.topic(2).await;
    for key in ["a", "b", "c", "d"] {
        publish(&*backend.stream, &topic, key, 0..40).await;
    }
    let bounded = ConsumerSettings { max_messages: 7, max_wait: Duration::from_millis(200), ..settings() };
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), bounded, KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    let mut count = 0;
    while count < 160 {
        let batch = next_batch(&mut consumer).await;
        assert!((1..=7).contains(&batch.messages.len()));
        assert!(batch.messages.iter().all(|message| message.partition == batch.partition));
        count += batch.messages.len();
    }
    assert_eq!(count, 160);
    consumer.close(PATIENCE).await;

    // Each message is some 60 bytes with its headers, so that a few of them reach the bound.
    let bounded = ConsumerSettings { max_bytes: 300, ..settings() };
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), bounded, KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    let mut count = 0;
    while count < 160 {
        let batch = next_batch(&mut consumer).await;
        let bytes: usize = batch.messages.iter().map(stream::Message::size_bytes).sum();
        assert!(bytes <= 300 || batch.messages.len() == 1, "{bytes} bytes in {} messages", batch.messages.len());
        count += batch.messages.len();
    }
    assert_eq!(count, 160);
    consumer.close(PATIENCE).await;
}

pub(crate) async fn a_partition_that_is_not_taken_from_holds_up_no_other(backend: &Backend) {
    const PARTITIONS: i32 = 3;
    let topic = backend.topic(PARTITIONS).await;
    let keys = keys_of(PARTITIONS);
    // More than is read ahead of it.
    let mut large = outgoing(&topic, &keys[0], 0);
    large.payload = noise(200_000);
    let of_held: Vec<_> =
        (0..60).map(|number| Outgoing { event_id: format!("{topic}/{number}"), ..large.clone() }).collect();
    backend.stream.publish(of_held).await.expect("published");
    let consumer = backend.stream.consumer(&[&topic], &unique("group"), settings(), KeptPositions::at(&[])).await;
    let mut consumer = consumer.map(Reading::of).expect("a consumer");
    assert!(matches!(next(&mut consumer).await, Event::Assigned(partitions) if partitions.len() == 3));
    let mut held = consumer.take_out(0);

    for round in 0..20 {
        for key in &keys[1..] {
            publish(&*backend.stream, &topic, key, round * 50..(round + 1) * 50).await;
        }
        let messages = read(&mut consumer, 100).await;
        assert!(messages.iter().all(|message| message.partition != 0), "it is taken from by nobody");
    }

    let mut taken = Vec::new();
    while taken.len() < 60 {
        let batch = tokio::time::timeout(PATIENCE, held.next()).await.expect("it goes on").expect("assigned");
        taken.extend(batch.messages.into_iter().map(|message| message.offset));
    }
    assert_eq!(taken, (0..60).collect::<Vec<i64>>(), "nothing of it was lost");
    consumer.close(PATIENCE).await;
    assert!(held.next().await.is_none(), "it is over");
}

/// A key for each partition.
fn keys_of(partitions: i32) -> Vec<String> {
    let key_of = |partition: i32| {
        let mut keys = (0..).map(|number: usize| format!("key-{number}"));
        keys.find(|key| stream::partition_of(key.as_bytes(), partitions) == partition).expect("there is one")
    };
    (0..partitions).map(key_of).collect()
}

pub(crate) async fn what_is_published_later_arrives(backend: &Backend) {
    let topic = backend.topic(3).await;
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), KeptPositions::at(&[]))
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert!(matches!(next(&mut consumer).await, Event::Assigned(partitions) if partitions.len() == 3));
    // A future that is dropped while nothing happens takes nothing with it.
    assert!(tokio::time::timeout(Duration::from_millis(50), consumer.next()).await.is_err());

    publish(&*backend.stream, &topic, "from here", 0..1).await;
    assert_eq!(texts(&read(&mut consumer, 1).await), ["from here/0"]);
    let other = backend.another_handle().await;
    publish(&*other, &topic, "from elsewhere", 0..1).await;
    assert_eq!(texts(&read(&mut consumer, 1).await), ["from elsewhere/0"]);
    consumer.close(PATIENCE).await;
}

pub(crate) async fn closing_releases_every_partition(backend: &Backend) {
    let topic = backend.topic(3).await;
    let positions = KeptPositions::at(&[]);
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), positions.clone())
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert!(matches!(next(&mut consumer).await, Event::Assigned(_)));
    consumer.close(PATIENCE).await;
    let mut released = positions.released.lock().expect("not poisoned").clone();
    released.sort_unstable();
    assert_eq!(released, [0, 1, 2]);
}
