//! The assessment of duties and taxes, line by line and in total (Law 107/2016; VAT, special consumption and
//! environmental protection laws).
//!
//! The order is fixed, since one tax enters the base of the next: import duty, additional duties, special consumption
//! tax, environmental protection tax, value added tax. On a line every base is exact. What is rounded is the total of
//! each tax, or, where the rule of totals says so, what is payable on each line.

use rulebook::RoundingPolicy;
use rust_decimal::Decimal;
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::{Direction, DutyLine, DutyTotal, DutyType, PerUnit, Place, Rate};

use crate::accepted::{AcceptedDeclaration, AcceptedItem, DutyThreshold, Relief, TaxBound, TaxClaim};
use crate::exact::{TooLarge, add, multiply, percent_of, round_half_up, subtract, sum};
use crate::problem::{self, Problem};
use crate::valuation::Valuation;

/// The greatest total of one tax, and of all: eleven digits (Circular 38/2015 art. 18.3 on amounts too long for their
/// field).
const TOTAL_MAX: i64 = 99_999_999_999;

/// What one tax of a line must stay below: its field has 16 digits. What is payable is bounded by the totals.
const LINE_TAX_BELOW: i64 = 10_000_000_000_000_000;

/// The duties and taxes of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The lines of each goods item, in their order.
    pub items: Vec<Vec<DutyLine>>,
    /// What is owed of each tax, in whole dong.
    pub totals: Vec<DutyTotal>,
    /// What is owed altogether, in whole dong.
    pub total_payable: Decimal,
}

/// Why a line cannot be assessed.
pub(crate) enum Fault {
    TooLarge,
    Found(Problem),
}

impl Fault {
    /// The fault of the goods item at a position as a finding.
    pub(crate) fn at(self, position: usize) -> Problem {
        match self {
            Self::TooLarge => problem::too_large(Place::item(goods_item::invoice_value, position)),
            Self::Found(problem) => problem,
        }
    }
}

impl From<TooLarge> for Fault {
    fn from(TooLarge: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// Assesses every goods item.
///
/// # Errors
/// Findings, where an amount or a total has more digits than its field holds, or a reduction is above its tax.
pub fn assess(accepted: &AcceptedDeclaration<'_>, valuation: &Valuation) -> Result<Assessment, Vec<Problem>> {
    let mut items = assess_items(accepted, valuation, None)?;
    if let Some(threshold) = &accepted.threshold {
        let duty_type = duty_of(accepted.direction);
        let exempt = is_exempt(threshold, duty_type, valuation.total, &items)
            .map_err(|TooLarge| vec![problem::too_large(Place::header(declaration::invoice_amount))])?;
        if exempt {
            let relief = Relief::Whole(threshold.citation.clone());
            items = assess_items(accepted, valuation, Some((duty_type, &relief)))?;
        }
    }
    let totals = totals(accepted, &items)?;
    let total_payable = totals.iter().map(|total| total.payable).sum();
    if total_payable > Decimal::from(TOTAL_MAX) {
        return Err(vec![problem::all_too_large()]);
    }
    Ok(Assessment { items, totals, total_payable })
}

/// The duty that goods of a direction bear.
pub(crate) fn duty_of(direction: Direction) -> DutyType {
    match direction {
        Direction::Import => DutyType::ImportDuty,
        Direction::Export => DutyType::ExportDuty,
    }
}

/// Whether a shipment that bears duty is exempt from it, by its value or by its duty.
pub(crate) fn is_exempt(
    threshold: &DutyThreshold,
    duty_type: DutyType,
    value: Decimal,
    items: &[Vec<DutyLine>],
) -> Result<bool, TooLarge> {
    let lines = items.iter().flatten().filter(|line| line.duty_type == duty_type);
    let duty = sum(lines.map(|line| line.payable))?;
    let within = match threshold.bound {
        TaxBound::DutyAtMost(most) => duty <= most,
        TaxBound::DutyBelow(below) => duty < below,
    };
    Ok(duty > Decimal::ZERO && (value <= threshold.value_max || within))
}

fn assess_items(
    accepted: &AcceptedDeclaration<'_>,
    valuation: &Valuation,
    relief: Option<(DutyType, &Relief)>,
) -> Result<Vec<Vec<DutyLine>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut items = Vec::with_capacity(accepted.items.len());
    for (position, (item, value)) in accepted.items.iter().zip(&valuation.items).enumerate() {
        match assess_item(accepted, position, item, *value, relief) {
            Ok(lines) => items.push(lines),
            Err(fault) => problems.push(fault.at(position)),
        }
    }
    if problems.is_empty() { Ok(items) } else { Err(problems) }
}

/// One goods item: each tax on the base that the ones before it make up.
pub(crate) fn assess_item(
    accepted: &AcceptedDeclaration<'_>,
    position: usize,
    item: &AcceptedItem<'_>,
    customs_value: Decimal,
    relief: Option<(DutyType, &Relief)>,
) -> Result<Vec<DutyLine>, Fault> {
    let mut lines: Vec<DutyLine> = Vec::with_capacity(item.taxes.len());
    // The base of the next tax, from what is payable before it is rounded.
    let mut all = customs_value;
    for claim in &item.taxes {
        let base = match claim.duty_type {
            DutyType::ImportDuty
            | DutyType::AntiDumping
            | DutyType::Countervailing
            | DutyType::Safeguard
            | DutyType::ExportDuty => customs_value,
            DutyType::SpecialConsumption | DutyType::EnvironmentalProtection | DutyType::Vat => all,
        };
        let relief = match relief {
            Some((duty_type, relief)) if duty_type == claim.duty_type => relief,
            _ => &claim.relief,
        };
        let mut line = line(accepted, claim, base, relief)?;
        if line.amount >= Decimal::from(LINE_TAX_BELOW) {
            return Err(Fault::Found(problem::line_tax_too_large(claim.duty_type, position)));
        }
        all = add(all, line.payable)?;
        if accepted.total_rounding.policy == RoundingPolicy::PerLine {
            line.payable = round_half_up(line.payable, accepted.total_rounding.decimals);
        }
        lines.push(line);
    }
    Ok(lines)
}

fn line(
    accepted: &AcceptedDeclaration<'_>,
    claim: &TaxClaim,
    base: Decimal,
    relief: &Relief,
) -> Result<DutyLine, Fault> {
    // Validation has found a quantity for every amount, or stopped.
    let counted = claim.quantity.unwrap_or_default();
    let (base, quantity, amount) = match &claim.rate {
        Rate::AdValorem(percent) => (base, None, percent_of(*percent, base)?),
        Rate::Specific(per_unit) => (counted, None, in_dong(accepted, per_unit, counted)?),
        Rate::Mixed(percent, per_unit) => {
            let both = add(percent_of(*percent, base)?, in_dong(accepted, per_unit, counted)?)?;
            (base, Some(counted), both)
        }
        Rate::NotSubject => (base, None, Decimal::ZERO),
    };
    let (relieved, relief_citation) = match relief {
        Relief::None => (Decimal::ZERO, None),
        Relief::Whole(citation) => (amount, Some(citation.clone())),
        Relief::Amount(dong, _, place) if *dong > amount => {
            return Err(Fault::Found(problem::reduction_above_tax(claim, *dong, amount, *place)));
        }
        Relief::Amount(dong, citation, _) => (*dong, Some(citation.clone())),
    };
    Ok(DutyLine {
        duty_type: claim.duty_type,
        base,
        quantity,
        rate: claim.rate.clone(),
        amount,
        relief: relieved,
        payable: subtract(amount, relieved)?,
        citation: claim.citation.clone(),
        relief_citation,
    })
}

/// The amount for all units, in dong.
fn in_dong(accepted: &AcceptedDeclaration<'_>, per_unit: &PerUnit, quantity: Decimal) -> Result<Decimal, TooLarge> {
    let amount = multiply(per_unit.amount, quantity)?;
    // Validation has found a rate for every currency, or stopped.
    multiply(amount, accepted.exchange_rate(&per_unit.currency).unwrap_or_default())
}

/// The totals of the taxes that occur, in the order of assessment. Where lines were rounded, rounding their sum again
/// changes nothing.
pub(crate) fn totals(
    accepted: &AcceptedDeclaration<'_>,
    items: &[Vec<DutyLine>],
) -> Result<Vec<DutyTotal>, Vec<Problem>> {
    let mut totals = Vec::new();
    let mut problems = Vec::new();
    for duty_type in DutyType::ALL {
        let mut lines = items.iter().flatten().filter(|line| line.duty_type == duty_type).peekable();
        if lines.peek().is_none() {
            continue;
        }
        let exact = lines.try_fold(Decimal::ZERO, |total, line| add(total, line.payable));
        match exact.map(|exact| round_half_up(exact, accepted.total_rounding.decimals)) {
            Ok(payable) if payable <= Decimal::from(TOTAL_MAX) => totals.push(DutyTotal { duty_type, payable }),
            _ => problems.push(problem::total_too_large(duty_type)),
        }
    }
    if problems.is_empty() { Ok(totals) } else { Err(problems) }
}
