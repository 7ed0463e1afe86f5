//! Proofs of origin that keep a trade remedy away, or lower it, whether or not a preference is claimed with them
//! (Circular 33/2023 art. 10.1d).
//!
//! Only a proof that customs holds does so: of the goods' origin, for goods of their heading, and with as much left as the
//! line declares. What a line takes is written off, so that one proof does not serve twice. A line whose preference is
//! given by a proof that customs holds has used it already.

use rulebook::{AgreementInForce, OriginParameter, RulesInForce};
use rust_decimal::prelude::ToPrimitive as _;
use vocabulary::{Declaration, GoodsItem, OriginCertificate, Standing, WriteOff};

use super::claim::Claim;
use super::fault::{Faults, Proof, figure};
use super::quantity::{Ledger, Need};
use super::{document, goods, written_off};
use crate::Context;

/// What is there to show where the goods of a line originate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProofStanding {
    /// A proof that customs holds and that covers the goods.
    Held,
    /// A proof is named that customs does not hold, or that does not cover the goods.
    Named,
    /// A proof will be filed later.
    Later,
    /// Nothing.
    None,
}

/// The proof of a line, and what the line uses up of it for the sake of a remedy.
#[derive(Debug)]
pub(crate) struct RemedyProof {
    pub(crate) standing: ProofStanding,
    pub(crate) write_offs: Vec<WriteOff>,
}

/// A line that is to be served from a proof.
struct Wanting<'c> {
    position: usize,
    certificate: &'c OriginCertificate,
    need: Need,
}

/// The proof of each line. The ledgers know what the lines with a preference have taken.
pub(super) fn of_lines<'c>(
    lodged: &'c Declaration,
    context: &Context<'c>,
    claims: &[Option<Claim<'c>>],
    ledgers: &mut Vec<Ledger<'c>>,
) -> Vec<RemedyProof> {
    let mut proofs = Vec::with_capacity(lodged.goods_items.len());
    let mut wanting: Vec<Wanting<'c>> = Vec::new();
    for (position, item) in lodged.goods_items.iter().enumerate() {
        let claim = claims.get(position).and_then(Option::as_ref);
        let mut standing = named(item);
        if standing == ProofStanding::Named && under_remedy(item, &context.rules) {
            if claim.is_some_and(|claim| claim.certificate.is_some() && claim.is_given()) {
                standing = ProofStanding::Held;
            } else if claim.is_none_or(|claim| claim.preference.standing != Standing::NotGiven) {
                wanting.extend(usable(lodged, position, item, context));
            }
        }
        proofs.push(RemedyProof { standing, write_offs: Vec::new() });
    }
    serve(lodged, &context.rules, wanting, ledgers, &mut proofs);
    proofs
}

/// What the declaration alone says.
fn named(item: &GoodsItem) -> ProofStanding {
    if item.certificate_number.is_some() {
        ProofStanding::Named
    } else if item.certificate_late.as_deref() == Some("true") {
        ProofStanding::Later
    } else {
        ProofStanding::None
    }
}

fn under_remedy(item: &GoodsItem, rules: &RulesInForce<'_>) -> bool {
    item.commodity_code.as_deref().is_some_and(|code| rules.trade_remedies(code).next().is_some())
}

/// The proof that a line names, where customs holds it and it is of the line's goods.
fn usable<'c>(
    lodged: &'c Declaration,
    position: usize,
    item: &'c GoodsItem,
    context: &Context<'c>,
) -> Option<Wanting<'c>> {
    let rules = &context.rules;
    let form = item.certificate_form.as_deref()?;
    let certificate = context.facts.certificate(form, item.certificate_number.as_deref()?, item.origin.as_deref())?;
    let dated = certificate.issued_on <= rules.date()
        && item.certificate_date.is_none_or(|declared| declared == certificate.issued_on);
    let for_us = certificate.destination.as_deref().is_none_or(|destination| destination == "VN");
    let items = goods::of_origin(certificate, item);
    if !dated || !for_us || items.is_empty() {
        return None;
    }
    if let Some(agreement) = agreement_of(certificate, rules) {
        let mut faults = Faults::default();
        document::check(&Proof { certificate, agreement, rules: *rules, lodged }, &mut faults);
        let ends = faults.list.iter().any(|fault| {
            let treatment = rules.origin().check(fault.check, agreement.id());
            treatment.is_ok_and(|treatment| treatment.is_some_and(|treatment| treatment.value.ends_preference()))
        });
        if ends {
            return None;
        }
    }
    let need = Need::of(item, certificate, rules, &items)?;
    Some(Wanting { position, certificate, need })
}

/// The agreement whose proofs are of the certificate's form, so that its rules on documents hold.
fn agreement_of<'c>(certificate: &OriginCertificate, rules: &RulesInForce<'c>) -> Option<AgreementInForce<'c>> {
    rules.agreements().find(|agreement| {
        agreement.has_member(&certificate.issuing_country)
            && rules.certificates_of(agreement.id()).any(|form| form.code() == certificate.form)
    })
}

/// Serves the lines by what they are, so that their order does not matter. A line that a proof cannot serve wholly takes
/// nothing.
fn serve<'c>(
    lodged: &Declaration,
    rules: &RulesInForce<'c>,
    mut wanting: Vec<Wanting<'c>>,
    ledgers: &mut Vec<Ledger<'c>>,
    proofs: &mut [RemedyProof],
) {
    let order = |line: &Wanting<'c>| {
        let item = lodged.goods_items.get(line.position);
        let code = item.and_then(|item| item.commodity_code.as_deref()).unwrap_or_default().to_owned();
        let (unit, amount) = line.need.order();
        (code, unit.to_owned(), amount, line.position)
    };
    wanting.sort_by_key(order);
    for exactly in [true, false] {
        wanting.retain(|line| {
            let ledger = ledger_of(line.certificate, rules, ledgers);
            let draws = if exactly { ledger.take_exactly(&line.need) } else { ledger.take(&line.need) };
            let (Some(draws), Some(proof)) = (draws, proofs.get_mut(line.position)) else { return true };
            proof.standing = ProofStanding::Held;
            proof.write_offs = draws.iter().map(|draw| written_off(line.certificate, draw)).collect();
            false
        });
    }
}

fn ledger_of<'l, 'c>(
    certificate: &'c OriginCertificate,
    rules: &RulesInForce<'c>,
    ledgers: &'l mut Vec<Ledger<'c>>,
) -> &'l mut Ledger<'c> {
    let known = ledgers.iter().position(|ledger| ledger.is_of(certificate));
    let at = known.unwrap_or_else(|| {
        let agreement = agreement_of(certificate, rules);
        let agreement = agreement.as_ref().map(AgreementInForce::id).unwrap_or_default();
        let decimals = figure(rules, agreement, OriginParameter::WriteOffDecimals).ok().flatten();
        let decimals = decimals.and_then(|decimals| decimals.value.to_u32()).unwrap_or_default();
        ledgers.push(Ledger::new(certificate, rules, decimals));
        ledgers.len() - 1
    });
    &mut ledgers[at]
}
