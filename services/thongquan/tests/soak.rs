//! A processor at work for a while, and then idle: what it holds does not grow, and with nothing to do it does nothing.
//!
//! `THONGQUAN_SOAK_SECONDS=600 cargo test --release -p thongquan --test soak -- --nocapture` takes ten minutes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;
#[path = "common/processors.rs"]
mod processors;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use common::Folder;
use jiff::civil::date;
use processors::Processor;
use simulator::{Lodged, Workload};

const PROGRAM: (&str, &[&str]) = (env!("CARGO_BIN_EXE_thongquan"), &["serve"]);
/// How many messages are lodged each second.
const RATE: usize = 20;
/// For how long it is watched with nothing to do.
const IDLE: Duration = Duration::from_secs(8);
/// How much memory may grow since the first third: what allocators and caches round up.
const GROWTH_KB: u64 = 24 << 10;
/// How far the write-ahead log may grow: a checkpoint begins at 32 megabytes, and what is written until it is done comes to
/// that.
const WAL_BYTES: u64 = 40 << 20;
/// How often an idle process may wake in a second, and how much of a core it may take, in thousandths.
const WAKEUPS: u64 = 400;
const CORE_THOUSANDTHS: u64 = 20;

/// What a process holds and has done.
#[derive(Debug, Clone)]
struct Look {
    memory_kb: u64,
    descriptors: usize,
    threads: usize,
    /// How often each thread has woken.
    switches: BTreeMap<String, u64>,
    /// Ticks of a hundredth of a second.
    ticks: u64,
    files: usize,
    wal_bytes: u64,
}

impl Look {
    fn at(id: u32, data: &Path) -> Self {
        let process = Path::new("/proc").join(id.to_string());
        let field = |text: &str, name: &str| -> u64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        let status = fs::read_to_string(process.join("status")).unwrap();
        let switches: BTreeMap<String, u64> = fs::read_dir(process.join("task"))
            .unwrap()
            .filter_map(|task| {
                let task = task.unwrap();
                let status = fs::read_to_string(task.path().join("status")).ok()?;
                Some((task.file_name().into_string().unwrap(), field(&status, "voluntary_ctxt_switches:")))
            })
            .collect();
        let stat = fs::read_to_string(process.join("stat")).unwrap();
        let after_name: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let wal = fs::metadata(data.join("thongquan.db-wal")).map_or(0, |wal| wal.len());
        Self {
            memory_kb: field(&status, "VmRSS:"),
            descriptors: fs::read_dir(process.join("fd")).unwrap().count(),
            threads: switches.len(),
            switches,
            ticks: after_name[11].parse::<u64>().unwrap() + after_name[12].parse::<u64>().unwrap(),
            files: fs::read_dir(data).unwrap().count(),
            wal_bytes: wal,
        }
    }

    /// How often the process has woken since an earlier look. Threads that have ended meanwhile take theirs with them.
    fn wakeups_since(&self, before: &Self) -> u64 {
        let woken = |(thread, now): (&String, &u64)| now - before.switches.get(thread).unwrap_or(&0);
        self.switches.iter().map(woken).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_grows_and_nothing_to_do_is_nothing_done() {
    let seconds = std::env::var("THONGQUAN_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(36);
    let folder = Folder::new("thongquan-soak.");
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let backend = common::embedded(&data, "soak.").await;
    let mut workload = Workload::new(7, common::rulebook(), date(2026, 11, 24));
    let facts = vocabulary::Facts { traders: workload.traders().to_vec(), ..vocabulary::Facts::default() };
    backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    let mut processor = Processor::of(&backend, folder.path(), "soaked");
    processor.start();
    let id = processor.id();

    let begun = Instant::now();
    let mut looks = Vec::new();
    let mut lodged = 0;
    println!("   s   memory kB  descriptors  threads  wakeups/s  files     wal bytes");
    for second in 1..=seconds {
        let portion: Vec<Lodged> = workload.by_ref().take(RATE).collect();
        backend.publish_lodged(&portion, lodged).await;
        lodged += portion.len();
        tokio::time::sleep_until((begun + Duration::from_secs(second)).into()).await;
        let look = Look::at(id, &data);
        if second % (seconds / 12).max(1) == 0 {
            let before: &Look = looks.last().unwrap_or(&look);
            let wakeups = look.wakeups_since(before);
            println!(
                "{second:>4} {:>11} {:>12} {:>8} {:>10} {:>6} {:>13}",
                look.memory_kb, look.descriptors, look.threads, wakeups, look.files, look.wal_bytes
            );
        }
        looks.push(look);
    }
    backend.wait_until_dealt_with(lodged, Duration::from_secs(120)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;
    assert!(processor.runs(), "{}", processor.log());
    let (warm, last) = (&looks[looks.len() / 3], looks.last().unwrap());
    let most = |of: fn(&Look) -> u64| looks.iter().map(of).max().unwrap();
    assert!(last.memory_kb < warm.memory_kb + warm.memory_kb / 5 + GROWTH_KB, "memory grows: {warm:?}, then {last:?}");
    assert!(last.descriptors <= warm.descriptors + 8, "descriptors grow: {warm:?}, then {last:?}");
    assert!(last.threads <= warm.threads + 8, "threads grow: {warm:?}, then {last:?}");
    assert_eq!(last.files, warm.files, "files grow: {warm:?}, then {last:?}");
    assert!(most(|look| look.wal_bytes) < WAL_BYTES, "the write-ahead log grows: {looks:?}");

    // With nothing to do.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = Look::at(id, &data);
    tokio::time::sleep(IDLE).await;
    let after = Look::at(id, &data);
    let wakeups = after.wakeups_since(&before) / IDLE.as_secs();
    let thousandths = (after.ticks - before.ticks) * 10 / IDLE.as_secs();
    println!("idle: {wakeups} wakeups a second, {thousandths} thousandths of a core");
    assert!(wakeups < WAKEUPS, "an idle process wakes {wakeups} times a second");
    assert!(thousandths < CORE_THOUSANDTHS, "an idle process takes {thousandths} thousandths of a core");
}
