//! What is kept, as people ask for it: told, derived again, backed up, and migrated.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Backend, workspace};
use processor::ProcessorError;
use rust_decimal::Decimal;
use serde_json::Value;
use storage::{DeclarationKey, LodgedPapers, Options, Store};
use stream::Outgoing;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vocabulary::{Declaration, PaymentConfirmation};

/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;
const DAY_MS: i64 = 86_400_000;
const TAX_CODE: &str = "0100233488";

fn run_on(url: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(arguments)
        .current_dir(workspace())
        .env("THONGQUAN_STORAGE__URL", url)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json_lines(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How a process is told where everything is kept.
type Environment = [(&'static str, String)];

fn run_in(environment: &Environment, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(arguments)
        .current_dir(workspace())
        .envs(environment.iter().map(|(name, value)| (*name, value)))
        .output()
        .unwrap()
}

/// The running product, to which messages are sent one after the other.
struct Life {
    backend: Backend,
    stop: watch::Sender<bool>,
    running: JoinHandle<Result<(), ProcessorError>>,
    sent: i64,
    at_ms: i64,
}

impl Life {
    async fn begin(backend: Backend) -> Self {
        let (stop, stopped) = watch::channel(false);
        backend.know_trader(TAX_CODE).await;
        let running = tokio::spawn(processor::run(backend.processor(&common::rulebook()), stopped));
        Self { backend, stop, running, sent: 0, at_ms: BEGINNING_MS }
    }

    async fn dealt_with(&self, topic: &str) -> i64 {
        let mut sum = 0;
        for partition in 0..common::PARTITIONS {
            let partition = self.backend.partition(topic, partition);
            sum += self.backend.store.position(&partition).await.unwrap().map_or(0, |position| position.next_offset);
        }
        sum
    }

    /// Sends a message, and waits until it is dealt with.
    async fn send(&mut self, topic: &str, payload: Vec<u8>) {
        let before = self.dealt_with(topic).await;
        self.sent += 1;
        let message = Outgoing {
            topic: topic.to_owned(),
            key: TAX_CODE.as_bytes().to_vec(),
            headers: Vec::new(),
            payload,
            event_id: format!("life-{}", self.sent),
            timestamp_ms: Some(self.at_ms + self.sent * 1_000),
        };
        self.backend.stream.publish(vec![message]).await.unwrap();
        let begun = Instant::now();
        while self.dealt_with(topic).await == before {
            assert!(begun.elapsed() < Duration::from_secs(30), "message {} is not dealt with", self.sent);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn lodge(&mut self, declaration: &Declaration) {
        let topic = self.backend.topics.lodged.clone();
        self.send(&topic, message::write_declaration(declaration).into_bytes()).await;
    }

    async fn pay(&mut self, number: &str, identifier: &str, bank_reference: &str, amount: i64) {
        let payment = PaymentConfirmation {
            payer: TAX_CODE.to_owned(),
            payment_identifier: identifier.to_owned(),
            declaration_number: number.to_owned(),
            bank_reference: bank_reference.to_owned(),
            amount: Decimal::from(amount),
            debited_at: jiff::civil::datetime(2026, 11, 25, 9, 30, 0, 0),
        };
        let topic = self.backend.topics.settled.clone();
        self.send(&topic, message::write_payment(&payment)).await;
    }

    async fn row(&self, reference: &str, version: u32) -> storage::DeclarationRow {
        let key = storage::DeclarationKey { declarant: TAX_CODE.into(), reference: reference.into(), version };
        self.backend.store.declaration(&key).await.unwrap().unwrap().0
    }

    async fn end(self) -> Backend {
        self.stop.send(true).unwrap();
        self.running.await.unwrap().unwrap();
        self.backend
    }
}

/// A sample with duties to pay.
fn sample(reference: &str) -> Declaration {
    let file = workspace().join("schemas/declaration/1.0/samples-valid/a12-machinery.xml");
    let message::Reading::Read { mut declaration, .. } = message::read_declaration(&fs::read(file).unwrap()) else {
        panic!("the sample is no declaration");
    };
    declaration.reference = Some(reference.into());
    declaration.importer_code = Some(TAX_CODE.into());
    declaration
}

/// Declared in advance, edited, registered a day later, registered again in vain, amended, paid in two parts and once
/// under a wrong identifier. The number at the end.
async fn live(life: &mut Life) -> String {
    let advance = Declaration { stage: Some("pre-registration".into()), ..sample("LIFE-1") };
    life.lodge(&advance).await;
    let number = life.row("LIFE-1", 1).await.stand.number.unwrap().to_string();
    let following = |version: u64, function: &str| Declaration {
        version: Some(version),
        function: Some(function.into()),
        number: Some((&*number).into()),
        ..advance.clone()
    };
    let edited = Declaration { gross_mass: Some(Decimal::from(510)), ..following(2, "4") };
    life.lodge(&edited).await;
    life.at_ms += DAY_MS;
    life.lodge(&Declaration { stage: Some("registration".into()), ..following(3, "9") }).await;
    life.lodge(&Declaration { stage: Some("registration".into()), ..following(4, "9") }).await;
    let mut dearer = Declaration {
        version: Some(5),
        stage: Some("both".into()),
        change_reason_code: Some("ERR".into()),
        change_reason: Some("priced again".into()),
        ..edited
    };
    for item in &mut dearer.goods_items {
        item.invoice_value = item.invoice_value.map(|value| value * Decimal::TWO);
        item.unit_price = item.unit_price.map(|price| price * Decimal::TWO);
    }
    dearer.invoice_amount = dearer.invoice_amount.map(|amount| amount * Decimal::TWO);
    life.lodge(&dearer).await;
    let amended = life.row("LIFE-1", 5).await;
    let owed = amended.stand.total_payable.unwrap();
    let identifier = format!("TQ{number}");
    life.pay(&number, "TQ300000000000", "FT-0", owed).await;
    life.pay(&number, &identifier, "FT-1", owed - 1).await;
    let number = amended.stand.number.unwrap().to_string();
    life.pay(&number, &identifier, "FT-2", 1).await;
    number
}

fn copy_rules(to: &Path) -> String {
    common::copy(&workspace().join("rules"), to);
    to.display().to_string()
}

async fn execute(url: &str, statement: &str) {
    let pool = sqlx::SqlitePool::connect(url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_is_told_and_derived_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut life = Life::begin(common::embedded(folder.path(), "").await).await;
    let number = live(&mut life).await;
    let backend = life.end().await;
    told_and_derived_again(&backend, &number).await;
    let url = format!("sqlite:{}", folder.path().join("thongquan.db").display());

    // Rules that are not at hand are named, and given as one more folder they derive.
    let copied = copy_rules(&folder.path().join("rules"));
    let other = Path::new(&copied).join("assessment/import-tariff.csv");
    let text = fs::read_to_string(&other).unwrap();
    fs::write(&other, text.replace("\n84818099,unit,10,", "\n84818099,unit,11,")).unwrap();
    common::seal(Path::new(&copied));
    let output = run_on(&url, &["replay", "--rules", &copied]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(said(&output).contains(common::rulebook().content_hash()), "{}", said(&output));
    assert_eq!(run_on(&url, &["replay", "--rules", &copied, "--rules", "rules"]).status.code(), Some(0));

    // A document that was exchanged is found, with what would have been decided on it.
    exchange(&url, |fifth, first| fifth.document = first.document).await;
    let output = run_on(&url, &["replay"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for words in ["version 5", "not the one that was lodged", "/items/0/customs_value", "recorded", "derived"] {
        assert!(said(&output).contains(words), "{words}: {}", said(&output));
    }
    // So is a log that was changed by somebody who could, and a row that says another end.
    execute(
        &url,
        "UPDATE decision_log SET at_ms = at_ms + 1 WHERE version = 1 AND sequence = 0; \
         UPDATE declarations SET log_hash = zeroblob(32) WHERE version = 2",
    )
    .await;
    let lines = json_lines(&run_on(&url, &["replay", "--format", "json"]));
    let faults: Vec<String> = lines.iter().map(|line| line["faults"].to_string()).collect();
    assert_eq!(lines.len(), 4, "{faults:?}");
    assert!(faults[0].contains("entry 0 of its decision log was changed"), "{faults:?}");
    assert!(faults[1].contains("does not end") || faults[1].contains("another hash"), "{faults:?}");
    assert_eq!(run_on(&url, &["replay", "--number", "199999999950"]).status.code(), Some(70));
}

/// The version of the life that a document brought into being last.
fn fifth() -> DeclarationKey {
    version(5)
}

fn version(version: u32) -> DeclarationKey {
    DeclarationKey { declarant: TAX_CODE.into(), reference: "LIFE-1".into(), version }
}

async fn opened(url: &str) -> Arc<dyn Store> {
    storage::open(url, Options::default()).await.unwrap()
}

/// A text as a frame, as SQL writes bytes. Somebody who forges needs no dictionary for it.
fn packed(text: &[u8]) -> String {
    let frame = zstd::bulk::compress(text, 1).unwrap();
    format!("x'{}'", frame.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// Puts something that the first version began with into the frame of the fifth, as somebody would who can.
async fn exchange(url: &str, change: impl Fn(&mut LodgedPapers, LodgedPapers)) {
    let store = opened(url).await;
    let first = store.log_of(&version(1)).await.unwrap().remove(0);
    let mut forged = store.log_of(&fifth()).await.unwrap().remove(0);
    change(forged.papers.as_mut().unwrap(), first.papers.unwrap());
    let frame = packed(&forged.text());
    execute(
        url,
        &format!(
            "DROP TRIGGER decision_log_is_not_updated; \
             UPDATE decision_log SET body = {frame} WHERE version = 5 AND sequence = 0"
        ),
    )
    .await;
}

/// What somebody may write into a row who can, and what of it is named.
const FORGERIES: [(&str, &str); 11] = [
    ("UPDATE declarations SET state = 12 WHERE version = 5", "state `through_supervision`"),
    ("UPDATE declarations SET outcome = 2 WHERE version = 5", "outcome `rejected`"),
    ("UPDATE declarations SET lane = CASE lane WHEN 1 THEN 2 ELSE 1 END WHERE version = 5", "lane"),
    ("UPDATE declarations SET office = '01XX' WHERE version = 5", "office `01XX`"),
    ("UPDATE declarations SET total_payable = total_payable - 1 WHERE version = 5", "total_payable"),
    ("UPDATE declarations SET paid = paid + 1 WHERE version = 5", "paid"),
    ("UPDATE declarations SET since_ms = since_ms - 86400000 WHERE version = 5", "since"),
    ("UPDATE declarations SET registered_at_ms = registered_at_ms - 86400000 WHERE version = 5", "registered_at"),
    ("UPDATE declarations SET time_acts_at_ms = 1 WHERE version = 5", "time_acts_at 1970-01-01T07:00:00"),
    ("UPDATE declarations SET number = '199999999990' WHERE version = 5", "number 199999999990"),
    (
        "UPDATE declarations SET standing = (SELECT standing FROM declarations WHERE version = 2) WHERE version = 5",
        "standing",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_forged_are_found_and_so_are_logs_that_were_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut life = Life::begin(common::embedded(folder.path(), "").await).await;
    live(&mut life).await;
    drop(life.end().await);
    let file = folder.path().join("thongquan.db");
    let url = format!("sqlite:{}", file.display());
    let anchor = folder.path().join("anchor").display().to_string();
    let output = run_on(&url, &["replay", "--anchor", &anchor, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let sums = json_lines(&output).pop().unwrap();
    assert_eq!(sums["rows_compared"], 3, "{sums}");
    let digest = sums["anchor"].as_str().unwrap().to_owned();
    assert!(fs::read_to_string(&anchor).unwrap().contains(&digest));
    execute(&url, "PRAGMA wal_checkpoint(TRUNCATE)").await;

    // Each on a copy of what was sound.
    let copy = folder.path().join("forged.db");
    let forged = format!("sqlite:{}", copy.display());
    for (forgery, words) in FORGERIES {
        fs::copy(&file, &copy).unwrap();
        execute(&forged, forgery).await;
        let output = run_on(&forged, &["replay", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{forgery}: {}", said(&output));
        let lines = json_lines(&output);
        assert_eq!((lines.len(), lines[0]["version"].as_i64()), (2, Some(5)), "{forgery}: {}", said(&output));
        let faults = lines[0]["faults"].to_string();
        assert!(faults.contains(words) && faults.contains("its log derives"), "{forgery}: {faults}");
    }

    // So is another notice in the place of the first.
    fs::copy(&file, &copy).unwrap();
    exchange(&forged, |fifth, first| fifth.answer = first.answer).await;
    let output = run_on(&forged, &["replay"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("answer") && said(&output).contains("its log derives"), "{}", said(&output));
    // A frame of which a byte is another is told, and what comes after it is looked at all the same.
    fs::copy(&file, &copy).unwrap();
    execute(
        &forged,
        "DROP TRIGGER decision_log_is_not_updated; \
         UPDATE decision_log SET body = substr(body, 1, length(body) / 2) WHERE version = 1 AND sequence = 0",
    )
    .await;
    let lines = json_lines(&run_on(&forged, &["replay", "--format", "json"]));
    let faults: Vec<String> = lines.iter().map(|line| line["faults"].to_string()).collect();
    assert!(faults[0].contains("its decision log cannot be read: a packed text"), "{faults:?}");

    // The end of a log is cut off together with its row: whole in itself, and missed by who kept the anchor.
    fs::copy(&file, &copy).unwrap();
    let row = opened(&forged).await.declaration(&fifth()).await.unwrap().unwrap().0;
    let mut standing: serde_json::Value = serde_json::from_slice(&row.stand.standing).unwrap();
    let fields = standing.as_object_mut().unwrap();
    fields.insert("state".to_owned(), "awaiting_payment".into());
    fields.insert("since".to_owned(), "2026-11-25T09:00:03".into());
    fields.insert("paid".to_owned(), (row.stand.paid - 1).to_string().into());
    fields.remove("cleared_on");
    fields.remove("due_on");
    let standing = packed(&serde_json::to_vec(&standing).unwrap());
    execute(
        &forged,
        &format!(
            "DROP TRIGGER decision_log_is_not_deleted; DELETE FROM decision_log WHERE version = 5 AND sequence = 2; \
         UPDATE declarations SET log_sequence = 1, state = 5, paid = paid - 1, since_ms = since_ms - 5000, \
         standing = {standing}, \
         log_hash = (SELECT hash FROM decision_log WHERE version = 5 AND sequence = 1) WHERE version = 5"
        ),
    )
    .await;
    let output = run_on(&forged, &["replay"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains(&digest), "the anchor is another");
    let output = run_on(&forged, &["replay", "--against", &anchor]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("its end was cut off"), "{}", said(&output));
    // So is a declaration that is gone, with all that there was of it.
    execute(&forged, "DELETE FROM decision_log WHERE version = 5; DELETE FROM declarations WHERE version = 5").await;
    let output = run_on(&forged, &["replay", "--against", &anchor]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("LIFE-1") && said(&output).contains("it is gone"), "{}", said(&output));
    // What has only gone on is what it was, and an anchor that was changed is none.
    assert_eq!(run_on(&url, &["replay", "--against", &anchor]).status.code(), Some(0));
    let text = fs::read_to_string(&anchor).unwrap();
    fs::write(&anchor, text.replacen("LIFE-1", "LIFE-2", 1)).unwrap();
    let output = run_on(&url, &["replay", "--against", &anchor]);
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
    assert!(said(&output).contains("its digest is that of other content"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_is_told_and_derived_again_from_servers() {
    let Some(backend) = common::servers("kept_life", "kept-life.").await else { return };
    let mut life = Life::begin(backend).await;
    let number = live(&mut life).await;
    told_and_derived_again(&life.end().await, &number).await;
}

/// What the commands say of the life that was lived, wherever it is kept.
async fn told_and_derived_again(backend: &Backend, number: &str) {
    let run = |arguments: &[&str]| run_in(&backend.environment, arguments);
    // Told, by the number before and after the amendment, and by the reference.
    let output = run(&["status", number]);
    let story = said(&output);
    assert_eq!(output.status.code(), Some(0), "{story}");
    // A page breaks its lines between words.
    let in_a_line = story.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = in_a_line.as_str();
    for words in [
        number,
        "is cleared",
        "declared in advance",
        "declared anew in advance",
        "was registered, on the rules of 2026-11-25",
        "refused: registration",
        "took the place",
        "not booked",
        "are still open",
        "nothing is open",
        "it was cleared",
        "next:",
        "supervision area",
    ] {
        let at = rest.find(words);
        assert!(at.is_some(), "`{words}` in its place in: {story}");
        rest = &rest[at.unwrap_or_default()..];
    }
    assert!(!story.contains('\u{1b}'), "colours are for terminals: {story}");
    let before = format!("{}0", &number[..11]);
    assert_eq!(said(&run(&["status", &before])), story);
    assert_eq!(said(&run(&["status", "LIFE-1", "--declarant", TAX_CODE])), story);
    assert!(said(&run(&["status", number, "--lang", "vi"])).contains("đã thông quan"));
    let json = json_lines(&run(&["status", number, "--format", "json"])).remove(0);
    assert_eq!((&json["state"], &json["owed"], &json["open"]), (&"cleared".into(), &json["paid"], &"0".into()));
    assert_eq!(json["next"]["actor"], "gate");
    assert_eq!(run(&["status", "199999999950"]).status.code(), Some(1));
    assert_eq!(run(&["status", number, "--declarant", "0000000000"]).status.code(), Some(1));
    assert_eq!(run(&["status", "LIFE-1"]).status.code(), Some(64));

    // Derived again: three versions, of which the second was decided twice.
    let output = run(&["replay", "--number", number, "--format", "json"]);
    let lines = json_lines(&output);
    assert_eq!((output.status.code(), lines.len()), (Some(0), 1), "{}", said(&output));
    assert_eq!((&lines[0]["declarations"], &lines[0]["decisions"]), (&3.into(), &4.into()));
    assert_eq!((&lines[0]["identical"], backend.decisions().await.len()), (&4.into(), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_derived_and_backed_up() {
    const COUNT: usize = 400;
    let folder = tempfile::tempdir().unwrap();
    let life = Life::begin(common::embedded(folder.path(), "").await).await;
    life.backend.lodge(&common::rulebook(), 31, COUNT).await;
    life.backend.wait_until_dealt_with(COUNT, Duration::from_secs(120)).await;
    let file = folder.path().join("thongquan.db");
    let url = format!("sqlite:{}", file.display());

    // While the processor runs.
    let copy = folder.path().join("copy.db").display().to_string();
    let output = run_on(&url, &["backup", &copy]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("verified"), "{}", said(&output));
    let again = run_on(&url, &["backup", &copy]);
    assert_eq!(again.status.code(), Some(70), "{}", said(&again));
    assert!(said(&again).contains("not overwritten"), "{}", said(&again));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("unfinished")), "{names:?}");

    let decisions = life.end().await.decisions().await;
    let copy = format!("sqlite:{copy}");
    for url in [&url, &copy] {
        let output = run_on(url, &["replay", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let sums = json_lines(&output).pop().unwrap();
        assert_eq!((&sums["declarations"], &sums["identical"]), (&decisions.len().into(), &sums["decisions"]));
    }
    let few = run_on(&url, &["replay", "--limit", "7", "--format", "json"]);
    assert_eq!(json_lines(&few)[0]["declarations"], 7);

    // One that nothing stood in the way of was cleared at once.
    let (row, _) = decisions
        .values()
        .find(|(row, _)| row.stand.state.as_str() == "cleared" && row.stand.total_payable == Some(0))
        .unwrap();
    let story = said(&run_on(&url, &["status", &row.stand.number.unwrap().to_string()]));
    assert!(story.contains("it was cleared at once") && !story.contains("pay under"), "{story}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_migrated_once_and_a_newer_one_never() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thongquan.db");
    let url = format!("sqlite:{}", file.display());
    for command in [&["status", "100000000000"][..], &["replay"], &["declarations", "export"], &["backup", "copy.db"]] {
        let output = run_on(&url, command);
        assert_eq!(output.status.code(), Some(70), "{command:?} {}", said(&output));
        assert!(said(&output).contains("there is no database"), "{}", said(&output));
    }
    let check = run_on(&url, &["migrate", "--check"]);
    assert_eq!((check.status.code(), file.exists()), (Some(1), false), "{}", said(&check));
    let migrate = run_on(&url, &["migrate"]);
    assert_eq!(migrate.status.code(), Some(0), "{}", said(&migrate));
    assert!(said(&migrate).contains(&format!("now has version {}", storage::SCHEMA_VERSION)), "{}", said(&migrate));
    assert_eq!(run_on(&url, &["migrate", "--check"]).status.code(), Some(0));

    execute(&url, "PRAGMA user_version = 99").await;
    for command in [&["migrate"][..], &["migrate", "--check"], &["replay"]] {
        let output = run_on(&url, command);
        assert_eq!(output.status.code(), Some(70), "{command:?} {}", said(&output));
        assert!(said(&output).contains("schema version 99"), "{}", said(&output));
    }
    // One that has no schema yet is given none by those who only read.
    execute(&url, "PRAGMA user_version = 0").await;
    let output = run_on(&url, &["replay"]);
    assert_eq!(output.status.code(), Some(70), "{}", said(&output));
    assert!(said(&output).contains("thongquan migrate"), "{}", said(&output));
}

#[test]
fn a_postgresql_database_is_left_to_its_own_tools() {
    let output = Command::new(env!("CARGO_BIN_EXE_thongquan"))
        .args(["backup", "copy.db"])
        .current_dir(workspace())
        .env("THONGQUAN_STORAGE__URL", "postgres://nobody@127.0.0.1:1/nothing")
        .env("THONGQUAN_STREAM__KIND", "kafka")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", said(&output));
    assert!(said(&output).contains("pg_dump"), "{}", said(&output));
}
