//! Selectivity: which lane a declaration is routed to, and why (Circular 81/2019 as amended; Law 54/2014 art. 17).

use rulebook::Surroundings;
use vocabulary::{CriterionHit, Declaration, GoodsItem, Lane, OriginCertificate, RoutedBranch, RulebookGap};

use crate::accepted::AcceptedDeclaration;
use crate::assessment::Assessment;
use crate::context::Context;
use crate::stop::Stop;
use crate::valuation::Valuation;

/// A lane and the criteria that asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routing {
    /// The strictest lane that a criterion asks for; without one green, or yellow where something is merely claimed.
    pub lane: Lane,
    /// Every criterion that matched.
    pub hits: Vec<CriterionHit>,
}

/// The branch of the same consignment that was routed before to the strictest lane; of several, the one with the least
/// number, so that the order in which they are known does not matter.
fn strictest_branch<'a>(lodged: &Declaration, branches: &'a [RoutedBranch]) -> Option<&'a RoutedBranch> {
    // The first branch declares F in place of a number, and follows nobody.
    let first = lodged.first_declaration_number.as_deref().filter(|number| *number != "F")?;
    branches
        .iter()
        .filter(|branch| branch.first_declaration == first && lodged.number.as_deref() != Some(&*branch.number))
        .max_by(|a, b| a.lane.cmp(&b.lane).then_with(|| b.number.cmp(&a.number)))
}

/// Whether the certificate that a goods item names was received; `None` when it names none.
fn certificate_received(item: &GoodsItem, received: &[OriginCertificate]) -> Option<bool> {
    let (form, number) = (item.certificate_form.as_deref()?, item.certificate_number.as_deref()?);
    Some(received.iter().any(|certificate| certificate.is_named(form, number)))
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
    let figures = valuation.items.iter().zip(&assessment.items);
    let claims = |sequence: u32| accepted.claims.iter().filter(|claim| claim.item == Some(sequence)).count();
    for ((item, (value, lines)), line) in items.iter_mut().zip(figures).zip(&accepted.items) {
        item.claims = Some(claims(line.sequence));
        item.customs_value = Some(*value);
        item.payable = crate::exact::sum(lines.iter().map(|line| line.payable)).ok();
        item.certificate_received = certificate_received(line.lodged, context.facts.certificates);
    }
    let sums = Some((valuation.total, assessment.total_payable));
    let surroundings = Surroundings {
        claims: Some(accepted.claims.len()),
        routed_branch: strictest_branch(accepted.lodged, context.facts.branches),
        ..context.surroundings(&items, sums)
    };
    let (hits, gaps): (Vec<CriterionHit>, Vec<RulebookGap>) = context.rules.criteria(accepted.lodged, &surroundings);
    if !gaps.is_empty() {
        return Err(Stop::Referred(gaps, accepted.warnings.clone()));
    }
    // What is merely claimed is seen by an officer, whatever the criteria ask for.
    let least = if accepted.claims.is_empty() { Lane::Green } else { Lane::Yellow };
    let lane = hits.iter().map(|hit| hit.lane).fold(least, Lane::max);
    Ok(Routing { lane, hits })
}
