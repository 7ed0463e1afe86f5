//! The customs value of each goods item, in dong (Law 54/2014 art. 86; Circular 39/2015).
//!
//! An import is valued to the first port of entry, so freight and insurance that the price lacks are added, shared out
//! in proportion to the invoice values. An export is valued at the exit gate, without international freight and
//! insurance. A value that is declared by hand stands as it is; where it is below what the invoice gives, far above it, or
//! can be compared with nothing, it is a claim.

mod by_hand;

use rust_decimal::Decimal;
use vocabulary::declaration::{Adjustment, declaration, goods_item};
use vocabulary::{Claim, Direction, GoodsItem, Place};

use crate::accepted::AcceptedDeclaration;
use crate::exact::{FractionSum, TooLarge, add, multiply, subtract, sum};
use crate::problem::{self, Problem};

/// What the customs value of a line stays below: its field has 17 digits. The taxes on it are bounded by their own.
const LINE_VALUE_BELOW: i64 = 100_000_000_000_000_000;

/// The customs values of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valuation {
    /// The value of each goods item, in their order, rounded as the rule says.
    pub items: Vec<Decimal>,
    /// Their sum.
    pub total: Decimal,
    /// What of them is the declarant's word alone.
    pub claims: Vec<Claim>,
}

/// An amount in dong that is shared out over goods items.
struct Addition {
    dong: Decimal,
    /// What a line's invoice value is divided by; `None` for the total of the lines concerned.
    whole: Option<Decimal>,
    /// The number of the adjustment, from 1, for which lines may be named; `None` for all lines.
    adjustment: Option<u64>,
}

/// Finds the customs value of every goods item.
///
/// # Errors
/// Findings, where a value is not above zero or has more digits than its field holds.
pub fn value(accepted: &AcceptedDeclaration<'_>) -> Result<Valuation, Vec<Problem>> {
    let additions = match additions(accepted) {
        Ok(additions) => additions,
        Err(TooLarge) => return Err(vec![problem::too_large(Place::header(declaration::freight_amount))]),
    };
    let shared_over = allocation_total(accepted);
    let mut items = Vec::with_capacity(accepted.items.len());
    let mut claims = Vec::new();
    let mut problems = Vec::new();
    for (position, item) in accepted.items.iter().enumerate() {
        let place = Place::item(goods_item::invoice_value, position);
        let computed = || computed_value(accepted, item.lodged, &additions, shared_over);
        let found = match by_hand::value(accepted, item.lodged) {
            None => computed(),
            Some(by_hand) => by_hand.and_then(|by_hand| {
                claims.extend(by_hand::claim(accepted, item, by_hand, computed)?);
                Ok(by_hand)
            }),
        };
        match found {
            Err(TooLarge) => problems.push(problem::too_large(place)),
            Ok(value) if value <= Decimal::ZERO => problems.push(problem::value_not_above_zero(place, value)),
            Ok(value) if value >= Decimal::from(LINE_VALUE_BELOW) => problems.push(problem::too_large(place)),
            Ok(value) => items.push(value),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let total = sum(items.iter().copied())
        .map_err(|TooLarge| vec![problem::too_large(Place::header(declaration::invoice_amount))])?;
    Ok(Valuation { items, total, claims })
}

/// What the invoice gives: the price with its share of what is added to it and taken off.
fn computed_value(
    accepted: &AcceptedDeclaration<'_>,
    item: &GoodsItem,
    additions: &[Addition],
    shared_over: Result<Decimal, TooLarge>,
) -> Result<Decimal, TooLarge> {
    let decimals = accepted.value_rounding.decimals;
    let lodged = accepted.lodged;
    let invoice_value = item.invoice_value.unwrap_or_default();
    if accepted.direction == Direction::Export {
        if let (Some(total), Some(currency)) = (lodged.total_value_amount, &lodged.total_value_currency) {
            let dong = multiply(total, accepted.exchange_rate(currency).unwrap_or_default())?;
            let mut value = FractionSum::new(Decimal::ZERO);
            value.add_share(dong, invoice_value, shared_over?);
            return value.round_half_up(decimals);
        }
    }
    let rate = lodged.invoice_currency.as_deref().and_then(|currency| accepted.exchange_rate(currency));
    let mut value = FractionSum::new(multiply(invoice_value, rate.unwrap_or_default())?);
    for addition in additions {
        let named = |number| accepted.items.iter().any(|item| refers_to(item.lodged, number));
        let whole = match (addition.adjustment, addition.whole) {
            // An adjustment that lines refer to concerns those lines alone.
            (Some(number), whole) if named(number) => {
                if !refers_to(item, number) {
                    continue;
                }
                match whole {
                    Some(whole) => whole,
                    None => sum(accepted
                        .items
                        .iter()
                        .filter(|item| refers_to(item.lodged, number))
                        .filter_map(|item| item.lodged.invoice_value))?,
                }
            }
            (_, Some(whole)) => whole,
            (_, None) => shared_over?,
        };
        value.add_share(addition.dong, invoice_value, whole);
    }
    value.round_half_up(decimals)
}

fn refers_to(item: &GoodsItem, adjustment: u64) -> bool {
    item.adjustment_references.iter().any(|reference| reference.number == Some(adjustment))
}

/// What invoice values are divided by: the total declared for that, or the sum of the lines.
fn allocation_total(accepted: &AcceptedDeclaration<'_>) -> Result<Decimal, TooLarge> {
    match accepted.lodged.allocation_total {
        Some(total) if total > Decimal::ZERO => Ok(total),
        _ => sum(accepted.items.iter().filter_map(|item| item.lodged.invoice_value)),
    }
}

/// Freight and insurance that the price lacks, and the declared adjustments.
fn additions(accepted: &AcceptedDeclaration<'_>) -> Result<Vec<Addition>, TooLarge> {
    let lodged = accepted.lodged;
    let mut additions = Vec::new();
    if accepted.direction == Direction::Export {
        return Ok(additions);
    }
    let dong = |amount: Decimal, currency: Option<&str>| {
        multiply(amount, currency.and_then(|currency| accepted.exchange_rate(currency)).unwrap_or_default())
    };
    // Classes E and F: the price holds freight, and the amount is what it cost beyond that.
    let freight_beyond_price = matches!(lodged.freight_class.as_deref(), Some("E" | "F"));
    let mut carriage = Decimal::ZERO;
    if let Some(freight) = lodged.freight_amount
        && (!accepted.price.includes_freight || freight_beyond_price)
    {
        carriage = add(carriage, dong(freight, lodged.freight_currency.as_deref())?)?;
    }
    // An amount beside the price is not in it; terms that hold the insurance have been refused beside one.
    if let (Some(insurance), Some("A")) = (lodged.insurance_amount, lodged.insurance_class.as_deref()) {
        carriage = add(carriage, dong(insurance, lodged.insurance_currency.as_deref())?)?;
    }
    if !carriage.is_zero() {
        additions.push(Addition { dong: carriage, whole: None, adjustment: None });
    }
    for (number, adjustment) in (1..).zip(&lodged.adjustments) {
        if let Some(amount) = adjustment.amount {
            let amount = dong(amount, adjustment.currency.as_deref())?;
            let signed = match sign(adjustment) {
                Sign::Add => amount,
                Sign::Subtract => subtract(Decimal::ZERO, amount)?,
                Sign::None => continue,
            };
            let whole = adjustment.allocation_total.filter(|total| *total > Decimal::ZERO);
            additions.push(Addition { dong: signed, whole, adjustment: Some(number) });
        }
    }
    Ok(additions)
}

enum Sign {
    Add,
    Subtract,
    None,
}

fn sign(adjustment: &Adjustment) -> Sign {
    match adjustment.class.as_deref() {
        Some("AD") => Sign::Add,
        Some("SB") => Sign::Subtract,
        _ => Sign::None,
    }
}
