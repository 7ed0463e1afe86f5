//! How much of a proof the lines of a declaration use: never more than is left, whatever the order of the lines.
//!
//! Quantities are compared in base units, exactly, and written off in the unit of the proof.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use vocabulary::{GoodsItem, OriginCertificate};

use super::fault::Proof;
use crate::exact::{FractionSum, TooLarge, add, multiply, subtract};

/// What a line needs of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    /// The quantity as declared.
    pub(super) declared: Decimal,
    pub(super) unit: String,
    /// In the base unit.
    amount: Decimal,
    /// The items that it may be taken from, by their places.
    items: Vec<usize>,
}

impl Need {
    /// The need of a line, in the first of its two quantities that can be compared with one of the items.
    pub(super) fn of(line: &GoodsItem, proof: &Proof<'_>, items: &[usize]) -> Option<Self> {
        let units = proof.rules.origin();
        let quantities = [
            (line.quantity, line.quantity_unit.as_deref()),
            (line.second_quantity, line.second_quantity_unit.as_deref()),
        ];
        quantities.into_iter().find_map(|(quantity, unit)| {
            let (declared, unit) = (quantity?, unit?);
            let (base, factor) = units.in_base_unit(unit);
            let same = |at: &usize| units.in_base_unit(&proof.certificate.items[*at].unit).0 == base;
            let items: Vec<usize> = items.iter().copied().filter(same).collect();
            let amount = multiply(declared, factor).ok().filter(|_| !items.is_empty())?;
            Some(Self { declared, unit: unit.to_owned(), amount, items })
        })
    }

    /// What decides on the order in which lines are served, besides the goods themselves.
    pub(super) fn order(&self) -> (&str, Decimal) {
        (&self.unit, self.amount)
    }
}

/// How much is taken from an item of a proof, in the item's own unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draw {
    /// The place of the item.
    pub(super) item: usize,
    pub(super) amount: Decimal,
}

/// What is left of one proof while the lines of a declaration are served.
#[derive(Debug)]
pub(super) struct Ledger<'p> {
    certificate: &'p OriginCertificate,
    /// For each item, in the base unit; `None` where it cannot be counted.
    left: Vec<Option<Decimal>>,
    /// For each item, in its own unit.
    unwritten: Vec<Decimal>,
    factors: Vec<Decimal>,
    decimals: u32,
}

impl<'p> Ledger<'p> {
    /// A proof of which no line has taken anything. `decimals` are kept of an amount that is not finite in its unit.
    pub(super) fn new(proof: &Proof<'p>, decimals: u32) -> Self {
        let items = &proof.certificate.items;
        let units = proof.rules.origin();
        let factors: Vec<Decimal> = items.iter().map(|item| units.in_base_unit(&item.unit).1).collect();
        let unwritten: Vec<Decimal> = items.iter().map(|item| item.remaining.max(Decimal::ZERO)).collect();
        let left = unwritten.iter().zip(&factors).map(|(left, factor)| multiply(*left, *factor).ok()).collect();
        Self { certificate: proof.certificate, left, unwritten, factors, decimals }
    }

    /// Whether this is the ledger of a proof.
    pub(super) fn is_of(&self, certificate: &OriginCertificate) -> bool {
        std::ptr::eq(self.certificate, certificate)
    }

    /// Takes all of a need from the one item of which exactly that much is left.
    pub(super) fn take_exactly(&mut self, need: &Need) -> Option<Vec<Draw>> {
        let exactly = |at: &&usize| need.amount > Decimal::ZERO && self.left[**at] == Some(need.amount);
        let item = *need.items.iter().find(exactly)?;
        Some(self.take_from([(item, need.amount)]))
    }

    /// Takes all of a need, from the first item on; `None`, and nothing is taken, when there is not enough.
    pub(super) fn take(&mut self, need: &Need) -> Option<Vec<Draw>> {
        let plan = self.plan(need)?;
        Some(self.take_from(plan))
    }

    /// Takes as much of a need as there is.
    pub(super) fn take_what_is_left(&mut self, need: &Need) -> Vec<Draw> {
        let left: Vec<(usize, Decimal)> =
            need.items.iter().filter_map(|at| self.left[*at].map(|left| (*at, left.min(need.amount)))).collect();
        // What there is in all does not reach the need, so that no item is asked for more than its part.
        self.take_from(left)
    }

    fn plan(&self, need: &Need) -> Option<Vec<(usize, Decimal)>> {
        let mut open = need.amount;
        let mut plan = Vec::new();
        for &at in &need.items {
            let part = self.left[at].unwrap_or_default().min(open);
            if part > Decimal::ZERO {
                plan.push((at, part));
                open = subtract(open, part).ok()?;
            }
        }
        open.is_zero().then_some(plan)
    }

    fn take_from(&mut self, plan: impl IntoIterator<Item = (usize, Decimal)>) -> Vec<Draw> {
        let mut draws = Vec::new();
        for (item, part) in plan {
            let Some(left) = self.left[item].and_then(|left| subtract(left, part).ok()) else { continue };
            self.left[item] = Some(left);
            let mut amount = FractionSum::new(Decimal::ZERO);
            amount.add_share(part, Decimal::ONE, self.factors[item]);
            // One that is rounded up may not take more than there is.
            let rounded =
                if self.factors[item] == Decimal::ONE { Ok(part) } else { amount.round_half_up(self.decimals) };
            let amount = rounded.unwrap_or(self.unwritten[item]).min(self.unwritten[item]);
            self.unwritten[item] = subtract(self.unwritten[item], amount).unwrap_or_default();
            if amount > Decimal::ZERO {
                draws.push(Draw { item, amount: amount.normalize() });
            }
        }
        draws
    }

    /// What is left for a need, by the units of the items, for people.
    pub(super) fn left_for(&self, need: &Need) -> String {
        let mut by_unit: BTreeMap<&str, Result<Decimal, TooLarge>> = BTreeMap::new();
        for &at in &need.items {
            let sum = by_unit.entry(&self.certificate.items[at].unit).or_insert(Ok(Decimal::ZERO));
            *sum = sum.and_then(|sum| add(sum, self.unwritten[at]));
        }
        let words: Vec<String> = by_unit
            .into_iter()
            .map(|(unit, left)| format!("{} {unit}", left.map_or_else(|_| "?".to_owned(), vocabulary::duty::plain)))
            .collect();
        words.join(" + ")
    }
}
