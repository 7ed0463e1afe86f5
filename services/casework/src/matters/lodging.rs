//! Lodged declarations: from a batch of messages to decisions, numbers and notices.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use clearance::life_cycle::{Event, Standing};
use message::Reading;
use storage::{DeclarationKey, Lodged, LodgedPapers, RequestRow, Stand, Wanted};
use vocabulary::{Bilingual, Declaration, Finding, Outcome};

use super::following::FollowUp;
use super::{Matter, Numbering};
use crate::assess::{ReadDocument, without_lane};
use crate::case::beginning::begin;
use crate::case::fact_book::{FactBook, Names, Way};
use crate::case::found::Found;
use crate::case::{Case, DecidedVersion};
use crate::intake::arrival::Arrival;
use crate::intake::lodgement::{Anew, Ask, Lodgement, named, of_another, sequence_finding};
use crate::outgoing::notices::{self, Subject, brief};
use crate::plan::{Counted, NO_KEY, Plan};
use crate::record::entry::{EntryKind, LOG_BEGINNING, first_entry};
use crate::recordable::Unrecordable;
use crate::turn::Turn;

/// What is known of a document that was taken up before, in the database or earlier in the batch.
#[derive(Debug, Clone)]
struct Earlier {
    content_hash: [u8; 32],
    outcome: String,
    number: Option<String>,
    answer: Vec<u8>,
}

impl Earlier {
    fn of(lodged: &Lodged, stand: &Stand, answer: Vec<u8>) -> Self {
        Self {
            content_hash: lodged.content_hash,
            outcome: stand.outcome.as_str().to_owned(),
            number: stand.number.map(|number| number.to_string()),
            answer,
        }
    }
}

impl From<RequestRow> for Earlier {
    fn from(row: RequestRow) -> Self {
        Self { content_hash: row.content_hash, outcome: row.outcome, number: row.number, answer: row.answer }
    }
}

/// The declarant and the digits of a number that stay, by which a declaration is named.
type Name = (String, String);

/// What is known at the beginning of a batch, and what its messages have made of it so far.
#[derive(Debug)]
pub struct Known {
    earlier: HashMap<DeclarationKey, Earlier>,
    /// Current versions, by declarant and the stem of their numbers.
    cases: HashMap<Name, Case>,
    /// What was read in the documents of this batch, which those after them may follow on.
    readings: HashMap<DeclarationKey, Arc<Reading>>,
    facts: FactBook,
}

impl Known {
    /// The current version of the declaration that a document names.
    fn case(&self, before: &Plan, name: &Name) -> Option<Case> {
        let of_this_batch = before.current(&name.0, &name.1).and_then(|new| {
            let reading = self.readings.get(new.key())?;
            Case::of_new(new, &before.log, reading.clone())
        });
        of_this_batch.or_else(|| self.cases.get(name).cloned())
    }

    /// Goes on from what a message has done.
    fn absorb(&mut self, key: &DeclarationKey, lodgement: &Lodgement, step: &Plan) {
        self.facts.absorb(step);
        let papers = step.log.iter().rev().find_map(|entry| entry.papers.as_ref());
        let new = step.declarations.last().zip(papers);
        let taken_up = new.map(|(new, papers)| Earlier::of(&new.lodged, &new.stand, papers.answer.clone()));
        if taken_up.is_some() {
            self.readings.insert(key.clone(), lodgement.reading.clone());
        }
        let answered = step.requests.last().map(|request| Earlier {
            content_hash: request.content_hash,
            outcome: request.outcome.clone(),
            number: request.number.clone(),
            answer: request.answer.clone(),
        });
        if let Some(earlier) = taken_up.or(answered) {
            self.earlier.insert(key.clone(), earlier);
        }
    }
}

impl Matter for Lodgement {
    type Known = Known;

    fn read(arrival: Arrival) -> Self {
        Self::read(arrival)
    }

    fn arrival(&self) -> &Arrival {
        &self.arrival
    }

    fn wanted(messages: &[Self]) -> Wanted {
        let mut declarations = HashSet::new();
        let mut requests = HashSet::new();
        let mut numbers = HashSet::new();
        let mut traders = HashSet::new();
        let mut names = Names::default();
        for lodgement in messages {
            let (Some(key), Reading::Read { declaration, .. }) = (&lodgement.key, &*lodgement.reading) else {
                continue;
            };
            declarations.insert(key.clone());
            if key.version > 1 {
                // What follows on something has at least the second version.
                declarations.insert(previous(key));
                requests.extend([key.clone(), previous(key)]);
            }
            if let Ask::Following(_) = Ask::of(declaration) {
                requests.insert(key.clone());
                numbers.extend(named(declaration, key));
            }
            traders.insert(key.declarant.clone());
            names.extend(declaration, &key.declarant);
        }
        let (facts, branches) = names.into_lists();
        Wanted {
            declarations: declarations.into_iter().collect(),
            numbers: numbers.into_iter().collect(),
            documents: true,
            requests: requests.into_iter().collect(),
            traders: traders.into_iter().collect(),
            facts,
            branches,
            ..Wanted::default()
        }
    }

    fn numbering(_messages: &[Self]) -> Numbering {
        Numbering::Own
    }

    fn know(found: Found) -> Known {
        let Found { mut rows, mut papers } = found;
        let facts = FactBook::new(&mut rows);
        let cases = rows.numbers.into_iter().filter_map(|(name, row)| {
            let papers = papers.remove(&row.lodged.key)?;
            Some((name, Case { row, papers: Some(papers) }))
        });
        let cases = cases.collect();
        let mut answers = rows.answers;
        let declarations = rows.declarations.into_iter().filter_map(|(key, row)| {
            let answer = answers.remove(&key)?;
            Some((key, Earlier::of(&row.lodged, &row.stand, answer)))
        });
        let requests = rows.requests.into_iter().map(|(key, row)| (key, Earlier::from(row)));
        Known { earlier: declarations.chain(requests).collect(), cases, readings: HashMap::new(), facts }
    }

    fn take_up(&self, turn: &mut Turn<'_>, known: &mut Known) -> Result<(), Unrecordable> {
        let (declaration, findings, key) = match (&*self.reading, &self.key) {
            (Reading::Read { declaration, findings }, Some(key)) => (declaration, findings, key),
            (Reading::Unreadable(findings), _) => {
                turn.keep_unreadable(findings);
                return Ok(());
            }
            (Reading::Read { .. }, None) => {
                turn.keep(
                    NO_KEY,
                    "a message without a key is nobody's: its key is the tax code of the enterprise that declares",
                );
                return Ok(());
            }
        };
        if let Some(earlier) = known.earlier.get(key) {
            if earlier.content_hash == self.content_hash {
                let (topics, answer) = (turn.grounds.topics, earlier.answer.clone());
                let again = notices::answer_again(topics, turn.arrival, &key.declarant, &key.reference, answer);
                turn.step.outbox.push(again);
            } else {
                contradict(turn, key, earlier);
            }
            return Ok(());
        }
        let ask = Ask::of(declaration);
        let follows = matches!(ask, Ask::Following(_));
        let mut findings = findings.clone();
        if key.version > 1 || follows {
            findings.extend(out_of_order(known.earlier.get(&previous(key)), key, follows));
        }
        findings.extend(of_another(declaration, &key.declarant));
        match ask {
            Ask::Following(following) => {
                let name = named(declaration, key);
                let case = name.as_ref().and_then(|name| known.case(turn.before, name));
                let follow_up = FollowUp { lodgement: self, key, declaration, findings, facts: &known.facts };
                let changed = follow_up.take_up(following, case.as_ref(), turn)?;
                known.cases.extend(name.zip(changed));
            }
            Ask::Anew(anew) => lodge(self, (key, declaration), findings, anew, &known.facts, turn)?,
        }
        known.absorb(key, self, turn.step);
        Ok(())
    }
}

fn previous(key: &DeclarationKey) -> DeclarationKey {
    DeclarationKey { version: key.version.saturating_sub(1), ..key.clone() }
}

/// Decides a declaration that follows on nothing.
fn lodge(
    lodgement: &Lodgement,
    (key, declaration): (&DeclarationKey, &Declaration),
    findings: Vec<Finding>,
    anew: Anew,
    book: &FactBook,
    turn: &mut Turn<'_>,
) -> Result<(), Unrecordable> {
    let arrival = turn.arrival;
    let number = turn.next_number(declaration);
    let known = book.case(declaration, &key.declarant, turn.before, &[]);
    let document = ReadDocument { bytes: arrival.payload(), declaration, findings };
    let mut decision = turn.decide(document, known.facts(), arrival.at, number);
    if anew == Anew::PreRegister {
        without_lane(&mut decision);
    }
    let (decision, events) = begin(anew, declaration, decision, &turn.circumstances());
    turn.use_number(decision.number);
    let standing = Standing::draft(arrival.at).after_all(&events, arrival.at);
    let subject = Subject { key, standing: &standing, decision: Some(&decision), at: arrival.at, rules: turn.rules() };
    let answer = turn.send(&brief(subject.of_events(&events)));
    let kind = match events.first() {
        Some(Event::PreRegistered { .. }) => EntryKind::PreRegistered,
        _ => EntryKind::of_outcome(decision.outcome),
    };
    let papers = LodgedPapers { document: arrival.payload().to_vec(), answer };
    let entry = first_entry(key, arrival.at_ms, kind, (serde_json::to_vec(&decision)?, papers), LOG_BEGINNING);
    if standing.state.is_registered() {
        let moment = turn.moment(key, entry.sequence);
        book.write_off(turn.step, moment, Way::Taken, &decision.write_offs)?;
    }
    let version =
        DecidedVersion { lodgement, key, declaration, decision: &decision, standing: &standing, entry: &entry };
    turn.step.counted.push(Counted::of(&decision));
    turn.step.declarations.push(version.into_row(turn.grounds.rulebook)?);
    turn.step.log.push(entry);
    Ok(())
}

/// A reference that was used before, for something else.
fn contradict(turn: &mut Turn<'_>, key: &DeclarationKey, known: &Earlier) {
    let number = known.number.as_deref().unwrap_or("-");
    let mut findings = [sequence_finding(
        "exists_with_different_content",
        key,
        Bilingual::new(
            format!(
                "version {} of the reference {} was lodged before with other content (outcome {}, number {number})",
                key.version, key.reference, known.outcome
            ),
            format!(
                "phiên bản {} của số tham chiếu {} đã được khai trước đây với nội dung khác (kết quả {}, số tờ khai {number})",
                key.version, key.reference, known.outcome
            ),
        ),
        Bilingual::new(
            "lodge corrected content under the next version or a new reference; the first lodgement stands",
            "hãy khai nội dung đã sửa với phiên bản kế tiếp hoặc số tham chiếu mới; lần khai đầu vẫn có hiệu lực",
        ),
    )];
    turn.rules().cite(&mut findings);
    let [finding] = findings;
    turn.keep_quietly(&finding.code, &finding.message.en);
    let notice = vocabulary::Notice {
        kind: vocabulary::NoticeKind::Rejected,
        declarant: key.declarant.clone(),
        reference: key.reference.clone(),
        version: key.version,
        issued_at: turn.at(),
        number: None,
        lane: None,
        totals: Vec::new(),
        total_payable: None,
        previous_total_payable: None,
        reason: None,
        payment_identifier: None,
        findings: vec![finding],
    };
    turn.send(&[notice]);
}

/// Each document under a reference has the next version. A declaration in a later version needs the one before it to
/// have been rejected.
fn out_of_order(previous: Option<&Earlier>, key: &DeclarationKey, follows: bool) -> Option<Finding> {
    match previous {
        Some(_) if follows => None,
        None if follows && key.version <= 1 => Some(sequence_finding(
            "version_out_of_order",
            key,
            Bilingual::new(
                "a document that follows on a declaration has a later version than that",
                "chứng từ tiếp theo của tờ khai phải có phiên bản sau phiên bản của tờ khai đó",
            ),
            Bilingual::new("give the next version of the reference", "khai phiên bản kế tiếp của số tham chiếu"),
        )),
        None => Some(sequence_finding(
            "version_out_of_order",
            key,
            Bilingual::new(
                format!("version {} was lodged, but version {} never was", key.version, key.version - 1),
                format!("đã khai phiên bản {} nhưng chưa có phiên bản {}", key.version, key.version - 1),
            ),
            Bilingual::new(
                "begin with version 1 and add one with each document under the same reference",
                "bắt đầu từ phiên bản 1 và tăng một với mỗi chứng từ tiếp theo của cùng số tham chiếu",
            ),
        )),
        Some(known) if known.outcome != Outcome::Rejected.as_str() => Some(sequence_finding(
            "already_lodged",
            key,
            Bilingual::new(
                format!(
                    "version {} of this reference was {} (number {})",
                    key.version - 1,
                    known.outcome,
                    known.number.as_deref().unwrap_or("-")
                ),
                format!(
                    "phiên bản {} của số tham chiếu này đã được xử lý: {} (số tờ khai {})",
                    key.version - 1,
                    known.outcome,
                    known.number.as_deref().unwrap_or("-")
                ),
            ),
            Bilingual::new(
                "use a new reference for other goods; a registered declaration is changed by an amendment",
                "dùng số tham chiếu mới cho lô hàng khác; tờ khai đã đăng ký được sửa bằng khai bổ sung",
            ),
        )),
        Some(_) => None,
    }
}
