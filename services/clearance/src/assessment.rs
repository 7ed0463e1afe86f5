//! The assessment of duties and taxes, line by line and in total (Law 107/2016; VAT, special consumption and
//! environmental protection laws).
//!
//! The order is fixed, since one tax enters the base of the next: import duty, additional duties, special consumption
//! tax, environmental protection tax, value added tax. On a line every figure is exact; only the total of each tax is
//! rounded.

use rust_decimal::Decimal;
use vocabulary::declaration::goods_item;
use vocabulary::{Direction, DutyLine, DutyTotal, DutyType, Place, Rate};

use crate::accepted::{AcceptedDeclaration, AcceptedItem, ClaimedRate, Relief, TaxClaim};
use crate::exact::{TooLarge, add, multiply, percent_of, round_half_up, subtract, sum};
use crate::problem::{self, Problem};
use crate::valuation::Valuation;

/// The greatest total of one tax: eleven digits (Circular 38/2015 art. 18.3 on amounts too long for their field).
const TOTAL_MAX: i64 = 99_999_999_999;

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

/// Assesses every goods item.
///
/// # Errors
/// Findings, where an amount or a total has more digits than its field holds.
pub fn assess(accepted: &AcceptedDeclaration<'_>, valuation: &Valuation) -> Result<Assessment, Vec<Problem>> {
    let mut items = assess_items(accepted, valuation, None)?;
    if let Some(small) = &accepted.small_shipment {
        let duty_type = match accepted.direction {
            Direction::Import => DutyType::ImportDuty,
            Direction::Export => DutyType::ExportDuty,
        };
        let duty = sum(items.iter().flatten().filter(|line| line.duty_type == duty_type).map(|line| line.payable))
            .map_err(|TooLarge| vec![problem::too_large(Place::item(goods_item::invoice_value, 0))])?;
        if duty > Decimal::ZERO && (valuation.total <= small.value_max || duty <= small.duty_max) {
            let relief = Relief::Whole(small.citation.clone());
            items = assess_items(accepted, valuation, Some((duty_type, &relief)))?;
        }
    }
    let totals = totals(accepted, &items)?;
    let total_payable = totals.iter().map(|total| total.payable).sum();
    Ok(Assessment { items, totals, total_payable })
}

fn assess_items(
    accepted: &AcceptedDeclaration<'_>,
    valuation: &Valuation,
    relief: Option<(DutyType, &Relief)>,
) -> Result<Vec<Vec<DutyLine>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut items = Vec::with_capacity(accepted.items.len());
    for (position, (item, value)) in accepted.items.iter().zip(&valuation.items).enumerate() {
        match assess_item(item, *value, relief) {
            Ok(lines) => items.push(lines),
            Err(TooLarge) => problems.push(problem::too_large(Place::item(goods_item::invoice_value, position))),
        }
    }
    if problems.is_empty() { Ok(items) } else { Err(problems) }
}

/// One goods item: each tax on the base that the ones before it make up.
fn assess_item(
    item: &AcceptedItem<'_>,
    customs_value: Decimal,
    relief: Option<(DutyType, &Relief)>,
) -> Result<Vec<DutyLine>, TooLarge> {
    let mut lines: Vec<DutyLine> = Vec::with_capacity(item.taxes.len());
    for claim in &item.taxes {
        let base = match claim.duty_type {
            DutyType::ImportDuty
            | DutyType::AntiDumping
            | DutyType::Countervailing
            | DutyType::Safeguard
            | DutyType::ExportDuty => customs_value,
            DutyType::SpecialConsumption | DutyType::EnvironmentalProtection | DutyType::Vat => {
                sum(std::iter::once(customs_value).chain(lines.iter().map(|line| line.payable)))?
            }
        };
        let relief = match relief {
            Some((duty_type, relief)) if duty_type == claim.duty_type => relief,
            _ => &claim.relief,
        };
        lines.push(line(claim, base, relief)?);
    }
    Ok(lines)
}

fn line(claim: &TaxClaim, base: Decimal, relief: &Relief) -> Result<DutyLine, TooLarge> {
    let (base, rate, amount) = match &claim.rate {
        ClaimedRate::AdValorem(percent) => (base, Rate::AdValorem(*percent), percent_of(*percent, base)?),
        ClaimedRate::PerUnit { amount, unit, quantity } => (
            *quantity,
            Rate::Specific { amount: *amount, currency: "VND".into(), unit: unit.as_str().into() },
            multiply(*amount, *quantity)?,
        ),
        ClaimedRate::NotSubject => (base, Rate::NotSubject, Decimal::ZERO),
    };
    let (relieved, relief_citation) = match relief {
        Relief::None => (Decimal::ZERO, None),
        Relief::Whole(citation) => (amount, Some(citation.clone())),
        Relief::Amount(dong, citation) => ((*dong).min(amount), Some(citation.clone())),
    };
    Ok(DutyLine {
        duty_type: claim.duty_type,
        base,
        rate,
        amount,
        relief: relieved,
        payable: subtract(amount, relieved)?,
        citation: claim.citation.clone(),
        relief_citation,
    })
}

/// The totals of the taxes that occur, in the order of assessment, each rounded once.
fn totals(accepted: &AcceptedDeclaration<'_>, items: &[Vec<DutyLine>]) -> Result<Vec<DutyTotal>, Vec<Problem>> {
    let mut totals = Vec::new();
    let mut problems = Vec::new();
    for duty_type in DutyType::ALL {
        let mut lines = items.iter().flatten().filter(|line| line.duty_type == duty_type).peekable();
        if lines.peek().is_none() {
            continue;
        }
        let exact = lines.try_fold(Decimal::ZERO, |total, line| add(total, line.payable));
        match exact {
            Ok(exact) if exact <= Decimal::from(TOTAL_MAX) => {
                let payable = round_half_up(exact, accepted.total_rounding.decimals);
                totals.push(DutyTotal { duty_type, payable });
            }
            _ => problems.push(problem::total_too_large(duty_type)),
        }
    }
    if problems.is_empty() { Ok(totals) } else { Err(problems) }
}
