//! What was decided, answered and paid in the end, and how that is checked.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use casework::read_decision;
use message::Reading;
use sha2::{Digest as _, Sha256};
use simulator::auditor::{Auditor, Number, Opinion, of};
use simulator::{Intent, Lodged};
use storage::{DeclarationRow, LogEntry};
use stream::TailFrom;
use vocabulary::{Decision, DutyType, Outcome};

use crate::common::{self, Backend};

pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// More events than one message causes.
const EVENTS_MAX: i32 = 5;

/// Declarant, reference and version.
pub(crate) type Key = (String, String, u32);

/// A notice on the topic of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) reference: String,
    pub(crate) payload: Vec<u8>,
    /// Whether it repeats an earlier answer to whoever asked again.
    pub(crate) repeated: bool,
}

/// All that came of a workload.
pub(crate) struct Account {
    pub(crate) decisions: BTreeMap<Key, (DeclarationRow, String)>,
    /// The first notice about each declaration, as it is kept to answer a repeat with.
    pub(crate) kept: BTreeMap<Key, Vec<u8>>,
    /// By what caused them (`lodged/2/17/0` is the first event of a message), which the event id tells; by the id itself
    /// where it tells nothing.
    pub(crate) answers: BTreeMap<String, Answer>,
    /// How many messages the topic of notices holds, an answer that was sent twice counted twice.
    pub(crate) sent: usize,
}

impl Account {
    /// Reads everything. The same event id has the same content, or this panics.
    pub(crate) async fn of(backend: &Backend) -> Self {
        let topics = backend.stream.topics().await.unwrap();
        let ends = |topic: &str| &topics.iter().find(|state| state.name == topic).unwrap().end_offsets;
        let mut causes = causes("lodged", &backend.topics.lodged, ends(&backend.topics.lodged));
        causes.extend(self::causes("settled", &backend.topics.settled, ends(&backend.topics.settled)));
        let wanted = usize::try_from(ends(&backend.topics.notices).iter().sum::<i64>()).unwrap();

        let mut tail = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
        let mut answers = BTreeMap::new();
        let mut sent = 0;
        while sent < wanted {
            let message = tail.next(Duration::from_secs(30)).await.unwrap();
            let message = message.unwrap_or_else(|| panic!("{sent} of {wanted} notices can be read"));
            let text = |name| String::from_utf8_lossy(message.header(name).unwrap_or_default()).into_owned();
            let answer = Answer {
                reference: text("subject"),
                repeated: message.header("repeated").is_some(),
                payload: message.payload.clone().unwrap_or_default(),
            };
            sent += 1;
            let id = text(stream::EVENT_ID_HEADER);
            assert!(!id.is_empty());
            let cause = causes.get(&id).cloned().unwrap_or(id);
            if let Some(before) = answers.insert(cause.clone(), answer.clone()) {
                assert_eq!(before, answer, "two contents under the event id of {cause}");
            }
        }
        Self { decisions: backend.decisions().await, kept: backend.first_notices().await, answers, sent }
    }

    /// The decisions and answers on these references are those of another account, byte for byte, and each answer went
    /// out under the id of its cause. Payments may have been made in one of the two alone.
    pub(crate) fn assert_same(&self, undisturbed: &Self, on: impl Fn(&str) -> bool) {
        let keys = |account: &Self| account.decisions.keys().filter(|key| on(&key.1)).cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys(self), keys(undisturbed), "every reference and version is decided");
        for (key, (row, decision)) in undisturbed.decisions.iter().filter(|(key, _)| on(&key.1)) {
            let (ours, our_decision) = &self.decisions[key];
            assert_eq!(our_decision, decision, "{key:?}");
            assert_eq!((ours.stand.number, &self.kept[key]), (row.stand.number, &undisturbed.kept[key]), "{key:?}");
            let place = |row: &DeclarationRow| (row.lodged.source.partition, row.lodged.source.offset);
            assert_eq!(place(ours), place(row), "{key:?}");
        }
        for (cause, answer) in undisturbed.answers.iter().filter(|(_, answer)| on(&answer.reference)) {
            assert_eq!(self.answers.get(cause), Some(answer), "the notice {cause} was sent");
        }
    }

    /// No notice went out but those that a message caused.
    pub(crate) fn assert_answers_have_causes(&self) {
        let others: Vec<&String> = self.answers.keys().filter(|cause| !cause.contains('/')).collect();
        assert!(others.is_empty(), "{} notices went out under ids that no message has caused", others.len());
    }

    /// What was meant to be decided is, and no number is given twice.
    pub(crate) fn assert_decided_once(&self, lodged: &[Lodged]) {
        let meant =
            lodged.iter().filter(|lodged| matches!(lodged.intent, Intent::Sound | Intent::Faulty | Intent::Mended));
        assert_eq!(self.decisions.len(), meant.count(), "every reference and version is decided, and decided once");
        let numbers: BTreeSet<_> = self.decisions.values().filter_map(|(row, _)| row.stand.number).collect();
        let accepted = self.decisions.values().filter(|(row, _)| row.stand.outcome.as_str() == "accepted").count();
        assert_eq!(numbers.len(), accepted, "no number is given twice, and none is left out");
        let sources: BTreeSet<_> = self.decisions.values().map(|(row, _)| &row.lodged.source).collect();
        assert_eq!(sources.len(), self.decisions.len(), "no message is decided twice");
    }

    /// What each accepted declaration owes of each tax is what the auditor says; and so are the sums.
    pub(crate) fn assert_audited(&self, lodged: &[Lodged]) -> BTreeMap<DutyType, Number> {
        let auditor = Auditor::read(&common::workspace().join("rules")).unwrap_or_else(|error| panic!("{error}"));
        // What is repeated or contradicts comes after what it repeats or contradicts.
        let mut documents: BTreeMap<Key, &Lodged> = BTreeMap::new();
        for lodged in lodged {
            if matches!(lodged.intent, Intent::Sound | Intent::Faulty | Intent::Mended) {
                let Reading::Read { declaration, .. } = message::read_declaration(&lodged.document) else { continue };
                let reference = declaration.reference.as_deref().unwrap_or_default().to_owned();
                let version = declaration.version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
                documents.insert((lodged.tax_code.clone(), reference, version), lodged);
            }
        }
        let accepted: Vec<(&Key, Decision)> = self
            .decisions
            .iter()
            .map(|(key, (_, decision))| (key, read_decision(decision.as_bytes()).unwrap()))
            .filter(|(_, decision)| decision.outcome == Outcome::Accepted)
            .collect();
        assert!(accepted.len() * 2 > self.decisions.len(), "most are accepted");
        let sums: Mutex<(BTreeMap<DutyType, Number>, BTreeMap<DutyType, Number>)> = Mutex::default();
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        std::thread::scope(|scope| {
            for part in accepted.chunks(accepted.len().div_ceil(threads)) {
                let (auditor, documents, sums) = (&auditor, &documents, &sums);
                scope.spawn(move || {
                    for (key, recorded) in part {
                        let Reading::Read { declaration, .. } = message::read_declaration(&documents[*key].document)
                        else {
                            panic!("{key:?} was accepted and cannot be read");
                        };
                        let facts = recorded.facts.for_case(declaration.declarant());
                        let opinion = auditor.opinion(&declaration, &facts, recorded.registered_on);
                        let Opinion::Sound(account) = opinion else { panic!("{key:?}: the auditor says {opinion:?}") };
                        let ours: Vec<(DutyType, Number)> =
                            recorded.totals.iter().map(|total| (total.duty_type, of(total.payable))).collect();
                        assert_eq!(ours, account.totals, "{key:?}");
                        let mut sums = sums.lock().unwrap();
                        for (tax, total) in ours {
                            *sums.0.entry(tax).or_insert_with(|| of(0.into())) += total;
                        }
                        for (tax, total) in account.totals {
                            *sums.1.entry(tax).or_insert_with(|| of(0.into())) += total;
                        }
                    }
                });
            }
        });
        let (ours, theirs) = sums.into_inner().unwrap();
        assert_eq!(ours, theirs, "the totals of each tax are the auditor's");
        assert!(ours.contains_key(&DutyType::ImportDuty) && ours.contains_key(&DutyType::Vat));
        ours
    }
}

/// Every declaration's decision log is whole: no gap, each entry bound to the one before it, the last one the row's.
/// Says how many entries there are.
pub(crate) async fn assert_logs_whole(backend: &Backend, account: &Account) -> usize {
    let rows: Vec<DeclarationRow> = account.decisions.values().map(|(row, _)| row.clone()).collect();
    let mut readers = tokio::task::JoinSet::new();
    for part in rows.chunks(rows.len().div_ceil(6).max(1)) {
        let (store, part) = (Arc::clone(&backend.store), part.to_vec());
        readers.spawn(async move {
            let mut entries = 0;
            for row in part {
                let log = store.log_of(&row.lodged.key).await.unwrap();
                let mut previous = [0; 32];
                for (at, entry) in log.iter().enumerate() {
                    assert_eq!(entry.sequence, i64::try_from(at).unwrap(), "{:?}", row.lodged.key);
                    assert_eq!(entry.previous_hash, previous, "{:?}", row.lodged.key);
                    assert_eq!(entry.hash, hash_of(entry), "{:?}", row.lodged.key);
                    previous = entry.hash;
                }
                assert!(!log.is_empty());
                assert_eq!(
                    (row.stand.log_sequence, row.stand.log_hash),
                    (log.len() as i64 - 1, previous),
                    "{:?}",
                    row.lodged.key
                );
                entries += log.len();
            }
            entries
        });
    }
    readers.join_all().await.into_iter().sum()
}

/// The ids of all events that the messages of a topic may have caused, worked out a second time.
fn causes(word: &str, topic: &str, ends: &[i64]) -> BTreeMap<String, String> {
    let mut causes = BTreeMap::new();
    for (partition, end) in (0_i32..).zip(ends) {
        for (offset, sequence) in
            (0..*end).flat_map(|offset| (0_i32..EVENTS_MAX).map(move |sequence| (offset, sequence)))
        {
            let mut cause = topic.as_bytes().to_vec();
            cause.push(0);
            cause.extend(partition.to_be_bytes());
            cause.extend(offset.to_be_bytes());
            cause.extend(sequence.to_be_bytes());
            let id = Sha256::digest(cause)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
            causes.insert(id, format!("{word}/{partition}/{offset}/{sequence}"));
        }
    }
    causes
}

/// The hash of an entry, worked out a second time.
fn hash_of(entry: &LogEntry) -> [u8; 32] {
    let mut bytes = entry.previous_hash.to_vec();
    let texts = [entry.key.declarant.as_bytes(), entry.key.reference.as_bytes(), entry.kind.as_bytes(), &entry.body];
    for text in texts {
        bytes.extend((text.len() as u64).to_be_bytes());
        bytes.extend(text);
    }
    bytes.extend(entry.key.version.to_be_bytes());
    bytes.extend(entry.sequence.to_be_bytes());
    bytes.extend(entry.at_ms.to_be_bytes());
    Sha256::digest(bytes).into()
}

/// How many messages of a topic have been dealt with; `None` while the database does not say.
pub(crate) async fn dealt_with(backend: &Backend, topic: &str) -> Option<usize> {
    let mut sum = 0;
    for partition in 0..common::PARTITIONS {
        let partition = backend.partition(topic, partition);
        sum += backend.store.position(&partition).await.ok()?.map_or(0, |position| position.next_offset);
    }
    usize::try_from(sum).ok()
}

/// How many messages wait in the outbox; `None` while the database does not say.
pub(crate) async fn outbox(backend: &Backend) -> Option<i64> {
    backend.store.counts().await.ok().map(|counts| counts.outbox)
}

/// Waits until so many messages of a topic have been dealt with, looking meanwhile after something else.
pub(crate) async fn until_dealt_with(backend: &Backend, topic: &str, count: usize, mut meanwhile: impl FnMut()) {
    let begun = Instant::now();
    loop {
        let done = dealt_with(backend, topic).await;
        if done.is_some_and(|done| done >= count) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{done:?} of {count} in {topic} dealt with");
        meanwhile();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the outbox is empty.
pub(crate) async fn until_all_is_sent(backend: &Backend, mut meanwhile: impl FnMut()) {
    let begun = Instant::now();
    while outbox(backend).await != Some(0) {
        assert!(begun.elapsed() < PATIENCE, "the outbox was not emptied");
        meanwhile();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
