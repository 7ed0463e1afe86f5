//! What the tests of the running product share: a workload, a stream and a database, and what is expected of them.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jiff::civil::date;
use processor::{Processor, Progress, Settings};
use rulebook::Rulebook;
use simulator::{Lodged, Workload};
use storage::{Options, Store, Wanted};
use stream::{EmbeddedStream, KafkaSettings, KafkaStream, Outgoing, Stream, TailFrom, TopicSpec, Topics};
use tempfile::TempDir;
use vocabulary::{Facts, TaxCodeStatus, TraderFacts};

pub(crate) const PARTITIONS: i32 = 4;
/// 2026-11-24 09:00 in Vietnam. Messages get times of their own, so that decisions are the same on every backend.
pub(crate) const BEGINNING_MS: i64 = 1_795_485_600_000;

/// The time of a message of a workload, which is this one of it, counted from 0.
pub(crate) fn lodged_at_ms(at: usize) -> i64 {
    BEGINNING_MS + i64::try_from(at).unwrap() * 100
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn rulebook() -> Arc<Rulebook> {
    Arc::new(Rulebook::load(&workspace().join("rules")).unwrap_or_else(|errors| panic!("{errors}")))
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Says that the files of a changed copy are meant to be so.
pub(crate) fn seal(folder: &Path) {
    let sealing = rulebook::Sealing::of(folder).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
}

/// A folder that goes with this, unless the test fails: then it stays, with the logs in it, and its name is said.
pub(crate) struct Folder {
    folder: Option<TempDir>,
    kept: bool,
}

impl Folder {
    pub(crate) fn new(prefix: &str) -> Self {
        let folder = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
        Self { folder: Some(folder), kept: true }
    }

    /// The same for what is meant to fail, and of which nothing is kept.
    pub(crate) fn that_goes(prefix: &str) -> Self {
        let mut folder = Self::new(prefix);
        folder.kept = false;
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.kept && std::thread::panicking() {
            let folder = self.folder.take().unwrap().keep();
            eprintln!("what is there to look at is kept in {}", folder.display());
        }
    }
}

/// A stream and a database, and the names by which a process reaches them.
pub(crate) struct Backend {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) stream: Arc<dyn Stream>,
    pub(crate) topics: Topics,
    pub(crate) prefix: String,
    pub(crate) environment: Vec<(&'static str, String)>,
}

pub(crate) async fn embedded(folder: &Path, prefix: &str) -> Backend {
    let file = folder.join("thongquan.db");
    embedded_in(&file, &file, prefix).await
}

/// The same, with the stream in a file that may be another one.
pub(crate) async fn embedded_in(file: &Path, stream: &Path, prefix: &str) -> Backend {
    let url = format!("sqlite:{}", file.display());
    let store = storage::open(&url, Options::default()).await.unwrap();
    let stream = EmbeddedStream::open(stream).await.unwrap();
    let environment = vec![
        ("THONGQUAN_STORAGE__URL", url),
        ("THONGQUAN_STREAM__KIND", "embedded".to_owned()),
        ("THONGQUAN_STREAM__GROUP", "thongquan".to_owned()),
    ];
    ready(store, Arc::new(stream), prefix, environment).await
}

/// Kafka and PostgreSQL, when the environment names them; a database of its own, made for the test.
pub(crate) async fn servers(name: &str, prefix: &str) -> Option<Backend> {
    let (Ok(kafka), Ok(postgres)) = (std::env::var("THONGQUAN_TEST_KAFKA"), std::env::var("THONGQUAN_TEST_POSTGRES"))
    else {
        println!("skipped: THONGQUAN_TEST_KAFKA and THONGQUAN_TEST_POSTGRES name no servers; run deploy/dev/test");
        return None;
    };
    Some(servers_at(&kafka, &postgres, name, prefix).await)
}

/// Kafka and PostgreSQL at these addresses; a database of its own, made for the test.
pub(crate) async fn servers_at(kafka: &str, postgres: &str, name: &str, prefix: &str) -> Backend {
    let database = format!("{name}_{}", std::process::id());
    let pool = sqlx::PgPool::connect(postgres).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"))).execute(&pool).await.unwrap();
    let (server, options) =
        postgres.split_once('?').map_or((postgres, String::new()), |(server, options)| (server, format!("?{options}")));
    let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
    let url = format!("{server}/{database}{options}");
    let store = storage::open(&url, Options::default()).await.unwrap();
    let stream = KafkaStream::open(KafkaSettings::new(kafka)).await.unwrap();
    let environment = vec![
        ("THONGQUAN_STORAGE__URL", url),
        ("THONGQUAN_STREAM__KIND", "kafka".to_owned()),
        ("THONGQUAN_STREAM__BROKERS", kafka.to_owned()),
        ("THONGQUAN_STREAM__GROUP", database),
    ];
    ready(store, Arc::new(stream), prefix, environment).await
}

pub(crate) async fn ready(
    store: Arc<dyn Store>,
    stream: Arc<dyn Stream>,
    prefix: &str,
    mut environment: Vec<(&'static str, String)>,
) -> Backend {
    let topics = Topics::new(prefix);
    let specs: Vec<TopicSpec> = topics
        .all()
        .into_iter()
        .map(|name| TopicSpec { name: name.to_owned(), partitions: PARTITIONS, replication: 1 })
        .collect();
    stream.ensure_topics(&specs).await.unwrap();
    environment.push(("THONGQUAN_STREAM__TOPIC_PREFIX", prefix.to_owned()));
    Backend { store, stream, topics, prefix: prefix.to_owned(), environment }
}

impl Backend {
    /// What a process is told by a variable.
    pub(crate) fn setting(&self, name: &str) -> String {
        self.environment.iter().find(|(known, _)| *known == name).unwrap().1.clone()
    }

    /// A partition, as the processor's group reads it.
    pub(crate) fn partition(&self, topic: &str, partition: i32) -> storage::StreamPartition {
        let group = self.setting("THONGQUAN_STREAM__GROUP");
        storage::StreamPartition { group, topic: topic.to_owned(), partition }
    }

    /// A processor within the test's own process, which decides by a rulebook.
    pub(crate) fn processor(&self, rulebook: &Arc<Rulebook>) -> Processor {
        let settings = Settings {
            group: self.setting("THONGQUAN_STREAM__GROUP"),
            topics: self.topics.clone(),
            selectivity_secret: b"a secret for tests".to_vec(),
            ..Settings::default()
        };
        Processor {
            store: self.store.clone(),
            stream: self.stream.clone(),
            rulebook: Arc::new(ArcSwap::from(rulebook.clone())),
            settings,
            progress: Arc::new(Progress::default()),
            spans: None,
        }
    }

    /// Lets customs know an enterprise of the best compliance.
    pub(crate) async fn know_trader(&self, tax_code: &str) {
        let trader = TraderFacts {
            tax_code: tax_code.to_owned(),
            status: TaxCodeStatus::Active,
            compliance_level: 1,
            authorised_operator: false,
            debt_over_90_days: false,
            entitlements: Vec::new(),
        };
        let facts = Facts { traders: vec![trader], ..Facts::default() };
        self.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    }

    /// Lodges so many messages of a seed, and says what they were meant for.
    pub(crate) async fn lodge(&self, rulebook: &Arc<Rulebook>, seed: u64, count: usize) -> Vec<Lodged> {
        let mut workload = Workload::new(seed, rulebook.clone(), date(2026, 11, 24));
        let facts = vocabulary::Facts { traders: workload.traders().to_vec(), ..vocabulary::Facts::default() };
        self.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
        let lodged: Vec<Lodged> = workload.by_ref().take(count).collect();
        self.publish_lodged(&lodged, 0).await;
        lodged
    }

    /// Publishes messages of a workload, the first of which is this one of it, counted from 0.
    pub(crate) async fn publish_lodged(&self, lodged: &[Lodged], first: usize) {
        let message = |(at, lodged): (usize, &Lodged)| Outgoing {
            topic: self.topics.lodged.clone(),
            key: lodged.tax_code.as_bytes().to_vec(),
            headers: Vec::new(),
            payload: lodged.document.clone(),
            event_id: lodged.event_id.clone(),
            timestamp_ms: Some(lodged_at_ms(first + at)),
        };
        let messages: Vec<Outgoing> = lodged.iter().enumerate().map(message).collect();
        for part in messages.chunks(500) {
            self.stream.publish(part.to_vec()).await.unwrap();
        }
    }

    /// How many lodged messages have been dealt with, by the positions in the database.
    pub(crate) async fn dealt_with(&self) -> i64 {
        let mut sum = 0;
        for partition in 0..PARTITIONS {
            let partition = self.partition(&self.topics.lodged, partition);
            sum += self.store.position(&partition).await.unwrap().map_or(0, |position| position.next_offset);
        }
        sum
    }

    pub(crate) async fn wait_until_dealt_with(&self, count: usize, at_most: Duration) {
        let begun = Instant::now();
        while self.dealt_with().await < i64::try_from(count).unwrap() {
            assert!(begun.elapsed() < at_most, "{} of {count} dealt with", self.dealt_with().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(crate) async fn wait_until_outbox_is_empty(&self, at_most: Duration) {
        let begun = Instant::now();
        while self.store.counts().await.unwrap().outbox > 0 {
            assert!(begun.elapsed() < at_most, "the outbox was not emptied");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Every decision, by declarant, reference and version.
    pub(crate) async fn decisions(&self) -> BTreeMap<(String, String, u32), (storage::DeclarationRow, String)> {
        let mut decisions = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.store.decisions_page(after.take(), 1_000).await.unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(last.lodged.key.clone());
            for (row, decision) in page {
                let key = (row.lodged.key.declarant.clone(), row.lodged.key.reference.clone(), row.lodged.key.version);
                assert!(decisions.insert(key, (row, String::from_utf8(decision).unwrap())).is_none());
            }
        }
        decisions
    }

    /// The first notice about every declaration, as it is kept to answer a repeat with.
    pub(crate) async fn first_notices(&self) -> BTreeMap<(String, String, u32), Vec<u8>> {
        let mut notices = BTreeMap::new();
        let mut after = None;
        loop {
            let page = self.store.rows_page(after.take(), 1_000).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.lodged.key.clone());
            let declarations = page.into_iter().map(|row| row.lodged.key).collect();
            let found = self.store.prefetch(&Wanted { declarations, ..Wanted::default() }).await.unwrap();
            let answers = found.answers.into_iter();
            notices.extend(answers.map(|(key, answer)| ((key.declarant, key.reference, key.version), answer)));
        }
        notices
    }

    /// The event ids of all notices of each reference, from the topic itself.
    pub(crate) async fn notices(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut tail = self.stream.tail(&self.topics.notices, TailFrom::Beginning).await.unwrap();
        let mut notices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        while let Some(message) = tail.next(Duration::from_secs(2)).await.unwrap() {
            let text = |name| String::from_utf8_lossy(message.header(name).unwrap_or_default()).into_owned();
            if message.header("repeated").is_none() {
                notices.entry(text("subject")).or_default().insert(text("ce_id"));
            }
        }
        notices
    }
}
