//! What happened to a declaration, put together from its logs, the documents that were refused, and the payments.

use std::collections::BTreeSet;

use clearance::life_cycle::{Event, Standing, interest_until, payable_until};
use jiff::civil::{Date, DateTime, Time};
use rulebook::Rulebook;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use storage::{DatedCommand, DatedPayment, DatedRequest, DeclarationRow, LogEntry};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, DeclarationNumber, DutyType, Finding, Lane, Outcome, Reason, Security, State};

use super::entry::{Answered, EntryKind};
use super::next::{self, Next};
use super::rederivation::read_decision;
use super::wording;
use crate::case::standing_of;
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;

/// The story of one declaration.
#[derive(Debug, Serialize)]
pub struct Story {
    /// Whose it is.
    pub declarant: String,
    pub reference: String,
    /// The version that speaks for the declaration.
    pub version: u32,
    /// The number that customs gave.
    pub number: Option<DeclarationNumber>,
    /// import or export; empty where the document does not say.
    pub direction: String,
    /// The declaration kind code.
    pub kind: String,
    pub office: String,
    /// Absent where this program does not know the word.
    pub state: Option<State>,
    /// Since when it stands so.
    pub since: Option<DateTime>,
    pub lane: Option<Lane>,
    /// What secures payment.
    pub security: Security,
    /// The last day for what comes next, where there is one.
    pub due_on: Option<Date>,
    /// What is owed, in dong.
    #[serde(serialize_with = "as_plain")]
    pub owed: Decimal,
    /// The interest on what is paid late, in dong: what was booked, and what came to it up to the day of the story.
    #[serde(serialize_with = "as_plain")]
    pub interest: Decimal,
    /// What of it no payment has booked yet, a sentence for each rate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interest_so_far: Vec<Bilingual>,
    /// What was paid, in dong.
    #[serde(serialize_with = "as_plain")]
    pub paid: Decimal,
    /// What is still to be paid, in dong.
    #[serde(serialize_with = "as_plain")]
    pub open: Decimal,
    /// What was paid beyond what is owed.
    #[serde(serialize_with = "as_plain")]
    pub excess: Decimal,
    /// The identifier to pay under, where something is to be paid.
    pub payment_identifier: Option<String>,
    /// What comes next, and who acts.
    pub next: Next,
    /// What happened, in the order of time.
    pub steps: Vec<Step>,
    /// The bank references that the logs tell of, so that a payment is told once.
    #[serde(skip)]
    told: BTreeSet<String>,
}

fn as_plain<S: serde::Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&plain(*amount))
}

/// One step of it.
#[derive(Debug, Serialize)]
pub struct Step {
    /// When, in Vietnam's time.
    pub at: DateTime,
    /// The version that it happened to.
    pub version: u32,
    /// The place in the log of that version; absent for what was refused, which stands in no log.
    pub entry: Option<i64>,
    /// The word of the log.
    pub kind: String,
    /// What happened, a sentence each.
    pub words: Vec<Bilingual>,
    /// What was decided, of a decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Summary>,
    /// The notice that answered it: of what brought a version into being and of what was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<&'static str>,
    /// What was found, of a decision or a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What a decision says.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// What became of the declaration.
    pub outcome: Outcome,
    /// The lane, of an accepted one.
    pub lane: Option<Lane>,
    /// The day whose rules were applied.
    pub rules_of: Date,
    /// What is owed of each tax.
    pub totals: Vec<Total>,
    /// The content hash of the rules.
    pub rulebook: String,
}

/// What is owed of one tax.
#[derive(Debug, Serialize)]
pub struct Total {
    /// Which duty or tax.
    #[serde(rename = "type")]
    pub duty_type: DutyType,
    /// In whole dong.
    #[serde(serialize_with = "as_plain")]
    pub payable: Decimal,
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
    /// Begins with where a version stands.
    pub fn of(row: &DeclarationRow) -> Self {
        let standing = standing_of(row);
        let number = row.stand.number;
        let of = |amount: fn(&Standing) -> Decimal| standing.as_ref().map(amount).unwrap_or_default();
        let identifier = number.filter(|_| {
            standing.as_ref().is_some_and(|standing| standing.state.is_registered() && !standing.owed.is_zero())
        });
        Self {
            declarant: row.lodged.key.declarant.clone(),
            reference: row.lodged.key.reference.clone(),
            version: row.lodged.key.version,
            number,
            direction: row.lodged.direction.map(|direction| direction.as_str().to_owned()).unwrap_or_default(),
            kind: row.lodged.kind.clone(),
            office: row.lodged.office.clone(),
            state: standing.as_ref().map(|standing| standing.state),
            since: standing.as_ref().map(|standing| standing.since),
            lane: standing.as_ref().and_then(|standing| standing.lane),
            security: standing.as_ref().map(|standing| standing.security).unwrap_or_default(),
            due_on: standing.as_ref().and_then(|standing| standing.due_on),
            owed: of(|standing| standing.owed),
            interest: of(|standing| standing.interest),
            interest_so_far: Vec::new(),
            paid: of(|standing| standing.paid),
            open: of(Standing::open),
            excess: of(|standing| (standing.paid - standing.owed - standing.interest).max(Decimal::ZERO)),
            payment_identifier: identifier.map(DeclarationNumber::payment_identifier),
            next: next::after(standing.as_ref()),
            steps: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    /// Whether interest is told of, which takes the rules: tax is open that bears it sooner or later, or some was counted.
    pub fn tells_interest(row: &DeclarationRow) -> bool {
        standing_of(row).is_some_and(|standing| {
            let open = payable_until(&standing).is_some() && !standing.open_tax().is_zero();
            open || standing.interest_until.is_some()
        })
    }

    /// Counts the interest that no payment has booked yet, up to a day.
    pub fn count_interest(&mut self, row: &DeclarationRow, until: Date, rulebook: &Rulebook) {
        let Some(standing) = standing_of(row) else { return };
        let counted = interest_until(&standing, until, &rulebook.in_force_on(until));
        let standing = standing.after_all(&counted, until.to_datetime(Time::midnight()));
        (self.interest, self.open) = (standing.interest, standing.open());
        self.next = next::after(Some(&standing));
        let law = |law: &str| rulebook.law_in_vietnamese(law);
        self.interest_so_far = counted.iter().map(|event| wording::happened(event, &law)).collect();
    }

    /// Adds what the log of a version tells; with the rules, the law that it cites has its Vietnamese words too.
    pub fn add_log(&mut self, row: &DeclarationRow, log: &[LogEntry], rulebook: Option<&Rulebook>) {
        let law = |law: &str| rulebook.map_or_else(|| law.to_owned(), |rulebook| rulebook.law_in_vietnamese(law));
        let first = self.steps.len();
        let mut cleared_by_an_event = false;
        for entry in log {
            let mut step = Step {
                at: vietnam_time(entry.at_ms),
                version: row.lodged.key.version,
                entry: Some(entry.sequence),
                kind: entry.kind.clone(),
                words: Vec::new(),
                decision: None,
                notice: None,
                findings: Vec::new(),
            };
            if let Ok(recorded) = read_decision(&entry.body) {
                step.words.push(wording::decided(&entry.kind, row.lodged.key.version, &recorded));
                if entry.sequence == 0 {
                    let answer = entry.papers.as_ref().and_then(|papers| notice_of(&papers.answer));
                    step.notice = answer.map(|notice| notice.kind.as_str());
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
                step.words.extend(happened.events.iter().map(|event| wording::happened(event, &law)));
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
    pub fn add_request(&mut self, dated: &DatedRequest) {
        if dated.request.outcome != Answered::Refused.as_str() {
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
    pub fn add_command(&mut self, dated: &DatedCommand) {
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
    pub fn add_payment(&mut self, dated: &DatedPayment) {
        if self.told.contains(&dated.key.bank_reference) {
            return;
        }
        let notice = notice_of(&dated.payment.answer);
        let reason = notice.as_ref().and_then(|notice| notice.reason.as_ref());
        self.steps.push(Step {
            at: vietnam_time(dated.at_ms),
            version: self.version,
            entry: None,
            kind: EntryKind::Payment.as_str().to_owned(),
            words: vec![wording::not_booked(dated.payment.amount, &dated.payment.outcome, reason)],
            decision: None,
            notice: notice.as_ref().map(|notice| notice.kind.as_str()),
            findings: Vec::new(),
        });
    }

    /// In the order of time; what happened at one time stays in the order of versions and entries.
    pub fn put_in_order(&mut self) {
        self.steps.sort_by_key(|step| (step.at, step.version, step.entry));
    }
}
