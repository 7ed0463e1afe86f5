//! Beside a peer: the same documents, once through `thongquan serve` and once through what a Java team would write, between
//! the same servers in one run.
//!
//! `benches/peer/run` builds the peer, starts the servers where none are named, and runs this. THONGQUAN_PEER_BACKLOG says
//! how many declarations are lodged at once, THONGQUAN_PEER_RATE and THONGQUAN_PEER_SECONDS how many a second are lodged
//! afterwards, and for how long.
//!
//! ```text
//!   warm up ──► a backlog lodged and answered ──► so many a second ──► every declaration kept, every one answered once?
//! ```
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops at trouble")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::aims::{kilobytes, milliseconds, thousands};
use benches::site::{
    Database, Documents, Latencies, Notices, Pace, Parts, Serve, Sizes, Spent, Surroundings, a_second, make_topics,
    publish_all, servers, setting,
};
use benches::{rulebook, workspace};
use rulebook::Rulebook;
use stream::{KafkaSettings, KafkaStream, Stream, Topics};

const PARTITIONS: i32 = 4;
/// Lodged before anything is measured, so that the Java machine has compiled what it will run.
const WARM_UP: usize = 5_000;

/// How much is asked of both.
#[derive(Clone, Copy)]
struct Load {
    backlog: usize,
    a_second: u64,
    seconds: usize,
}

/// What was found about one of them.
struct Found {
    a_second: u64,
    spent: Spent,
    grown: Sizes,
    median: Duration,
    p99: Duration,
    memory_mib: u64,
}

fn main() {
    let Some((kafka, postgres)) = servers() else {
        println!("skipped: no servers are named; benches/peer/run starts them");
        return;
    };
    if !peer_folder().join("peer.jar").exists() {
        println!("skipped: the peer is not built; benches/peer/run builds it");
        return;
    }
    Serve::build();
    let load = Load {
        backlog: setting("THONGQUAN_PEER_BACKLOG", 20_000),
        a_second: setting("THONGQUAN_PEER_RATE", 300) as u64,
        seconds: setting("THONGQUAN_PEER_SECONDS", 20),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let rulebook = rulebook();
        let ours = Trial::new("ours", &kafka, &postgres).await.run(&rulebook, load, false).await;
        let theirs = Trial::new("peer", &kafka, &postgres).await.run(&rulebook, load, true).await;
        report(load, &ours, &theirs);
    });
}

/// Topics and a database of its own for one of the two.
struct Trial {
    name: &'static str,
    kafka: String,
    postgres: String,
    prefix: String,
    topics: Topics,
    stream: Arc<dyn Stream>,
    database: Database,
    folder: tempfile::TempDir,
}

impl Trial {
    async fn new(name: &'static str, kafka: &str, postgres: &str) -> Self {
        let prefix = format!("{name}-{}.", std::process::id());
        let topics = Topics::new(&prefix);
        let settings = KafkaSettings { linger: Duration::from_millis(1), ..KafkaSettings::new(kafka) };
        let stream: Arc<dyn Stream> = Arc::new(KafkaStream::open(settings).await.unwrap());
        make_topics(&stream, &topics.all(), PARTITIONS).await;
        let database = Database::create(postgres, name).await;
        let folder = tempfile::tempdir().unwrap();
        let (kafka, postgres) = (kafka.to_owned(), postgres.to_owned());
        Self { name, kafka, postgres, prefix, topics, stream, database, folder }
    }

    async fn run(self, rulebook: &Arc<Rulebook>, load: Load, is_peer: bool) -> Found {
        let mut documents = Documents::new(rulebook);
        let facts = casework::facts_to_keep(&documents.facts()).unwrap();
        self.database.store.put_facts(&facts).await.unwrap();
        let mut notices = Notices::from_the_beginning(&*self.stream, &self.topics.notices).await;
        let mut system = if is_peer { self.start_peer() } else { self.start_ours() };
        let parts = Parts::of(vec![system.process()], &self.kafka, &self.postgres);
        self.say("warming up");
        self.lodge_at_once(&mut system, &mut documents, &mut notices, WARM_UP).await;
        self.say("working off a backlog");
        let before = (parts.spent(), self.database.sizes().await);
        let took = self.lodge_at_once(&mut system, &mut documents, &mut notices, load.backlog).await;
        let spent = parts.spent().since(before.0);
        let grown = self.database.sizes().await.since(before.1);
        self.say("at a modest pace");
        let mut latencies = self.lodge_at_pace(&mut documents, &mut notices, load).await;
        system.assert_runs();
        let lodged = WARM_UP + load.backlog + latencies.count();
        let table = if is_peer { "peer_declarations" } else { "declarations" };
        assert_eq!(self.database.rows(table).await, lodged, "{}: each declaration is kept once", self.name);
        let memory_mib = system.process().memory_peak_mib();
        drop(system);
        self.database.drop().await;
        Found {
            a_second: a_second(load.backlog, took),
            spent,
            grown,
            median: latencies.quantile(500),
            p99: latencies.quantile(990),
            memory_mib,
        }
    }

    fn start_ours(&self) -> Serve {
        let surroundings = Surroundings {
            brokers: &self.kafka,
            database: &self.database.url,
            group: &self.prefix,
            prefix: &self.prefix,
            folder: self.folder.path(),
        };
        Serve::start(&surroundings, self.name)
    }

    fn start_peer(&self) -> Serve {
        let folder = peer_folder();
        let class_path = format!("{}:{}/*", folder.join("peer.jar").display(), folder.join("lib").display());
        let mut command = Command::new("java");
        command
            .args(["-Xmx512m", "-cp", &class_path, "thongquan.peer.Main"])
            .env("PEER_KAFKA", &self.kafka)
            .env("PEER_DATABASE", jdbc(&self.database.url))
            .env("PEER_WORKSPACE", workspace())
            .env("PEER_GROUP", &self.prefix)
            .env("PEER_LODGED", &self.topics.lodged)
            .env("PEER_NOTICES", &self.topics.notices)
            .env("PEER_THREADS", PARTITIONS.to_string());
        Serve::of(command, self.folder.path().join("peer.log"))
    }

    /// Lodges so many as fast as the broker takes them; how long it was from the first of them to the last first answer.
    async fn lodge_at_once(
        &self,
        system: &mut Serve,
        documents: &mut Documents,
        notices: &mut Notices,
        count: usize,
    ) -> Duration {
        let messages = documents.outgoing(&self.topics.lodged, count);
        notices.expect(count);
        let begun = Instant::now();
        let stream = self.stream.clone();
        let lodging = tokio::spawn(async move { publish_all(&stream, messages).await });
        let mut last = begun;
        tokio::select! {
            () = notices.read(&self.database, |_, now| last = now) => {}
            () = ended(system) => {}
        }
        lodging.await.unwrap();
        last.saturating_duration_since(begun)
    }

    async fn lodge_at_pace(&self, documents: &mut Documents, notices: &mut Notices, load: Load) -> Latencies {
        let count = usize::try_from(load.a_second).unwrap() * load.seconds;
        let first = documents.made();
        let messages = documents.outgoing(&self.topics.lodged, count);
        notices.expect(count);
        let pace = Pace { begun: Instant::now() + Duration::from_millis(50), a_second: load.a_second };
        let sending = tokio::spawn(pace.send(self.stream.clone(), messages));
        let mut latencies = Latencies::default();
        let read = notices.read(&self.database, |at, now| {
            latencies.add(now.saturating_duration_since(pace.due_at(at - first)));
        });
        read.await;
        sending.await.unwrap();
        latencies
    }

    fn say(&self, what: &str) {
        eprintln!("{}: {what}", self.name);
    }
}

/// Stops the run, with what it wrote, as soon as a system has ended by itself.
async fn ended(system: &mut Serve) {
    loop {
        system.assert_runs();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Where `run` has the peer built.
fn peer_folder() -> PathBuf {
    workspace().join("target/peer")
}

/// A database's address as Java writes it, with the driver's rewriting of batches into statements of many rows.
fn jdbc(url: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let (user, rest) = rest.split_once('@').unwrap_or(("thongquan", rest));
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let path = Path::new(rest).display();
    format!("jdbc:postgresql://{path}?user={user}&password={password}&reWriteBatchedInserts=true")
}

fn report(load: Load, ours: &Found, theirs: &Found) {
    let count = load.backlog as u64;
    let line = |name: &str, shown: &dyn Fn(&Found) -> String| {
        println!("| {name} | {} | {} |", shown(ours), shown(theirs));
    };
    let each = |ms: Option<u64>| {
        ms.map_or("not on this machine".to_owned(), |ms| format!("{} µs", thousands(ms * 1_000 / count)))
    };
    println!("| `peer`: a backlog of {} | thongquan | Java |\n| --- | ---: | ---: |", thousands(count));
    line("declarations a second", &|found| thousands(found.a_second));
    line("processor time of one: the system", &|found| each(Some(found.spent.processor)));
    line("the broker", &|found| each(found.spent.broker));
    line("the database", &|found| each(found.spent.database));
    line("all parts", &|found| each(found.spent.of_all_parts()));
    line("write-ahead log of one", &|found| kilobytes(found.grown.write_ahead.unsigned_abs() / count));
    line("tables and indexes of one", &|found| {
        kilobytes((found.grown.tables + found.grown.decision_log).unsigned_abs() / count)
    });
    println!("| **at {} a second** | | |", load.a_second);
    line("from lodging to notice, p50", &|found| milliseconds(found.median));
    line("p99", &|found| milliseconds(found.p99));
    line("memory at most", &|found| format!("{} MiB", found.memory_mib));
    println!("\nEach of them kept every declaration once and answered it; no notice came twice.");
}
