//! What the lines of a wild declaration come to: totals, values by hand, adjustments and what they are shared over.

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rulebook::{AdjustmentEffect, CodeList, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::{Adjustment, AdjustmentReference};
use vocabulary::{Declaration, Direction, GoodsItem};

use super::{Wild, cut, scale};

impl Wild<'_> {
    /// What the lines come to: adjustments, values by hand, totals.
    pub(super) fn values(&mut self, declaration: &mut Declaration, direction: Direction, rules: &RulesInForce<'_>) {
        let currency = declaration.invoice_currency.clone();
        let sum: Decimal = declaration.goods_items.iter().filter_map(|item| item.invoice_value).sum();
        declaration.invoice_amount = Some(sum.normalize());
        for (sequence, item) in (1..).zip(&mut declaration.goods_items) {
            item.sequence = Some(sequence);
            if item.unit_price.is_some() {
                item.unit_price_currency.clone_from(&currency);
            }
        }
        if direction == Direction::Import {
            if self.chance(150) {
                self.adjust(declaration, rules);
            }
            let by_weight = declaration.freight_class.as_deref() == Some("D");
            let manual = declaration
                .valuation_method
                .as_deref()
                .and_then(|class| rules.lists().valuation_is_manual(class))
                .is_some_and(|manual| manual.value);
            let some = self.chance(5);
            let free = self.chance(30);
            for at in 0..declaration.goods_items.len() {
                let by_hand = ((manual || by_weight) && self.chance(970)) || (some && self.chance(300));
                let given = free && self.chance(500);
                if given {
                    declaration.price_kind = Some(self.pick(&["C", "C", "C", "B", "A"]).into());
                }
                if by_hand || given {
                    self.value_by_hand(&mut declaration.goods_items[at], currency.as_deref().unwrap_or("USD"), given);
                }
            }
            let sum: Decimal = declaration.goods_items.iter().filter_map(|item| item.invoice_value).sum();
            declaration.invoice_amount = Some(sum.normalize());
            if sum.is_zero() {
                declaration.price_kind = Some("B".into());
            }
        } else {
            let may_be_left_out = matches!(declaration.terms_of_delivery.as_deref(), Some("FOB" | "DAP" | "DAF"));
            if !may_be_left_out || self.chance(50) {
                self.value_at_the_gate(declaration, sum);
            }
            if self.chance(30) {
                let at = self.rng.random_range(0..declaration.goods_items.len().max(1));
                let free = self.chance(300);
                if let Some(item) = declaration.goods_items.get_mut(at) {
                    self.value_by_hand(item, currency.as_deref().unwrap_or("USD"), free);
                }
            }
        }
        if self.chance(40) {
            // An invoice that shows more than the lines do.
            let more = Decimal::new(self.rng.random_range(10_000..=10_020), 4);
            let amount = declaration
                .invoice_amount
                .map(|amount| cut(amount * more, scale(currency.as_deref().unwrap_or("USD"))));
            declaration.invoice_amount = amount;
        }
        if self.chance(100) {
            let more = Decimal::from(self.rng.random_range(0..3)) * sum + Decimal::from(self.rng.random_range(0..100));
            declaration.allocation_total = Some((sum + more).normalize());
        }
        if direction == Direction::Import {
            self.shares_of_adjustments(declaration, sum);
        }
    }

    /// A value by hand: about what the invoice says, or anything; of goods free of charge without an invoice value.
    fn value_by_hand(&mut self, item: &mut GoodsItem, currency: &str, free: bool) {
        let near = item.invoice_value.filter(|_| self.chance(700));
        let (value, of) = match near {
            Some(invoice) => {
                let part = [500, 999, 1000, 1000, 1000, 1050, 1100, 1101, 1500].choose(&mut self.rng);
                let part = Decimal::new(part.copied().unwrap_or(1000), 3);
                (cut(invoice * part, if currency == "VND" { 0 } else { 4 }), currency.to_owned())
            }
            None => {
                let currency = self.pick(&["USD", "VND", "EUR"]);
                let digits = self.rng.random_range(4..10);
                (self.amount(digits, if currency == "VND" { 0 } else { 4 }), currency.to_owned())
            }
        };
        if value.is_zero() {
            return;
        }
        item.customs_value = Some(value);
        item.customs_value_currency = Some(of.as_str().into());
        if free {
            item.invoice_value = if self.chance(800) { None } else { Some(Decimal::ZERO) };
            item.unit_price = None;
            item.unit_price_currency = None;
            item.unit_price_unit = None;
        }
    }

    /// The value of an export at the exit gate: mostly a part of the price.
    fn value_at_the_gate(&mut self, declaration: &mut Declaration, sum: Decimal) {
        let currency = declaration.invoice_currency.as_deref().unwrap_or("USD").to_owned();
        if self.chance(900) {
            let parts = match declaration.terms_of_delivery.as_deref() {
                Some("FOB" | "DAF") => [1000, 1000, 1000, 1000, 1000, 999],
                Some("EXW" | "FCA" | "FAS") => [1000, 1000, 1050, 1100, 1101, 990],
                _ => [1000, 990, 850, 700, 699, 1001],
            };
            let part = Decimal::new(parts.choose(&mut self.rng).copied().unwrap_or(1000), 3);
            declaration.total_value_amount = Some(cut(sum * part, scale(&currency)).max(Decimal::ONE));
            declaration.total_value_currency = Some(currency.as_str().into());
        } else {
            declaration.total_value_currency = Some(self.pick(&["USD", "VND", "JPY"]).into());
            let digits = self.rng.random_range(5..10);
            declaration.total_value_amount = Some(self.amount(digits, 0));
        }
    }

    /// What adjustments are shared over: the sum of their lines, and sometimes more or less.
    fn shares_of_adjustments(&mut self, declaration: &mut Declaration, sum: Decimal) {
        for at in 0..declaration.adjustments.len() {
            if !self.chance(200) {
                continue;
            }
            let number = u64::try_from(at + 1).ok();
            let named = |item: &&GoodsItem| item.adjustment_references.iter().any(|named| named.number == number);
            let of_lines: Decimal =
                declaration.goods_items.iter().filter(named).filter_map(|item| item.invoice_value).sum();
            let own = if of_lines.is_zero() { sum } else { of_lines };
            let total = match self.rng.random_range(0..20) {
                0 => own + Decimal::ONE,
                1 => own / Decimal::TWO,
                2 => declaration.allocation_total.unwrap_or(own),
                _ => own,
            };
            declaration.adjustments[at].allocation_total = Some(total.normalize());
        }
    }

    fn adjust(&mut self, declaration: &mut Declaration, rules: &RulesInForce<'_>) {
        let titles: Vec<(&str, AdjustmentEffect)> = rules
            .codes(CodeList::AdjustmentNames)
            .filter_map(|title| Some((title.code(), rules.lists().adjustment(title.code())?.value)))
            .collect();
        let sum = declaration.invoice_amount.unwrap_or_default();
        for number in 1..=self.rng.random_range(1..=5_u64) {
            let Some((title, effect)) = titles.choose(&mut self.rng).copied() else { continue };
            let class = match effect {
                AdjustmentEffect::Addition => "AD",
                AdjustmentEffect::Deduction => "SB",
                AdjustmentEffect::Either => self.pick(&["AD", "SB"]),
            };
            let (currency, amount) = if class == "SB" {
                // A deduction is a small part of the price, or the value would sink below zero.
                let currency = declaration.invoice_currency.as_deref().unwrap_or("USD").to_owned();
                let part = Decimal::new(self.rng.random_range(1..80), 3);
                (currency.clone(), cut(sum * part, scale(&currency)))
            } else {
                let (currency, amount) = self.charge();
                (currency.to_owned(), amount)
            };
            if amount.is_zero() {
                continue;
            }
            declaration.adjustments.push(Adjustment {
                title: Some(title.into()),
                class: Some(class.into()),
                currency: Some(currency.as_str().into()),
                amount: Some(amount),
                allocation_total: None,
            });
            let number = u64::try_from(declaration.adjustments.len()).unwrap_or(number);
            if self.chance(500) {
                for at in 0..declaration.goods_items.len() {
                    // A deduction from few lines alone might take more than they are worth.
                    if class == "SB" || self.chance(600) {
                        let named = AdjustmentReference { number: Some(number) };
                        declaration.goods_items[at].adjustment_references.push(named);
                    }
                }
            }
        }
    }
}
