//! A real load: through Kafka into PostgreSQL, with `thongquan serve` as a process of its own; and beside it what the
//! broker, the database, the pipeline and libxml2 can each do by themselves, in the same run on the same machine.
//!
//! `cargo bench --workspace --bench load`; THONGQUAN_TEST_KAFKA and THONGQUAN_TEST_POSTGRES name the servers, as
//! `deploy/dev/servers env` prints them. THONGQUAN_LOAD_BACKLOG and THONGQUAN_LOAD_CEILING say how many declarations are
//! lodged beforehand and given to each part by itself, THONGQUAN_LOAD_SECONDS how long each pace is kept.
//!
//! It stops when anything is lost or doubled. What it prints stands in `benches/README.md`.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops at trouble")]
#![allow(unreachable_pub, reason = "the modules of a bench are seen by it alone")]

mod ceilings;
mod report;

use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::rulebook;
use benches::site::{
    Backlog, Database, Documents, Latencies, Lodged, Notices, Pace, Parts, Serve, Sizes, Spent, Surroundings,
    make_topics, publish_all, servers, setting,
};
use rulebook::Rulebook;
use stream::{KafkaSettings, KafkaStream, Outgoing, Stream, Topics};

use crate::report::{Ceilings, Paced, Report, Usage};

pub const PARTITIONS: i32 = 4;
/// The shares of the maximum at which the load is paced, in percent.
const SHARES: [u64; 3] = [25, 50, 75];

fn main() {
    let Some((kafka, postgres)) = servers() else {
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
    let backlog = setting("THONGQUAN_LOAD_BACKLOG", 40_000);
    let alone = setting("THONGQUAN_LOAD_CEILING", 20_000);
    let seconds = setting("THONGQUAN_LOAD_SECONDS", 20);
    let rulebook = rulebook();
    let folder = tempfile::tempdir().unwrap();
    let prefix = format!("load-{}.", std::process::id());
    let topics = Topics::new(&prefix);
    // Lodging at once rather than gathering for milliseconds keeps the sender's own wait out of the latency.
    let settings = KafkaSettings { linger: Duration::from_millis(1), ..KafkaSettings::new(kafka) };
    let stream: Arc<dyn Stream> = Arc::new(KafkaStream::open(settings).await.unwrap());
    make_topics(&stream, &topics.all(), PARTITIONS).await;

    let mut documents = Documents::new(&rulebook);
    let messages = documents.outgoing(&topics.lodged, backlog);
    let document_bytes = messages.iter().map(|message| message.payload.len()).sum::<usize>() / backlog;
    let ceilings = each_alone(&stream, postgres, &rulebook, &messages, &prefix, alone).await;

    let database = Database::create(postgres, "load").await;
    let facts = casework::facts_to_keep(&documents.facts()).unwrap();
    database.store.put_facts(&facts).await.unwrap();
    say("lodging a backlog");
    publish_all(&stream, messages).await;
    say("working it off");
    let surroundings = Surroundings {
        brokers: kafka,
        database: &database.url,
        group: &format!("load-{}", std::process::id()),
        prefix: &prefix,
        folder: folder.path(),
    };
    let sizes_before = database.sizes().await;
    let mut serves = [Serve::start(&surroundings, "serve")];
    let parts = Parts::of(vec![serves[0].process()], kafka, postgres);
    let lodged = Lodged { topic: &topics.lodged, partitions: PARTITIONS, count: backlog };
    let worked = Backlog::watch(&mut serves, &parts, &database, lodged).await;
    let grown = database.sizes().await.since(sizes_before);
    let memory_after_backlog = serves[0].process().memory_peak_mib();
    say("reading every notice");
    let mut notices = Notices::from_the_beginning(&*stream, &topics.notices).await;
    notices.expect(backlog);
    notices.read(&database, |_, _| {}).await;
    let sent = (notices.read, notices.bytes);
    let mut usage = vec![Usage::new("backlog", (worked.counted, worked.spent), (backlog, grown), sent)];

    let mut load = Load { stream, database, documents, notices, parts, topics, lodged: backlog };
    let mut paced = Vec::new();
    for share in SHARES.into_iter().filter(|_| seconds > 0) {
        let a_second = (worked.answered * share / 100).max(1);
        say(&format!("{share} %: {a_second} declarations a second for {seconds} seconds"));
        let (of_it, used) = load.at_pace(share, a_second, seconds).await;
        paced.push(of_it);
        usage.push(used);
    }
    load.assert_all_decided_once().await;
    serves[0].assert_runs();
    let memory = serves[0].process().memory_peak_mib();
    drop(serves);
    let lodged = load.lodged;
    load.database.drop().await;
    Report { ceilings, backlog, worked, document_bytes, paced, usage, memory_after_backlog, memory, lodged }
}

/// What each part does with both cores to itself, libxml2 with one.
async fn each_alone(
    stream: &Arc<dyn Stream>,
    postgres: &str,
    rulebook: &Arc<Rulebook>,
    backlog: &[Outgoing],
    prefix: &str,
    count: usize,
) -> Ceilings {
    let mut documents = Documents::new(rulebook);
    say("libxml2 alone, with the schema, on one core");
    let libxml2 = ceilings::libxml2(backlog);
    say("the pipeline alone");
    let (one_core, two_cores, batches) = ceilings::pipeline(rulebook, &mut documents, count);
    say("the database alone");
    let database = Database::create(postgres, "load_alone").await;
    let decisions = ceilings::database(&database.store, batches).await;
    database.drop().await;
    say("the broker alone");
    let topic = format!("{prefix}broker");
    make_topics(stream, &[&topic], PARTITIONS).await;
    let messages = documents.outgoing(&topic, count);
    let (broker_in, broker_out) = ceilings::broker(stream, &topic, messages).await;
    Ceilings { libxml2, broker_in, broker_out, database: decisions, one_core, two_cores }
}

/// Those who lodge and read, once the backlog is worked off.
struct Load {
    stream: Arc<dyn Stream>,
    database: Database,
    documents: Documents,
    notices: Notices,
    parts: Parts,
    topics: Topics,
    lodged: usize,
}

impl Load {
    /// Lodges so many a second for so many seconds, and waits until all of it is answered.
    async fn at_pace(&mut self, share: u64, a_second: u64, seconds: usize) -> (Paced, Usage) {
        let count = usize::try_from(a_second).unwrap() * seconds;
        let messages = self.documents.outgoing(&self.topics.lodged, count);
        self.notices.expect(count);
        let (read_before, bytes_before) = (self.notices.read, self.notices.bytes);
        let before: (Spent, Sizes) = (self.parts.spent(), self.database.sizes().await);
        let pace = Pace { begun: Instant::now() + Duration::from_millis(50), a_second };
        let sending = tokio::spawn(pace.send(self.stream.clone(), messages));
        let mut latencies = Latencies::default();
        let first = self.lodged;
        let read = self.notices.read(&self.database, |at, now| {
            latencies.add(now.saturating_duration_since(pace.due_at(at - first)));
        });
        read.await;
        sending.await.unwrap();
        assert_eq!(latencies.count(), count);
        let spent = self.parts.spent().since(before.0);
        let grown = self.database.sizes().await.since(before.1);
        self.lodged += count;
        let sent = (self.notices.read - read_before, self.notices.bytes - bytes_before);
        let usage = Usage::new(&format!("{share} %"), (count, spent), (count, grown), sent);
        (Paced { share, a_second, quantiles: [500, 950, 990, 1_000].map(|q| latencies.quantile(q)) }, usage)
    }

    async fn assert_all_decided_once(&self) {
        let counts = self.database.store.counts().await.unwrap();
        let kept: i64 = counts.outcomes.iter().map(|(_, count)| count).sum();
        assert_eq!(usize::try_from(kept).unwrap(), self.lodged, "each declaration is decided once: {counts:?}");
        assert_eq!((counts.outbox, counts.kept), (0, 0));
    }
}

fn say(what: &str) {
    eprintln!("load: {what}");
}
