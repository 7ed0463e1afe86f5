//! Bad input, and the rest of a declaration's life: every message is answered or kept, and the stream goes on.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;
#[path = "common/raw.rs"]
mod raw;

use std::sync::Arc;
use std::time::Duration;

use common::{BEGINNING_MS, Backend};
use processor::ProcessorError;
use raw::Placed;
use rdkafka::error::RDKafkaErrorCode;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use stream::{Message, Outgoing, Tail, TailFrom};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vocabulary::{Declaration, Facts, Notice, NoticeKind, PaymentConfirmation};

const DAY_MS: i64 = 86_400_000;
const TAX_CODE: &str = "0100233488";

/// The running product, a declarant and a bank.
struct Counter {
    backend: Backend,
    notices: Box<dyn Tail>,
    unreadable: Box<dyn Tail>,
    stop: watch::Sender<bool>,
    running: JoinHandle<Result<(), ProcessorError>>,
    sent: i64,
    at_ms: i64,
}

impl Counter {
    async fn open(backend: Backend, rulebook: &Arc<Rulebook>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let notices = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
        let unreadable = backend.stream.tail(&backend.topics.unreadable, TailFrom::Beginning).await.unwrap();
        backend.know_trader(TAX_CODE).await;
        let running = tokio::spawn(processor::run(backend.processor(rulebook), stopped));
        Self { backend, notices, unreadable, stop, running, sent: 0, at_ms: BEGINNING_MS }
    }

    async fn send(&mut self, topic: &str, key: &[u8], payload: Vec<u8>) {
        self.sent += 1;
        let message = Outgoing {
            topic: topic.to_owned(),
            key: key.to_vec(),
            headers: Vec::new(),
            payload,
            event_id: format!("counter-{}-{}", self.backend.prefix, self.sent),
            timestamp_ms: Some(self.at_ms + self.sent),
        };
        self.backend.stream.publish(vec![message]).await.unwrap();
    }

    async fn lodge(&mut self, document: Vec<u8>) {
        let topic = self.backend.topics.lodged.clone();
        self.send(&topic, TAX_CODE.as_bytes(), document).await;
    }

    async fn next_message(&mut self) -> Message {
        let message = self.notices.next(Duration::from_secs(20)).await.unwrap();
        message.expect("a notice comes")
    }

    async fn notice(&mut self) -> Notice {
        let message = self.next_message().await;
        message::read_notice(message.payload.as_deref().unwrap()).unwrap()
    }

    /// The next notices, of these kinds in this order; the last one.
    async fn expect(&mut self, kinds: &[NoticeKind]) -> Notice {
        let mut last = None;
        for kind in kinds {
            let notice = self.notice().await;
            assert_eq!(notice.kind, *kind, "{notice:?}");
            last = Some(notice);
        }
        last.unwrap()
    }

    /// That something is refused, and by which code.
    async fn refused(&mut self, code: &str) -> Notice {
        let notice = self.expect(&[NoticeKind::Refused]).await;
        let reason = notice.reason.clone().unwrap();
        assert_eq!(reason.code, code, "{reason:?} {:?}", notice.findings);
        assert!(!reason.message.en.is_empty() && !reason.message.vi.is_empty());
        notice
    }

    async fn pay(&mut self, number: &str, identifier: &str, bank_reference: &str, amount: i64) {
        let payment = PaymentConfirmation {
            payer: TAX_CODE.to_owned(),
            payment_identifier: identifier.to_owned(),
            declaration_number: number.to_owned(),
            bank_reference: bank_reference.to_owned(),
            amount: Decimal::from(amount),
            debited_at: jiff::civil::datetime(2026, 11, 24, 9, 30, 0, 0),
        };
        let topic = self.backend.topics.settled.clone();
        self.send(&topic, TAX_CODE.as_bytes(), message::write_payment(&payment)).await;
    }

    async fn close(self) -> Backend {
        self.stop.send(true).unwrap();
        self.running.await.unwrap().unwrap();
        self.backend
    }
}

/// A sample that goes by the green lane unless it is drawn, with duties to pay.
fn sample(reference: &str) -> Declaration {
    let file = common::workspace().join("schemas/declaration/1.0/samples-valid/a12-machinery.xml");
    let message::Reading::Read { mut declaration, findings } = message::read_declaration(&std::fs::read(file).unwrap())
    else {
        panic!("the sample is no declaration");
    };
    assert!(findings.is_empty());
    declaration.reference = Some(reference.into());
    declaration.importer_code = Some(TAX_CODE.into());
    declaration
}

fn document(declaration: &Declaration) -> Vec<u8> {
    message::write_declaration(declaration).into_bytes()
}

/// What follows on a declaration: the next version, with its number.
fn following(declaration: &Declaration, version: u64, function: &str, number: &str) -> Declaration {
    Declaration {
        version: Some(version),
        function: Some(function.into()),
        number: Some(number.into()),
        ..declaration.clone()
    }
}

fn amendment(declaration: &Declaration, version: u64, number: &str) -> Declaration {
    Declaration {
        change_reason_code: Some("ERR".into()),
        change_reason: Some("weighed again".into()),
        ..following(declaration, version, "4", number)
    }
}

fn cancellation(declaration: &Declaration, version: u64, number: &str, reason: &str) -> Declaration {
    Declaration { change_reason_code: Some(reason.into()), ..following(declaration, version, "1", number) }
}

/// A message of a program that knows nothing of the contract: without headers, and perhaps without key and value.
fn bare(key: Option<&str>, payload: Option<Vec<u8>>) -> Vec<Placed> {
    let key = key.map(|key| key.as_bytes().to_vec());
    vec![Placed { partition: 0, key, payload, event_id: None, timestamp_ms: BEGINNING_MS }]
}

/// Everything that is no declaration, with the reason that is given for keeping it.
fn unreadable() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let sound = document(&sample("CUT"));
    let text = String::from_utf8(sound.clone()).unwrap();
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>\
                <Declaration xmlns=\"urn:thongquan:declaration:1\">&b;</Declaration>";
    let mut utf16: Vec<u8> = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let mut latin = text.replace("UTF-8", "ISO-8859-1").into_bytes();
    latin.push(b'\n');
    let mut broken = sound.clone();
    let name = text.find("Công").unwrap();
    broken[name + 1] = 0xff;
    let huge = {
        let mut text = text.clone();
        text.insert_str(text.find("<FunctionCode>").unwrap(), &" ".repeat(3_500_000));
        text.into_bytes()
    };
    vec![
        ("not XML", b"{\"declaration\": 1}".to_vec(), ""),
        ("truncated", sound[..sound.len() / 2].to_vec(), "not_well_formed"),
        ("UTF-16", utf16, ""),
        ("another encoding", latin, ""),
        ("bytes that are no UTF-8", broken, ""),
        ("more than a declaration may have", huge, "too_large"),
        ("an entity bomb", bomb.as_bytes().to_vec(), ""),
        ("an unknown profile", text.replace("declaration:1\"", "declaration:9\"").into_bytes(), "wrong_namespace"),
        ("XML of something else", b"<Invoice xmlns=\"urn:other\"><ID>1</ID></Invoice>".to_vec(), "wrong_root"),
        ("empty", Vec::new(), ""),
    ]
}

async fn bad_input(backend: Backend) {
    let rulebook = common::rulebook();
    let mut counter = Counter::open(backend, &rulebook).await;
    let cases = unreadable();
    for (what, payload, reason) in &cases {
        counter.lodge(payload.clone()).await;
        let message = counter.unreadable.next(Duration::from_secs(20)).await.unwrap();
        let message = message.unwrap_or_else(|| panic!("{what} is not sent on"));
        let given = String::from_utf8_lossy(message.header("reason").unwrap()).into_owned();
        assert!(!given.is_empty() && given.contains(reason), "{what}: {given}");
        assert!(message.header("detail").is_some_and(|detail| detail.len() < 4_096), "{what}");
        assert_eq!(message.payload.as_deref().unwrap_or_default(), &payload[..], "{what} is kept as it came");
    }
    let kept = counter.backend.store.counts().await.unwrap().kept;
    assert_eq!(kept, i64::try_from(cases.len()).unwrap());

    // Ten megabytes do not even come in: the stream refuses them at the door, and says so.
    let message = Outgoing {
        topic: counter.backend.topics.lodged.clone(),
        key: TAX_CODE.into(),
        headers: Vec::new(),
        payload: vec![b' '; 10 << 20],
        event_id: "ten-megabytes".to_owned(),
        timestamp_ms: None,
    };
    let refused = counter.backend.stream.publish(vec![message]).await.unwrap_err();
    assert!(!refused.retry, "{refused}");

    // What other programs can send and ours cannot: no value (a tombstone), and neither key nor headers.
    for topic in [counter.backend.topics.lodged.clone(), counter.backend.topics.settled.clone()] {
        raw::place(&counter.backend, &topic, bare(None, None)).await;
        let message = counter.unreadable.next(Duration::from_secs(20)).await.unwrap().expect("a tombstone is sent on");
        assert!(message.header("reason").is_some_and(|reason| !reason.is_empty()), "{topic}");
        assert!(message.payload.as_deref().unwrap_or_default().is_empty());
    }
    let kept = counter.backend.store.counts().await.unwrap().kept;
    assert_eq!(kept, i64::try_from(cases.len()).unwrap() + 2);
    let topic = counter.backend.topics.lodged.clone();
    raw::place(&counter.backend, &topic, bare(Some(TAX_CODE), Some(document(&sample("BARE"))))).await;
    assert_eq!(counter.expect(&[NoticeKind::Registered, NoticeKind::AwaitingPayment]).await.reference, "BARE");
    // Without a key it is nobody's, however sound it is: whoever may write there could amend anybody's declaration.
    for key in [None, Some("")] {
        let payload = document(&sample("NOBODYS"));
        raw::place(&counter.backend, &topic, bare(key, Some(payload.clone()))).await;
        let message = counter.unreadable.next(Duration::from_secs(20)).await.unwrap().expect("it is sent on");
        assert_eq!(message.header("reason"), Some(b"no_key".as_slice()));
        assert_eq!(message.payload, Some(payload));
    }
    if counter.backend.setting("THONGQUAN_STREAM__KIND") == "kafka" {
        let huge = bare(Some(TAX_CODE), Some(vec![b' '; 10 << 20]));
        let refused = raw::place_on_kafka(&counter.backend, &topic, huge).await.unwrap_err();
        assert_eq!(refused.rdkafka_error_code(), Some(RDKafkaErrorCode::MessageSizeTooLarge), "{refused}");
    }

    // A document with ten thousand mistakes: the findings are bounded, and it is said so.
    let mut text = String::from_utf8(document(&sample("MANY"))).unwrap();
    let at = text.find("<FunctionCode>").unwrap();
    text.insert_str(at, &"<Nonsense/>".repeat(10_000));
    counter.lodge(text.into_bytes()).await;
    let notice = counter.expect(&[NoticeKind::Rejected]).await;
    assert!((100..1_000).contains(&notice.findings.len()), "{} findings", notice.findings.len());
    assert!(notice.findings.iter().any(|finding| finding.message.en.contains("more")), "{:?}", notice.findings.last());

    // The stream goes on, and a repeat gets the first answer again.
    let sound = sample("SOUND");
    counter.lodge(document(&sound)).await;
    let registered = counter.expect(&[NoticeKind::Registered, NoticeKind::AwaitingPayment]).await;
    counter.lodge(document(&sound)).await;
    let repeated = counter.next_message().await;
    assert!(repeated.header("repeated").is_some());
    let mut other = sound.clone();
    other.gross_mass = Some(Decimal::from(501));
    counter.lodge(document(&other)).await;
    let notice = counter.expect(&[NoticeKind::Rejected]).await;
    assert_eq!(notice.findings[0].code, "exists_with_different_content");

    // What does not exist can be neither amended, cancelled, registered nor paid.
    let nowhere = "108399733040";
    for (reference, document) in [
        ("NONE-1", amendment(&sample("NONE-1"), 2, nowhere)),
        ("NONE-2", cancellation(&sample("NONE-2"), 2, nowhere, "FRZ")),
        ("NONE-3", Declaration { stage: Some("registration".into()), ..following(&sample("NONE-3"), 2, "9", nowhere) }),
    ] {
        counter.lodge(self::document(&document)).await;
        assert_eq!(counter.refused("E0213").await.reference, reference);
    }
    counter.pay(nowhere, &format!("TQ{nowhere}"), "FT-0", 5).await;
    assert_eq!(counter.refused("E0213").await.declarant, TAX_CODE);

    // A payment twice is one payment; with another amount it is contradicted; under another identifier, refused.
    let (number, identifier) = (registered.number.unwrap(), registered.payment_identifier.unwrap());
    let owed = i64::try_from(registered.total_payable.unwrap()).unwrap();
    counter.pay(&number, &identifier, "FT-1", 1_000).await;
    counter.expect(&[NoticeKind::PaymentReceived]).await;
    counter.pay(&number, &identifier, "FT-1", 1_000).await;
    assert!(counter.next_message().await.header("repeated").is_some());
    counter.pay(&number, &identifier, "FT-1", 999).await;
    counter.refused("exists_with_different_content").await;
    counter.pay(&number, "TQ000", "FT-2", 999).await;
    counter.refused("identifier_of_another_declaration").await;
    counter.pay(&number, &identifier, "FT-3", owed).await;
    counter.expect(&[NoticeKind::PaymentReceived, NoticeKind::Cleared]).await;
    counter.pay(&number, &identifier, "FT-4", 1).await;
    counter.refused("nothing_owed").await;

    // A payment that cannot be read.
    let topic = counter.backend.topics.settled.clone();
    counter.send(&topic, TAX_CODE.as_bytes(), b"<PaymentConfirmation/>".to_vec()).await;
    assert!(counter.unreadable.next(Duration::from_secs(20)).await.unwrap().is_some());

    let backend = counter.close().await;
    assert_eq!(backend.store.counts().await.unwrap().outbox, 0);
}

/// The tax code of somebody who writes to the same topic.
const STRANGER: &str = "0101243150";

/// Whoever writes with a key of their own can neither see nor change what is another's, whatever the document says.
async fn anothers(backend: Backend) {
    let rulebook = common::rulebook();
    let mut counter = Counter::open(backend, &rulebook).await;
    let theirs = sample("THEIRS");
    counter.lodge(document(&theirs)).await;
    let number = counter.expect(&[NoticeKind::Registered, NoticeKind::AwaitingPayment]).await.number.unwrap();
    let topic = counter.backend.topics.lodged.clone();
    let mut answers = Vec::new();
    for forged in [
        sample("THEIRS"),
        sample("FORGED"),
        Declaration { gross_mass: Some(Decimal::from(777)), ..amendment(&theirs, 2, &number) },
        cancellation(&sample("OTHER"), 2, &number, "FRZ"),
    ] {
        counter.send(&topic, STRANGER.as_bytes(), document(&forged)).await;
        let message = counter.next_message().await;
        assert_eq!(message.key.as_deref(), Some(STRANGER.as_bytes()), "the answer goes to whoever wrote");
        let notice = message::read_notice(message.payload.as_deref().unwrap()).unwrap();
        assert_eq!(notice.declarant, STRANGER);
        answers.push(notice);
    }
    for rejected in &answers[..2] {
        assert_eq!(rejected.kind, NoticeKind::Rejected);
        let finding = rejected.findings.iter().find(|finding| finding.code == "declarant_is_another").unwrap();
        assert_eq!(finding.path, "/Declaration/GoodsShipment/Importer/ID");
        assert_eq!(finding.value.as_deref(), Some(TAX_CODE));
        assert!(finding.mend.en.contains(TAX_CODE) && finding.mend.vi.contains(STRANGER), "{:?}", finding.mend);
        assert!(rejected.number.is_none());
    }
    for refused in &answers[2..] {
        // What it would be for a number that nobody has.
        assert_eq!(refused.reason.as_ref().unwrap().code, "E0213", "{refused:?}");
    }
    // It is as it was, and its reference is its declarant's: a repeat gets the first answer, an amendment is taken.
    counter.lodge(document(&theirs)).await;
    assert!(counter.next_message().await.header("repeated").is_some());
    counter.lodge(document(&cancellation(&theirs, 2, &number, "FRZ"))).await;
    counter.expect(&[NoticeKind::Cancelled]).await;
    let backend = counter.close().await;
    let decisions = backend.decisions().await;
    let of = |declarant: &str| decisions.keys().filter(|(key, ..)| key == declarant).count();
    assert_eq!((of(TAX_CODE), of(STRANGER)), (1, 2));
    for ((declarant, reference, version), (row, decision)) in &decisions {
        let key =
            storage::DeclarationKey { declarant: declarant.clone(), reference: reference.clone(), version: *version };
        let (_, document, _) = backend.store.declaration(&key).await.unwrap().unwrap();
        let recorded = casework::read_decision(decision.as_bytes()).unwrap();
        let again = casework::rederive(row, &document, &recorded, 0, &rulebook).unwrap();
        assert!(casework::is_identical(&again, decision.as_bytes()), "{key:?} is derived again");
    }
}

async fn whole_life(backend: Backend) {
    let rulebook = common::rulebook();
    let mut counter = Counter::open(backend, &rulebook).await;

    // Declared in advance, edited, registered a day later.
    let advance = Declaration { stage: Some("pre-registration".into()), ..sample("LIFE-1") };
    counter.lodge(document(&advance)).await;
    let kept = counter.expect(&[NoticeKind::PreRegistered]).await;
    let number = kept.number.clone().unwrap();
    assert_eq!((kept.lane, &kept.payment_identifier), (None, &None));
    assert!(kept.total_payable.is_some_and(|total| total > Decimal::ZERO));
    let mut edited = following(&advance, 2, "4", &number);
    edited.gross_mass = Some(Decimal::from(510));
    counter.lodge(document(&edited)).await;
    assert_eq!(counter.expect(&[NoticeKind::PreRegistered]).await.number.as_ref(), Some(&number));
    counter.at_ms += DAY_MS;
    let register = Declaration { stage: Some("registration".into()), ..following(&advance, 3, "9", &number) };
    counter.lodge(document(&register)).await;
    let registered = counter.expect(&[NoticeKind::Registered, NoticeKind::AwaitingPayment]).await;
    assert_eq!(registered.number.as_ref(), Some(&number));
    counter.lodge(document(&register)).await;
    assert!(counter.next_message().await.header("repeated").is_some());
    let twice = Declaration { version: Some(4), ..register };
    counter.lodge(document(&twice)).await;
    counter.refused("E0220").await;

    // Amended: first a frozen field, then one that may change, which makes the goods dearer.
    let mut frozen = amendment(&edited, 5, &number);
    frozen.customs_office = Some("01B1".into());
    frozen.stage = Some("both".into());
    counter.lodge(document(&frozen)).await;
    assert_eq!(counter.refused("E0152").await.findings[0].path, "/Declaration/DeclarationOffice/ID");
    let mut dearer = amendment(&edited, 6, &number);
    dearer.stage = Some("both".into());
    for item in &mut dearer.goods_items {
        item.invoice_value = item.invoice_value.map(|value| value * Decimal::TWO);
        item.unit_price = item.unit_price.map(|price| price * Decimal::TWO);
    }
    dearer.invoice_amount = dearer.invoice_amount.map(|amount| amount * Decimal::TWO);
    counter.lodge(document(&dearer)).await;
    let amended = counter.expect(&[NoticeKind::Amended]).await;
    let next = amended.number.unwrap();
    assert_eq!((&next[..11], &next[11..]), (&number[..11], "1"));
    let difference = counter.expect(&[NoticeKind::DutyDifference]).await;
    assert!(difference.total_payable > difference.previous_total_payable);
    let awaiting = counter.expect(&[NoticeKind::AwaitingPayment]).await;
    // The payment names the number before the amendment, and is taken all the same.
    let identifier = awaiting.payment_identifier.unwrap();
    assert_eq!(Some(&identifier), registered.payment_identifier.as_ref());
    let owed = i64::try_from(awaiting.total_payable.unwrap()).unwrap();
    counter.pay(&number, &identifier, "FT-10", owed - 1).await;
    counter.expect(&[NoticeKind::PaymentReceived]).await;
    counter.pay(&next, &identifier, "FT-11", 1).await;
    counter.expect(&[NoticeKind::PaymentReceived, NoticeKind::Cleared]).await;
    // Cleared, it is cancelled only for a reason that holds then.
    counter.lodge(document(&cancellation(&edited, 7, &next, "NEX"))).await;
    counter.refused("change_reason_not_here").await;
    counter.lodge(document(&cancellation(&edited, 8, &next, "FRZ"))).await;
    counter.expect(&[NoticeKind::Cancelled]).await;
    counter.lodge(document(&cancellation(&edited, 9, &next, "FRZ"))).await;
    counter.refused("not_allowed_in_state").await;
    counter.lodge(document(&cancellation(&edited, 12, &next, "FRZ"))).await;
    counter.refused("version_out_of_order").await;

    // Declared in advance in one week and registered in the next: the exchange rate has changed.
    counter.at_ms = BEGINNING_MS + 3 * DAY_MS;
    let advance = Declaration { stage: Some("pre-registration".into()), ..sample("LIFE-2") };
    counter.lodge(document(&advance)).await;
    let number = counter.expect(&[NoticeKind::PreRegistered]).await.number.unwrap();
    counter.at_ms = BEGINNING_MS + 8 * DAY_MS;
    let register = Declaration { stage: Some("registration".into()), ..following(&advance, 2, "9", &number) };
    counter.lodge(document(&register)).await;
    let notice = counter.notice().await;
    let code = notice.reason.map(|reason| reason.code).unwrap_or_default();
    assert!(notice.kind == NoticeKind::Registered || code == "E1103", "{:?} {code}", notice.kind);
    counter.at_ms = BEGINNING_MS + 20 * DAY_MS;
    let backend = counter.close().await;

    // Every version's log is bound to the one before it, and of the versions one is current.
    let rows = backend.decisions().await;
    let mut versions: Vec<_> =
        rows.values().map(|(row, _)| row).filter(|row| row.lodged.key.reference == "LIFE-1").collect();
    versions.sort_by_key(|row| row.lodged.key.version);
    let states: Vec<&str> = versions.iter().map(|row| row.stand.state.as_str()).collect();
    assert_eq!(states, ["superseded", "superseded", "cancelled"]);
    let mut previous = [0; 32];
    for row in versions {
        for entry in backend.store.log_of(&row.lodged.key).await.unwrap() {
            assert_eq!(entry.previous_hash, previous, "{:?} {}", row.lodged.key, entry.sequence);
            previous = entry.hash;
        }
        assert_eq!(previous, row.stand.log_hash);
    }
}

/// One certificate of origin for 520 pieces, and 48 declarations of 50 that name it, in every partition at once: as many
/// are accepted as the certificate has pieces for, and none is left undecided because others were faster.
async fn one_balance_for_many(backend: Backend) {
    let rulebook = common::rulebook();
    let counter = Counter::open(backend, &rulebook).await;
    let store = &counter.backend.store;
    let facts = std::fs::read_to_string(common::workspace().join("schemas/facts/1.0/a11-atiga-form-d.toml")).unwrap();
    let mut facts: Facts = toml::from_str(&facts).unwrap();
    facts.certificates[0].items[0].remaining = Decimal::from(520);
    let facts = casework::facts_to_keep(&facts).unwrap();
    store.put_facts(&facts).await.unwrap();
    let file = common::workspace().join("schemas/declaration/1.0/samples-valid/a11-atiga-form-d.xml");
    let text = std::fs::read_to_string(file).unwrap();
    let message::Reading::Read { declaration, .. } = message::read_declaration(text.as_bytes()) else {
        panic!("{text}")
    };
    let messages = (0..48).map(|n| Placed {
        partition: n % common::PARTITIONS,
        key: declaration.declarant().map(Into::into),
        payload: Some(text.replace("SAMPLE-06", &format!("MANY-{n}")).into_bytes()),
        event_id: Some(format!("many-{}-{n}", counter.backend.prefix)),
        timestamp_ms: BEGINNING_MS + i64::from(n),
    });
    raw::place(&counter.backend, &counter.backend.topics.lodged, messages.collect()).await;
    let mut outcomes = Vec::new();
    for _ in 0..600 {
        outcomes = store.counts().await.unwrap().outcomes;
        if outcomes.iter().map(|(_, count)| count).sum::<i64>() == 48 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(outcomes, [("accepted".to_owned(), 10), ("rejected".to_owned(), 38)]);
    let key = facts.facts[0].key.clone();
    let wanted = storage::Wanted { facts: vec![(key.kind.clone(), key.name.clone())], ..Default::default() };
    let row = store.prefetch(&wanted).await.unwrap().facts.remove(&key).unwrap();
    assert_eq!(row.remaining.into_iter().collect::<Vec<_>>(), [(1, Decimal::from(20))]);
    let backend = counter.close().await;
    assert_eq!(backend.store.counts().await.unwrap().kept, 0);
    // The same facts at the next start give nothing back.
    backend.store.put_facts(&facts).await.unwrap();
    let row = backend.store.prefetch(&wanted).await.unwrap().facts.remove(&key).unwrap();
    assert_eq!(row.remaining[&1], Decimal::from(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_balance_for_many_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    one_balance_for_many(common::embedded(folder.path(), "").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_balance_for_many_on_kafka_and_postgresql() {
    let prefix = format!("many-{}.", std::process::id());
    if let Some(backend) = common::servers("many", &prefix).await {
        one_balance_for_many(backend).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    bad_input(common::embedded(folder.path(), "").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_on_kafka_and_postgresql() {
    let prefix = format!("bad-{}.", std::process::id());
    if let Some(backend) = common::servers("bad", &prefix).await {
        bad_input(backend).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    whole_life(common::embedded(folder.path(), "").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_on_kafka_and_postgresql() {
    let prefix = format!("life-{}.", std::process::id());
    if let Some(backend) = common::servers("life", &prefix).await {
        whole_life(backend).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    anothers(common::embedded(folder.path(), "").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_on_kafka_and_postgresql() {
    let prefix = format!("anothers-{}.", std::process::id());
    if let Some(backend) = common::servers("anothers", &prefix).await {
        anothers(backend).await;
    }
}
