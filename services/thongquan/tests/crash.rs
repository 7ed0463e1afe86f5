//! The processor is killed at random moments and started again: every reference is decided once, no notice is lost.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::Backend;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use simulator::Intent;
use storage::{Batch, Commit, MessageSource, OutboxMessage};
use stream::TailFrom;

const COUNT: usize = 5_000;
const KILLS: usize = 8;

fn serve(backend: &Backend) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.arg("serve").current_dir(common::workspace()).stderr(Stdio::null()).stdout(Stdio::null());
    // Small batches, so that a kill falls between many of them.
    command.env("THONGQUAN_PROCESSING__BATCH_MESSAGES_MAX", "20").env("THONGQUAN_LOG__LEVEL", "error");
    for (name, value) in &backend.environment {
        command.env(name, value);
    }
    command.spawn().unwrap()
}

async fn survive(backend: &Backend, seed: u64) {
    let rulebook = common::rulebook();
    let lodged = backend.lodge(&rulebook, seed, COUNT).await;
    let mut chance = ChaCha12Rng::seed_from_u64(seed);
    let mut killed_at_work = 0;
    for _ in 0..KILLS {
        let before = backend.dealt_with().await;
        let mut child = serve(backend);
        // It loads the rules and joins the group first; a kill before it has done anything would prove little.
        let begun = Instant::now();
        while backend.dealt_with().await == before && before < i64::try_from(COUNT).unwrap() {
            assert!(begun.elapsed() < Duration::from_secs(60), "the processor does nothing");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..120))).await;
        let dealt_with = backend.dealt_with().await;
        killed_at_work += usize::from(dealt_with < i64::try_from(COUNT).unwrap());
        // SIGKILL to the process that was just started.
        child.kill().unwrap();
        child.wait().unwrap();
    }
    println!("killed at work {killed_at_work} times");
    assert!(killed_at_work >= 3, "it was done before it could be killed {killed_at_work} times");
    let mut child = serve(backend);
    backend.wait_until_dealt_with(COUNT, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let decisions = backend.decisions().await;
    let meant: usize =
        lodged.iter().filter(|lodged| matches!(lodged.intent, Intent::Sound | Intent::Faulty | Intent::Mended)).count();
    assert_eq!(decisions.len(), meant, "every reference and version is decided, and decided once");
    let numbers: BTreeSet<_> = decisions.values().filter_map(|(row, _)| row.stand.number).collect();
    let accepted = decisions.values().filter(|(row, _)| row.stand.outcome.as_str() == "accepted").count();
    assert_eq!(numbers.len(), accepted, "no number is given twice");
    let notices = backend.notices().await;
    for ((_, reference, _), (row, _)) in &decisions {
        let sent = notices.get(reference).map_or(0, BTreeSet::len);
        // A green one is told twice: that it is registered, and that it is cleared or to be paid.
        let expected = if row.stand.lane == Some(vocabulary::Lane::Green) { 2 } else { 1 };
        assert!(sent >= expected, "{reference}: {sent} notices of {expected}");
    }
    for (row, _) in decisions.values().take(200) {
        let log = backend.store.log_of(&row.lodged.key).await.unwrap();
        assert_eq!(log.len(), 1, "{:?}", row.lodged.key);
        assert_eq!(log[0].hash, row.stand.log_hash);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    survive(&backend, 11).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_kafka_and_postgresql() {
    let prefix = format!("crash-{}.", std::process::id());
    let Some(backend) = common::servers("crash", &prefix).await else {
        return;
    };
    survive(&backend, 12).await;
}

/// An owner has committed two batches and sent the first of them when it dies: whoever takes the partition over sends what
/// still lies in the outbox, once, under the ids that it had.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_owner_left_is_sent_by_its_successor() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    backend.lodge(&common::rulebook(), 13, 8).await;
    let ends = backend.stream.topics().await.unwrap();
    let ends = &ends.iter().find(|topic| topic.name == backend.topics.lodged).unwrap().end_offsets;
    let number = i32::try_from((0..ends.len()).max_by_key(|number| ends[*number]).unwrap()).unwrap();
    let partition = backend.partition(&backend.topics.lodged, number);
    let identity = backend.stream.topic_identity(&backend.topics.lodged).await.unwrap();
    let mut held = backend.store.acquire(&partition, &identity).await.unwrap();
    for (next, sent) in [(1, None), (2, Some(1))] {
        let message = OutboxMessage {
            source: MessageSource { topic: partition.topic.clone(), partition: number, offset: next - 1 },
            sequence: 0,
            at_ms: 1,
            event_id: format!("left-{next}"),
            topic: backend.topics.notices.clone(),
            key: b"0100233488".to_vec(),
            headers: vec![("subject".to_owned(), "LEFT".to_owned())],
            payload: b"<Notice/>".to_vec(),
        };
        let batch = Batch { outbox: vec![message], sent, ..Batch::empty(partition.clone(), held, next) };
        assert_eq!(backend.store.commit(&batch).await.unwrap(), Commit::Committed);
        held.next_offset = next;
    }
    let mut child = serve(&backend);
    backend.wait_until_dealt_with(8, Duration::from_secs(60)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let mut sent = Vec::new();
    let mut tail = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
    while let Some(message) = tail.next(Duration::from_secs(2)).await.unwrap() {
        if message.header("subject") == Some(b"LEFT") {
            sent.push(String::from_utf8_lossy(message.header("ce_id").unwrap_or_default()).into_owned());
        }
    }
    assert_eq!(sent, ["left-2"]);
}
