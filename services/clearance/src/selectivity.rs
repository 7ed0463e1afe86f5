//! Selectivity: which lane a declaration is routed to, and why (Circular 81/2019 as amended; Law 54/2014 art. 17).

use vocabulary::{CriterionHit, Lane, RulebookGap};

use crate::Context;
use crate::accepted::AcceptedDeclaration;
use crate::assessment::Assessment;
use crate::validation::Stop;
use crate::valuation::Valuation;

/// A lane and the criteria that asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// The strictest lane that a criterion asks for; green when none asks.
    pub lane: Lane,
    /// Every criterion that matched.
    pub hits: Vec<CriterionHit>,
}

/// Chooses the lane.
///
/// # Errors
/// A gap, when a criterion cannot be decided.
pub fn select(
    accepted: &AcceptedDeclaration<'_>,
    valuation: &Valuation,
    assessment: &Assessment,
    context: &Context<'_>,
) -> Result<Routing, Stop> {
    let mut items = context.rules.item_surroundings(accepted.lodged);
    for ((item, value), lines) in items.iter_mut().zip(&valuation.items).zip(&assessment.items) {
        item.customs_value = Some(*value);
        item.payable = crate::exact::sum(lines.iter().map(|line| line.payable)).ok();
    }
    let sums = Some((valuation.total, assessment.total_payable));
    let (hits, gaps): (Vec<CriterionHit>, Vec<RulebookGap>) =
        context.rules.criteria(accepted.lodged, &context.surroundings(&items, sums));
    if !gaps.is_empty() {
        return Err(Stop::Referred(gaps, accepted.warnings.clone()));
    }
    let lane = hits.iter().map(|hit| hit.lane).max().unwrap_or(Lane::Green);
    Ok(Routing { lane, hits })
}
