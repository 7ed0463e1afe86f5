//! Lodged declarations: from a batch of messages to decisions, numbers and notices.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::{Circumstances as LifeCircumstances, Command, Decided, Event, Standing, carry_out};
use message::Reading;
use rulebook::Rulebook;
use storage::{DeclarationKey, DeclarationRow, LogEntry, NewDeclaration, Prefetched, RequestRow, Wanted};
use stream::Topics;
use vocabulary::{
    Bilingual, CaseFacts, Decision, Declaration, DeclarationNumber, Direction, Facts, Finding, Outcome, Place,
    Severity, TraderFacts,
};

use crate::arrival::Arrival;
use crate::case::{Case, dong, standing_bytes, time_acts_at_ms};
use crate::events::{LOG_BEGINNING, content_hash, draw, log_entry};
use crate::fact_book::{FactBook, Moment, Names, Way, searched};
use crate::follow_up::{Ask, FollowUp, named, send, without_lane};
use crate::measurements::{self, Counted};
use crate::notices::{self, Subject};
use crate::plan::{Desk, Overlay, Plan, one_by_one};
use crate::settings::NUMBER_STRIPES;

/// The rule of findings that hang on earlier versions of a reference.
pub(crate) const SEQUENCE_RULE: &str = "contract/one-decision-for-each-version-of-a-reference";

/// The rule of findings that tell whose a declaration is.
const KEY_RULE: &str = "contract/the-key-is-the-declarants-tax-code";

/// A lodged message after reading, before anything is looked up.
pub(crate) struct Lodgement<'a> {
    pub(crate) arrival: Arrival<'a>,
    pub(crate) content_hash: [u8; 32],
    pub(crate) reading: Reading,
    /// The key that the declaration is kept under; `None` for what could not be read, or is nobody's.
    key: Option<DeclarationKey>,
}

impl<'a> Lodgement<'a> {
    pub(crate) fn read(arrival: Arrival<'a>) -> Self {
        let reading = message::read_declaration(arrival.payload());
        let key = match &reading {
            Reading::Read { declaration, .. } => key_of(declaration, &arrival),
            Reading::Unreadable(_) => None,
        };
        Self { content_hash: content_hash(arrival.payload()), reading, key, arrival }
    }
}

/// The key that a declaration is kept under. Whose it is, the key of its message says, and not the document: one that names
/// another declarant, or none, is kept and answered under the key of its message, out of reach of whoever it names. One
/// that does not say its reference is kept under its place in the stream, so that it can be found. A message without a key
/// is nobody's.
fn key_of(declaration: &Declaration, arrival: &Arrival<'_>) -> Option<DeclarationKey> {
    let message = arrival.message;
    let owner = message.key.as_deref().filter(|key| !key.is_empty())?;
    let owner: String = String::from_utf8_lossy(owner).chars().filter(|c| !c.is_control()).take(35).collect();
    let declarant = match declaration.declarant() {
        Some(declarant) if may_declare(&owner, declarant) => declarant.to_owned(),
        _ => owner,
    };
    let reference = match &declaration.reference {
        Some(reference) => reference.to_string(),
        None => format!("@{}/{}/{}", message.topic, message.partition, message.offset),
    };
    let version = declaration.version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
    Some(DeclarationKey { declarant, reference, version })
}

/// Whether a message with this key may declare for a tax code: its own, or that of a branch, which has the ten digits of
/// its enterprise before three of its own.
fn may_declare(owner: &str, declarant: &str) -> bool {
    let code = |text: &str| text.replace('-', "");
    let (owner, declarant) = (code(owner), code(declarant));
    let is_code = |text: &str| [10, 13].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    owner == declarant || (owner.len() == 10 && is_code(&owner) && is_code(&declarant) && declarant.starts_with(&owner))
}

/// That a document names another declarant than the one whose message it is.
pub(crate) fn of_another(declaration: &Declaration, owner: &str) -> Option<Finding> {
    let declarant = declaration.declarant().filter(|declarant| !may_declare(owner, declarant))?;
    let (field, name) = match declaration.direction() {
        Some(Direction::Export) => (vocabulary::declaration::declaration::exporter_code, "exporter_code"),
        _ => (vocabulary::declaration::declaration::importer_code, "importer_code"),
    };
    let place = Place::header(field);
    Some(Finding {
        code: "declarant_is_another".to_owned(),
        severity: Severity::Error,
        path: message::locate(&place),
        item: None,
        field: Some(name.to_owned()),
        value: Some(declarant.to_owned()),
        message: Bilingual::new(
            format!("the message has the key {owner}, and the document declares for {declarant}"),
            format!("thông điệp mang khóa {owner}, còn chứng từ khai cho {declarant}"),
        ),
        mend: Bilingual::new(
            format!(
                "whoever may declare for {declarant} sends the document with the key {declarant}; otherwise declare under \
                 the tax code {owner}"
            ),
            format!(
                "người được khai cho {declarant} gửi chứng từ với khóa {declarant}; nếu không, hãy khai theo mã số thuế {owner}"
            ),
        ),
        suggestions: Vec::new(),
        rule: KEY_RULE.to_owned(),
        law: "Law 54/2014/QH13, art. 18 (the declarant declares, and answers for it)".to_owned(),
        follows_from: None,
        line: None,
        column: None,
        place: Some(place),
    })
}

/// What has to be looked up before the lodgements can be decided.
pub(crate) fn wanted(lodgements: &[Lodgement<'_>]) -> Wanted {
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
pub(crate) fn wanted_of_cases(prefetched: &Prefetched) -> Option<Wanted> {
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
        Self { content_hash: row.content_hash, outcome: row.outcome, number: row.number, answer: row.answer }
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
            let (document, decision) = documents.remove(&row.key)?;
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

/// Facts of traders as they are kept.
pub(crate) fn known_traders(kept: HashMap<String, Vec<u8>>) -> HashMap<String, TraderFacts> {
    let known = kept.into_iter().filter_map(|(tax_code, facts)| match serde_json::from_slice(&facts) {
        Ok(facts) => Some((tax_code, facts)),
        Err(error) => {
            // The reader's own words quote what they stumble over.
            let (line, column) = (error.line(), error.column());
            tracing::error!(line, column, "kept facts of a trader cannot be read; the trader is taken as unknown");
            None
        }
    });
    known.collect()
}

/// Decides a batch of lodgements, in their order.
pub(crate) fn plan(lodgements: &[Lodgement<'_>], prefetched: Prefetched, desk: &mut Desk<'_>) -> Plan {
    let mut archive = Archive::new(prefetched);
    one_by_one(
        lodgements,
        |lodgement| &lodgement.arrival,
        desk,
        |plan, step, lodgement, desk| take_up(plan, step, lodgement, &mut archive, desk),
    )
}

fn take_up(plan: &Plan, step: &mut Plan, lodgement: &Lodgement<'_>, archive: &mut Archive, desk: &mut Desk<'_>) {
    let arrival = &lodgement.arrival;
    let settings = desk.settings;
    let topics = &settings.topics;
    let (declaration, findings, key) = match (&lodgement.reading, &lodgement.key) {
        (Reading::Read { declaration, findings }, Some(key)) => (declaration, findings, key),
        (Reading::Unreadable(findings), _) => {
            let (reason, detail) = reason_of(findings);
            return step.keep(topics, arrival, &reason, &detail);
        }
        (Reading::Read { .. }, None) => {
            let detail = "a message without a key is nobody's: its key is the tax code of the enterprise that declares";
            return step.keep(topics, arrival, measurements::NO_KEY, detail);
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
    let taken_up = step.declarations.last().map(|new| Known {
        content_hash: new.content_hash,
        outcome: new.outcome.clone(),
        number: new.number.clone(),
        answer: new.answer.clone(),
    });
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
    lodgement: &Lodgement<'_>,
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
    let answer = send(&brief(subject.of_events(&events)), arrival, step, desk);
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

/// Findings are told once, in the first notice.
pub(crate) fn brief(mut notices: Vec<vocabulary::Notice>) -> Vec<vocabulary::Notice> {
    for notice in notices.iter_mut().skip(1) {
        notice.findings.clear();
    }
    notices
}

/// What is kept of a declaration that was decided, under the first entry of its log.
#[allow(clippy::too_many_arguments, reason = "each is a part of one row")]
pub(crate) fn decided_row(
    lodgement: &Lodgement<'_>,
    key: &DeclarationKey,
    declaration: &Declaration,
    decision: &Decision,
    standing: &Standing,
    entry: &LogEntry,
    answer: Vec<u8>,
    body: Vec<u8>,
    rulebook: &Rulebook,
) -> NewDeclaration {
    let arrival = &lodgement.arrival;
    NewDeclaration {
        key: key.clone(),
        content_hash: lodgement.content_hash,
        outcome: decision.outcome.as_str().to_owned(),
        state: standing.state.as_str().to_owned(),
        direction: decision.direction.map(|direction| direction.as_str().to_owned()).unwrap_or_default(),
        kind: decision.kind.clone().unwrap_or_default(),
        office: declaration.customs_office.as_deref().unwrap_or_default().to_owned(),
        number: standing.number.map(|number| number.to_string()),
        lane: standing.lane.map(|lane| i16::from(lane.code())),
        registered_at_ms: Some(arrival.at_ms),
        total_payable: (decision.outcome == Outcome::Accepted).then(|| dong(standing.owed)),
        paid: dong(standing.paid),
        rulebook: decision.rulebook.clone(),
        source: arrival.source(),
        log_sequence: entry.sequence,
        log_hash: entry.hash,
        answer,
        standing: standing_bytes(standing),
        searched: searched(declaration, standing.number),
        time_acts_at_ms: time_acts_at_ms(standing, rulebook, arrival.at.date()),
        document: arrival.payload().to_vec(),
        decision: body,
    }
}

/// Decides one declaration with the next number of its direction, which is used up only when it is registered.
fn decide(
    declaration: &Declaration,
    findings: Vec<Finding>,
    facts: CaseFacts<'_>,
    arrival: &Arrival<'_>,
    desk: &mut Desk<'_>,
) -> Decision {
    let number = next_number(declaration, arrival, desk);
    let mut decision = case_decision(declaration, findings, facts, arrival.at, number, desk);
    message::locate_in(arrival.payload(), &mut decision.findings);
    use_number(&decision, desk);
    decision
}

/// The next number of a declaration's direction in the partition of a message.
pub(crate) fn next_number(
    declaration: &Declaration,
    arrival: &Arrival<'_>,
    desk: &mut Desk<'_>,
) -> Option<DeclarationNumber> {
    let stripe = i64::from(arrival.message.partition);
    let from = desk.generations.numbers_from(arrival.message.generation);
    declaration.direction().and_then(|direction| {
        let next = desk.series.next(direction);
        *next = (*next).max(from);
        let counter = *next * NUMBER_STRIPES + stripe;
        u32::try_from(counter).ok().and_then(|counter| DeclarationNumber::new(direction, counter).ok())
    })
}

/// Uses the number up that a decision gave, if it gave one.
pub(crate) fn use_number(decision: &Decision, desk: &mut Desk<'_>) {
    if let Some(number) = decision.number {
        *desk.series.next(number.direction()) += 1;
    }
}

/// Decides one declaration under a number, on the rules of a day.
pub(crate) fn case_decision(
    declaration: &Declaration,
    findings: Vec<Finding>,
    facts: CaseFacts<'_>,
    registered_at: jiff::civil::DateTime,
    number: Option<DeclarationNumber>,
    desk: &Desk<'_>,
) -> Decision {
    // One draw for a declaration's whole life: amending it must not be a way to draw again.
    let draw = number.map_or(0, |number| draw(&desk.settings.selectivity_secret, &number.original().to_string()));
    let circumstances = Circumstances { facts, registered_at, number, draw };
    clear(declaration, findings, &circumstances, desk.rulebook)
}

/// What a decision depends on besides the declaration and the rules.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// What is known besides the declaration.
    pub facts: CaseFacts<'a>,
    /// The time of registration, in Vietnam's time, on whose day's rules the decision rests.
    pub registered_at: jiff::civil::DateTime,
    /// The number that the declaration gets if it is registered.
    pub number: Option<DeclarationNumber>,
    /// The random draw of selectivity, 0 to 999,999.
    pub draw: u32,
}

/// Clears one declaration that was read, with what the reader found in it, and says where in the document each
/// finding stands.
pub fn clear(
    declaration: &Declaration,
    findings: Vec<Finding>,
    circumstances: &Circumstances<'_>,
    rulebook: &Rulebook,
) -> Decision {
    let context = clearance::Context {
        rules: rulebook.in_force_on(circumstances.registered_at.date()),
        facts: circumstances.facts,
        registered_at: circumstances.registered_at,
        number: circumstances.number,
        draw: circumstances.draw,
    };
    let mut decision = clearance::clear(declaration, findings, &context);
    for finding in &mut decision.findings {
        if let Some(place) = &finding.place {
            finding.path = message::locate(place);
        }
    }
    decision
}

/// A reference that was used before, for something else.
fn contradict(topics: &Topics, plan: &mut Plan, lodgement: &Lodgement<'_>, key: &DeclarationKey, known: &Known) {
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

fn sequence_finding(code: &str, key: &DeclarationKey, message: Bilingual, mend: Bilingual) -> Finding {
    let place = Place::header(vocabulary::declaration::declaration::version);
    Finding {
        code: code.to_owned(),
        severity: Severity::Error,
        path: message::locate(&place),
        item: None,
        field: Some("version".to_owned()),
        value: Some(key.version.to_string()),
        message,
        mend,
        suggestions: Vec::new(),
        rule: SEQUENCE_RULE.to_owned(),
        law: "Law 54/2014/QH13, art. 29 (the declarant answers for one declaration of the goods)".to_owned(),
        follows_from: None,
        line: None,
        column: None,
        place: Some(place),
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

/// What would be decided on a document, and the figures behind it.
#[derive(Debug)]
pub struct AssessedDocument {
    /// What would be decided, with the findings in the order of the document.
    pub decision: Decision,
    /// The declaration as it was read; `None` for a document that could not be.
    pub declaration: Option<Box<Declaration>>,
    /// What the decision's figures are made of, or the provisional figures of a declaration that is not accepted.
    pub calculation: Option<clearance::calculation::Calculation>,
}

/// Decides on one document as it would be decided if it were lodged, without a number and without keeping anything.
pub fn assess_document(
    document: &[u8],
    at: jiff::civil::DateTime,
    facts: &Facts,
    draw: u32,
    rulebook: &Rulebook,
) -> AssessedDocument {
    match message::read_declaration(document) {
        Reading::Read { declaration, findings } => {
            let facts = facts.for_case(declaration.declarant());
            let context = clearance::Context {
                rules: rulebook.in_force_on(at.date()),
                facts,
                registered_at: at,
                number: None,
                draw,
            };
            let calculation = clearance::calculation::calculate(&declaration, findings.clone(), &context);
            let circumstances = Circumstances { facts, registered_at: at, number: None, draw };
            let mut decision = clear(&declaration, findings, &circumstances, rulebook);
            message::locate_in(document, &mut decision.findings);
            // Where a finding has no place in the text, it stands where its field stands on the form.
            decision.findings.sort_by_key(|finding| {
                (finding.line.is_none(), finding.line, finding.column, finding.item, finding.place)
            });
            AssessedDocument { decision, declaration: Some(declaration.into()), calculation }
        }
        Reading::Unreadable(findings) => {
            let decision = Decision {
                outcome: Outcome::Unreadable,
                reference: None,
                direction: None,
                kind: None,
                registered_on: at.date(),
                number: None,
                lane: None,
                findings,
                gaps: Vec::new(),
                items: Vec::new(),
                totals: Vec::new(),
                total_payable: rust_decimal::Decimal::ZERO,
                claims: Vec::new(),
                routing: Vec::new(),
                draw: None,
                exchange_rates: Vec::new(),
                roundings: Vec::new(),
                write_offs: Vec::new(),
                facts: Facts::default(),
                rulebook: rulebook.content_hash().to_owned(),
            };
            AssessedDocument { decision, declaration: None, calculation: None }
        }
    }
}
