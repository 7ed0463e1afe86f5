//! A recorded decision, derived again: from the document as lodged and what was kept with the decision.
//!
//! ```text
//!   row, document, decision (JSON) ──► read ──► clear, under the recorded rules or proposed ones ──► Decision
//! ```
//!
//! Under the rules that decided, the result is the recorded decision byte for byte: that is how an audit is answered.

use clearance::life_cycle::Circumstances as LifeCircumstances;
use message::Reading;
use rulebook::Rulebook;
use storage::DeclarationRow;
use vocabulary::{Decision, Finding, Outcome, Place};

use super::lost::RECORD_RULE;
use crate::assess::{Circumstances, ReadDocument, clear, refer, without_lane};
use crate::case::beginning::begin;
use crate::intake::lodgement::{Ask, SEQUENCE_RULE, of_another};
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;

/// Reads a decision as it was kept.
///
/// # Errors
/// When it is not one.
pub fn read_decision(kept: &[u8]) -> Result<Decision, RederivationError> {
    serde_json::from_slice(kept).map_err(|error| RederivationError::DecisionUnreadable { detail: error.to_string() })
}

/// Why a decision cannot be derived again.
#[derive(Debug, thiserror::Error)]
pub enum RederivationError {
    /// What was kept as the decision is not one.
    #[error("the recorded decision cannot be read: {detail}")]
    DecisionUnreadable {
        /// What is wrong with it.
        detail: String,
    },
    /// The document that was kept is no declaration for this program.
    #[error("the recorded document cannot be read as a declaration: {detail}")]
    DocumentUnreadable {
        /// What is wrong with it.
        detail: String,
    },
}

/// Derives a decision again under a rulebook: the recorded one, or a proposed one.
///
/// The draw of one that was not accepted is not recorded, because nothing hung on it; `draw_if_none` stands for it when
/// a proposed rulebook accepts the declaration.
///
/// # Errors
/// When the record cannot be read.
pub fn rederive(
    row: &DeclarationRow,
    document: &[u8],
    recorded: &Decision,
    draw_if_none: u32,
    rulebook: &Rulebook,
) -> Result<Decision, RederivationError> {
    let (declaration, mut findings) = match message::read_declaration(document) {
        Reading::Read { declaration, findings } => (declaration, findings),
        Reading::Unreadable(findings) => {
            let detail = findings.first().map(|finding| finding.message.en.clone()).unwrap_or_default();
            return Err(RederivationError::DocumentUnreadable { detail });
        }
    };
    // What hung on earlier versions of the reference stands in the record; those versions are not looked up again.
    findings.extend(recorded.findings.iter().filter(|finding| finding.rule == SEQUENCE_RULE).map(|finding| Finding {
        place: Some(Place::header(vocabulary::declaration::declaration::version)),
        // It is put in order before its line is looked up, as it was when it was found.
        line: None,
        column: None,
        ..finding.clone()
    }));
    findings.extend(of_another(&declaration, &row.lodged.key.declarant));
    let registered_at = Some(vietnam_time(row.stand.registered_at_ms))
        .filter(|time| time.date() == recorded.registered_on)
        .unwrap_or_else(|| recorded.registered_on.to_datetime(jiff::civil::Time::midnight()));
    let mut facts = recorded.facts.for_case(None);
    // One trader at most is kept with a decision: the one who declared.
    facts.trader = recorded.facts.traders.first();
    let circumstances =
        Circumstances { facts, registered_at, number: recorded.number, draw: recorded.draw.unwrap_or(draw_if_none) };
    let read = ReadDocument { bytes: document, declaration: &declaration, findings };
    let mut decision = clear(read, &circumstances, rulebook);
    // What hung on another decision that could not be read stands in the record, as what hung on other versions does.
    let of_the_record = recorded.gaps.iter().find(|gap| *gap.rule == *RECORD_RULE);
    if let (Outcome::Accepted, Some(gap)) = (decision.outcome, of_the_record) {
        decision = refer(decision, gap.clone());
    }
    if recorded.outcome == Outcome::Accepted {
        if recorded.lane.is_none() {
            // It was declared in advance, and its lane is drawn at registration.
            without_lane(&mut decision);
        }
        return Ok(decision);
    }
    // What is accepted now was not when it was lodged, and may be what cannot be registered.
    if let Ask::Anew(anew) = Ask::of(&declaration) {
        let circumstances = LifeCircumstances { at: registered_at, rules: rulebook.in_force_on(registered_at.date()) };
        decision = begin(anew, &declaration, decision, &circumstances).0;
    }
    Ok(decision)
}

/// Whether a decision is the recorded one, byte for byte.
pub fn is_identical(decision: &Decision, recorded: &[u8]) -> bool {
    serde_json::to_vec(decision).is_ok_and(|bytes| bytes == recorded)
}
