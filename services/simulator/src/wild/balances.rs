//! What a wild declaration draws on: lists of exempt goods, temporary movements and guarantees.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rand::RngExt as _;
use rust_decimal::Decimal;
use vocabulary::{BalanceLine, Declaration, ExemptionList, Facts, GoodsItem, Guarantee, TemporaryDeclaration};

use super::Wild;
use crate::traders::tax_code;

impl Wild<'_> {
    /// Lists of exempt goods, temporary movements and guarantees that the declaration draws on: mostly enough of them.
    pub(super) fn balances(&mut self, declaration: &mut Declaration, facts: &mut Facts, day: Date) {
        let holder = if self.chance(20) { tax_code(8) } else { self.tax_code.clone() };
        let last_day = self.chance(300).then(|| day.saturating_add(self.rng.random_range(-1..40).days()));
        let mut list = ExemptionList {
            number: "DM0000000001".to_owned(),
            holder: holder.clone(),
            expires_on: last_day,
            lines: Vec::new(),
        };
        let mut movement = TemporaryDeclaration {
            number: "100000000010".to_owned(),
            holder: holder.clone(),
            due_on: last_day,
            lines: Vec::new(),
        };
        let kind = declaration.kind.as_deref().unwrap_or_default();
        let rules = self.rulebook.in_force_on(day);
        let returns = rules.declaration_kind(kind).is_some_and(|kind| kind.value.previous_declaration_required);
        let returns = returns && self.chance(970);
        if returns {
            // Of an import where the goods came in for a time, of an export where they went out.
            let number = if matches!(kind, "G51" | "B12") { 300_000_000_010 } else { 100_000_000_010 };
            declaration.temporary_declaration_number = Some(number);
            movement.number = number.to_string();
        }
        for at in 0..declaration.goods_items.len() {
            let line = self.balance_line(at, &declaration.goods_items[at]);
            let item = &mut declaration.goods_items[at];
            // Lines of lists are numbered to 999, lines of declarations to 50.
            if matches!(item.exemption_code.as_deref(), Some("XN310")) && self.chance(950) {
                item.exemption_list = Some(list.number.as_str().into());
                item.exemption_list_line = Some(u64::from(line.line));
                list.lines.push(line.clone());
            }
            if returns {
                item.temporary_line = Some(u64::from(line.line));
                movement.lines.push(line);
            }
        }
        if !list.lines.is_empty() {
            facts.exemption_lists.push(list);
        }
        if returns {
            facts.temporary_declarations.push(movement);
        }
        if self.chance(40) {
            let general = self.chance(500);
            declaration.due_date_code = Some(if general { "B" } else { "A" }.into());
            declaration.guarantee_bank = Some("VCBVVNVX".into());
            declaration.guarantee_year = Some(2026);
            declaration.guarantee_sign = Some("BL".into());
            declaration.guarantee_number = Some("000123".into());
            let digits = if self.chance(850) { 13 } else { 7 };
            facts.guarantees.push(Guarantee {
                bank: "VCBVVNVX".to_owned(),
                year: 2026,
                sign: "BL".to_owned(),
                number: "000123".to_owned(),
                holder,
                general: general != self.chance(20),
                expires_on: last_day,
                remaining: Decimal::from(10_i64.pow(digits)),
            });
        }
    }

    /// A line of a balance that a goods item may draw on.
    fn balance_line(&mut self, at: usize, item: &GoodsItem) -> BalanceLine {
        let enough =
            item.quantity.unwrap_or_default() + if self.chance(30) { -Decimal::new(1, 2) } else { Decimal::TEN };
        BalanceLine {
            line: u32::try_from(at + 1).unwrap_or(1),
            commodity_code: if self.chance(800) { item.commodity_code.as_ref().map(ToString::to_string) } else { None },
            remaining: enough,
            unit: item.quantity_unit.as_deref().unwrap_or("KGM").to_owned(),
        }
    }
}
