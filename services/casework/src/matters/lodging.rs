//! Lodged declarations: from a batch of messages to decisions, numbers and notices.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::{Circumstances as LifeCircumstances, Command, Decided, Event, Standing, carry_out};
use message::Reading;
use storage::{DeclarationKey, DeclarationRow, Lodged, Prefetched, RequestRow, Stand, Wanted};
use stream::Topics;
use vocabulary::{Bilingual, CaseFacts, Decision, Declaration, Finding, Outcome, TraderFacts};

use super::deciding::{case_decision, next_number, use_number};
use super::following::FollowUp;
use crate::assess::without_lane;
use crate::case::fact_book::{FactBook, Moment, Names, Way, known_traders};
use crate::case::{Case, decided_row};
use crate::intake::arrival::Arrival;
use crate::intake::lodgement::{Ask, Lodgement, named, of_another, sequence_finding};
use crate::outgoing::notices::{self, Subject, brief};
use crate::outgoing::send;
use crate::plan::{Counted, Desk, NO_KEY, Overlay, Plan, one_by_one};
use crate::record::entry::{LOG_BEGINNING, log_entry};

/// What has to be looked up before the lodgements can be decided.
pub fn wanted(lodgements: &[Lodgement]) -> Wanted {
    let mut declarations = HashSet::new();
    let mut requests = HashSet::new();
    let mut numbers = HashSet::new();
    let mut traders = HashSet::new();
    let mut names = Names::default();
    for lodgement in lodgements {
        let (Some(key), Reading::Read { declaration, .. }) = (&lodgement.key, &lodgement.reading) else { continue };
        declarations.insert(key.clone());
        if key.version > 1 {
            // What follows on something has at least the second version.
            declarations.insert(previous(key));
            requests.extend([key.clone(), previous(key)]);
        }
        if Ask::of(declaration).follows() {
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

/// What has to be looked up besides, once the declarations are known that documents follow on: what those name. `None`
/// when they name nothing.
pub fn wanted_of_cases(prefetched: &Prefetched) -> Option<Wanted> {
    let mut names = Names::default();
    for (key, (document, _)) in &prefetched.documents {
        if let Reading::Read { declaration, .. } = message::read_declaration(document) {
            names.extend(&declaration, &key.declarant);
        }
    }
    if names.is_empty() {
        return None;
    }
    let (facts, branches) = names.into_lists();
    Some(Wanted { facts, branches, ..Wanted::default() })
}

fn previous(key: &DeclarationKey) -> DeclarationKey {
    DeclarationKey { version: key.version.saturating_sub(1), ..key.clone() }
}

/// What is known of a document that was taken up before, in the database or earlier in the batch.
#[derive(Clone)]
struct Known {
    content_hash: [u8; 32],
    outcome: String,
    number: Option<String>,
    answer: Vec<u8>,
}

impl From<DeclarationRow> for Known {
    fn from(row: DeclarationRow) -> Self {
        Self::from((&row.lodged, &row.stand))
    }
}

impl From<(&Lodged, &Stand)> for Known {
    fn from((lodged, stand): (&Lodged, &Stand)) -> Self {
        Self {
            content_hash: lodged.content_hash,
            outcome: stand.outcome.as_str().to_owned(),
            number: stand.number.map(|number| number.to_string()),
            answer: lodged.answer.clone(),
        }
    }
}

impl From<RequestRow> for Known {
    fn from(row: RequestRow) -> Self {
        Self { content_hash: row.content_hash, outcome: row.outcome, number: row.number, answer: row.answer }
    }
}

/// What is known at the beginning of a batch, and what its messages have made of it so far.
struct Archive {
    known: Overlay<DeclarationKey, Known>,
    /// Current versions, by declarant and the stem of their numbers.
    cases: Overlay<(String, String), Case>,
    traders: HashMap<String, TraderFacts>,
    facts: FactBook,
}

impl Archive {
    fn new(mut prefetched: Prefetched) -> Self {
        let facts = FactBook::new(&mut prefetched);
        let traders = known_traders(prefetched.traders);
        let mut documents = prefetched.documents;
        let cases = prefetched.numbers.into_iter().filter_map(|(number, row)| {
            let (document, decision) = documents.remove(row.key())?;
            Some((number, Case { row, document, decision }))
        });
        let cases = Overlay::new(cases.collect());
        let declarations = prefetched.declarations.into_iter().map(|(key, row)| (key, Known::from(row)));
        let requests = prefetched.requests.into_iter().map(|(key, row)| (key, Known::from(row)));
        Self { known: Overlay::new(declarations.chain(requests).collect()), cases, traders, facts }
    }

    /// The current version of the declaration that a document names.
    fn case(&self, plan: &Plan, name: &(String, String)) -> Option<Case> {
        plan.current(&name.0, &name.1).map(Case::from).or_else(|| self.cases.get(name).cloned())
    }
}

/// Decides a batch of lodgements, in their order.
pub fn plan(lodgements: &[Lodgement], prefetched: Prefetched, desk: &mut Desk<'_>) -> Plan {
    let mut archive = Archive::new(prefetched);
    one_by_one(
        lodgements,
        |lodgement| &lodgement.arrival,
        desk,
        |plan, step, lodgement, desk| take_up(plan, step, lodgement, &mut archive, desk),
    )
}

fn take_up(plan: &Plan, step: &mut Plan, lodgement: &Lodgement, archive: &mut Archive, desk: &mut Desk<'_>) {
    let arrival = &lodgement.arrival;
    let topics = desk.topics;
    let (declaration, findings, key) = match (&lodgement.reading, &lodgement.key) {
        (Reading::Read { declaration, findings }, Some(key)) => (declaration, findings, key),
        (Reading::Unreadable(findings), _) => {
            let (reason, detail) = reason_of(findings);
            return step.keep(topics, arrival, &reason, &detail);
        }
        (Reading::Read { .. }, None) => {
            let detail = "a message without a key is nobody's: its key is the tax code of the enterprise that declares";
            return step.keep(topics, arrival, NO_KEY, detail);
        }
    };
    if let Some(known) = archive.known.get(key) {
        if known.content_hash == lodgement.content_hash {
            step.outbox.push(notices::answer_again(
                topics,
                arrival,
                &key.declarant,
                &key.reference,
                known.answer.clone(),
            ));
        } else {
            contradict(topics, step, lodgement, key, known);
        }
        return;
    }
    let ask = Ask::of(declaration);
    let mut findings = findings.clone();
    if key.version > 1 || ask.follows() {
        findings.extend(out_of_order(archive.known.get(&previous(key)), key, ask));
    }
    findings.extend(of_another(declaration, &key.declarant));
    let trader = archive.traders.get(&key.declarant);
    if ask.follows() {
        let name = named(declaration, key);
        let case = name.as_ref().and_then(|name| archive.case(plan, name));
        let (case, facts) = (case.as_ref(), &archive.facts);
        let follow_up = FollowUp { lodgement, key, declaration, findings, case, trader, facts, plan };
        let changed = follow_up.take_up(ask, step, desk);
        if let Some((name, case)) = name.zip(changed) {
            archive.cases.put(name, case);
        }
    } else {
        let facts = archive.facts.case(declaration, &key.declarant, plan, &[]);
        let facts = CaseFacts { trader, ..facts.for_case(None) };
        lodge(step, lodgement, key, declaration, findings, facts, &archive.facts, ask, desk);
    }
    archive.facts.absorb(step);
    let taken_up = step.declarations.last().map(|new| Known::from((&new.lodged, &new.stand)));
    let answered = step.requests.last().map(|request| Known {
        content_hash: request.content_hash,
        outcome: request.outcome.clone(),
        number: request.number.clone(),
        answer: request.answer.clone(),
    });
    if let Some(known) = taken_up.or(answered) {
        archive.known.put(key.clone(), known);
    }
}

/// Decides a declaration that follows on nothing.
#[allow(clippy::too_many_arguments, reason = "each is a part of one decision")]
fn lodge(
    step: &mut Plan,
    lodgement: &Lodgement,
    key: &DeclarationKey,
    declaration: &Declaration,
    findings: Vec<Finding>,
    facts: CaseFacts<'_>,
    book: &FactBook,
    ask: Ask,
    desk: &mut Desk<'_>,
) {
    let arrival = &lodgement.arrival;
    let mut decision = decide(declaration, findings, facts, arrival, desk);
    let in_advance = ask == Ask::PreRegister;
    if in_advance {
        without_lane(&mut decision);
    }
    let draft = Standing::draft(arrival.at);
    let decided = Decided { declaration, decision: &decision };
    let command = if in_advance { Command::PreRegister(decided) } else { Command::Lodge(decided) };
    let circumstances = LifeCircumstances { at: arrival.at, rules: desk.rulebook.in_force_on(arrival.at.date()) };
    // Lodging is refused only where the rulebook knows a term not: an officer gets the case.
    let events = carry_out(&draft, &command, &circumstances).unwrap_or_else(|_| vec![Event::Referred]);
    let standing = draft.after_all(&events, arrival.at);
    let subject = Subject { key, standing: &standing, decision: Some(&decision), at: arrival.at };
    let answer = send(desk.topics, arrival, &mut step.outbox, &brief(subject.of_events(&events)));
    let body = serde_json::to_vec(&decision).unwrap_or_default();
    let kind = match events.first() {
        Some(event @ Event::PreRegistered { .. }) => event.as_str(),
        _ => decision.outcome.as_str(),
    };
    let entry = log_entry(key, 0, arrival.at_ms, kind, body.clone(), LOG_BEGINNING);
    if standing.state.is_registered() {
        let moment = Moment { declaration: key, log_sequence: entry.sequence, at_ms: arrival.at_ms };
        book.write_off(step, moment, Way::Taken, &decision.write_offs);
    }
    step.counted.push(Counted::of(&decision));
    step.declarations.push(decided_row(
        lodgement,
        key,
        declaration,
        &decision,
        &standing,
        &entry,
        answer,
        body,
        desk.rulebook,
    ));
    step.log.push(entry);
}

/// Decides one declaration with the next number of its direction, which is used up only when it is registered.
fn decide(
    declaration: &Declaration,
    findings: Vec<Finding>,
    facts: CaseFacts<'_>,
    arrival: &Arrival,
    desk: &mut Desk<'_>,
) -> Decision {
    let number = next_number(declaration, arrival, desk);
    let mut decision = case_decision(declaration, findings, facts, arrival.at, number, desk);
    message::locate_in(arrival.payload(), &mut decision.findings);
    use_number(&decision, desk);
    decision
}

/// A reference that was used before, for something else.
fn contradict(topics: &Topics, plan: &mut Plan, lodgement: &Lodgement, key: &DeclarationKey, known: &Known) {
    let arrival = &lodgement.arrival;
    let number = known.number.as_deref().unwrap_or("-");
    let finding = sequence_finding(
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
    );
    plan.keep_quietly(arrival, &finding.code, &finding.message.en);
    let notice = vocabulary::Notice {
        kind: vocabulary::NoticeKind::Rejected,
        declarant: key.declarant.clone(),
        reference: key.reference.clone(),
        version: key.version,
        issued_at: arrival.at,
        number: None,
        lane: None,
        totals: Vec::new(),
        total_payable: None,
        previous_total_payable: None,
        reason: None,
        payment_identifier: None,
        findings: vec![finding],
    };
    plan.outbox.push(notices::to_outbox(topics, arrival, 0, &notice));
}

/// Each document under a reference has the next version. A declaration in a later version needs the one before it to
/// have been rejected.
fn out_of_order(previous: Option<&Known>, key: &DeclarationKey, ask: Ask) -> Option<Finding> {
    match previous {
        Some(_) if ask.follows() => None,
        None if ask.follows() && key.version <= 1 => Some(sequence_finding(
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

/// The first finding's code, and all of them in a line that fits a header.
fn reason_of(findings: &[Finding]) -> (String, String) {
    let reason = findings.first().map_or_else(|| "unreadable".to_owned(), |finding| finding.code.clone());
    let mut detail = String::new();
    for finding in findings.iter().take(10) {
        if !detail.is_empty() {
            detail.push_str("; ");
        }
        detail.push_str(&finding.message.en);
        if let (Some(line), Some(column)) = (finding.line, finding.column) {
            detail.push_str(&format!(" (line {line}, column {column})"));
        }
    }
    (reason, detail.chars().filter(|c| !c.is_control()).take(2_000).collect())
}
