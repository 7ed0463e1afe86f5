//! Members of a group share the partitions; in the embedded log there is nothing to share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::backend::{Backend, unique};
use crate::reading::{Event, Reading};
use crate::support::{KeptPositions, PATIENCE, outgoing, settings};

/// Reads and commits until told to stop. Says what was committed and the partitions that were held at the end.
async fn work(
    mut consumer: Reading,
    topic: String,
    positions: Arc<KeptPositions>,
    stop: Arc<AtomicBool>,
) -> (Vec<(i32, i64)>, BTreeSet<i32>) {
    let mut committed = Vec::new();
    let mut held = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        let Ok(event) = tokio::time::timeout(Duration::from_millis(50), consumer.next()).await else {
            continue;
        };
        match event.expect("no error") {
            Event::Batch(batch) => {
                assert!(held.contains(&batch.partition), "a batch comes only of a partition that is held");
                if positions.commit(&batch) {
                    committed.extend(batch.messages.iter().map(|message| (message.partition, message.offset)));
                } else {
                    // Somebody else has committed meanwhile: read on from there, if the partition is still ours.
                    let next = positions.next.lock().expect("not poisoned")[&batch.partition];
                    let _ = consumer.rewind(&topic, batch.partition, next).await;
                }
            }
            Event::Assigned(partitions) => held.extend(partitions.into_iter().map(|(_, partition)| partition)),
            Event::Revoked(partitions) => {
                for (_, partition) in partitions {
                    held.remove(&partition);
                }
            }
            Event::Halted { partition, reason, .. } => panic!("partition {partition} halts: {reason}"),
        }
    }
    consumer.close(PATIENCE).await;
    (committed, held)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_share_partitions_and_nothing_is_lost_when_one_leaves() {
    let Some(backend) = Backend::kafka("members_share_partitions_and_nothing_is_lost_when_one_leaves").await else {
        return;
    };
    let topic = backend.topic(4).await;
    let group = unique("group");
    let positions = KeptPositions::at(&[]);
    let second_handle = backend.another_handle().await;
    let publish = async |numbers: std::ops::Range<usize>| {
        for number in numbers {
            let messages = (0..8).map(|key| outgoing(&topic, &format!("key-{key}"), number)).collect();
            backend.stream.publish(messages).await.expect("published");
        }
    };
    let committed = || positions.next.lock().expect("not poisoned").values().sum::<i64>();
    let until = async |count: i64| {
        let reached = async {
            while committed() < count {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, reached).await.expect("every message is committed");
    };

    let (stop_first, stop_second) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let first = backend
        .stream
        .consumer(&[&topic], &group, settings(), positions.clone())
        .await
        .map(Reading::of)
        .expect("a consumer");
    let first = tokio::spawn(work(first, topic.clone(), positions.clone(), stop_first.clone()));
    publish(0..50).await;
    until(400).await;

    let second = second_handle
        .consumer(&[&topic], &group, settings(), positions.clone())
        .await
        .map(Reading::of)
        .expect("a consumer");
    let second = tokio::spawn(work(second, topic.clone(), positions.clone(), stop_second.clone()));
    let shared = async {
        while positions.acquired.lock().expect("not poisoned").len() < 6 {
            publish(50..51).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, shared).await.expect("the second member gets two of four partitions");
    publish(51..100).await;

    stop_first.store(true, Ordering::Relaxed);
    let (by_first, _) = first.await.expect("no panic");
    publish(100..150).await;
    let total = backend.stream.topics().await.expect("states")[0].end_offsets.iter().sum::<i64>();
    until(total).await;
    stop_second.store(true, Ordering::Relaxed);
    let (by_second, held_at_the_end) = second.await.expect("no panic");

    assert_eq!(held_at_the_end, BTreeSet::from([0, 1, 2, 3]), "the one that stays has everything");
    let all: BTreeSet<_> = by_first.iter().chain(&by_second).copied().collect();
    assert_eq!(all.len() as i64, total, "nothing is lost");
    assert_eq!(by_first.len() + by_second.len(), all.len(), "nothing is committed twice");
    assert!(!by_first.is_empty() && !by_second.is_empty());
}
