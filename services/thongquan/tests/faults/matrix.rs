//! Each row of the failure matrix at its own fail point, on SQLite.
//!
//! A processor fails at the point, the state that it leaves is looked at, and one without a fail point goes on. In the
//! end everything is as in an undisturbed run, byte for byte. Rows that only a real cluster has (partitions that change
//! hands, a broker that comes back) are in `under_fire`; each test names the safeguard without which it fails.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::time::Duration;

use processor::fail_points::REFUSED_OFFSET;
use simulator::Lodged;
use storage::StreamPartition;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::account::{self, Account, PATIENCE, dealt_with, outbox};
use crate::common::{self, Backend};
use crate::processors::Processor;

const COUNT: usize = 400;
const SEED: u64 = 21;
const PREFIX: &str = "matrix.";

/// A backlog that waits for its processor.
struct Backlog {
    folder: TempDir,
    backend: Backend,
    lodged: Vec<Lodged>,
}

impl Backlog {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let backend = common::embedded(folder.path(), PREFIX).await;
        let lodged = backend.lodge(&common::rulebook(), SEED, COUNT).await;
        Self { folder, backend, lodged }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A processor fails at this point, and does not end otherwise.
    async fn fail(&self, at: &str) {
        let mut processor = Processor::of(&self.backend, self.folder(), "failing");
        processor.start_failing(at);
        let status = processor.ended(PATIENCE).await;
        // SIGABRT.
        assert_eq!(status.signal(), Some(6), "{}", processor.log());
    }

    async fn dealt_with(&self) -> usize {
        dealt_with(&self.backend, &self.backend.topics.lodged).await.unwrap()
    }

    async fn outbox(&self) -> i64 {
        outbox(&self.backend).await.unwrap()
    }

    async fn sent(&self) -> usize {
        Account::of(&self.backend).await.sent
    }

    async fn finish(&self) -> Account {
        let mut processor = Processor::of(&self.backend, self.folder(), "finishing");
        processor.start();
        self.until_done().await
    }

    async fn until_done(&self) -> Account {
        account::until_dealt_with(&self.backend, &self.backend.topics.lodged, COUNT, || {}).await;
        account::until_all_is_sent(&self.backend, || {}).await;
        Account::of(&self.backend).await
    }

    /// Another processor finishes the work, and all is as it would have been.
    async fn finish_as_if_nothing_had_happened(&self) -> Account {
        let account = self.finish().await;
        self.assert_as_if_nothing_had_happened(&account).await;
        account
    }

    async fn assert_as_if_nothing_had_happened(&self, account: &Account) {
        account.assert_decided_once(&self.lodged);
        let undisturbed = undisturbed().await;
        account.assert_same(undisturbed);
        assert_eq!(account.answers.len(), undisturbed.answers.len(), "no other notice was sent");
        account::assert_logs_whole(&self.backend, account).await;
    }
}

async fn undisturbed() -> &'static Account {
    static UNDISTURBED: OnceCell<Account> = OnceCell::const_new();
    UNDISTURBED
        .get_or_init(|| async {
            let account = Backlog::new().await.finish().await;
            assert_eq!(account.sent, account.answers.len(), "what is undisturbed sends nothing twice");
            account
        })
        .await
}

/// After poll, before the transaction: nothing is written, and the batch is read again.
///
/// Safeguard: the position moves with the decisions, in the database, and not with the reading. Were it committed to the
/// broker upon reading, what had been read would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn ended_after_poll() {
    for point in ["after_poll", "before_commit"] {
        let backlog = Backlog::new().await;
        backlog.fail(point).await;
        assert_eq!((backlog.dealt_with().await, backlog.outbox().await), (0, 0), "{point}");
        assert!(backlog.backend.decisions().await.is_empty(), "{point}");
        backlog.finish_as_if_nothing_had_happened().await;
    }
}

/// Inside the transaction: it is rolled back.
///
/// Safeguard: position, decisions, logs and outbox are one transaction. With two, one of them would be there here.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on a write that waits several times, which a quick disk need not make it do"]
async fn ended_inside_the_transaction() {
    let backlog = Backlog::new().await;
    backlog.fail("inside_transaction").await;
    // A transaction that was too quick to be interrupted came before it. Each is there as a whole, or not at all.
    let mut expected = BTreeSet::new();
    for (key, (row, _)) in &undisturbed().await.decisions {
        let at = StreamPartition { topic: row.source.topic.clone(), partition: row.source.partition };
        let position = backlog.backend.store.position(&at).await.unwrap();
        if position.is_some_and(|position| row.source.offset < position.next_offset) {
            expected.insert(key.clone());
        }
    }
    assert_eq!(backlog.backend.decisions().await.into_keys().collect::<BTreeSet<_>>(), expected);
    assert!(backlog.dealt_with().await < COUNT);
    backlog.finish_as_if_nothing_had_happened().await;
}

/// The commit took place and its answer is lost: the position tells, and the processor goes on without doing it again.
///
/// Safeguard: the position is read again before the batch is tried again (`was_committed`). Without it the second
/// attempt finds the position moved, and the processor takes itself for fenced, which its log would tell.
#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_commit_is_lost() {
    let backlog = Backlog::new().await;
    let mut processor = Processor::of(&backlog.backend, backlog.folder(), "deceived");
    processor.start_failing("answer_lost");
    let account = backlog.until_done().await;
    assert!(processor.runs());
    assert!(!processor.log().contains("the position was moved by another process"), "{}", processor.log());
    processor.kill();
    backlog.assert_as_if_nothing_had_happened(&account).await;
    assert_eq!(account.sent, account.answers.len());
}

/// After the commit, before anything is published: the outbox holds it, and the next owner sends it.
///
/// Safeguard: the outbox is written in the decision's transaction, and whoever takes a partition over empties it. From
/// memory alone, these notices would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn ended_after_the_commit() {
    let backlog = Backlog::new().await;
    backlog.fail("after_commit").await;
    assert!(backlog.dealt_with().await > 0);
    assert!(backlog.outbox().await > 0);
    assert_eq!(backlog.sent().await, 0);
    backlog.finish_as_if_nothing_had_happened().await;
}

/// While publishing: whatever of it arrived, the outbox holds all of it, and all of it is sent.
///
/// Safeguard: nothing leaves the outbox before it is acknowledged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "hangs on a write that waits several times, which a quick disk need not make it do"]
async fn ended_inside_publishing() {
    let backlog = Backlog::new().await;
    backlog.fail("inside_publish").await;
    assert!(backlog.outbox().await > 0);
    backlog.finish_as_if_nothing_had_happened().await;
}

/// Published and acknowledged, not yet gone from the outbox: it is sent again under the same event id.
///
/// Safeguard: event ids hang on the cause alone. The embedded log knows the id again and leaves the repeat out, as the last
/// line shows; were ids drawn anew, it would hold these notices twice. Kafka holds the repeat, see `under_fire`.
#[tokio::test(flavor = "multi_thread")]
async fn ended_after_publishing() {
    let backlog = Backlog::new().await;
    backlog.fail("after_publish").await;
    assert!(backlog.outbox().await > 0);
    assert!(backlog.sent().await > 0);
    let account = backlog.finish_as_if_nothing_had_happened().await;
    assert_eq!(account.sent, undisturbed().await.sent);
}

/// A zombie: a processor stands still before its commit, another takes everything over and finishes, and the first goes
/// on as if no time had passed. It finds its epoch past and the position moved, and writes nothing.
///
/// Safeguard: the update of the position asks for the owner's epoch and for where the owner left it (`Commit::Fenced`).
/// Without it, the zombie's numbers, decisions and notices would go in beside the others.
#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_is_fenced() {
    let backlog = Backlog::new().await;
    let hold = backlog.folder().join("hold");
    std::fs::write(&hold, "").unwrap();
    let mut zombie = Processor::of(&backlog.backend, backlog.folder(), "zombie");
    zombie.start_failing(&format!("before_commit:hold={}", hold.display()));
    // What it has decided by then waits for its commit.
    zombie.has_logged("partitions were assigned", PATIENCE).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(backlog.dealt_with().await, 0);
    let account = backlog.finish().await;
    std::fs::remove_file(&hold).unwrap();
    zombie.has_logged("the position was moved by another process", PATIENCE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(zombie.runs());
    let afterwards = Account::of(&backlog.backend).await;
    zombie.kill();
    assert_eq!(afterwards.sent, account.sent, "the zombie sent nothing");
    backlog.assert_as_if_nothing_had_happened(&afterwards).await;
}

/// The log is shorter than the position: it has lost what we have dealt with, or is another one. The processor stops and
/// says so.
///
/// Safeguard: a position that does not fit is refused and never reset. A reset to the end would skip, silently, what is
/// lodged from now on in the gap.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_has_lost_messages_stops_the_processor() {
    let backlog = Backlog::new().await;
    let before = backlog.finish().await;
    let file = backlog.folder().join("thongquan.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let moved =
        sqlx::query("UPDATE stream_positions SET next_offset = next_offset + 5 WHERE topic = ? AND partition = 1")
            .bind(&backlog.backend.topics.lodged)
            .execute(&pool)
            .await
            .unwrap();
    assert_eq!(moved.rows_affected(), 1);
    let mut processor = Processor::of(&backlog.backend, backlog.folder(), "stopping");
    processor.start();
    let status = processor.ended(PATIENCE).await;
    assert!(status.code().is_some_and(|code| code != 0), "{status}");
    assert!(processor.log().contains("beyond the end of the log"), "{}", processor.log());
    assert_eq!(backlog.backend.decisions().await.len(), before.decisions.len());
}

/// A poison message: the database refuses what was decided on it. It is found by halving, kept without a decision in the
/// same transaction as its position, and everything else is decided.
///
/// Safeguard: a refused batch is halved down to the message that is refused. Without it the partition would stand still
/// for good at its first batch.
#[tokio::test(flavor = "multi_thread")]
async fn a_poison_message_is_kept_and_the_others_are_decided() {
    let backlog = Backlog::new().await;
    let mut processor = Processor::of(&backlog.backend, backlog.folder(), "refused");
    processor.start_failing("refused");
    let account = backlog.until_done().await;
    let kept = backlog.backend.store.counts().await.unwrap().kept;
    let undisturbed = undisturbed().await;
    let poison: Vec<_> = undisturbed
        .decisions
        .iter()
        .filter(|(_, (row, _))| row.source.offset == REFUSED_OFFSET)
        .map(|(key, _)| key)
        .collect();
    assert!(!poison.is_empty());
    assert!(kept >= i64::try_from(poison.len()).unwrap(), "{kept} of {} are kept", poison.len());
    let references: Vec<_> = poison.iter().map(|(declarant, reference, _)| (declarant, reference)).collect();
    for (key, (row, _)) in &undisturbed.decisions {
        if !references.contains(&(&key.0, &key.1)) {
            let (ours, _) = account.decisions.get(key).unwrap_or_else(|| panic!("{key:?} is not decided"));
            assert_eq!(ours.outcome, row.outcome, "{key:?}");
        }
    }
    assert!(processor.runs());
}
