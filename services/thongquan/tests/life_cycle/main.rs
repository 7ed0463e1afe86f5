//! Officers, gates and time: their commands through the stream, on both backends, with what the declarant is told and
//! what whoever commanded is answered; whole lives; and nothing changed by what is refused.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "../common/mod.rs"]
mod common;
mod customs;

use std::collections::BTreeSet;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use common::{Backend, workspace};
use customs::Customs;
use processor::timekeeper::Timekeeper;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use vocabulary::{
    AutomaticCase, Bilingual, Commander, CustomsCommand, Declaration, Facts, Instruction, Lane, NoticeKind, Post,
    Reason, State,
};

/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;
const DAY_MS: i64 = 86_400_000;
const LIMIT: Duration = Duration::from_secs(30);
const OFFICE: &str = "01PR";
/// Words that no declarant may read.
const SECRET: &str = "nguồn tin nội bộ 0417";

/// An enterprise of the best compliance, whose declarations go by the green lane.
fn green() -> String {
    simulator::tax_code(1)
}

/// One that customs does not know: yellow.
fn yellow() -> String {
    simulator::tax_code(2)
}

/// One that does not comply: red.
fn red() -> String {
    simulator::tax_code(3)
}

fn officer() -> Commander {
    Commander::Officer(Post { identity: "HQ-0417".into(), office: OFFICE.into() })
}

fn gate() -> Commander {
    Commander::Gate(Post { identity: "GATE-2".into(), office: "03EE".into() })
}

fn reason(code: &str, words: &str) -> Reason {
    Reason { code: code.into(), message: Bilingual::new(format!("{words} (en)"), words) }
}

/// Every command there is, with who gives it.
fn all_commands() -> Vec<(Commander, Instruction)> {
    vec![
        (officer(), Instruction::AcceptDocuments),
        (officer(), Instruction::InstructAmendment { reason: reason("mass", "sai trọng lượng") }),
        (officer(), Instruction::Reroute { lane: Lane::Red, reason: reason("risk", SECRET) }),
        (officer(), Instruction::FinishExamination),
        (officer(), Instruction::Release { reason_code: "A".into() }),
        (officer(), Instruction::TakeToStorage { place: None }),
        (officer(), Instruction::Clear { permit: None }),
        (officer(), Instruction::Decide),
        (officer(), Instruction::Refuse { reason: reason("prohibited", "hàng cấm") }),
        (gate(), Instruction::PassSupervision),
        (Commander::Time, Instruction::Expire),
        (Commander::Time, Instruction::CancelAutomatically(AutomaticCase::NotMoved)),
    ]
}

fn sample(name: &str) -> Declaration {
    let file = workspace().join("schemas/declaration/1.0/samples-valid").join(name);
    let message::Reading::Read { declaration, findings } = message::read_declaration(&std::fs::read(file).unwrap())
    else {
        panic!("{name} is no declaration");
    };
    assert!(findings.is_empty());
    declaration
}

/// An import with duties to pay.
fn import(declarant: &str, reference: &str) -> Declaration {
    Declaration {
        reference: Some(reference.into()),
        importer_code: Some(declarant.into()),
        ..sample("a12-machinery.xml")
    }
}

fn export(declarant: &str, reference: &str) -> Declaration {
    let mut declaration = Declaration {
        reference: Some(reference.into()),
        exporter_code: Some(declarant.into()),
        ..sample("b11-with-export-duty.xml")
    };
    // The rate of an agreement would be a claim, which an officer sees.
    for item in &mut declaration.goods_items {
        (item.certificate_form, item.certificate_number, item.certificate_date) = (None, None, None);
    }
    declaration
}

/// The machine's declaration with its invoice in a currency of which the rulebook knows no rate.
fn in_krona(declarant: &str, reference: &str) -> Declaration {
    let mut declaration = import(declarant, reference);
    for currency in
        [&mut declaration.invoice_currency, &mut declaration.freight_currency, &mut declaration.insurance_currency]
    {
        if currency.is_some() {
            *currency = Some("ISK".into());
        }
    }
    for item in &mut declaration.goods_items {
        item.unit_price_currency = Some("ISK".into());
    }
    declaration
}

/// The rules with a rate of the krona.
fn mended_rules(folder: &std::path::Path) -> Arc<Rulebook> {
    common::copy(&workspace().join("rules"), folder);
    let file = folder.join("valuation/exchange-rates.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().enumerate().map(|(at, line)| format!("{line},{}\n", if at == 0 { "ISK" } else { "205" }));
    std::fs::write(&file, lines.collect::<String>()).unwrap();
    common::seal(folder);
    Arc::new(Rulebook::load(folder).unwrap_or_else(|errors| panic!("{errors}")))
}

/// What follows on a declaration: a later version, with its number.
fn amended(declaration: &Declaration, version: u64, number: &str, code: &str) -> Declaration {
    Declaration {
        version: Some(version),
        function: Some("4".into()),
        number: Some(number.into()),
        change_reason_code: Some(code.into()),
        ..declaration.clone()
    }
}

fn run_on(backend: &Backend, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.args(arguments).current_dir(workspace());
    for (name, value) in &backend.environment {
        command.env(name, value);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A test on SQLite with the embedded stream, and on PostgreSQL with Kafka where the environment names them.
macro_rules! on_both {
    ($name:ident, $body:path) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread")]
            async fn embedded() {
                let folder = tempfile::tempdir().unwrap();
                let prefix = format!("life-{}-{}.", stringify!($name), std::process::id());
                $body(common::embedded(folder.path(), &prefix).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn servers() {
                let prefix = format!("life-{}-{}.", stringify!($name), std::process::id());
                if let Some(backend) = common::servers(concat!("life_", stringify!($name)), &prefix).await {
                    $body(backend).await;
                }
            }
        }
    };
}

on_both!(yellow_lives, yellow_lives_of);
on_both!(red_lives, red_lives_of);
on_both!(referred, referred_lives_of);
on_both!(time, time_acts_on);
on_both!(refusals, refusals_of);

/// Yellow: an amendment is instructed and made, the documents accepted, what is owed paid, and the goods pass the
/// gate. Another is moved to the red lane, one taken to storage, one refused.
async fn yellow_lives_of(backend: Backend) {
    let mut customs = Customs::open(backend).await;
    let trader = yellow();
    let number = customs.registered(&trader, "Y-1", Lane::Yellow).await;
    let instruct = Instruction::InstructAmendment { reason: reason("mass", "sai trọng lượng") };
    let (answer, told) =
        customs.officer(&trader, &number, instruct, "amendment_instructed", &[NoticeKind::AmendmentInstructed]).await;
    assert_eq!(answer.due_on, Some(jiff::civil::date(2026, 12, 1)), "five working days");
    assert_eq!(told.reason.unwrap(), reason("mass", "sai trọng lượng"));
    let mut heavier = amended(&import(&trader, "Y-1"), 2, &number, "INS");
    heavier.gross_mass = Some(Decimal::from(510));
    customs.lodge(&heavier).await;
    let next = customs.expect(&[NoticeKind::Amended]).await.number.unwrap();
    assert_eq!((&next[..11], &next[11..]), (&number[..11], "1"));
    // The officer names the number from before the amendment.
    let (answer, told) = customs
        .officer(&trader, &number, Instruction::AcceptDocuments, "awaiting_payment", &[NoticeKind::AwaitingPayment])
        .await;
    assert_eq!((answer.number.as_ref(), answer.version), (Some(&next), Some(2)));
    let owed = told.total_payable.unwrap();
    customs.pay(&trader, &next, owed, &[NoticeKind::PaymentReceived, NoticeKind::Cleared]).await;
    let (_, told) = customs
        .carried_out(
            &trader,
            &next,
            gate(),
            Instruction::PassSupervision,
            "through_supervision",
            &[NoticeKind::ThroughSupervision],
        )
        .await;
    assert_eq!(told.number.as_ref(), Some(&next));
    let (row, log) = customs.kept(&trader, "Y-1", 2).await;
    assert_eq!(row.stand.state.as_str(), "through_supervision");
    let words: Vec<&str> = log.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(words, ["amended", "accept_documents", "payment", "pass_supervision"]);
    let entry: serde_json::Value = serde_json::from_slice(&log[1].body).unwrap();
    assert_eq!(
        (&entry["by"], &entry["identity"], &entry["office"]),
        (&"officer".into(), &"HQ-0417".into(), &OFFICE.into())
    );
    assert_eq!((&entry["remark"], &entry["state"]), (&SECRET.into(), &"awaiting_payment".into()));

    // To the red lane, for a reason that is not told.
    let number = customs.registered(&trader, "Y-2", Lane::Yellow).await;
    let reroute = Instruction::Reroute { lane: Lane::Red, reason: reason("risk", SECRET) };
    let (answer, told) = customs.officer(&trader, &number, reroute, "examination", &[NoticeKind::Rerouted]).await;
    assert_eq!((answer.lane, told.lane, told.reason), (Some(Lane::Red), Some(Lane::Red), None));
    customs
        .officer(&trader, &number, Instruction::FinishExamination, "awaiting_payment", &[NoticeKind::AwaitingPayment])
        .await;
    // A stricter lane may be asked for by another office, and a check is made by none but its own.
    let number = customs.registered(&trader, "Y-3", Lane::Yellow).await;
    let elsewhere = Commander::Officer(Post { identity: "HQ-0990".into(), office: "51CI".into() });
    customs.refused(&trader, &number, elsewhere.clone(), Instruction::AcceptDocuments, "office_not_responsible").await;
    let reroute = Instruction::Reroute { lane: Lane::Red, reason: reason("risk", SECRET) };
    customs.carried_out(&trader, &number, elsewhere, reroute, "examination", &[NoticeKind::Rerouted]).await;

    // Storage, then clearance as far as nothing is owed.
    let number = customs.registered(&trader, "Y-4", Lane::Yellow).await;
    let store = Instruction::TakeToStorage { place: Some("Kho Khai Quang".into()) };
    let (answer, told) =
        customs.officer(&trader, &number, store, "taken_to_storage", &[NoticeKind::TakenToStorage]).await;
    assert_eq!(answer.due_on, Some(jiff::civil::date(2026, 12, 24)));
    assert!(told.reason.unwrap().message.en.contains("2026-12-24"));
    let clear = Instruction::Clear { permit: Some("KDTV 12/2026".into()) };
    customs.officer(&trader, &number, clear, "awaiting_payment", &[NoticeKind::AwaitingPayment]).await;

    // Refused: what a certificate has left is given back.
    let facts = std::fs::read_to_string(workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml")).unwrap();
    let facts: Facts = toml::from_str(&facts.replace("0100233488", &trader)).unwrap();
    let facts = Facts { traders: Vec::new(), ..facts };
    customs.backend.store.put_facts(&casework::facts_to_keep(&facts).unwrap()).await.unwrap();
    let claim = Declaration {
        reference: Some("Y-5".into()),
        importer_code: Some((&*trader).into()),
        ..sample("a11-atiga-form-d.xml")
    };
    customs.lodge(&claim).await;
    let number = customs.expect(&[NoticeKind::Registered]).await.number.unwrap();
    assert_eq!(remaining(&customs.backend).await, Decimal::ZERO);
    let refuse = Instruction::Refuse { reason: reason("prohibited", "hàng cấm nhập khẩu") };
    let (_, told) = customs.officer(&trader, &number, refuse, "refused", &[NoticeKind::Refused]).await;
    assert_eq!(told.reason.unwrap(), reason("prohibited", "hàng cấm nhập khẩu"));
    assert_eq!(remaining(&customs.backend).await, Decimal::from(50));
    let backend = customs.close().await;
    derive_again(&backend, &[]);
    let doctor = said(&run_on(&backend, &["doctor"]));
    assert!(doctor.contains("declarations.commands") && doctor.contains("declarations.answers"), "{doctor}");
    // A page breaks its lines between words.
    let status =
        |arguments: &[&str]| said(&run_on(&backend, arguments)).split_whitespace().collect::<Vec<_>>().join(" ");
    let story = status(&["status", &next]);
    for words in ["asked for an amendment", "by the officer HQ-0417 of 01PR", "by the gate GATE-2 of 03EE", SECRET] {
        assert!(story.contains(words), "{words}: {story}");
    }
    let story = status(&["status", "Y-3", "--declarant", &trader]);
    assert!(story.contains("refused: accepting documents") && story.contains("HQ-0990 of 51CI"), "{story}");
}

/// What the certificate of the claim has left.
async fn remaining(backend: &Backend) -> Decimal {
    let name = serde_json::Value::from(vec!["D", "SMPL26100001"]).to_string();
    let wanted = storage::Wanted { facts: vec![("certificate".to_owned(), name)], ..storage::Wanted::default() };
    let found = backend.store.prefetch(&wanted).await.unwrap();
    found.facts.values().next().unwrap().remaining[&1]
}

/// Every decision is derived again, and every chain is sound.
fn derive_again(backend: &Backend, rules: &[&str]) {
    let mut arguments = vec!["replay", "--format", "json"];
    for folder in rules {
        arguments.extend(["--rules", folder]);
    }
    let output = run_on(backend, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let sums: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(sums["decisions"].as_i64().unwrap() > 0 && sums["decisions"] == sums["identical"], "{text}");
}

/// Red: an examination, and a release before the permit, each with its payment.
async fn red_lives_of(backend: Backend) {
    let mut customs = Customs::open(backend).await;
    let trader = red();
    let number = customs.registered(&trader, "R-1", Lane::Red).await;
    customs.refused(&trader, &number, officer(), Instruction::AcceptDocuments, "not_allowed_in_state").await;
    let (_, told) = customs
        .officer(&trader, &number, Instruction::FinishExamination, "awaiting_payment", &[NoticeKind::AwaitingPayment])
        .await;
    let owed = told.total_payable.unwrap();
    customs.pay(&trader, &number, owed, &[NoticeKind::PaymentReceived, NoticeKind::Cleared]).await;

    let number = customs.registered(&trader, "R-2", Lane::Red).await;
    let release = |code: &str| Instruction::Release { reason_code: code.into() };
    customs.refused(&trader, &number, officer(), release("A"), "tax_not_settled").await;
    customs.refused(&trader, &number, officer(), release("Q"), "release_reason_unknown").await;
    customs.pay(&trader, &number, owed, &[NoticeKind::PaymentReceived]).await;
    let (answer, _) =
        customs.officer(&trader, &number, release("A"), "released_before_permit", &[NoticeKind::Released]).await;
    assert_eq!(answer.due_on, Some(jiff::civil::date(2026, 12, 24)));
    let clear = Instruction::Clear { permit: Some("PTPL 7/2026".into()) };
    let (answer, told) = customs.officer(&trader, &number, clear, "cleared", &[NoticeKind::Cleared]).await;
    assert_eq!((answer.due_on, told.number.as_ref()), (None, Some(&number)), "nothing is open");

    // An amendment that is instructed in the red lane leads back to the examination.
    let number = customs.registered(&trader, "R-3", Lane::Red).await;
    let instruct = Instruction::InstructAmendment { reason: reason("mass", "sai trọng lượng") };
    customs.officer(&trader, &number, instruct, "amendment_instructed", &[NoticeKind::AmendmentInstructed]).await;
    customs.refused(&trader, &number, officer(), Instruction::AcceptDocuments, "examination_first").await;
    let mut heavier = amended(&import(&trader, "R-3"), 2, &number, "INS");
    heavier.gross_mass = Some(Decimal::from(510));
    customs.lodge(&heavier).await;
    customs.expect(&[NoticeKind::Amended]).await;
    assert_eq!(customs.kept(&trader, "R-3", 2).await.0.stand.state.as_str(), "examination");
    let lane = Instruction::Reroute { lane: Lane::Red, reason: reason("risk", SECRET) };
    customs.refused(&trader, &number, officer(), lane, "not_allowed_in_state").await;
    let backend = customs.close().await;
    derive_again(&backend, &[]);
}

/// Referred: decided in vain while the rulebook is silent, and decided once it speaks; refused; declared in advance.
async fn referred_lives_of(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let mut customs = Customs::open(backend).await;
    let trader = yellow();
    for reference in ["REF-1", "REF-2"] {
        customs.lodge(&in_krona(&trader, reference)).await;
        assert_eq!(customs.expect(&[NoticeKind::Referred]).await.number, None);
    }
    let advance = Declaration { stage: Some("pre-registration".into()), ..in_krona(&trader, "REF-3") };
    customs.lodge(&advance).await;
    customs.expect(&[NoticeKind::Referred]).await;

    let answer = customs.refused(&trader, "REF-1#1", officer(), Instruction::Decide, "rulebook_silent").await;
    assert!(!answer.refusal.unwrap().gaps.is_empty());
    assert_eq!((answer.state.map(State::as_str), answer.number), (Some("referred"), None));
    let refuse = Instruction::Refuse { reason: reason("currency", "không chấp nhận đồng tiền này") };
    customs.officer(&trader, "REF-2#1", refuse, "refused", &[NoticeKind::Refused]).await;

    customs.rulebook.store(mended_rules(&folder.path().join("rules")));
    customs.at_ms += DAY_MS;
    let (answer, told) =
        customs.officer(&trader, "REF-1#1", Instruction::Decide, "document_check", &[NoticeKind::Registered]).await;
    assert_eq!((&answer.number, told.lane), (&told.number, Some(Lane::Yellow)));
    let number = answer.number.unwrap();
    assert!(told.total_payable.is_some_and(|owed| owed > Decimal::ZERO));
    let (row, log) = customs.kept(&trader, "REF-1", 1).await;
    let words: Vec<&str> = log.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!((row.stand.outcome.as_str(), words), ("accepted", vec!["referred", "decide", "decided"]));
    customs.refused(&trader, "REF-1#1", officer(), Instruction::Decide, "not_allowed_in_state").await;
    // Known by its number and by its reference, it is one declaration.
    customs
        .officer(&trader, "REF-1#1", Instruction::AcceptDocuments, "awaiting_payment", &[NoticeKind::AwaitingPayment])
        .await;
    let owed = told.total_payable.unwrap();
    customs.pay(&trader, &number, owed, &[NoticeKind::PaymentReceived, NoticeKind::Cleared]).await;

    // What was only declared in advance is not registered by a decision; it waits for its declarant.
    let (answer, told) =
        customs.officer(&trader, "REF-3#1", Instruction::Decide, "pre_registered", &[NoticeKind::PreRegistered]).await;
    assert_eq!((told.lane, answer.lane), (None, None));
    assert_ne!(answer.number.as_ref(), Some(&number), "numbers are given once");
    // A number that is given next, after those that the officer's decisions gave, is another one.
    let next = customs.registered(&trader, "REF-4", Lane::Yellow).await;
    assert!(BTreeSet::from([&number, &next, &told.number.unwrap()]).len() == 3);
    let backend = customs.close().await;
    derive_again(&backend, &["rules", &folder.path().join("rules").display().to_string()]);
}

/// Time: what was declared in advance expires, and exports that were not moved, not shown or without documents are
/// cancelled; once, whoever looks and however often.
async fn time_acts_on(backend: Backend) {
    let mut customs = Customs::open(backend).await;
    let advance = Declaration { stage: Some("pre-registration".into()), ..import(&green(), "T-1") };
    customs.lodge(&advance).await;
    customs.expect(&[NoticeKind::PreRegistered]).await;
    customs.lodge(&export(&green(), "T-2")).await;
    customs.expect(&[NoticeKind::Registered, NoticeKind::AwaitingPayment]).await;
    customs.lodge(&export(&yellow(), "T-3")).await;
    customs.expect(&[NoticeKind::Registered]).await;
    customs.lodge(&export(&red(), "T-4")).await;
    customs.expect(&[NoticeKind::Registered]).await;
    // Its goods are there, as it declares, so the calendar leaves it alone.
    customs.registered(&yellow(), "T-5", Lane::Yellow).await;

    // Too early, whoever says it.
    customs.refused(&green(), "T-1#1", Commander::Time, Instruction::Expire, "term_not_passed").await;
    let (store, stream) = (customs.backend.store.clone(), customs.backend.stream.clone());
    let topics = customs.backend.topics.clone();
    let keeper = || Timekeeper::new(store.clone(), stream.clone(), &topics, 2);
    let mut first = keeper();
    assert_eq!(first.look(BEGINNING_MS + 7 * DAY_MS).await.unwrap(), 0);
    let day = 8 * DAY_MS - 9 * 3_600_000;
    assert_eq!(first.look(BEGINNING_MS + day - 1).await.unwrap(), 0);
    // Two keepers look at once: what they command happens once.
    let mut second = keeper();
    assert_eq!(first.look(BEGINNING_MS + day).await.unwrap(), 1);
    second.look(BEGINNING_MS + day).await.unwrap();
    let (answer, _) = customs.answer().await;
    assert_eq!(answer.state.map(State::as_str), Some("expired"), "{answer:?}");
    let told = customs.expect(&[NoticeKind::Expired]).await;
    assert_eq!((told.reference.as_str(), told.reason.unwrap().code.as_str()), ("T-1", "pre_registration_expired"));

    let day = 16 * DAY_MS - 9 * 3_600_000;
    assert_eq!(first.look(BEGINNING_MS + day - 1).await.unwrap(), 0);
    assert_eq!(first.look(BEGINNING_MS + day).await.unwrap(), 3);
    let mut cancelled = BTreeSet::new();
    for _ in 0..3 {
        let told = customs.expect(&[NoticeKind::Cancelled]).await;
        cancelled.insert((told.reference, told.reason.unwrap().code));
    }
    let expected = [("T-2", "not_moved"), ("T-3", "no_dossier"), ("T-4", "not_presented")];
    assert_eq!(cancelled, expected.map(|(reference, code)| (reference.to_owned(), code.to_owned())).into());
    // Nothing is due any more, and nothing is commanded again.
    while customs
        .backend
        .store
        .timed_page(i64::MAX, None, 1)
        .await
        .unwrap()
        .iter()
        .any(|timed| timed.key.reference != "T-5")
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(keeper().look(BEGINNING_MS + 100 * DAY_MS).await.unwrap(), 0);
    let (row, log) = customs.kept(&yellow(), "T-3", 1).await;
    assert_eq!((row.stand.state.as_str(), log.len()), ("cancelled", 2));
    let entry: serde_json::Value = serde_json::from_slice(&log[1].body).unwrap();
    assert_eq!((&entry["by"], &entry["identity"]), (&"time".into(), &serde_json::Value::Null));
    let backend = customs.close().await;
    derive_again(&backend, &[]);
}

/// Refused where the state does not allow it, told once more for a repeat, and kept where it cannot be read.
async fn refusals_of(backend: Backend) {
    let mut customs = Customs::open(backend).await;
    let trader = yellow();
    // Each command, in a state that allows none.
    let number = customs.registered(&trader, "N-1", Lane::Yellow).await;
    let refuse = Instruction::Refuse { reason: reason("prohibited", "hàng cấm") };
    customs.officer(&trader, &number, refuse, "refused", &[NoticeKind::Refused]).await;
    let mut laws = BTreeSet::new();
    for (commander, instruction) in all_commands() {
        let answer = customs.refused(&trader, &number, commander, instruction, "not_allowed_in_state").await;
        assert_eq!(answer.state.map(State::as_str), Some("refused"));
        laws.insert(answer.refusal.unwrap().law);
    }
    assert!(laws.len() >= 7, "{laws:?}");
    // Of a number that nobody has, another enterprise's, and one that is none.
    for (commander, instruction) in all_commands() {
        let answer = customs.refused(&trader, "199999999950", commander, instruction, "E0213").await;
        assert_eq!((answer.state, answer.number.as_deref()), (None, Some("199999999950")));
    }
    customs.refused(&green(), &number, officer(), Instruction::AcceptDocuments, "E0213").await;
    customs.refused(&trader, "ABCDEFGHIJKL", officer(), Instruction::AcceptDocuments, "E0213").await;
    customs.refused(&trader, "NONE#7", officer(), Instruction::Decide, "E0213").await;

    // Given twice, it is done once and answered twice; under the same identifier with other content it is not done.
    let number = customs.registered(&trader, "N-2", Lane::Yellow).await;
    let command = customs.made(&trader, &number, officer(), Instruction::AcceptDocuments);
    let (answer, message) = customs.give(&command).await;
    assert_eq!((answer.refusal.as_ref(), message.header("repeated")), (None, None));
    customs.expect(&[NoticeKind::AwaitingPayment]).await;
    let kept = customs.kept(&trader, "N-2", 1).await;
    let (again, message) = customs.give(&command).await;
    assert_eq!((&again, message.header("repeated")), (&answer, Some(&b"true"[..])));
    let other = CustomsCommand { instruction: Instruction::FinishExamination, ..command };
    let (answer, message) = customs.give(&other).await;
    assert_eq!(answer.refusal.unwrap().code, "exists_with_different_content");
    assert_eq!(message.header("repeated"), None);
    assert_eq!(customs.kept(&trader, "N-2", 1).await, kept);

    // The same from a shell: carried out, answered again, refused; whoever has no database names the declarant.
    let number = customs.registered(&trader, "N-3", Lane::Yellow).await;
    let who = ["--officer", "HQ-0417", "--office", OFFICE, "--id", "SHELL-1", "--remark", SECRET];
    let output = run_on(&customs.backend, &[&["command", &number, "accept-documents"][..], &who].concat());
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("carried out") && said(&output).contains("awaits the payment"), "{}", said(&output));
    customs.expect(&[NoticeKind::AwaitingPayment]).await;
    let again = ["--declarant", &trader, "--format", "json"];
    let output = run_on(&customs.backend, &[&["command", &number, "accept-documents"][..], &who, &again].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), &json["outcome"], &json["repeated"]),
        (Some(0), &"carried_out".into(), &true.into())
    );
    let reroute =
        ["command", &number, "finish-examination", "--officer", "HQ-0417", "--office", OFFICE, "--lang", "vi"];
    let output = run_on(&customs.backend, &reroute);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("căn cứ: Law 54/2014/QH13"), "{}", said(&output));
    for (arguments, status) in [
        (&["command", "199999999950", "decide", "--officer", "HQ-0417", "--office", OFFICE][..], 1),
        (&["command", &number, "accept-documents", "--officer", "HQ-0417"], 64),
        (&["command", &number, "pass-supervision", "--officer", "HQ-0417", "--office", OFFICE], 64),
        (&["command", &number, "reroute", "--officer", "HQ-0417", "--office", OFFICE], 64),
        (&["command", "N-3", "decide", "--officer", "HQ-0417", "--office", OFFICE], 64),
    ] {
        let output = run_on(&customs.backend, arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {}", said(&output));
    }
    for _ in 0..3 {
        customs.answer().await;
    }

    // What cannot be read is kept and sent on with the reason, and the stream goes on.
    let sound =
        String::from_utf8(message::write_command(&customs.made(&trader, &number, officer(), Instruction::Decide)));
    let sound = sound.unwrap();
    let topic = customs.backend.topics.commands.clone();
    let hostile = [
        format!("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{sound}"),
        sound.replace("<Decide>", "<Expire>").replace("</Decide>", "</Expire>"),
        sound.replace("Officer>", "Gate>"),
        sound[..sound.len() / 2].to_owned(),
        format!("<Command xmlns='urn:thongquan:command:1'>{}", "<a>".repeat(10_000)),
        "x".repeat(3_000_000),
        String::new(),
    ];
    for document in &hostile {
        customs.send(&topic, &trader, document.clone().into_bytes()).await;
        let message = customs.unreadable.next(LIMIT).await.unwrap().expect("it is sent on");
        assert!(message.header("reason").is_some_and(|reason| !reason.is_empty()));
        assert_eq!(message.payload.unwrap_or_default(), document.as_bytes());
    }
    assert_eq!(customs.kept(&trader, "N-2", 1).await, kept);
    let (answer, _) =
        customs.give(&customs.made(&trader, &number, officer(), Instruction::Clear { permit: None })).await;
    assert_eq!(answer.refusal.unwrap().code, "not_allowed_in_state");
    let backend = customs.close().await;
    // The hostile ones, and the one that used an identifier again.
    assert_eq!(backend.store.counts().await.unwrap().kept, i64::try_from(hostile.len()).unwrap() + 1);
    derive_again(&backend, &[]);
}
