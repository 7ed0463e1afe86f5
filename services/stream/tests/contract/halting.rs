//! A position that cannot be trusted stops its partition, and only that.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use stream::ConsumerSettings;

use crate::backend::{Backend, unique};
use crate::reading::{Event, Reading};
use crate::support::{KeptPositions, PATIENCE, next, next_batch, noise, outgoing, publish, settings};

pub(crate) async fn a_position_beyond_the_end_halts_and_is_not_reset(backend: &Backend) {
    let topic = backend.topic(2).await;
    let mut keys = [None, None];
    for number in 0.. {
        let key = format!("key-{number}");
        keys[stream::partition_of(key.as_bytes(), 2) as usize].get_or_insert(key);
        if keys.iter().all(Option::is_some) {
            break;
        }
    }
    let [Some(zero), Some(one)] = keys else { unreachable!("the loop ends when both are found") };
    publish(&*backend.stream, &topic, &zero, 0..3).await;
    publish(&*backend.stream, &topic, &one, 0..3).await;

    let positions = KeptPositions::at(&[(1, 4)]);
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), positions)
        .await
        .map(Reading::of)
        .expect("a consumer");
    let mut halted = None;
    let mut live = Vec::new();
    let mut others = 0;
    while halted.is_none() || others < 3 {
        match next(&mut consumer).await {
            Event::Assigned(partitions) => live.extend(partitions.into_iter().map(|(_, partition)| partition)),
            Event::Batch(batch) => {
                assert_eq!(batch.partition, 0, "the halted partition is not read");
                others += batch.messages.len();
            }
            Event::Halted { partition, reason, .. } => {
                assert_eq!(partition, 1);
                halted = Some(reason);
            }
            Event::Revoked(_) => panic!("nobody else is in the group"),
        }
    }
    assert_eq!(live, [0]);
    let reason = halted.expect("the loop waited for it");
    assert!(reason.contains("position 4 lies beyond the end of the log, 3"), "{reason}");

    // What comes now would be at and beyond the position; a reset would show it.
    backend.stream.publish((3..6).map(|number| outgoing(&topic, &one, number)).collect()).await.expect("published");
    assert!(tokio::time::timeout(Duration::from_millis(500), consumer.next()).await.is_err(), "still halted");

    // Somebody has looked, and sets the position.
    consumer.rewind(&topic, 1, 2).await.expect("assigned");
    let batch = next_batch(&mut consumer).await;
    assert_eq!((batch.partition, batch.messages[0].offset), (1, 2));

    consumer.rewind(&topic, 1, 99).await.expect("assigned");
    loop {
        match next(&mut consumer).await {
            Event::Batch(batch) => assert_ne!(batch.partition, 1),
            Event::Halted { partition: 1, reason, .. } => {
                assert!(reason.contains("beyond the end"), "{reason}");
                break;
            }
            other => panic!("unexpected: {other:?}"),
        }
    }
    consumer.close(PATIENCE).await;
}

pub(crate) async fn a_refused_position_halts(backend: &Backend) {
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, "k", 0..1).await;
    let positions = Arc::new(KeptPositions { refused: Some(0), ..KeptPositions::default() });
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), positions)
        .await
        .map(Reading::of)
        .expect("a consumer");
    let Event::Halted { reason, partition: 0, .. } = next(&mut consumer).await else { panic!("halts") };
    assert_eq!(reason, "the position belongs to another log");
    assert!(tokio::time::timeout(Duration::from_millis(300), consumer.next()).await.is_err());
    consumer.close(PATIENCE).await;
}

pub(crate) async fn passing_trouble_with_the_database_is_waited_out(backend: &Backend) {
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, "k", 0..3).await;
    let positions = Arc::new(KeptPositions { failures: Mutex::new(3), ..KeptPositions::default() });
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings(), positions)
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert_eq!(next_batch(&mut consumer).await.messages[0].offset, 0);
    consumer.close(PATIENCE).await;
}

pub(crate) async fn lasting_trouble_with_the_database_halts(backend: &Backend) {
    let topic = backend.topic(1).await;
    publish(&*backend.stream, &topic, "k", 0..1).await;
    let positions = Arc::new(KeptPositions { failures: Mutex::new(u32::MAX), ..KeptPositions::default() });
    let settings = ConsumerSettings { acquire_timeout: Duration::from_millis(900), ..settings() };
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings, positions)
        .await
        .map(Reading::of)
        .expect("a consumer");
    let Event::Halted { reason, .. } = next(&mut consumer).await else { panic!("halts") };
    assert!(reason.contains("the database is restarting"), "{reason}");
    consumer.close(PATIENCE).await;
}

/// Retention overtakes a reader whose owner is slow. What the reader has fetched already still comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_deleted_before_they_were_read_halt_the_partition() {
    let name = "messages_deleted_before_they_were_read_halt_the_partition";
    let Some(backend) = Backend::kafka(name).await else {
        return;
    };
    let topic = backend.topic(1).await;
    let mut large = outgoing(&topic, "k", 0);
    large.payload = noise(1_000_000);
    // More than the reader keeps in memory.
    for _ in 0..12 {
        backend.stream.publish(vec![large.clone(); 10]).await.expect("published");
    }
    let settings = ConsumerSettings { max_bytes: 1_000, ..settings() };
    let positions = KeptPositions::at(&[]);
    let mut consumer = backend
        .stream
        .consumer(&[&topic], &unique("group"), settings, positions)
        .await
        .map(Reading::of)
        .expect("a consumer");
    assert_eq!(next_batch(&mut consumer).await.messages[0].offset, 0);
    backend.delete_messages(&topic).await;
    publish(&*backend.stream, &topic, "k", 0..1).await;

    let mut last = 0;
    let reason = loop {
        match next(&mut consumer).await {
            Event::Batch(batch) => {
                assert_eq!(batch.messages[0].offset, last + 1, "nothing is skipped");
                last = batch.next_offset() - 1;
            }
            Event::Halted { reason, .. } => break reason,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert!(last < 20, "little is read ahead: {last}");
    assert!(reason.contains("before the first message that the log still holds, 120"), "{reason}");
    consumer.close(PATIENCE).await;
}
