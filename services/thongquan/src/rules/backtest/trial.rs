//! One declaration decided again, and what is different.

use std::collections::{BTreeMap, BTreeSet};

use casework::{RederivationError, is_identical, read_decision, rederive};
use jiff::civil::Date;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use serde::Serialize;
use storage::DeclarationRow;
use vocabulary::duty::plain;
use vocabulary::{Decision, DutyType, Lane, Outcome};

/// The rules on both sides.
pub(super) struct Rules<'a> {
    pub(super) current: &'a Rulebook,
    pub(super) proposed: &'a Rulebook,
}

/// A declaration as it is kept.
pub(super) struct Record {
    pub(super) row: DeclarationRow,
    pub(super) document: Vec<u8>,
    pub(super) decision: Vec<u8>,
}

impl Record {
    /// The day of its registration in Vietnam.
    pub(super) fn registered_on(&self) -> Option<Date> {
        let at = jiff::Timestamp::from_millisecond(self.row.stand.registered_at_ms).ok()?;
        Some(vocabulary::vietnam_time::of(at).date())
    }
}

/// Whether the recorded decision was derived again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Proof {
    /// Byte for byte.
    Identical,
    /// With another result: the program decides otherwise than the one that decided.
    Different,
    /// Other rules decided, which are not at hand.
    OtherRules,
}

/// What is decided, in so far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Result {
    pub(super) outcome: Outcome,
    pub(super) lane: Option<Lane>,
    pub(super) totals: BTreeMap<DutyType, Decimal>,
    pub(super) codes: BTreeSet<String>,
}

impl From<&Decision> for Result {
    fn from(decision: &Decision) -> Self {
        Self {
            outcome: decision.outcome,
            lane: decision.lane,
            totals: decision.totals.iter().map(|total| (total.duty_type, total.payable)).collect(),
            codes: decision.findings.iter().map(|finding| finding.code.clone()).collect(),
        }
    }
}

impl Result {
    /// What is owed of a tax; nothing where it is not named.
    pub(super) fn owed(&self, tax: DutyType) -> Decimal {
        self.totals.get(&tax).copied().unwrap_or_default()
    }

    fn taxes(&self) -> impl Iterator<Item = (&DutyType, &Decimal)> {
        self.totals.iter().filter(|(_, payable)| !payable.is_zero())
    }
}

/// One declaration decided again.
pub(super) struct Trial {
    pub(super) declarant: String,
    pub(super) reference: String,
    pub(super) version: u32,
    pub(super) number: Option<String>,
    pub(super) came_out: std::result::Result<CameOut, RederivationError>,
}

/// Both results.
pub(super) struct CameOut {
    pub(super) proof: Proof,
    pub(super) before: Result,
    pub(super) after: Result,
}

impl CameOut {
    pub(super) fn outcome_changes(&self) -> bool {
        self.before.outcome != self.after.outcome
    }

    /// A lane where both have one; elsewhere the outcome says it.
    pub(super) fn lane_changes(&self) -> Option<(Lane, Lane)> {
        let (before, after) = (self.before.lane?, self.after.lane?);
        (before != after).then_some((before, after))
    }

    pub(super) fn tax_changes(&self) -> bool {
        !self.before.taxes().eq(self.after.taxes())
    }

    pub(super) fn changes(&self) -> bool {
        self.outcome_changes()
            || self.before.lane != self.after.lane
            || self.tax_changes()
            || self.before.codes != self.after.codes
    }
}

/// Decides a record again under both rules.
pub(super) fn of(record: &Record, rules: &Rules<'_>) -> Trial {
    let key = record.row.key();
    Trial {
        declarant: key.declarant.clone(),
        reference: key.reference.clone(),
        version: key.version,
        number: record.row.stand.number.map(|number| number.to_string()),
        came_out: both(record, rules),
    }
}

fn both(record: &Record, rules: &Rules<'_>) -> std::result::Result<CameOut, RederivationError> {
    let recorded = read_decision(&record.decision)?;
    // Made of the content, so that trying twice gives the same lane.
    let hash = record.row.lodged.content_hash;
    let draw = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % 1_000_000;
    let proof = if recorded.rulebook == rules.current.content_hash() {
        let again = rederive(&record.row, &record.document, &recorded, draw, rules.current)?;
        if is_identical(&again, &record.decision) { Proof::Identical } else { Proof::Different }
    } else {
        Proof::OtherRules
    };
    let proposed = rederive(&record.row, &record.document, &recorded, draw, rules.proposed)?;
    Ok(CameOut { proof, before: Result::from(&recorded), after: Result::from(&proposed) })
}

#[derive(Serialize)]
pub(super) struct TrialJson<'a> {
    declarant: &'a str,
    reference: &'a str,
    version: u32,
    number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ResultJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ResultJson<'a>>,
}

#[derive(Serialize)]
struct ResultJson<'a> {
    outcome: Outcome,
    lane: Option<Lane>,
    totals: BTreeMap<&'static str, String>,
    findings: &'a BTreeSet<String>,
}

impl<'a> From<&'a Result> for ResultJson<'a> {
    fn from(result: &'a Result) -> Self {
        Self {
            outcome: result.outcome,
            lane: result.lane,
            totals: result.taxes().map(|(tax, payable)| (tax.as_str(), plain(*payable))).collect(),
            findings: &result.codes,
        }
    }
}

impl Trial {
    pub(super) fn to_json(&self) -> TrialJson<'_> {
        let came_out = self.came_out.as_ref().ok();
        TrialJson {
            declarant: &self.declarant,
            reference: &self.reference,
            version: self.version,
            number: self.number.as_deref(),
            error: self.came_out.as_ref().err().map(ToString::to_string),
            proof: came_out.map(|both| both.proof),
            before: came_out.map(|both| ResultJson::from(&both.before)),
            after: came_out.map(|both| ResultJson::from(&both.after)),
        }
    }
}
