//! A recorded decision, derived again: from the document as lodged and what was kept with the decision.
//!
//! ```text
//!   row, document, decision (JSON) ──► read ──► clear, under the recorded rules or proposed ones ──► Decision
//! ```
//!
//! Under the rules that decided, the result is the recorded decision byte for byte: that is how an audit is answered.

use message::Reading;
use rulebook::Rulebook;
use serde::Deserialize;
use storage::DeclarationRow;
use vocabulary::{Decision, DeclarationNumber, DutyType, Facts, Finding, Lane, Outcome, Place};

use crate::assess::{Circumstances, clear, without_lane};
use crate::intake::lodgement::{SEQUENCE_RULE, of_another};
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;

/// What is read back of a recorded decision: what it depended on, and what came of it.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedDecision {
    /// What became of the declaration.
    pub outcome: Outcome,
    /// The day whose rules were applied.
    pub registered_on: jiff::civil::Date,
    /// The number, of an accepted one.
    pub number: Option<DeclarationNumber>,
    /// The lane, of an accepted one.
    pub lane: Option<Lane>,
    pub findings: Vec<Finding>,
    /// What is owed of each tax.
    pub totals: Vec<RecordedTotal>,
    /// The random draw of selectivity.
    pub draw: Option<u32>,
    /// What was known besides the declaration.
    #[serde(default)]
    pub facts: Facts,
    /// The content hash of the rulebook that decided.
    pub rulebook: String,
}

/// What is owed of one tax on a whole declaration.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedTotal {
    /// Which duty or tax.
    #[serde(rename = "type")]
    pub duty_type: DutyType,
    /// In whole dong.
    pub payable: rust_decimal::Decimal,
}

impl RecordedDecision {
    /// Reads a decision as it was kept.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(decision: &[u8]) -> Result<Self, RederivationError> {
        serde_json::from_slice(decision)
            .map_err(|error| RederivationError::DecisionUnreadable { detail: error.to_string() })
    }
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
    recorded: &RecordedDecision,
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
    let mut decision = clear(&declaration, findings, &circumstances, rulebook);
    message::locate_in(document, &mut decision.findings);
    if recorded.outcome == Outcome::Accepted && recorded.lane.is_none() {
        // It was declared in advance, and its lane is drawn at registration.
        without_lane(&mut decision);
    }
    Ok(decision)
}

/// Whether a decision is the recorded one, byte for byte.
pub fn is_identical(decision: &Decision, recorded: &[u8]) -> bool {
    serde_json::to_vec(decision).is_ok_and(|bytes| bytes == recorded)
}
