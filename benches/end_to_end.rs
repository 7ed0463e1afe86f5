//! Declarations a second from stream to stream: embedded, and through Kafka into PostgreSQL where servers are named.
//!
//! `cargo bench --workspace --bench end_to_end`; THONGQUAN_TEST_KAFKA and THONGQUAN_TEST_POSTGRES name the servers, as
//! `deploy/dev/servers env` prints them. One pass over a backlog, everything on this machine.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops at trouble")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use benches::aims::{Aim, kilobytes, thousands};
use benches::site::{a_second, servers};
use benches::{ON, rulebook};
use processor::{Processor, Progress, Settings};
use rulebook::Rulebook;
use simulator::Workload;
use storage::{Options, Store};
use stream::{EmbeddedStream, KafkaSettings, KafkaStream, Outgoing, Stream, TopicSpec, Topics};
use tokio::sync::watch;

const COUNT: usize = 20_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let rulebook = rulebook();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bench.db");
        let store = storage::open(&format!("sqlite:{}", file.display()), Options::default()).await.unwrap();
        let stream: Arc<dyn Stream> = Arc::new(EmbeddedStream::open(&file).await.unwrap());
        let decided = measure("embedded", store, stream, &rulebook).await;
        let bytes = bytes_kept(&file).await / COUNT as u64;
        println!("\n| `end_to_end`: aims, embedded | wanted | found | |\n| --- | ---: | ---: | --- |");
        println!("{}", Aim::at_least("decided a second", 12_000, Some(decided), |rate| thousands(*rate)));
        println!("{}\n", Aim::at_most("kept of one, with everything", 6_000, Some(bytes), |bytes| kilobytes(*bytes)));
        let Some((kafka, postgres)) = servers() else {
            println!("Kafka and PostgreSQL: skipped, no servers are named");
            return;
        };
        let store = storage::open(&postgres, Options::default()).await.unwrap();
        let stream: Arc<dyn Stream> = Arc::new(KafkaStream::open(KafkaSettings::new(&kafka)).await.unwrap());
        measure("Kafka and PostgreSQL", store, stream, &rulebook).await;
    });
}

/// Bytes of the file, log and all, once those who wrote it have closed it and what was written ahead has moved in.
async fn bytes_kept(file: &Path) -> u64 {
    let size = |name: &Path| std::fs::metadata(name).map_or(0, |metadata| metadata.len());
    let ahead = file.with_extension("db-wal");
    let begun = Instant::now();
    while size(&ahead) > 0 && begun.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    size(file) + size(&ahead)
}

/// Prints both rates, and gives that of the decisions.
async fn measure(name: &str, store: Arc<dyn Store>, stream: Arc<dyn Stream>, rulebook: &Arc<Rulebook>) -> u64 {
    let topics = Topics::new(&format!("bench-{}.", std::process::id()));
    let specs: Vec<TopicSpec> = topics
        .all()
        .into_iter()
        .map(|name| TopicSpec { name: name.to_owned(), partitions: 4, replication: 1 })
        .collect();
    stream.ensure_topics(&specs).await.unwrap();
    let mut workload = Workload::new(3, rulebook.clone(), ON);
    let mut bytes = 0;
    for _ in 0..COUNT / 1_000 {
        let messages: Vec<Outgoing> = workload
            .by_ref()
            .take(1_000)
            .map(|lodged| Outgoing {
                topic: topics.lodged.clone(),
                key: lodged.tax_code.into_bytes(),
                headers: Vec::new(),
                event_id: format!("{}-{}", std::process::id(), lodged.event_id),
                payload: lodged.document,
                timestamp_ms: None,
            })
            .collect();
        bytes += messages.iter().map(|message| message.payload.len()).sum::<usize>();
        stream.publish(messages).await.unwrap();
    }
    let progress = Arc::new(Progress::default());
    let (stop, stopped) = watch::channel(false);
    let settings = Settings { topics, group: format!("bench-{}", std::process::id()), ..Settings::default() };
    let rulebook = Arc::new(ArcSwap::from(rulebook.clone()));
    let processor =
        Processor { store: store.clone(), stream, rulebook, settings, progress: progress.clone(), spans: None };
    let running = tokio::spawn(processor::run(processor, stopped));
    while progress.lodged.load(Ordering::Relaxed) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let first = progress.lodged.load(Ordering::Relaxed);
    let begun = Instant::now();
    while progress.lodged.load(Ordering::Relaxed) < COUNT as u64 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let decided = begun.elapsed();
    while store.counts().await.unwrap().outbox > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let answered = begun.elapsed();
    let _ = stop.send(true);
    running.await.unwrap().unwrap();
    let count = COUNT - usize::try_from(first).unwrap();
    println!(
        "{name}: {} declarations a second decided, {} with every notice sent ({count} declarations of {} bytes on average)",
        a_second(count, decided),
        a_second(count, answered),
        bytes / COUNT,
    );
    a_second(count, decided)
}
