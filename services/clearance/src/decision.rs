//! The decision: the whole pipeline, and what is said of its result.

use rust_decimal::Decimal;
use vocabulary::{
    AppliedExchangeRate, AssessedItem, CaseFacts, Decision, Declaration, Facts, Finding, OriginCertificate, Outcome,
    RulebookGap, WriteOff,
};

use crate::accepted::AcceptedDeclaration;
use crate::assessment::{self, Assessment};
use crate::context::Context;
use crate::problem::Problem;
use crate::selectivity::{self, Routing};
use crate::stop::Stop;
use crate::valuation::{self, Valuation};
use crate::{guarantee, validation};

/// A declaration that went all the way.
struct RoutedDeclaration<'a> {
    accepted: AcceptedDeclaration<'a>,
    valuation: Valuation,
    assessment: Assessment,
    routing: Routing,
    secured: Option<WriteOff>,
}

/// The whole of clearance, on one screen.
fn pipeline<'a>(
    lodged: &'a Declaration,
    read: Vec<Finding>,
    context: &Context<'a>,
) -> Result<RoutedDeclaration<'a>, Stop> {
    let mut accepted = validation::accept(lodged, read, context)?;
    let rejected = |accepted: &AcceptedDeclaration<'_>, problems| rejected(accepted, problems, context);
    let mut valuation = valuation::value(&accepted).map_err(|problems| rejected(&accepted, problems))?;
    accepted.claims.append(&mut valuation.claims);
    accepted.claims.sort_by_key(|claim| claim.item);
    let assessment = assessment::assess(&accepted, &valuation).map_err(|problems| rejected(&accepted, problems))?;
    let secured =
        guarantee::secured(&accepted, &assessment, context).map_err(|problems| rejected(&accepted, problems))?;
    let routing = selectivity::select(&accepted, &valuation, &assessment, context)?;
    Ok(RoutedDeclaration { accepted, valuation, assessment, routing, secured })
}

fn rejected(accepted: &AcceptedDeclaration<'_>, problems: Vec<Problem>, context: &Context<'_>) -> Stop {
    let found = problems.into_iter().map(|problem| problem.found_in(accepted.lodged, &context.rules));
    Stop::Rejected(accepted.warnings.iter().cloned().chain(found).collect())
}

/// Decides on a declaration that was read, with what the reader found in it.
pub fn clear(lodged: &Declaration, read: Vec<Finding>, context: &Context<'_>) -> Decision {
    let decision = Decision {
        outcome: Outcome::Rejected,
        reference: lodged.reference.as_ref().map(ToString::to_string),
        direction: lodged.direction(),
        kind: lodged.kind.as_ref().map(ToString::to_string),
        registered_on: context.registered_at.date(),
        number: None,
        lane: None,
        findings: Vec::new(),
        gaps: Vec::new(),
        items: Vec::new(),
        totals: Vec::new(),
        total_payable: Decimal::ZERO,
        claims: Vec::new(),
        routing: Vec::new(),
        draw: None,
        exchange_rates: Vec::new(),
        roundings: Vec::new(),
        write_offs: Vec::new(),
        facts: consulted(lodged, &context.facts),
        rulebook: context.rules.rulebook().content_hash().to_owned(),
    };
    match pipeline(lodged, read, context) {
        Ok(routed) => accepted(decision, routed, context),
        Err(Stop::Rejected(findings)) => Decision { findings, ..decision },
        Err(Stop::Referred(gaps, findings)) => Decision { outcome: Outcome::Referred, findings, gaps, ..decision },
    }
}

/// The same decision as an officer gets it: nothing of what was accepted stands, and the gap says why.
#[must_use]
pub fn refer(decision: Decision, gap: RulebookGap) -> Decision {
    let mut gaps = decision.gaps;
    gaps.push(gap);
    Decision {
        outcome: Outcome::Referred,
        number: None,
        lane: None,
        gaps,
        items: Vec::new(),
        totals: Vec::new(),
        total_payable: Decimal::ZERO,
        claims: Vec::new(),
        routing: Vec::new(),
        draw: None,
        exchange_rates: Vec::new(),
        roundings: Vec::new(),
        write_offs: Vec::new(),
        ..decision
    }
}

/// The facts that the declaration names, to be kept with the decision.
fn consulted(lodged: &Declaration, facts: &CaseFacts<'_>) -> Facts {
    let certificate = |known: &OriginCertificate| {
        lodged.goods_items.iter().any(|item| {
            let named = item.certificate_form.as_deref().zip(item.certificate_number.as_deref());
            named.is_some_and(|(form, number)| known.is_named(form, number))
        })
    };
    let list = |number: &str| lodged.goods_items.iter().any(|item| item.exemption_list.as_deref() == Some(number));
    let temporary = lodged.temporary_declaration_number.map(|number| format!("{number:012}"));
    Facts {
        traders: facts.trader.cloned().into_iter().collect(),
        certificates: facts.certificates.iter().filter(|known| certificate(known)).cloned().collect(),
        exemption_lists: facts.exemption_lists.iter().filter(|known| list(&known.number)).cloned().collect(),
        temporary_declarations: facts
            .temporary_declarations
            .iter()
            .filter(|known| temporary.as_ref() == Some(&known.number))
            .cloned()
            .collect(),
        guarantees: facts
            .guarantees
            .iter()
            .filter(|known| lodged.guarantee_number.as_deref() == Some(&known.number))
            .cloned()
            .collect(),
        branches: facts
            .branches
            .iter()
            .filter(|known| lodged.first_declaration_number.as_deref() == Some(&known.first_declaration))
            .cloned()
            .collect(),
    }
}

fn accepted(decision: Decision, routed: RoutedDeclaration<'_>, context: &Context<'_>) -> Decision {
    let RoutedDeclaration { accepted, valuation, assessment, routing, secured } = routed;
    let items = accepted.items.iter().zip(valuation.items).zip(assessment.items);
    Decision {
        outcome: Outcome::Accepted,
        number: context.number,
        lane: Some(routing.lane),
        items: items
            .map(|((item, customs_value), taxes)| AssessedItem {
                sequence: item.sequence,
                commodity_code: item.lodged.commodity_code.as_ref().map(ToString::to_string).unwrap_or_default(),
                origin: item.lodged.origin.as_ref().map(ToString::to_string),
                customs_value,
                taxes,
                preference: item.preference.clone(),
            })
            .collect(),
        totals: assessment.totals,
        total_payable: assessment.total_payable,
        claims: accepted.claims,
        routing: routing.hits,
        draw: Some(context.draw),
        exchange_rates: accepted
            .exchange_rates
            .into_iter()
            .map(|rate| AppliedExchangeRate { currency: rate.currency, rate: rate.rate, citation: rate.citation })
            .collect(),
        roundings: vec![accepted.value_rounding.citation, accepted.total_rounding.citation],
        write_offs: accepted.write_offs.into_iter().chain(secured).collect(),
        findings: accepted.warnings,
        ..decision
    }
}
