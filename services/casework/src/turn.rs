//! One message's turn in a batch: what it is worked on with, what the batch did before it, and what it adds.
//!
//! ```text
//!   Grounds (rules, secret, topics) ─┐
//!   Series (numbers left) ───────────┼──► Turn ──► step: what this one message adds
//!   what the batch did before ───────┘
//! ```

use clearance::life_cycle::Circumstances as LifeCircumstances;
use jiff::civil::DateTime;
use rulebook::{Rulebook, RulesInForce};
use storage::DeclarationKey;
use vocabulary::topics::Topics;
use vocabulary::{CaseFacts, Decision, Declaration, DeclarationNumber, Finding, Notice};

use crate::assess::{Circumstances, ReadDocument, clear};
use crate::case::fact_book::Moment;
use crate::case::series::{Generations, NUMBER_STRIPES, Series, draw};
use crate::intake::arrival::Arrival;
use crate::outgoing;
use crate::plan::Plan;

/// What the decisions of one partition rest on, besides what is known of each case.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    /// The rules.
    pub rulebook: &'a Rulebook,
    /// What the random draw of selectivity is derived from, together with a declaration's number. Whoever knows it can
    /// foretell who is drawn.
    pub selectivity_secret: &'a [u8],
    /// Where notices and answers go.
    pub topics: &'a Topics,
    /// Where the numbers of each generation of the log begin.
    pub generations: &'a Generations,
}

/// One message's turn.
#[derive(Debug)]
pub struct Turn<'t> {
    pub(crate) arrival: &'t Arrival,
    pub(crate) grounds: Grounds<'t>,
    /// The next counter of each direction's numbers in this partition.
    pub(crate) series: &'t mut Series,
    /// What the batch has done before.
    pub(crate) before: &'t Plan,
    /// What this message adds.
    pub(crate) step: &'t mut Plan,
}

impl<'t> Turn<'t> {
    pub(crate) fn at(&self) -> DateTime {
        self.arrival.at
    }

    /// The rules in force on the day on which the message arrived.
    pub(crate) fn rules(&self) -> RulesInForce<'t> {
        self.grounds.rulebook.in_force_on(self.at().date())
    }

    pub(crate) fn circumstances(&self) -> LifeCircumstances<'t> {
        LifeCircumstances { at: self.at(), rules: self.rules() }
    }

    /// The step of a declaration's life that an entry of its log is.
    pub(crate) fn moment<'k>(&self, declaration: &'k DeclarationKey, log_sequence: i64) -> Moment<'k> {
        Moment { declaration, log_sequence, at_ms: self.arrival.at_ms }
    }

    /// Sends notices, and gives the first one back, to answer a repeat with; nothing where there is none.
    pub(crate) fn send(&mut self, notices: &[Notice]) -> Vec<u8> {
        outgoing::send(self.grounds.topics, self.arrival, &mut self.step.outbox, notices)
    }

    /// Keeps the message as it came, and sends it on with the reason.
    pub(crate) fn keep(&mut self, reason: &str, detail: &str) {
        self.step.keep(self.grounds.topics, self.arrival, reason, detail);
    }

    /// Keeps a message that could not be read, for what was found in it.
    pub(crate) fn keep_unreadable(&mut self, findings: &[Finding]) {
        let (reason, detail) = reason_of(findings);
        self.keep(&reason, &detail);
    }

    /// Keeps a message whose sender is answered in another way.
    pub(crate) fn keep_quietly(&mut self, reason: &str, detail: &str) {
        self.step.keep_quietly(self.arrival, reason, detail);
    }

    /// The next number of a declaration's direction in the partition of the message.
    pub(crate) fn next_number(&mut self, declaration: &Declaration) -> Option<DeclarationNumber> {
        let stripe = i64::from(self.arrival.source.partition);
        let from = self.grounds.generations.numbers_from(self.arrival.generation);
        declaration.direction().and_then(|direction| {
            let next = self.series.next(direction);
            *next = (*next).max(from);
            let counter = *next * NUMBER_STRIPES + stripe;
            u32::try_from(counter).ok().and_then(|counter| DeclarationNumber::new(direction, counter).ok())
        })
    }

    /// Uses up a number that was given.
    pub(crate) fn use_number(&mut self, number: Option<DeclarationNumber>) {
        if let Some(number) = number {
            *self.series.next(number.direction()) += 1;
        }
    }

    /// Decides a declaration under a number, on the rules of the day of its registration.
    pub(crate) fn decide(
        &self,
        document: ReadDocument<'_>,
        facts: CaseFacts<'_>,
        registered_at: DateTime,
        number: Option<DeclarationNumber>,
    ) -> Decision {
        // One draw for a declaration's whole life: amending it must not be a way to draw again.
        let secret = self.grounds.selectivity_secret;
        let draw = number.map_or(0, |number| draw(secret, &number.original().to_string()));
        clear(document, &Circumstances { facts, registered_at, number, draw }, self.grounds.rulebook)
    }
}

/// The most characters of the findings that travel in a header.
const DETAIL_CHARS_MAX: usize = 2_000;

/// The first finding's code, and the first ten of them in a line that fits a header.
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
    (reason, detail.chars().filter(|c| !c.is_control()).take(DETAIL_CHARS_MAX).collect())
}
