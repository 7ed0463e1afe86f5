//! A real load: through Kafka into PostgreSQL, with `thongquan serve` as a process of its own; and beside it what the
//! broker, the database and the pipeline can each do by themselves, in the same run on the same machine.
//!
//! `cargo bench -p benches --bench load`; THONGQUAN_TEST_KAFKA and THONGQUAN_TEST_POSTGRES name the servers, as
//! `deploy/dev/servers env` prints them. THONGQUAN_LOAD_BACKLOG and THONGQUAN_LOAD_CEILING say how many declarations are
//! lodged beforehand and given to each part by itself, THONGQUAN_LOAD_SECONDS how long each pace is kept.
//!
//! It stops when anything is lost or doubled. What it prints stands in `benches/README.md`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops at trouble")]
#![allow(unreachable_pub, reason = "the modules of a bench are seen by it alone")]

mod ceilings;
mod database;
mod documents;
mod notices;
mod pace;
mod processes;
mod report;
mod serve;

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::rulebook;
use stream::{KafkaSettings, KafkaStream, Stream, TopicSpec, Topics};

use crate::database::Database;
use crate::documents::Documents;
use crate::notices::Notices;
use crate::pace::{Latencies, Pace};
use crate::processes::Process;
use crate::report::{Ceilings, Maximum, Paced, Report, Usage};
use crate::serve::Serve;

pub const PARTITIONS: i32 = 4;
/// The shares of the maximum at which the load is paced, in percent.
const SHARES: [u64; 3] = [25, 50, 75];
/// How often the database is asked how far the backlog is worked off; asking costs it something too.
const GLANCE: Duration = Duration::from_millis(20);
/// How long the backlog may take before the run fails.
const PATIENCE: Duration = Duration::from_secs(300);

fn main() {
    let (Ok(kafka), Ok(postgres)) = (std::env::var("THONGQUAN_TEST_KAFKA"), std::env::var("THONGQUAN_TEST_POSTGRES"))
    else {
        println!("skipped: THONGQUAN_TEST_KAFKA and THONGQUAN_TEST_POSTGRES name no servers");
        return;
    };
    say("building the executable");
    Serve::build();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let report = runtime.block_on(run(&kafka, &postgres));
    println!("{report}");
}

async fn run(kafka: &str, postgres: &str) -> Report {
    let (backlog, alone, seconds) = (setting("BACKLOG", 40_000), setting("CEILING", 20_000), setting("SECONDS", 20));
    let rulebook = rulebook();
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("load-{}.", std::process::id());
    let topics = Topics::new(&prefix);
    // Lodging at once rather than gathering for milliseconds keeps the sender's own wait out of the latency.
    let settings = KafkaSettings { linger: Duration::from_millis(1), ..KafkaSettings::new(kafka) };
    let stream: Arc<dyn Stream> = Arc::new(KafkaStream::open(settings).await.unwrap());
    let alone_topic = format!("{prefix}broker");
    let names = topics.all().into_iter().chain([alone_topic.as_str()]);
    let specs: Vec<TopicSpec> =
        names.map(|name| TopicSpec { name: name.to_owned(), partitions: PARTITIONS, replication: 1 }).collect();
    stream.ensure_topics(&specs).await.unwrap();

    let ceilings = {
        let mut documents = Documents::new(&rulebook);
        say("the pipeline alone");
        let (one_core, two_cores, batches) = ceilings::pipeline(&rulebook, &mut documents, alone);
        say("the database alone");
        let database = Database::create(postgres, "load_alone").await;
        let decisions = ceilings::database(&database.store, batches).await;
        database.drop().await;
        say("the broker alone");
        let messages = documents.outgoing(&alone_topic, alone);
        let (broker_in, broker_out) = ceilings::broker(&stream, &alone_topic, messages).await;
        Ceilings { broker_in, broker_out, database: decisions, one_core, two_cores }
    };

    let mut documents = Documents::new(&rulebook);
    let database = Database::create(postgres, "load").await;
    let facts = casework::facts_to_keep(&documents.facts()).unwrap();
    database.store.put_facts(&facts).await.unwrap();
    say("lodging a backlog");
    let messages = documents.outgoing(&topics.lodged, backlog);
    let document_bytes = messages.iter().map(|message| message.payload.len()).sum::<usize>() / backlog;
    ceilings::publish_all(&stream, messages).await;
    say("working it off");
    let group = format!("load-{}", std::process::id());
    let mut serve = Serve::start(kafka, &database.url, &group, &prefix, folder.path());
    let processes = [Some(serve.process()), Process::listening_at(kafka), Process::listening_at(postgres)];
    let before = Gauge::read(&processes, &database).await;
    let first = loop {
        assert!(serve.runs(), "{}", std::fs::read_to_string(folder.path().join("serve.log")).unwrap());
        let decided = database.dealt_with(&topics.lodged).await;
        if decided > 0 {
            break decided;
        }
        tokio::time::sleep(GLANCE).await;
    };
    let begun = Instant::now();
    while database.dealt_with(&topics.lodged).await < backlog {
        assert!(begun.elapsed() < PATIENCE, "the backlog was not worked off");
        tokio::time::sleep(GLANCE).await;
    }
    let decided_after = begun.elapsed();
    while database.outbox().await > 0 {
        tokio::time::sleep(GLANCE).await;
    }
    let sent_after = begun.elapsed();
    let maximum =
        Maximum { decided: a_second(backlog - first, decided_after), answered: a_second(backlog - first, sent_after) };
    let used = before.until(&processes, &database).await;
    let memory_after_backlog = serve.process().memory_peak_mib();
    say("reading every notice");
    let mut notices = Notices::from_the_beginning(&*stream, &topics.notices).await;
    notices.expect(backlog);
    notices.read(&database, |_, _| {}).await;
    let mut usage = vec![Usage::of("backlog", backlog, used, notices.read, notices.bytes)];

    let mut lodged = backlog;
    let mut paced = Vec::new();
    for share in SHARES.into_iter().filter(|_| seconds > 0) {
        let a_second = (maximum.answered * share / 100).max(1);
        let count = usize::try_from(a_second).unwrap() * seconds;
        say(&format!("{share} %: {a_second} declarations a second for {seconds} seconds"));
        let messages = documents.outgoing(&topics.lodged, count);
        notices.expect(count);
        let (read_before, bytes_before) = (notices.read, notices.bytes);
        let before = Gauge::read(&processes, &database).await;
        let pace = Pace { begun: Instant::now() + Duration::from_millis(50), a_second };
        let sending = tokio::spawn(pace.send(stream.clone(), messages));
        let mut latencies = Latencies::default();
        let reading = notices.read(&database, |at, now| {
            latencies.add(now.saturating_duration_since(pace.due_at(at - lodged)));
        });
        reading.await;
        sending.await.unwrap();
        assert_eq!(latencies.len(), count);
        let used = before.until(&processes, &database).await;
        usage.push(Usage::of(
            &format!("{share} %"),
            count,
            used,
            notices.read - read_before,
            notices.bytes - bytes_before,
        ));
        paced.push(Paced { share, a_second, quantiles: [500, 950, 990, 1_000].map(|q| latencies.quantile(q)) });
        lodged += count;
    }

    let counts = database.store.counts().await.unwrap();
    let kept: i64 = counts.outcomes.iter().map(|(_, count)| count).sum();
    assert_eq!(usize::try_from(kept).unwrap(), lodged, "each declaration is decided once: {counts:?}");
    assert_eq!((counts.outbox, counts.kept), (0, 0));
    assert!(serve.runs(), "the processor ended by itself");
    let memory = serve.process().memory_peak_mib();
    drop(serve);
    database.drop().await;
    Report { ceilings, maximum, backlog, document_bytes, paced, usage, memory_after_backlog, memory, lodged }
}

/// What was used at a moment, or from one moment to another: milliseconds of processor time of the processor, the broker,
/// the database and the load itself, and what the database has grown by.
#[derive(Clone, Copy)]
pub struct Gauge {
    pub cpu_ms: [Option<u64>; 4],
    pub sizes: database::Sizes,
}

impl Gauge {
    async fn read(processes: &[Option<Process>; 3], database: &Database) -> Self {
        let [processor, broker, server] = processes.map(|process| process.map(Process::cpu_ms));
        let load = Process::of(std::process::id()).own_cpu_ms();
        Self { cpu_ms: [processor, broker, server, Some(load)], sizes: database.sizes().await }
    }

    async fn until(self, processes: &[Option<Process>; 3], database: &Database) -> Self {
        let now = Self::read(processes, database).await;
        let mut cpu_ms = now.cpu_ms;
        for (now, before) in cpu_ms.iter_mut().zip(self.cpu_ms) {
            *now = now.zip(before).map(|(now, before)| now - before);
        }
        let sizes = database::Sizes {
            tables: now.sizes.tables - self.sizes.tables,
            decision_log: now.sizes.decision_log - self.sizes.decision_log,
            write_ahead: now.sizes.write_ahead - self.sizes.write_ahead,
        };
        Self { cpu_ms, sizes }
    }
}

/// How many a second.
pub fn a_second(count: usize, took: Duration) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / took.as_micros().max(1)).unwrap()
}

fn setting(name: &str, otherwise: usize) -> usize {
    match std::env::var(format!("THONGQUAN_LOAD_{name}")) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("THONGQUAN_LOAD_{name} is not a number: {value}")),
        Err(_) => otherwise,
    }
}

fn say(what: &str) {
    eprintln!("load: {what}");
}
