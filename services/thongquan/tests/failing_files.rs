//! The embedded default on a disk that fails for a while: what was sound is decided, what was decided is told, and whoever
//! looks meanwhile is told the truth.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "common/account.rs"]
mod account;
mod common;
#[path = "common/faulty_files.rs"]
mod faulty_files;
#[path = "common/processors.rs"]
mod processors;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use account::{Account, PATIENCE};
use common::{Backend, Folder};
use faulty_files::{ALL, Fault, FaultyFiles};
use processors::Processor;
use simulator::Lodged;

const PROGRAM: (&str, &[&str]) = (env!("CARGO_BIN_EXE_thongquan"), &["serve"]);
const COUNT: usize = 240;

/// A backlog in one file, and a processor below which files fail.
struct Site {
    folder: Folder,
    backend: Backend,
    files: FaultyFiles,
    lodged: Vec<Lodged>,
}

impl Site {
    async fn new() -> Self {
        let folder = Folder::new("thongquan-failing-files.");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        let backend = common::embedded(&data, "disk.").await;
        let files = FaultyFiles::below(&data, folder.path());
        Self { folder, backend, files, lodged: Vec::new() }
    }

    fn processor(&self, name: &str) -> Processor {
        self.files.under(Processor::of(&self.backend, self.folder.path(), name))
    }

    async fn lodge(&mut self) {
        self.lodged = self.backend.lodge(&common::rulebook(), 5, COUNT).await;
    }

    /// A faultless file brings everything to its end: each reference decided once, each notice sent, nothing kept.
    async fn all_is_well(&self, processor: &mut Processor) {
        let runs = |processor: &mut Processor| assert!(processor.runs(), "it has ended: {}", processor.log());
        let lodged = &self.backend.topics.lodged;
        account::until_dealt_with(&self.backend, lodged, self.lodged.len(), || runs(processor)).await;
        account::until_all_is_sent(&self.backend, || runs(processor)).await;
        let undisturbed = undisturbed(&self.lodged).await;
        let account = Account::of(&self.backend).await;
        account.assert_decided_once(&self.lodged);
        account.assert_same(&undisturbed.0, |_| true);
        assert_eq!(account.answers.len(), undisturbed.0.answers.len());
        assert_eq!(self.backend.store.counts().await.unwrap().kept, undisturbed.1, "{}", processor.log());
        account::assert_logs_whole(&self.backend, &account).await;
        assert!(!processor.log().contains("is kept"), "{}", processor.log());
    }
}

/// What comes of the messages on files that do not fail, and how many of them are kept.
async fn undisturbed(lodged: &[Lodged]) -> (Account, i64) {
    let folder = Folder::new("thongquan-sound-files.");
    let backend = common::embedded(folder.path(), "disk.").await;
    backend.lodge(&common::rulebook(), 5, COUNT).await;
    let mut processor = Processor::of(&backend, folder.path(), "undisturbed");
    processor.start();
    account::until_dealt_with(&backend, &backend.topics.lodged, lodged.len(), || {}).await;
    account::until_all_is_sent(&backend, || {}).await;
    let kept = backend.store.counts().await.unwrap().kept;
    (Account::of(&backend).await, kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_fail_for_a_while_cost_no_message() {
    let mut site = Site::new().await;
    let mut processor = site.processor("reading");
    processor.start();
    processor.has_logged("processing", PATIENCE).await;
    site.lodge().await;
    // One read in ten, in spells, so that they meet looking up, deciding and committing.
    let begun = Instant::now();
    while site.files.failed(Fault::Reads) < 40 && begun.elapsed() < Duration::from_secs(20) {
        site.files.fail(Fault::Reads, ALL / 10);
        tokio::time::sleep(Duration::from_millis(120)).await;
        site.files.mend();
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(site.files.failed(Fault::Reads) > 0, "no read has failed");
    site.all_is_well(&mut processor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_keeps_nothing_back_once_there_is_room_again() {
    let mut site = Site::new().await;
    let mut processor = site.processor("full");
    processor.start();
    processor.has_logged("processing", PATIENCE).await;
    site.lodge().await;
    // It fills up in the middle of whatever goes on, several times, so that each writer meets it.
    for spell in 0..12 {
        site.files.fail(Fault::Room, if spell % 2 == 0 { ALL } else { ALL / 4 });
        tokio::time::sleep(Duration::from_millis(60 + spell * 17)).await;
        site.files.mend();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    assert!(site.files.failed(Fault::Room) > 0, "the disk was never full");
    site.all_is_well(&mut processor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn syncs_and_writes_that_fail_lose_nothing() {
    let mut site = Site::new().await;
    let mut processor = site.processor("syncing");
    processor.start();
    processor.has_logged("processing", PATIENCE).await;
    site.lodge().await;
    for spell in 0..12 {
        site.files.fail(if spell % 2 == 0 { Fault::Syncs } else { Fault::Writes }, ALL / 3);
        tokio::time::sleep(Duration::from_millis(80 + spell * 11)).await;
        site.files.mend();
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    assert!(site.files.failed(Fault::Syncs) + site.files.failed(Fault::Writes) > 0);
    site.all_is_well(&mut processor).await;
}

/// A page of the operators' listener: its status and its body.
fn page(address: SocketAddr, path: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_waits_for_room_is_not_ready() {
    let mut site = Site::new().await;
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut processor = site.processor("waiting").with("THONGQUAN_OPERATIONS__LISTEN", &address.to_string());
    processor.start();
    processor.has_logged("processing", PATIENCE).await;
    assert_eq!(page(address, "/readyz").0, 200);
    site.files.fail(Fault::Room, ALL);
    site.lodge().await;
    let begun = Instant::now();
    let told = loop {
        let (status, body) = page(address, "/readyz");
        if status == 503 && body.contains("does not move") {
            break body;
        }
        assert!(begun.elapsed() < PATIENCE && processor.runs(), "{status} {body}: {}", processor.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(told.contains("full"), "{told}");
    site.files.mend();
    site.all_is_well(&mut processor).await;
    assert_eq!(page(address, "/readyz").0, 200);
}

fn doctor(folder: &Path, backend: &Backend) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.arg("doctor").current_dir(common::workspace()).env("NO_COLOR", "1").env("HOME", folder);
    command.envs(backend.environment.iter().map(|(name, value)| (name, value)));
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sees_an_outbox_that_does_not_move() {
    let mut site = Site::new().await;
    site.lodge().await;
    let mut processor = site.processor("ending").with("THONGQUAN_FAIL_POINT", "after_commit");
    processor.start();
    processor.ended(PATIENCE).await;
    let told = doctor(site.folder.path(), &site.backend);
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains("wrong    outbox") && text.contains("none went"), "{text}");
    assert_eq!(told.status.code(), Some(1), "{text}");
    let mut successor = site.processor("successor");
    successor.start();
    site.all_is_well(&mut successor).await;
    let told = doctor(site.folder.path(), &site.backend);
    let text = String::from_utf8(told.stdout).unwrap();
    assert!(text.contains("outbox: nothing waits"), "{text}");
    assert_eq!(told.status.code(), Some(0), "{text}");
}
