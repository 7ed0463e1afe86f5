//! A copy takes the file's place: nothing that was given between the two is given a second time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use common::Backend;
use simulator::{Lodged, Workload};
use stream::TailFrom;
use tokio::sync::watch;

const COUNT: usize = 30;

fn run(backend: &[(&'static str, String)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.args(arguments).current_dir(common::workspace()).env("NO_COLOR", "1");
    command.envs(backend.iter().map(|(name, value)| (*name, value))).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What was given so far: the numbers of declarations, and the ids of notices.
#[derive(Debug, Default, Clone)]
struct Given {
    numbers: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Given {
    async fn of(backend: &Backend) -> Self {
        let numbers = backend
            .decisions()
            .await
            .into_values()
            .filter_map(|(row, _)| row.stand.number.map(|number| number.to_string()))
            .collect();
        let mut ids = BTreeSet::new();
        let mut tail = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
        while let Some(message) = tail.next(Duration::from_millis(300)).await.unwrap() {
            ids.insert(String::from_utf8(message.header("ce_id").unwrap().to_vec()).unwrap());
        }
        Self { numbers, ids }
    }

    fn since(&self, before: &Self) -> Self {
        let without = |all: &BTreeSet<String>, some: &BTreeSet<String>| all.difference(some).cloned().collect();
        Self { numbers: without(&self.numbers, &before.numbers), ids: without(&self.ids, &before.ids) }
    }

    fn assert_nothing_in_common(&self, other: &Self) {
        assert!(self.numbers.len() > COUNT / 2 && self.ids.len() > COUNT, "{self:?}");
        assert!(other.numbers.len() > COUNT / 2 && other.ids.len() > COUNT, "{other:?}");
        let twice: Vec<_> = self.numbers.intersection(&other.numbers).collect();
        assert!(twice.is_empty(), "numbers are given twice: {twice:?}");
        let twice: Vec<_> = self.ids.intersection(&other.ids).collect();
        assert!(twice.is_empty(), "event ids are given twice: {twice:?}");
    }
}

/// Lodges what comes of a seed, and lets it be dealt with; what was lodged by then.
async fn work(folder: &Path, seed: u64) -> Given {
    let backend = common::embedded(folder, "").await;
    let rulebook = common::rulebook();
    let before: i64 = backend.dealt_with().await;
    let mut workload = Workload::new(seed, rulebook.clone(), jiff::civil::date(2026, 11, 24));
    let facts = vocabulary::Facts { traders: workload.traders().to_vec(), ..vocabulary::Facts::default() };
    backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    let lodged: Vec<Lodged> = workload
        .by_ref()
        .take(COUNT)
        .map(|lodged| Lodged { event_id: format!("{seed}-{}", lodged.event_id), ..lodged })
        .collect();
    backend.publish_lodged(&lodged, 0).await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(processor::run(backend.processor(&rulebook), stopped));
    let ends = backend.stream.topics().await.unwrap();
    let ends = ends.iter().find(|topic| topic.name == backend.topics.lodged).unwrap();
    let end: i64 = ends.end_offsets.iter().sum();
    assert!(end - before >= i64::try_from(COUNT).unwrap());
    backend.wait_until_dealt_with(usize::try_from(end).unwrap(), Duration::from_secs(60)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    stop.send(true).unwrap();
    running.await.unwrap().unwrap();
    Given::of(&backend).await
}

fn environment(file: &Path) -> Vec<(&'static str, String)> {
    vec![("THONGQUAN_STORAGE__URL", format!("sqlite:{}", file.display()))]
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_given_since_a_backup_is_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thongquan.db");
    let (environment, copy) = (environment(&file), folder.path().join("copy.db"));
    let copy_name = copy.to_str().unwrap();
    let first = work(folder.path(), 1).await;
    let output = run(&environment, &["backup", copy_name]);
    assert!(output.status.success(), "{}", said(&output));
    let lost = work(folder.path(), 2).await.since(&first);

    // Without the word nothing is replaced, and with it nothing that somebody has open.
    let output = run(&environment, &["restore", copy_name]);
    assert_eq!(output.status.code(), Some(70), "{}", said(&output));
    assert!(said(&output).contains("--replace"), "{}", said(&output));
    let open = common::embedded(folder.path(), "").await;
    let output = run(&environment, &["restore", copy_name, "--replace"]);
    assert_eq!(output.status.code(), Some(70), "{}", said(&output));
    assert!(said(&output).contains("some process has"), "{}", said(&output));
    drop(open);
    let restored = until_nobody_has_it_open(|| run(&environment, &["restore", copy_name, "--replace"])).await;
    assert!(restored.contains(&format!("{COUNT} messages of declarations.lodged were written after")), "{restored}");
    assert!(restored.contains("the copy lacks") && restored.contains("a new generation begins"), "{restored}");
    let kept = folder.path().join("thongquan.db.replaced-1");
    assert!(kept.is_file() && restored.contains(kept.to_str().unwrap()), "{restored}");

    let again = work(folder.path(), 3).await;
    again.since(&first).assert_nothing_in_common(&lost);
    assert!(again.numbers.is_superset(&first.numbers), "what the copy holds is as it was");
    assert!(run(&environment, &["replay"]).status.success());

    // A second copy from before, put into its place by hand, begins a generation too.
    fs::copy(&copy, &file).unwrap();
    for ending in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("thongquan.db{ending}")));
    }
    let by_hand = work(folder.path(), 4).await.since(&first);
    by_hand.assert_nothing_in_common(&lost);
}

/// Connections close a moment after they are dropped.
async fn until_nobody_has_it_open(restore: impl Fn() -> Output) -> String {
    for _ in 0..50 {
        let output = restore();
        if output.status.success() {
            return said(&output);
        }
        assert!(said(&output).contains("some process has"), "{}", said(&output));
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("somebody has it open for ever");
}

#[test]
fn what_is_no_sound_copy_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let environment = environment(&folder.path().join("thongquan.db"));
    let copy = folder.path().join("copy.db");
    let name = copy.to_str().unwrap();
    let output = run(&environment, &["restore", name]);
    assert_eq!(output.status.code(), Some(70), "{}", said(&output));
    assert!(said(&output).contains("there is no copy"), "{}", said(&output));
    fs::write(&copy, "this is no database, but a text that is longer than a header of one hundred bytes, which is what is read first").unwrap();
    let output = run(&environment, &["restore", name]);
    assert_eq!(output.status.code(), Some(70), "{}", said(&output));
    assert!(said(&output).contains("cannot be used"), "{}", said(&output));
    assert!(!folder.path().join("thongquan.db").exists());
}
