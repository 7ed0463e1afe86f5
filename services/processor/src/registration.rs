//! Lodged declarations: from a batch of messages to decisions, numbers and notices.

use std::collections::{HashMap, HashSet};

use clearance::life_cycle::after_decision;
use message::Reading;
use rulebook::Rulebook;
use storage::{DeclarationKey, DeclarationRow, NewDeclaration, Prefetched, Wanted};
use vocabulary::{
    Bilingual, CaseFacts, Decision, Declaration, DeclarationNumber, Facts, Finding, Outcome, Place, Severity,
    TraderFacts,
};

use crate::arrival::Arrival;
use crate::events::{LOG_BEGINNING, content_hash, draw, log_entry};
use crate::measurements::Decided;
use crate::notices;
use crate::plan::{Desk, Overlay, Plan, guarded};
use crate::settings::{NUMBER_STRIPES, Topics};

/// The rule of findings that hang on earlier versions of a reference.
pub(crate) const SEQUENCE_RULE: &str = "contract/one-decision-for-each-version-of-a-reference";

/// A lodged message after reading, before anything is looked up.
pub(crate) struct Lodgement<'a> {
    pub(crate) arrival: Arrival<'a>,
    pub(crate) content_hash: [u8; 32],
    pub(crate) reading: Reading,
    /// The key that the declaration is kept under; `None` for what could not be read.
    key: Option<DeclarationKey>,
}

impl<'a> Lodgement<'a> {
    pub(crate) fn read(arrival: Arrival<'a>) -> Self {
        let reading = message::read_declaration(arrival.payload());
        let key = match &reading {
            Reading::Read { declaration, .. } => Some(key_of(declaration, &arrival)),
            Reading::Unreadable(_) => None,
        };
        Self { content_hash: content_hash(arrival.payload()), reading, key, arrival }
    }
}

/// The key that a declaration is kept under. One that does not say who lodges it, or under which reference, is kept
/// under the key of its message and its place in the stream, so that it can be found and answered.
fn key_of(declaration: &Declaration, arrival: &Arrival<'_>) -> DeclarationKey {
    let message = arrival.message;
    let declarant = match declaration.declarant() {
        Some(declarant) => declarant.to_owned(),
        None => String::from_utf8_lossy(message.key.as_deref().unwrap_or_default()).chars().take(35).collect(),
    };
    let reference = match &declaration.reference {
        Some(reference) => reference.to_string(),
        None => format!("@{}/{}/{}", message.topic, message.partition, message.offset),
    };
    let version = declaration.version.and_then(|version| u32::try_from(version).ok()).unwrap_or(0);
    DeclarationKey { declarant, reference, version }
}

/// What has to be looked up before the lodgements can be decided.
pub(crate) fn wanted(lodgements: &[Lodgement<'_>]) -> Wanted {
    let mut declarations = HashSet::new();
    let mut traders = HashSet::new();
    for key in lodgements.iter().filter_map(|lodgement| lodgement.key.as_ref()) {
        declarations.insert(key.clone());
        if key.version > 1 {
            declarations.insert(previous(key));
        }
        traders.insert(key.declarant.clone());
    }
    Wanted {
        declarations: declarations.into_iter().collect(),
        traders: traders.into_iter().collect(),
        ..Wanted::default()
    }
}

fn previous(key: &DeclarationKey) -> DeclarationKey {
    DeclarationKey { version: key.version - 1, ..key.clone() }
}

/// What is known of a declaration that was decided before, in the database or earlier in the batch.
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

/// Decides a batch of lodgements, in their order.
pub(crate) fn plan(lodgements: &[Lodgement<'_>], prefetched: Prefetched, desk: &mut Desk<'_>) -> Plan {
    let traders: HashMap<String, TraderFacts> = prefetched
        .traders
        .into_iter()
        .filter_map(|(tax_code, facts)| match serde_json::from_slice(&facts) {
            Ok(facts) => Some((tax_code, facts)),
            Err(error) => {
                tracing::error!(%error, "kept facts of a trader cannot be read; the trader is taken as unknown");
                None
            }
        })
        .collect();
    let known = prefetched.declarations.into_iter().map(|(key, row)| (key, Known::from(row))).collect();
    let mut overlay = Overlay::new(known);
    let mut plan = Plan::default();
    let settings = desk.settings;
    for lodgement in lodgements {
        let series = desk.series.clone();
        let decisions = plan.declarations.len();
        guarded(&settings.topics, &mut plan, &lodgement.arrival, |plan| {
            take_up(plan, lodgement, &mut overlay, &traders, desk)
        });
        if plan.declarations.len() == decisions {
            // Nothing was registered after all, so no number was used.
            desk.series = series;
        }
    }
    plan
}

fn take_up(
    plan: &mut Plan,
    lodgement: &Lodgement<'_>,
    overlay: &mut Overlay<DeclarationKey, Known>,
    traders: &HashMap<String, TraderFacts>,
    desk: &mut Desk<'_>,
) {
    let arrival = &lodgement.arrival;
    let settings = desk.settings;
    let topics = &settings.topics;
    let (declaration, findings, key) = match (&lodgement.reading, &lodgement.key) {
        (Reading::Read { declaration, findings }, Some(key)) => (declaration, findings, key),
        (Reading::Unreadable(findings), _) => {
            let (reason, detail) = reason_of(findings);
            return plan.keep(topics, arrival, &reason, &detail);
        }
        (Reading::Read { .. }, None) => {
            return plan.keep(topics, arrival, "not_a_declaration", "it cannot be kept under any key");
        }
    };
    let mut findings = findings.clone();
    if let Some(known) = overlay.get(key) {
        if known.content_hash == lodgement.content_hash {
            plan.outbox.push(notices::answer_again(
                topics,
                arrival,
                &key.declarant,
                &key.reference,
                known.answer.clone(),
            ));
        } else {
            contradict(topics, plan, lodgement, key, known);
        }
        return;
    }
    if key.version > 1 {
        findings.extend(out_of_order(overlay.get(&previous(key)), key));
    }
    let decision = decide(declaration, findings, traders.get(&key.declarant), arrival, desk);
    let state = after_decision(&decision);
    let notices = notices::of_decision(&decision, state, key, arrival.at);
    let first = plan.outbox.len();
    for (sequence, notice) in (0..).zip(&notices) {
        plan.outbox.push(notices::to_outbox(topics, arrival, sequence, notice));
    }
    let answer = plan.outbox.get(first).map(|message| message.payload.clone()).unwrap_or_default();
    let body = serde_json::to_vec(&decision).unwrap_or_default();
    let entry = log_entry(key, 0, arrival.at_ms, decision.outcome.as_str(), body.clone(), LOG_BEGINNING);
    let number = decision.number.map(|number| number.to_string());
    overlay.put(
        key.clone(),
        Known {
            content_hash: lodgement.content_hash,
            outcome: decision.outcome.as_str().to_owned(),
            number: number.clone(),
            answer: answer.clone(),
        },
    );
    plan.decided.push(Decided::of(&decision));
    plan.declarations.push(NewDeclaration {
        key: key.clone(),
        content_hash: lodgement.content_hash,
        outcome: decision.outcome.as_str().to_owned(),
        state: state.as_str().to_owned(),
        direction: decision.direction.map(|direction| direction.as_str().to_owned()).unwrap_or_default(),
        kind: decision.kind.clone().unwrap_or_default(),
        office: declaration.customs_office.as_deref().unwrap_or_default().to_owned(),
        number,
        lane: decision.lane.map(|lane| i16::from(lane.code())),
        registered_at_ms: Some(arrival.at_ms),
        total_payable: whole_dong(&decision),
        paid: 0,
        rulebook: decision.rulebook.clone(),
        source: arrival.source(),
        log_sequence: entry.sequence,
        log_hash: entry.hash,
        answer,
        document: arrival.payload().to_vec(),
        decision: body,
    });
    plan.log.push(entry);
}

/// Decides one declaration with the next number of its direction, which is used up only when it is registered.
fn decide(
    declaration: &Declaration,
    findings: Vec<Finding>,
    trader: Option<&TraderFacts>,
    arrival: &Arrival<'_>,
    desk: &mut Desk<'_>,
) -> Decision {
    let stripe = i64::from(arrival.message.partition);
    let number = declaration.direction().and_then(|direction| {
        let counter = *desk.series.next(direction) * NUMBER_STRIPES + stripe;
        u32::try_from(counter).ok().and_then(|counter| DeclarationNumber::new(direction, counter).ok())
    });
    let draw = number.map_or(0, |number| draw(&desk.settings.selectivity_secret, &number.to_string()));
    let facts = CaseFacts { trader, ..CaseFacts::default() };
    let circumstances = Circumstances { facts, registered_at: arrival.at, number, draw };
    let mut decision = clear(declaration, findings, &circumstances, desk.rulebook);
    message::locate_in(arrival.payload(), &mut decision.findings);
    if let Some(number) = decision.number {
        *desk.series.next(number.direction()) += 1;
    }
    decision
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

/// A later version needs the one before it to have been rejected.
fn out_of_order(previous: Option<&Known>, key: &DeclarationKey) -> Option<Finding> {
    match previous {
        None => Some(sequence_finding(
            "version_out_of_order",
            key,
            Bilingual::new(
                format!("version {} was lodged, but version {} never was", key.version, key.version - 1),
                format!("đã khai phiên bản {} nhưng chưa có phiên bản {}", key.version, key.version - 1),
            ),
            Bilingual::new(
                "begin with version 1 and add one each time that a rejected declaration is lodged again",
                "bắt đầu từ phiên bản 1 và tăng một mỗi lần khai lại tờ khai bị từ chối",
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

fn whole_dong(decision: &Decision) -> Option<i64> {
    if decision.outcome != Outcome::Accepted {
        return None;
    }
    i64::try_from(decision.total_payable).ok()
}

/// What would be decided on a document, without lodging or keeping it: the same reader, the same rules.
///
/// It gets no number, since only a lodged declaration does. `draw` stands for selectivity's random draw.
pub fn assess_document(
    document: &[u8],
    at: jiff::civil::DateTime,
    facts: &Facts,
    draw: u32,
    rulebook: &Rulebook,
) -> Decision {
    match message::read_declaration(document) {
        Reading::Read { declaration, findings } => {
            let facts = facts.for_case(declaration.declarant());
            let circumstances = Circumstances { facts, registered_at: at, number: None, draw };
            let mut decision = clear(&declaration, findings, &circumstances, rulebook);
            message::locate_in(document, &mut decision.findings);
            decision
        }
        Reading::Unreadable(findings) => Decision {
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
            routing: Vec::new(),
            draw: None,
            exchange_rates: Vec::new(),
            roundings: Vec::new(),
            write_offs: Vec::new(),
            facts: Facts::default(),
            rulebook: rulebook.content_hash().to_owned(),
        },
    }
}
