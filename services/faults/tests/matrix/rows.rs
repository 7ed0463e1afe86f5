//! What happens in each row. The checks are the same with the safeguard and without it; what a fault leaves behind at
//! once is looked at only with it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use faults::{Place, Safeguard};
use message::Reading;
use rust_decimal::Decimal;
use stream::partition_of;
use vocabulary::Facts;

use crate::account::{self, Account, PATIENCE};
use crate::balances::Balances;
use crate::common::{self, BEGINNING_MS, PARTITIONS};
use crate::raw::{self, Placed};
use crate::servers::Servers;
use crate::site::{COUNT, Hold, Site, answer_to, fails, prove, undisturbed};
use crate::table::{self, Row};

/// What a processor logs that finds itself overtaken.
const OVERTAKEN: &str = "the position was moved by another process";

#[tokio::test(flavor = "multi_thread")]
async fn ended_after_poll() {
    prove(&table::AFTER_POLL, |mut site| async move {
        site.lodge().await;
        for place in [Place::AfterPoll, Place::BeforeCommit] {
            site.fail(place).await;
            if site.without.is_none() {
                assert_eq!((site.dealt_with().await, site.outbox().await), (0, 0), "{place:?}");
                assert!(site.backend.decisions().await.is_empty(), "{place:?}");
            }
        }
        site.finish_as_if_nothing_had_happened().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_inside_the_transaction() {
    prove(&table::INSIDE_TRANSACTION, |mut site| async move {
        site.lodge().await;
        site.fail(Place::InsideTransaction).await;
        if site.without.is_none() {
            assert_eq!((site.dealt_with().await, site.outbox().await), (0, 0));
            assert!(site.backend.decisions().await.is_empty());
        }
        site.finish_as_if_nothing_had_happened().await;
    })
    .await;
}

/// SQLite has no server that could roll back for a process that stands still: its file stays locked.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_inside_the_transaction() {
    for without in [None, Some(Safeguard::IdleTransactionsEnd)] {
        let Some(mut site) = Site::new(true, without).await else { return };
        site.lodge().await;
        if without.is_none() {
            another_takes_over_from_the_stopped(site, PATIENCE).await;
        } else {
            site.let_transactions_last().await;
            fails(&table::STOPPED_INSIDE, another_takes_over_from_the_stopped(site, Duration::from_secs(20))).await;
        }
    }
}

async fn another_takes_over_from_the_stopped(site: Site, patience: Duration) {
    let mut stopped = site.member("stopped");
    stopped.start_with(&[("FAULTS_AT", Place::StopInsideTransaction.name())]);
    stopped.has_stopped(PATIENCE).await;
    let mut successor = site.member("successor");
    successor.start();
    let begun = Instant::now();
    while site.dealt_with().await < COUNT {
        assert!(begun.elapsed() < patience, "nobody could take over: {}", successor.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    site.until_done(&mut successor).await;
    successor.kill();
    stopped.signal("CONT");
    // It hears that its transaction is no more, tries again, and finds itself overtaken.
    stopped.has_logged("Ok(Fenced)", PATIENCE).await;
    stopped.kill();
    // What it was publishing of other partitions when it stopped may go out again, under the same event ids.
    let account = Account::of(&site.backend).await;
    site.assert_as_if_nothing_had_happened(&account).await;
}

impl Site {
    /// Lets the database wait for ever for the next statement of a transaction in which something was decided.
    async fn let_transactions_last(&self) {
        let trigger = "CREATE FUNCTION last() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
            PERFORM set_config('idle_in_transaction_session_timeout', '0', true); RETURN NULL; END $$; \
            CREATE TRIGGER last AFTER INSERT ON decision_log FOR EACH STATEMENT EXECUTE FUNCTION last()";
        let pool = sqlx::PgPool::connect(&self.backend.setting("THONGQUAN_STORAGE__URL")).await.unwrap();
        sqlx::raw_sql(trigger).execute(&pool).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_to_a_commit_is_lost() {
    prove(&table::ANSWER_LOST, |mut site| async move {
        site.lodge().await;
        let mut processor = site.processor("deceived");
        processor.start_with(&[("FAULTS_AT", Place::AnswerLost.name())]);
        let account = site.until_done(&mut processor).await;
        let log = processor.log();
        assert!(log.contains("the database did not take a batch"), "{log}");
        assert!(!log.contains(OVERTAKEN), "a processor that nobody overtook took itself for overtaken: {log}");
        site.assert_as_if_nothing_had_happened(&account).await;
        assert_eq!(account.sent, account.answers.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_after_the_commit() {
    prove(&table::AFTER_COMMIT, |mut site| async move {
        site.lodge().await;
        site.fail(Place::AfterCommit).await;
        if site.without.is_none() {
            assert!(site.dealt_with().await > 0);
            assert!(site.outbox().await > 0);
            assert_eq!(site.sent().await, 0);
        }
        site.finish_as_if_nothing_had_happened().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_inside_publishing() {
    prove(&table::INSIDE_PUBLISH, |mut site| async move {
        site.lodge().await;
        site.fail(Place::InsidePublish).await;
        let sent = site.sent().await;
        assert!(sent > 0);
        if site.without.is_none() {
            assert!(site.outbox().await > sent);
        }
        let account = site.finish_as_if_nothing_had_happened().await;
        assert_sent_again(&site, &account);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ended_after_publishing() {
    prove(&table::AFTER_PUBLISH, |mut site| async move {
        site.lodge().await;
        site.fail(Place::AfterPublish).await;
        assert!(site.outbox().await > 0);
        assert!(site.sent().await > 0);
        let account = site.finish_as_if_nothing_had_happened().await;
        assert_sent_again(&site, &account);
    })
    .await;
}

/// Kafka holds the repeats; the embedded log knows an event id again and leaves the repeat out.
fn assert_sent_again(site: &Site, account: &Account) {
    if site.is_on_servers() {
        assert!(account.sent > account.answers.len(), "a reader that counts messages and not event ids counts twice");
    } else {
        assert_eq!(account.sent, account.answers.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_changes_hands_in_the_middle_of_a_batch() {
    prove(&table::REBALANCE, |mut site| async move {
        site.lodge().await;
        let holds = ["old", "new"].map(|name| Hold::new(site.folder.path(), name));
        let mut old = site.member("old owner");
        holds[0].start(&mut old);
        holds[0].held(PARTITIONS as usize, &mut old).await;
        let mut new = site.member("new owner");
        holds[1].start(&mut new);
        // On Kafka it gets a part of the partitions, on the embedded log all of them.
        let taken = holds[1].held(1, &mut new).await;
        holds[0].release();
        for partition in &taken {
            let answer = answer_to(&mut old, partition).await;
            assert!(answer.contains("Fenced"), "the old owner wrote in {partition}: {answer}");
        }
        old.kill();
        holds[1].release();
        new.kill();
        site.finish_as_if_nothing_had_happened().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_goes_on_when_all_is_done() {
    prove(&table::ZOMBIE, |mut site| async move {
        site.lodge().await;
        let hold = Hold::new(site.folder.path(), "hold");
        let mut zombie = site.member("zombie");
        hold.start(&mut zombie);
        let held = hold.held(PARTITIONS as usize, &mut zombie).await;
        zombie.signal("STOP");
        // The same group: the broker gives the zombie's partitions away when its session is over.
        let mut successor = site.member("successor");
        successor.start();
        let account = site.until_done(&mut successor).await;
        successor.kill();
        hold.release();
        zombie.signal("CONT");
        let mut answers = Vec::new();
        for partition in &held {
            answers.push((partition, answer_to(&mut zombie, partition).await));
        }
        let wrote: Vec<_> = answers.iter().filter(|(_, answer)| answer.contains("Committed")).collect();
        assert!(wrote.is_empty(), "the zombie wrote: {wrote:?}");
        assert!(answers.iter().all(|(_, answer)| answer.contains("Fenced")), "{answers:?}");
        assert!(zombie.runs());
        zombie.kill();
        let afterwards = Account::of(&site.backend).await;
        assert_eq!(afterwards.sent, account.sent, "the zombie sent nothing");
        site.assert_as_if_nothing_had_happened(&afterwards).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_fails_over_and_loses_commits() {
    prove(&table::FAIL_OVER, |mut site| async move {
        site.lodge_until(COUNT / 2).await;
        site.finish().await;
        let standby = site.copy_database().await;
        site.lodge().await;
        let before = site.finish().await;
        site.fail_over(standby).await;
        assert_eq!(site.dealt_with().await, COUNT / 2, "the position has moved back");
        assert!(site.backend.decisions().await.len() < before.decisions.len());
        let account = site.finish_as_if_nothing_had_happened().await;
        assert_sent_again(&site, &account);
    })
    .await;
}

impl Site {
    /// Copies the database as it is, and names the copy.
    async fn copy_database(&self) -> String {
        let url = self.backend.setting("THONGQUAN_STORAGE__URL");
        if let Some(file) = url.strip_prefix("sqlite:") {
            let copy = self.folder.path().join("standby.db");
            storage::sqlite::back_up(std::path::Path::new(file), &copy).await.unwrap();
            return format!("sqlite:{}", copy.display());
        }
        let (_, database) = url.rsplit_once('/').unwrap();
        let pool = sqlx::PgPool::connect(&std::env::var("THONGQUAN_TEST_POSTGRES").unwrap()).await.unwrap();
        let end =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()";
        let copy = format!("CREATE DATABASE {database}_standby TEMPLATE {database}");
        // A connection that is just being made lets the copy fail.
        for _ in 0..100 {
            sqlx::query(end).bind(database).execute(&pool).await.unwrap();
            if sqlx::raw_sql(sqlx::AssertSqlSafe(copy.clone())).execute(&pool).await.is_ok() {
                return format!("{url}_standby");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the database could not be copied");
    }

    /// Lets the copy take the database's place.
    async fn fail_over(&mut self, standby: String) {
        self.backend.store = storage::open(&standby, storage::Options::default()).await.unwrap();
        for (name, value) in &mut self.backend.environment {
            if *name == "THONGQUAN_STORAGE__URL" {
                value.clone_from(&standby);
            }
        }
    }
}

/// The partition that loses its end.
const CUT: i32 = 1;

/// The processor stops at a log that has become shorter. When it does not, more is lodged than was lost, and what is
/// skipped is counted.
async fn stops_at_the_shorter_log(site: Site, lost: i64) {
    let before = site.backend.decisions().await.len();
    let mut processor = site.processor("stopping");
    processor.start();
    let begun = Instant::now();
    while processor.runs() && !processor.log().contains("was set back to the end") {
        assert!(begun.elapsed() < PATIENCE, "{}", processor.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if processor.runs() {
        let workload = simulator::Workload::new(99, common::rulebook(), jiff::civil::date(2026, 11, 24));
        let fits = |lodged: &simulator::Lodged| partition_of(lodged.tax_code.as_bytes(), PARTITIONS) == CUT;
        let count = usize::try_from(lost).unwrap() + 3;
        let since: Vec<_> =
            workload.filter(|lodged| fits(lodged) && lodged.intent == simulator::Intent::Sound).take(count).collect();
        site.backend.publish_lodged(&since, COUNT).await;
        account::until_dealt_with(&site.backend, &site.backend.topics.lodged, COUNT + 3, || {}).await;
        let decided = site.backend.decisions().await.len() - before;
        panic!("it went on: {} of the messages lodged since are skipped", count - decided);
    }
    assert!(processor.log().contains("beyond the end of the log"), "{}", processor.log());
    assert_eq!(site.backend.decisions().await.len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_loses_messages() {
    for without in [None, Some(Safeguard::NoReset)] {
        let mut site = Site::new(false, without).await.unwrap();
        site.lodge().await;
        site.finish().await;
        let pool = sqlx::SqlitePool::connect(&format!("sqlite:{}", site.folder.path().join("log.db").display()))
            .await
            .unwrap();
        let cut = sqlx::query(
            "DELETE FROM log_records WHERE topic = (SELECT id FROM log_topics WHERE topic = ?1) AND partition = ?2 AND \
             record_offset >= (SELECT max(record_offset) - 4 FROM log_records \
             WHERE topic = (SELECT id FROM log_topics WHERE topic = ?1) AND partition = ?2)",
        );
        let cut = cut.bind(&site.backend.topics.lodged).bind(CUT).execute(&pool).await.unwrap();
        assert_eq!(cut.rows_affected(), 5);
        pool.close().await;
        stops_or_fails(&table::LOG_TRUNCATED, site, 5).await;
    }
}

/// A broker that is killed before its disk has the last messages: the end of a partition's file is cut off meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn kafka_loses_messages() {
    let Some(servers) = Servers::start("kafka") else { return };
    for without in [None, Some(Safeguard::NoReset)] {
        let mut site = Site::on_kafka_of(&servers, without).await;
        site.lodge().await;
        site.finish().await;
        servers.kill("kafka");
        let folder = servers.partition_folder(&site.backend.topics.lodged, CUT);
        let file = std::fs::OpenOptions::new().write(true).open(folder.join("00000000000000000000.log")).unwrap();
        let length = file.metadata().unwrap().len();
        file.set_len(length - 1_000).unwrap();
        drop(file);
        servers.start_again("kafka");
        let end = site.end_of_the_cut_partition().await;
        let at = site.backend.partition(&site.backend.topics.lodged, CUT);
        let position = site.backend.store.position(&at).await.unwrap().unwrap().next_offset;
        assert!(end < position, "the log ends at {end}, the position is {position}");
        stops_or_fails(&table::LOG_TRUNCATED, site, position - end).await;
    }
}

async fn stops_or_fails(row: &Row, site: Site, lost: i64) {
    match site.without {
        None => stops_at_the_shorter_log(site, lost).await,
        Some(_) => fails(row, stops_at_the_shorter_log(site, lost)).await,
    }
}

impl Site {
    /// A site on a Kafka of the test's own, beside a SQLite file.
    async fn on_kafka_of(servers: &Servers, without: Option<Safeguard>) -> Self {
        let folder = Self::folder_of(without);
        let store = format!("sqlite:{}", folder.path().join("thongquan.db").display());
        let prefix = format!("cut-{}.", without.map_or("never", Safeguard::name));
        let stream = stream::KafkaStream::open(stream::KafkaSettings::new(servers.kafka())).await.unwrap();
        let environment = vec![
            ("THONGQUAN_STORAGE__URL", store.clone()),
            ("THONGQUAN_STREAM__KIND", "kafka".to_owned()),
            ("THONGQUAN_STREAM__BROKERS", servers.kafka()),
            // Of its own: the broker gives an instance back what it had, whatever topics it reads now.
            ("THONGQUAN_STREAM__GROUP", format!("{prefix}group")),
        ];
        let store = storage::open(&store, storage::Options::default()).await.unwrap();
        let backend = common::ready(store, std::sync::Arc::new(stream), &prefix, environment).await;
        Self { folder, backend, lodged: Vec::new(), without }
    }

    /// Where the partition ends now, once the broker says it.
    async fn end_of_the_cut_partition(&self) -> i64 {
        let begun = Instant::now();
        loop {
            let topics = self.backend.stream.topics().await.unwrap_or_default();
            if let Some(state) = topics.iter().find(|state| state.name == self.backend.topics.lodged) {
                return state.end_offsets[usize::try_from(CUT).unwrap()];
            }
            assert!(begun.elapsed() < PATIENCE, "the broker does not come back");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_cannot_write_for_a_while() {
    prove(&table::FAILING, |mut site| async move {
        site.lodge().await;
        let mut processor = site.processor("failing");
        processor.start_with(&[("FAULTS_AT", Place::Failing.name())]);
        let account = site.until_done(&mut processor).await;
        site.assert_as_if_nothing_had_happened(&account).await;
        assert!(!processor.log().contains("is kept"), "{}", processor.log());
    })
    .await;
}

/// The offset of the messages on which the database takes no decision.
const REFUSED_OFFSET: i64 = 3;

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_message_is_kept_and_the_others_are_decided() {
    prove(&table::POISON, |mut site| async move {
        site.refuse().await;
        site.lodge().await;
        let account = site.finish().await;
        let undisturbed = undisturbed().await;
        let poison: Vec<_> = undisturbed
            .decisions
            .iter()
            .filter(|(_, (row, _))| row.lodged.source.offset == REFUSED_OFFSET)
            .map(|((declarant, reference, _), _)| (declarant, reference))
            .collect();
        assert!(!poison.is_empty());
        for (key, (row, _)) in &undisturbed.decisions {
            if !poison.contains(&(&key.0, &key.1)) {
                let ours = account.decisions.get(key);
                let (ours, _) = ours.unwrap_or_else(|| panic!("{key:?} is not decided, and nothing was wrong with it"));
                assert_eq!(ours.stand.outcome, row.stand.outcome, "{key:?}");
            }
        }
        let kept = site.backend.store.counts().await.unwrap().kept;
        assert!(kept >= i64::try_from(poison.len()).unwrap(), "{kept} of {} are kept", poison.len());
        account::assert_logs_whole(&site.backend, &account).await;
    })
    .await;
}

impl Site {
    /// Lets the database refuse a decision on one message of each partition.
    async fn refuse(&self) {
        let url = self.backend.setting("THONGQUAN_STORAGE__URL");
        if url.starts_with("sqlite:") {
            let trigger = format!(
                "CREATE TRIGGER poison BEFORE INSERT ON declarations WHEN NEW.source_offset = {REFUSED_OFFSET} \
                 BEGIN SELECT RAISE(ABORT, 'a test refuses it'); END"
            );
            let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&pool).await.unwrap();
        } else {
            let trigger = format!(
                "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 RAISE EXCEPTION 'a test refuses it'; END $$; \
                 CREATE TRIGGER poison BEFORE INSERT ON declarations FOR EACH ROW \
                 WHEN (NEW.source_offset = {REFUSED_OFFSET}) EXECUTE FUNCTION poison()"
            );
            let pool = sqlx::PgPool::connect(&url).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(trigger)).execute(&pool).await.unwrap();
        }
    }

    /// Lodges a sample under these references, each in a partition, under event ids that are counted from a first one.
    async fn lodge_sample(&self, name: &str, first: usize, messages: impl Iterator<Item = (i32, String)>) {
        let file = common::workspace().join("schemas/declaration/1.0/samples-valid").join(name);
        let text = std::fs::read_to_string(file).unwrap();
        let Reading::Read { declaration, .. } = message::read_declaration(text.as_bytes()) else { panic!("{name}") };
        let reference = declaration.reference.clone().unwrap();
        let prefix = &self.backend.prefix;
        let declarant = declaration.declarant().unwrap();
        let messages: Vec<Placed> = (first..)
            .zip(messages)
            .map(|(n, (partition, renamed))| Placed {
                partition,
                key: Some(declarant.into()),
                payload: Some(text.replace(&*reference, &renamed).into_bytes()),
                event_id: Some(format!("{prefix}{n}")),
                timestamp_ms: BEGINNING_MS + i64::try_from(n).unwrap(),
            })
            .collect();
        raw::place(&self.backend, &self.backend.topics.lodged, messages).await;
    }

    /// Lets customs know the sample's certificate, for so many pieces.
    async fn grant(&self, pieces: u32) {
        let facts = common::workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml");
        let mut facts: Facts = toml::from_str(&std::fs::read_to_string(facts).unwrap()).unwrap();
        facts.certificates[0].items[0].remaining = Decimal::from(pieces);
        self.backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_partitions_use_one_certificate() {
    prove(&table::BALANCE, |site| async move {
        // Each declaration takes fifty pieces: there are enough for ten.
        site.grant(520).await;
        // What is held has been decided on the whole certificate: nothing that takes of it is lodged before it is held.
        let use_in = |partition: i32| (0..10).map(move |n| (partition, format!("USE-{partition}-{n}")));
        site.lodge_sample("a11-atiga-form-d.xml", 0, use_in(0)).await;
        let hold = Hold::new(site.folder.path(), "hold");
        let mut processor = site.processor("held");
        hold.start_in(0, &mut processor);
        hold.held(1, &mut processor).await;
        site.lodge_sample("a11-atiga-form-d.xml", 10, (1..PARTITIONS).flat_map(use_in)).await;
        account::until_dealt_with(&site.backend, &site.backend.topics.lodged, 30, || {}).await;
        hold.release();
        account::until_dealt_with(&site.backend, &site.backend.topics.lodged, 40, || {}).await;
        account::until_all_is_sent(&site.backend, || {}).await;
        let account = Account::of(&site.backend).await;
        Balances::of(&site.backend).await.assert_never_over_used(&account);
        let accepted = account.decisions.values().filter(|(row, _)| row.stand.outcome.as_str() == "accepted").count();
        assert_eq!((account.decisions.len(), accepted), (40, 10));
        account::assert_logs_whole(&site.backend, &account).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reference_is_lodged_in_two_partitions() {
    prove(&table::TWICE, |site| async move {
        // What is held was decided when nothing of the kind was known: its twins are lodged once it is held.
        let references = |partition: i32| (0..20).map(move |n| (partition, format!("TWICE-{n}")));
        site.lodge_sample("a12-machinery.xml", 0, references(0)).await;
        let hold = Hold::new(site.folder.path(), "hold");
        let mut processor = site.processor("held");
        hold.start_in(0, &mut processor);
        hold.held(1, &mut processor).await;
        site.lodge_sample("a12-machinery.xml", 20, references(1)).await;
        account::until_dealt_with(&site.backend, &site.backend.topics.lodged, 20, || {}).await;
        hold.release();
        account::until_dealt_with(&site.backend, &site.backend.topics.lodged, 40, || {}).await;
        account::until_all_is_sent(&site.backend, || {}).await;
        let account = Account::of(&site.backend).await;
        let documents: BTreeSet<_> = account.decisions.values().map(|(row, _)| row.lodged.content_hash).collect();
        assert_eq!(documents.len(), 20);
        assert_eq!(account.decisions.len(), 20, "declarations were decided more than once");
        let repeated = account.answers.values().filter(|answer| answer.repeated).count();
        assert_eq!(repeated, 20, "whoever asked again got the first answer");
        Balances::of(&site.backend).await.assert_never_over_used(&account);
        account::assert_logs_whole(&site.backend, &account).await;
    })
    .await;
}
