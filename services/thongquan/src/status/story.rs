//! What happened to a declaration, put together from its logs, the documents that were refused, and the payments.

use std::collections::BTreeSet;

use clearance::life_cycle::{Event, Security, Standing, State};
use jiff::civil::{Date, DateTime};
use processor::{RecordedDecision, payment_identifier, standing_of};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use storage::{DatedCommand, DatedPayment, DatedRequest, DeclarationRow, LogEntry};
use vocabulary::duty::plain;
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;
use vocabulary::{Bilingual, DeclarationNumber, DutyType, Finding, Lane, Outcome, Reason};

use super::next::{self, Next};
use super::wording;

/// The story of one declaration.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    pub(super) declarant: String,
    pub(super) reference: String,
    /// The version that speaks for the declaration.
    pub(super) version: u32,
    pub(super) number: Option<DeclarationNumber>,
    pub(super) direction: String,
    pub(super) kind: String,
    pub(super) office: String,
    /// Absent where this program does not know the word.
    pub(super) state: Option<State>,
    pub(super) since: Option<DateTime>,
    pub(super) lane: Option<Lane>,
    pub(super) security: Security,
    pub(super) due_on: Option<Date>,
    #[serde(serialize_with = "as_plain")]
    pub(super) owed: Decimal,
    #[serde(serialize_with = "as_plain")]
    pub(super) paid: Decimal,
    #[serde(serialize_with = "as_plain")]
    pub(super) open: Decimal,
    /// What was paid beyond what is owed.
    #[serde(serialize_with = "as_plain")]
    pub(super) excess: Decimal,
    pub(super) payment_identifier: Option<String>,
    pub(super) next: Next,
    pub(super) steps: Vec<Step>,
    /// The bank references that the logs tell of, so that a payment is told once.
    #[serde(skip)]
    told: BTreeSet<String>,
}

fn as_plain<S: serde::Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&plain(*amount))
}

/// One step of it.
#[derive(Debug, Serialize)]
pub(super) struct Step {
    /// When, in Vietnam's time.
    pub(super) at: DateTime,
    pub(super) version: u32,
    /// The place in the log of that version; absent for what was refused, which stands in no log.
    pub(super) entry: Option<i64>,
    /// The word of the log.
    pub(super) kind: String,
    /// What happened, a sentence each.
    pub(super) words: Vec<Bilingual>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<Summary>,
    /// The notice that answered it: of what brought a version into being and of what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) notice: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) findings: Vec<Finding>,
}

/// What a decision says.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) outcome: Outcome,
    pub(super) lane: Option<Lane>,
    /// The day whose rules were applied.
    pub(super) rules_of: Date,
    pub(super) totals: Vec<Total>,
    /// The content hash of the rules.
    pub(super) rulebook: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Total {
    #[serde(rename = "type")]
    pub(super) duty_type: DutyType,
    #[serde(serialize_with = "as_plain")]
    pub(super) payable: Decimal,
}

/// An entry that holds no decision: what happened.
#[derive(Deserialize)]
pub(super) struct Happened {
    events: Vec<Event>,
    bank_reference: Option<String>,
    /// Who commanded, of what customs commanded.
    pub(super) by: Option<String>,
    pub(super) identity: Option<String>,
    pub(super) office: Option<String>,
    pub(super) place: Option<String>,
    pub(super) permit: Option<String>,
    pub(super) remark: Option<String>,
}

fn notice_of(answer: &[u8]) -> Option<vocabulary::Notice> {
    message::read_notice(answer).ok()
}

impl Story {
    pub(super) fn of(row: &DeclarationRow) -> Self {
        let standing = standing_of(row);
        let number = row.number.as_deref().and_then(|number| number.parse().ok());
        let of = |amount: fn(&Standing) -> Decimal| standing.as_ref().map(amount).unwrap_or_default();
        let identifier = number.filter(|_| {
            standing.as_ref().is_some_and(|standing| standing.state.is_registered() && !standing.owed.is_zero())
        });
        Self {
            declarant: row.key.declarant.clone(),
            reference: row.key.reference.clone(),
            version: row.key.version,
            number,
            direction: row.direction.clone(),
            kind: row.kind.clone(),
            office: row.office.clone(),
            state: standing.as_ref().map(|standing| standing.state),
            since: standing.as_ref().map(|standing| standing.since),
            lane: standing.as_ref().and_then(|standing| standing.lane),
            security: standing.as_ref().map(|standing| standing.security).unwrap_or_default(),
            due_on: standing.as_ref().and_then(|standing| standing.due_on),
            owed: of(|standing| standing.owed),
            paid: of(|standing| standing.paid),
            open: of(Standing::open),
            excess: of(|standing| (standing.paid - standing.owed).max(Decimal::ZERO)),
            payment_identifier: identifier.map(payment_identifier),
            next: next::after(standing.as_ref()),
            steps: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    /// Adds what the log of a version tells.
    pub(super) fn add_log(&mut self, row: &DeclarationRow, log: &[LogEntry]) {
        let first = self.steps.len();
        let mut cleared_by_an_event = false;
        for entry in log {
            let mut step = Step {
                at: vietnam_time(entry.at_ms),
                version: row.key.version,
                entry: Some(entry.sequence),
                kind: entry.kind.clone(),
                words: Vec::new(),
                decision: None,
                notice: None,
                findings: Vec::new(),
            };
            if let Ok(recorded) = RecordedDecision::read(&entry.body) {
                step.words.push(wording::decided(&entry.kind, row.key.version, &recorded));
                if entry.sequence == 0 {
                    step.notice = notice_of(&row.answer).map(|notice| notice.kind.as_str());
                }
                step.decision = Some(Summary {
                    outcome: recorded.outcome,
                    lane: recorded.lane,
                    rules_of: recorded.registered_on,
                    totals: recorded
                        .totals
                        .iter()
                        .map(|total| Total { duty_type: total.duty_type, payable: total.payable })
                        .collect(),
                    rulebook: recorded.rulebook,
                });
                step.findings = recorded.findings;
            } else if let Ok(happened) = serde_json::from_slice::<Happened>(&entry.body) {
                step.words.extend(happened.events.iter().map(wording::happened));
                step.words.extend(wording::commanded(&happened));
                self.told.extend(happened.bank_reference);
                cleared_by_an_event |= happened.events.iter().any(|event| matches!(event, Event::Cleared { .. }));
            }
            if step.words.is_empty() {
                // What a newer program wrote is told by its word.
                step.words.push(Bilingual::new(&*entry.kind, &*entry.kind));
            }
            self.steps.push(step);
        }
        // What is registered and cleared in one go has one entry.
        if !cleared_by_an_event && standing_of(row).is_some_and(|standing| standing.state.is_cleared()) {
            let decided = self.steps.iter_mut().skip(first).rfind(|step| step.decision.is_some());
            decided.into_iter().for_each(|step| step.words.push(wording::cleared_at_once()));
        }
    }

    /// Adds a document that was refused. One that was carried out is told by the log.
    pub(super) fn add_request(&mut self, dated: &DatedRequest) {
        if dated.request.outcome != "refused" {
            return;
        }
        let notice = notice_of(&dated.request.answer);
        let reason = notice.as_ref().and_then(|notice| notice.reason.as_ref());
        self.steps.push(Step {
            at: vietnam_time(dated.at_ms),
            version: dated.version,
            entry: None,
            kind: dated.request.kind.clone(),
            words: vec![wording::refused(&dated.request.kind, reason)],
            decision: None,
            notice: notice.as_ref().map(|notice| notice.kind.as_str()),
            findings: notice.map(|notice| notice.findings).unwrap_or_default(),
        });
    }

    /// Adds a command that was refused. One that was carried out is told by the log.
    pub(super) fn add_command(&mut self, dated: &DatedCommand) {
        let answer = message::read_answer(&dated.answer).ok();
        let Some(refusal) = answer.and_then(|answer| answer.refusal) else { return };
        let by = message::read_command(&dated.document).ok().map(|command| command.commander);
        let reason = Reason { code: refusal.code, message: refusal.message };
        self.steps.push(Step {
            at: vietnam_time(dated.at_ms),
            version: self.version,
            entry: None,
            kind: dated.kind.clone(),
            words: vec![wording::refused_command(&dated.kind, by.as_ref(), &reason)],
            decision: None,
            notice: None,
            findings: refusal.findings,
        });
    }

    /// Adds a payment that the logs do not tell of, because it did nothing to the declaration.
    pub(super) fn add_payment(&mut self, dated: &DatedPayment) {
        if self.told.contains(&dated.key.bank_reference) {
            return;
        }
        let notice = notice_of(&dated.payment.answer);
        let reason = notice.as_ref().and_then(|notice| notice.reason.as_ref());
        self.steps.push(Step {
            at: vietnam_time(dated.at_ms),
            version: self.version,
            entry: None,
            kind: "payment".to_owned(),
            words: vec![wording::not_booked(dated.payment.amount, &dated.payment.outcome, reason)],
            decision: None,
            notice: notice.as_ref().map(|notice| notice.kind.as_str()),
            findings: Vec::new(),
        });
    }

    /// In the order of time; what happened at one time stays in the order of versions and entries.
    pub(super) fn put_in_order(&mut self) {
        self.steps.sort_by_key(|step| (step.at, step.version, step.entry));
    }
}
