//! A backlog, the processors that fail on it, and what has to come of it.

use std::any::Any;
use std::future::Future;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use faults::{Place, Safeguard};
use simulator::{Lodged, Workload};
use tokio::sync::OnceCell;

use crate::account::{self, Account, PATIENCE};
use crate::common::{self, Backend, Folder};
use crate::processors::Processor;
use crate::table::Row;

pub(crate) const COUNT: usize = 400;
const SEED: u64 = 21;

/// Counts sites and processors, so that their names differ.
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// A stream and a database with processors on them.
pub(crate) struct Site {
    pub(crate) folder: Folder,
    pub(crate) backend: Backend,
    pub(crate) lodged: Vec<Lodged>,
    /// The safeguard that the processors lack.
    pub(crate) without: Option<Safeguard>,
}

/// Runs a row where it holds, and where it must not. Says on which backend.
pub(crate) async fn prove<F, Done>(row: &Row, scenario: F)
where
    F: Fn(Site) -> Done,
    Done: Future<Output = ()> + Send + 'static,
{
    for on_servers in [false, true] {
        let Some(site) = Site::new(on_servers, None).await else { return };
        scenario(site).await;
        let Some(site) = Site::new(on_servers, Some(row.safeguard)).await else { return };
        fails(row, scenario(site)).await;
    }
}

/// The checks of a row notice that its safeguard is not there.
pub(crate) async fn fails(row: &Row, done: impl Future<Output = ()> + Send + 'static) {
    let told = match tokio::spawn(done).await {
        Ok(()) => panic!("nothing was noticed, although there was no {:?}", row.safeguard),
        Err(error) => text_of(&*error.into_panic()),
    };
    println!("without {}: {}", row.safeguard.name(), told.lines().next().unwrap_or_default());
    assert!(told.contains(row.noticed), "without {:?} something else was noticed: {told}", row.safeguard);
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

impl Site {
    /// An empty site, on Kafka and PostgreSQL or on a SQLite file; `None` where the environment names no servers.
    pub(crate) async fn new(on_servers: bool, without: Option<Safeguard>) -> Option<Self> {
        let folder = Self::folder_of(without);
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("matrix-{}-{count}.", std::process::id());
        let backend = if on_servers {
            common::servers(&format!("matrix_{count}"), &prefix).await?
        } else {
            // Databases and logs that fail apart lie apart.
            let (store, log) = (folder.path().join("thongquan.db"), folder.path().join("log.db"));
            let mut backend = common::embedded_in(&store, &log, &prefix).await;
            backend.environment.push(("FAULTS_STREAM_FILE", log.display().to_string()));
            backend
        };
        Some(Self { folder, backend, lodged: Vec::new(), without })
    }

    pub(crate) fn folder_of(without: Option<Safeguard>) -> Folder {
        if without.is_some() { Folder::that_goes("thongquan-matrix.") } else { Folder::new("thongquan-matrix.") }
    }

    pub(crate) fn is_on_servers(&self) -> bool {
        self.backend.setting("THONGQUAN_STREAM__KIND") == "kafka"
    }

    /// Makes the backlog, and lodges all of it.
    pub(crate) async fn lodge(&mut self) {
        self.lodge_until(COUNT).await;
    }

    /// Lodges what is missing of so many messages.
    pub(crate) async fn lodge_until(&mut self, count: usize) {
        if self.lodged.is_empty() {
            let rulebook = common::rulebook();
            self.backend.lodge(&rulebook, SEED, 0).await;
        }
        let before = self.lodged.len();
        let workload = Workload::new(SEED, common::rulebook(), jiff::civil::date(2026, 11, 24));
        self.lodged.extend(workload.take(count).skip(before));
        self.backend.publish_lodged(&self.lodged[before..], before).await;
    }

    /// A processor that takes the place of the one before it, so that it need not wait for the session of one that has
    /// ended. There is one of its kind at a time.
    pub(crate) fn processor(&self, name: &str) -> Processor {
        self.member(name).with("THONGQUAN_STREAM__INSTANCE", "the-only-one")
    }

    /// A processor that shares the partitions with the others of this kind.
    pub(crate) fn member(&self, name: &str) -> Processor {
        let processor =
            Processor::of(&self.backend, self.folder.path(), name).with("THONGQUAN_STREAM__SESSION_TIMEOUT_MS", "2000");
        match self.without {
            Some(safeguard) => processor.with("FAULTS_WITHOUT", safeguard.name()),
            None => processor,
        }
    }

    /// A processor fails at this place, and does not end otherwise.
    pub(crate) async fn fail(&self, at: Place) {
        let mut processor = self.processor("failing");
        processor.start_with(&[("FAULTS_AT", at.name())]);
        let status = processor.ended(PATIENCE).await;
        // SIGABRT.
        assert_eq!(status.signal(), Some(6), "{}", processor.log());
    }

    pub(crate) async fn dealt_with(&self) -> usize {
        account::dealt_with(&self.backend, &self.backend.topics.lodged).await.unwrap()
    }

    pub(crate) async fn outbox(&self) -> i64 {
        account::outbox(&self.backend).await.unwrap()
    }

    /// How many notices the topic holds.
    pub(crate) async fn sent(&self) -> i64 {
        let topics = self.backend.stream.topics().await.unwrap();
        let notices = topics.iter().find(|state| state.name == self.backend.topics.notices).unwrap();
        notices.end_offsets.iter().sum()
    }

    /// A processor without a fault does what is left to do.
    pub(crate) async fn finish(&self) -> Account {
        let mut processor = self.processor("finishing");
        processor.start();
        self.until_done(&mut processor).await
    }

    /// Waits until a processor has done everything, which it must not end before.
    pub(crate) async fn until_done(&self, processor: &mut Processor) -> Account {
        let lodged = &self.backend.topics.lodged;
        let runs = |processor: &mut Processor| assert!(processor.runs(), "it has ended: {}", processor.log());
        account::until_dealt_with(&self.backend, lodged, self.lodged.len(), || runs(processor)).await;
        account::until_all_is_sent(&self.backend, || runs(processor)).await;
        Account::of(&self.backend).await
    }

    /// Another processor finishes the work, and all is as it would have been.
    pub(crate) async fn finish_as_if_nothing_had_happened(&self) -> Account {
        let account = self.finish().await;
        self.assert_as_if_nothing_had_happened(&account).await;
        account
    }

    pub(crate) async fn assert_as_if_nothing_had_happened(&self, account: &Account) {
        account.assert_decided_once(&self.lodged);
        let undisturbed = undisturbed().await;
        let (went_out, meant) = (account.answers.len(), undisturbed.answers.len());
        assert_eq!(went_out, meant, "{went_out} notices went out, and {meant} were to");
        account.assert_same(undisturbed, |_| true);
        account::assert_logs_whole(&self.backend, account).await;
    }
}

/// What comes of the backlog when nothing goes wrong.
pub(crate) async fn undisturbed() -> &'static Account {
    static UNDISTURBED: OnceCell<Account> = OnceCell::const_new();
    UNDISTURBED
        .get_or_init(|| async {
            let mut site = Site::new(false, None).await.unwrap();
            site.lodge().await;
            let account = site.finish().await;
            assert_eq!(account.sent, account.answers.len(), "what is undisturbed sends nothing twice");
            account
        })
        .await
}

/// A file that holds processors for as long as it is there.
pub(crate) struct Hold {
    file: PathBuf,
}

impl Hold {
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let file = folder.join(name);
        std::fs::write(&file, "").unwrap();
        Self { file }
    }

    /// Starts a processor that is held before its commits.
    pub(crate) fn start(&self, processor: &mut Processor) {
        processor
            .start_with(&[("FAULTS_AT", Place::BeforeCommit.name()), ("FAULTS_HOLD", self.file.to_str().unwrap())]);
    }

    /// The same in one partition alone.
    pub(crate) fn start_in(&self, partition: i32, processor: &mut Processor) {
        let (file, partition) = (self.file.to_str().unwrap(), partition.to_string());
        let at = Place::BeforeCommit.name();
        processor.start_with(&[("FAULTS_AT", at), ("FAULTS_HOLD", file), ("FAULTS_PARTITION", &partition)]);
    }

    /// The partitions that are held, once there are so many.
    pub(crate) async fn held(&self, count: usize, processor: &mut Processor) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let held = std::fs::read_to_string(format!("{}.held", self.file.display())).unwrap_or_default();
            if held.lines().count() >= count {
                return held.lines().map(str::to_owned).collect();
            }
            assert!(begun.elapsed() < PATIENCE && processor.runs(), "{held} are held: {}", processor.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn release(&self) {
        std::fs::remove_file(&self.file).unwrap();
    }
}

/// What the database answered to the first commit of a partition that was no conflict, once it has, or that the processor
/// has ended.
pub(crate) async fn answer_to(processor: &mut Processor, partition: &str) -> String {
    let begun = Instant::now();
    let beginning = format!("the database answered {partition}: ");
    loop {
        let runs = processor.runs();
        let log = processor.log();
        let answers = log.lines().filter_map(|line| line.split_once(&beginning)).map(|(_, answer)| answer.to_owned());
        if let Some(answer) = answers.into_iter().find(|answer| !answer.contains("Conflict")) {
            return answer;
        }
        if !runs {
            return "it has ended".to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "no answer to {partition}: {log}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
