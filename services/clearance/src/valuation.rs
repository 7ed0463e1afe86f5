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
use crate::exact::{FractionSum, TooLarge, multiply, subtract, sum};
use crate::problem::{self, Problem};

/// What the customs value of a line stays below: its field has 17 digits. The taxes on it are bounded by their own.
const LINE_VALUE_BELOW: i64 = 100_000_000_000_000_000;

/// The customs values of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Valuation {
    /// The value of each goods item, in their order, rounded as the rule says.
    pub items: Vec<Decimal>,
    pub total: Decimal,
    /// What of them is the declarant's word alone.
    pub claims: Vec<Claim>,
}

/// A part of a goods item's customs value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValuePart {
    pub kind: PartKind,
    /// In dong, rounded as a customs value is. The parts of a line are rounded each by itself, so they may differ in the
    /// last decimal from the value, which is rounded once.
    pub dong: Decimal,
}

/// What a part of a customs value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// The customs value as it was declared by hand.
    ByHand,
    /// A share of the declaration's total value, by invoice value.
    ShareOfTotal,
    Invoice,
    /// A share of the freight that the price lacks.
    Freight,
    /// A share of the insurance that the price lacks.
    Insurance,
    /// A share of the adjustment of this number, from 1.
    Adjustment(u64),
}

/// An amount in dong that is shared out over goods items.
struct Addition {
    kind: PartKind,
    dong: Decimal,
    /// What a line's invoice value is divided by; `None` for the total of the lines concerned.
    whole: Option<Decimal>,
}

/// Finds the customs value of every goods item.
///
/// # Errors
/// Findings, where a value is not above zero or has more digits than its field holds.
pub fn value(accepted: &AcceptedDeclaration<'_>) -> Result<Valuation, Vec<Problem>> {
    let shares = Shares::of(accepted).map_err(|problem| vec![problem])?;
    let mut items = Vec::with_capacity(accepted.items.len());
    let mut claims = Vec::new();
    let mut problems = Vec::new();
    for position in 0..accepted.items.len() {
        match shares.value_of(position) {
            Ok((value, claim)) => {
                items.push(value);
                claims.extend(claim);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let total = sum(items.iter().copied())
        .map_err(|TooLarge| vec![problem::too_large(Place::header(declaration::invoice_amount))])?;
    Ok(Valuation { items, total, claims })
}

/// What goods items are valued by: the declaration, and what is shared out over its lines.
pub(crate) struct Shares<'d, 'a> {
    accepted: &'d AcceptedDeclaration<'a>,
    additions: Vec<Addition>,
    shared_over: Result<Decimal, TooLarge>,
}

impl<'d, 'a> Shares<'d, 'a> {
    /// Finds what is shared out.
    pub(crate) fn of(accepted: &'d AcceptedDeclaration<'a>) -> Result<Self, Problem> {
        let additions =
            additions(accepted).map_err(|TooLarge| problem::too_large(Place::header(declaration::freight_amount)))?;
        Ok(Self { accepted, additions, shared_over: allocation_total(accepted) })
    }

    /// The customs value of the goods item at a position, in dong, and what of it is the declarant's word alone.
    pub(crate) fn value_of(&self, position: usize) -> Result<(Decimal, Option<Claim>), Problem> {
        let place = Place::item(goods_item::invoice_value, position);
        match self.found(position) {
            Err(TooLarge) => Err(problem::too_large(place)),
            Ok((value, _)) if value <= Decimal::ZERO => Err(problem::value_not_above_zero(place, value)),
            Ok((value, _)) if value >= Decimal::from(LINE_VALUE_BELOW) => Err(problem::too_large(place)),
            Ok(found) => Ok(found),
        }
    }

    fn found(&self, position: usize) -> Result<(Decimal, Option<Claim>), TooLarge> {
        let Some(item) = self.accepted.items.get(position) else { return Ok((Decimal::ZERO, None)) };
        match by_hand::value(self.accepted, item.lodged) {
            None => Ok((self.computed(position)?, None)),
            Some(by_hand) => {
                let by_hand = by_hand?;
                let claim = by_hand::claim(self.accepted, item, by_hand, || self.computed(position))?;
                Ok((by_hand, claim))
            }
        }
    }

    /// What the invoice gives: the price with its share of what is added to it and taken off.
    fn computed(&self, position: usize) -> Result<Decimal, TooLarge> {
        let mut sum = FractionSum::new(Decimal::ZERO);
        self.each_part(position, |_, dong, part, whole| sum.add_share(dong, part, whole))?;
        sum.round_half_up(self.accepted.value_rounding.decimals)
    }

    /// What the customs value of the goods item at a position is made of.
    pub(crate) fn parts_of(&self, position: usize) -> Result<Vec<ValuePart>, TooLarge> {
        let item = self.accepted.items.get(position);
        if let Some(by_hand) = item.and_then(|item| by_hand::value(self.accepted, item.lodged)) {
            return Ok(vec![ValuePart { kind: PartKind::ByHand, dong: by_hand? }]);
        }
        let mut parts = Vec::new();
        self.each_part(position, |kind, dong, part, whole| {
            let mut share = FractionSum::new(Decimal::ZERO);
            share.add_share(dong, part, whole);
            parts.push((kind, share.round_half_up(self.accepted.value_rounding.decimals)));
        })?;
        parts.into_iter().map(|(kind, dong)| Ok(ValuePart { kind, dong: dong? })).collect()
    }

    /// Hands out each part of what the invoice gives for a goods item: `dong * part / whole`.
    fn each_part(
        &self,
        position: usize,
        mut take: impl FnMut(PartKind, Decimal, Decimal, Decimal),
    ) -> Result<(), TooLarge> {
        let accepted = self.accepted;
        let Some(item) = accepted.items.get(position).map(|item| item.lodged) else { return Ok(()) };
        let lodged = accepted.lodged;
        let invoice_value = item.invoice_value.unwrap_or_default();
        if accepted.direction == Direction::Export
            && let (Some(total), Some(currency)) = (lodged.total_value_amount, &lodged.total_value_currency)
        {
            let dong = multiply(total, accepted.exchange_rate(currency).unwrap_or_default())?;
            take(PartKind::ShareOfTotal, dong, invoice_value, self.shared_over?);
            return Ok(());
        }
        let rate = lodged.invoice_currency.as_deref().and_then(|currency| accepted.exchange_rate(currency));
        take(PartKind::Invoice, multiply(invoice_value, rate.unwrap_or_default())?, Decimal::ONE, Decimal::ONE);
        for addition in &self.additions {
            let named = |number| accepted.items.iter().any(|item| refers_to(item.lodged, number));
            let whole = match (addition.adjustment(), addition.whole) {
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
                (_, None) => self.shared_over?,
            };
            take(addition.kind, addition.dong, invoice_value, whole);
        }
        Ok(())
    }
}

impl Addition {
    /// The number of the adjustment, from 1, for which lines may be named.
    fn adjustment(&self) -> Option<u64> {
        match self.kind {
            PartKind::Adjustment(number) => Some(number),
            _ => None,
        }
    }
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
    if let Some(freight) = lodged.freight_amount
        && (!accepted.price.includes_freight || freight_beyond_price)
    {
        let dong = dong(freight, lodged.freight_currency.as_deref())?;
        if !dong.is_zero() {
            additions.push(Addition { kind: PartKind::Freight, dong, whole: None });
        }
    }
    // An amount beside the price is not in it; terms that hold the insurance have been refused beside one.
    if let (Some(insurance), Some("A")) = (lodged.insurance_amount, lodged.insurance_class.as_deref()) {
        let dong = dong(insurance, lodged.insurance_currency.as_deref())?;
        if !dong.is_zero() {
            additions.push(Addition { kind: PartKind::Insurance, dong, whole: None });
        }
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
            additions.push(Addition { kind: PartKind::Adjustment(number), dong: signed, whole });
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
