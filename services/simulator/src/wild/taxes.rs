//! What a line of a wild declaration says of the other taxes: trade remedies, special consumption, environmental
//! protection, VAT, and duties by quantity.

use jiff::ToSpan as _;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rulebook::{
    EnvironmentalProtection, RulesInForce, SpecialConsumption, SpecificKind, SpecificRate, TariffLine, TaxCode,
    TaxEffect, TradeRemedy, VatOnLine,
};
use rust_decimal::Decimal;
use vocabulary::declaration::OtherTax;
use vocabulary::{DutyType, GoodsItem};

use super::Wild;

impl Wild<'_> {
    /// Codes of the other taxes, in the order of the form: trade remedies, special consumption tax, environmental
    /// protection tax, VAT.
    pub(super) fn other_taxes(&mut self, item: &mut GoodsItem, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        self.trade_remedies(item, rules);
        match line.special_consumption() {
            SpecialConsumption::DependsOnGoods { permitted, .. } => {
                self.declare(item, DutyType::SpecialConsumption, &permitted, rules);
            }
            SpecialConsumption::Rate(rate) if self.chance(400) => {
                self.declare(item, DutyType::SpecialConsumption, &[rate.value], rules);
            }
            _ if self.chance(2) => self.declare(item, DutyType::SpecialConsumption, &[], rules),
            _ => {}
        }
        match line.environmental() {
            EnvironmentalProtection::Yes(_) | EnvironmentalProtection::Maybe(_) => {
                self.declare(item, DutyType::EnvironmentalProtection, &[], rules);
            }
            _ if self.chance(2) => self.declare(item, DutyType::EnvironmentalProtection, &[], rules),
            _ => {}
        }
        match line.vat() {
            VatOnLine::DependsOnGoods { permitted, .. } => self.declare(item, DutyType::Vat, &permitted, rules),
            VatOnLine::Rate(rate) if self.chance(300) => self.declare(item, DutyType::Vat, &[rate.value], rules),
            _ => {}
        }
        if self.chance(2) && !item.other_taxes.is_empty() && item.other_taxes.len() < 5 {
            item.other_taxes.push(item.other_taxes[0].clone());
        }
    }

    /// What is declared of the measures on the goods: a rate, why there is none, a proof of another origin, or nothing.
    fn trade_remedies(&mut self, item: &mut GoodsItem, rules: &RulesInForce<'_>) {
        let hs = item.commodity_code.as_deref().unwrap_or_default();
        let origin = item.origin.as_deref().unwrap_or_default();
        let measures: Vec<TradeRemedy<'_>> = rules.remedies().on_goods(hs).collect();
        for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
            let of_type: Vec<&TradeRemedy<'_>> = measures.iter().filter(|measure| measure.tax() == duty_type).collect();
            if of_type.is_empty() && !self.chance(1) {
                continue;
            }
            let (not_subject, exempt) = match duty_type {
                DutyType::AntiDumping => ("GK", "GM"),
                DutyType::Countervailing => ("CK", "CM"),
                _ => ("BK", "BM"),
            };
            let covered = of_type.iter().any(|measure| measure.covers_origin(origin));
            let rates: Vec<String> = of_type
                .iter()
                .flat_map(|measure| measure.origins().flat_map(|of| measure.rates(of)))
                .map(|rate| rate.code.code().to_owned())
                .collect();
            let relief = self.pick(&[not_subject, exempt]).to_owned();
            let rate = rates.choose(&mut self.rng).cloned().unwrap_or_else(|| "G061".to_owned());
            let mut entered = OtherTax::default();
            match self.rng.random_range(0..100) {
                0..=54 if covered => entered.code = Some(rate.as_str().into()),
                0..=9 => entered.code = Some(rate.as_str().into()),
                55..=64 => {
                    entered.code = Some(rate.as_str().into());
                    entered.exemption_code = Some(relief.as_str().into());
                }
                65..=94 if covered => entered.code = Some(relief.as_str().into()),
                65..=79 => entered.code = Some(relief.as_str().into()),
                _ => {}
            }
            if entered.code.is_some() {
                item.other_taxes.push(entered);
            } else if !covered && item.certificate_number.is_none() && self.chance(800) {
                // A proof of the other origin, without a claim on a preference.
                if self.chance(500) {
                    item.certificate_late = Some("true".into());
                } else {
                    item.certificate_form = Some("B".into());
                    item.certificate_number = Some("B26000001".into());
                    item.certificate_date = Some(rules.date().saturating_sub(5.days()));
                }
            }
        }
    }

    /// A specific or mixed duty of the goods, or of other goods.
    pub(super) fn specific_duty(&mut self, item: &mut GoodsItem, rules: &RulesInForce<'_>) {
        let hs = item.commodity_code.as_deref().unwrap_or_default();
        let anything = self.chance(30);
        let rates: Vec<SpecificRate<'_>> =
            rules.tariff().specific_rates().filter(|rate| anything || rate.covers(hs)).collect();
        let Some(rate) = rates.choose(&mut self.rng).copied() else { return };
        item.quota_class = None;
        item.specific_rate_code = Some(rate.code().into());
        let alone = rate.kind() == SpecificKind::Alone;
        item.tariff_schedule = Some(if alone != self.chance(20) { "B15" } else { "B16" }.into());
        if self.chance(100) {
            item.manual_specific_rate = Some(rate.amount());
            item.manual_specific_unit = Some(rate.unit().into());
            item.manual_specific_currency = Some(if self.chance(900) { rate.currency() } else { "EUR" }.into());
        }
    }

    /// Declares a code of a tax: mostly one of the permitted rates, sometimes one that takes the tax off.
    fn declare(&mut self, item: &mut GoodsItem, tax: DutyType, permitted: &[Decimal], rules: &RulesInForce<'_>) {
        if self.chance(10) {
            return;
        }
        let codes = rules.taxes().codes(tax);
        let wrong = self.chance(5);
        let rates: Vec<&TaxCode<'_>> = codes
            .iter()
            .filter(|code| match code.effect() {
                TaxEffect::Rate(rate) => wrong || permitted.is_empty() || permitted.contains(rate),
                TaxEffect::Amount { .. } => true,
                _ => false,
            })
            .collect();
        let reliefs: Vec<&TaxCode<'_>> =
            codes.iter().filter(|code| matches!(code.effect(), TaxEffect::Exempt | TaxEffect::NotSubject)).collect();
        let rate = rates.choose(&mut self.rng).map(|code| (code.code(), code.effect()));
        let relief = reliefs.choose(&mut self.rng).map(|code| code.code());
        let mut entered = OtherTax::default();
        match self.rng.random_range(0..20) {
            0..=2 => entered.code = relief.map(Into::into),
            kind => {
                entered.code = rate.map(|(code, _)| code.into());
                if kind <= 4 {
                    entered.exemption_code = relief.map(Into::into);
                }
            }
        }
        // A fuel on the days whose amounts nobody entered.
        if tax == DutyType::EnvironmentalProtection && self.chance(100) {
            entered.code = Some(self.pick(&["MB01", "MB02", "MB03", "MB04", "MB05"]).into());
        }
        if entered.code.is_none() {
            return;
        }
        if let Some((_, TaxEffect::Amount { unit, .. })) = rate
            && item.quantity_unit.as_deref() != Some(&**unit)
            && item.second_quantity_unit.is_none()
            && self.chance(970)
        {
            item.second_quantity = Some(self.amount(9, 2));
            item.second_quantity_unit = Some((&**unit).into());
        }
        item.other_taxes.push(entered);
    }
}
