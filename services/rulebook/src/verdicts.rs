//! TEMPORARY until validation.rs and selectivity.rs land: delete this file then.
use vocabulary::{CriterionHit, Declaration, Finding, RulebookGap};
use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::TraderFacts;
use crate::RulesInForce;
/// Verdict.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Findings.
    pub findings: Vec<Finding>,
    /// Gaps.
    pub gaps: Vec<RulebookGap>,
}
impl RulesInForce<'_> {
    /// Validate.
    pub fn validate(&self, _declaration: &Declaration, _surroundings: &Surroundings<'_>) -> Verdict {
        Verdict::default()
    }
    /// Criteria.
    pub fn criteria(&self, _d: &Declaration, _s: &Surroundings<'_>) -> (Vec<CriterionHit>, Vec<RulebookGap>) {
        (Vec::new(), Vec::new())
    }
}

/// What is known of a declaration besides what it says.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The day of registration, whose rules are applied.
    pub registered_on: Date,
    /// The random number of this declaration, 0 to 999,999.
    pub draw: u32,
    /// What customs knows of the enterprise that declares; `None` when it is not known.
    pub trader: Option<&'a TraderFacts>,
    /// The sum of the customs values in dong; `None` before the assessment.
    pub total_customs_value: Option<Decimal>,
    /// What is owed altogether in dong; `None` before the assessment.
    pub total_payable: Option<Decimal>,
    /// The same of each goods item, in their order. Items that are left out have none of it.
    pub items: &'a [ItemSurroundings],
}

/// What is known of a goods item besides what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemSurroundings {
    /// Whether its tariff schedule is that of a trade agreement.
    pub preference_claimed: bool,
    /// Its customs value in dong; `None` before the assessment.
    pub customs_value: Option<Decimal>,
    /// What is owed on it in dong; `None` before the assessment.
    pub payable: Option<Decimal>,
}
