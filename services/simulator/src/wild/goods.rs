//! The lines of a wild declaration: goods of the tariff, their origin, schedule, proof and relief.

use jiff::ToSpan as _;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rulebook::{Fit, MfnRelation, Preferential, RulesInForce, TariffLine, TaxCode, TaxEffect, Treatment, VatOnLine};
use rust_decimal::Decimal;
use vocabulary::{Declaration, Direction, DutyType, GoodsItem};

use super::{Wild, scale};

impl Wild<'_> {
    pub(super) fn item(
        &mut self,
        declaration: &Declaration,
        direction: Direction,
        rules: &RulesInForce<'_>,
    ) -> GoodsItem {
        let few = if self.chance(5) { self.covered_by_few.choose(&mut self.rng) } else { None };
        let few = few.and_then(|(lines, country)| Some((lines.choose(&mut self.rng)?.clone(), *country)));
        let code = if let Some((code, _)) = &few {
            code.clone()
        } else if self.chance(120) {
            self.special.choose(&mut self.rng).cloned().unwrap_or_default()
        } else {
            self.turn = (self.turn + 1) % self.lines.len().max(1);
            self.lines.get(self.turn).cloned().unwrap_or_default()
        };
        let currency = declaration.invoice_currency.as_deref().unwrap_or_default();
        let mut item = self.goods(&code, currency, rules);
        let Some(line) = rules.commodity(&code) else { return item };
        match direction {
            Direction::Import => {
                let origin = if let Some((_, country)) = few {
                    country.to_owned()
                } else if self.chance(700) {
                    declaration.consignor_country.as_deref().unwrap_or("CN").to_owned()
                } else {
                    self.country().to_owned()
                };
                item.origin = Some(origin.as_str().into());
                self.schedule(&mut item, &origin, &line, rules);
                self.other_taxes(&mut item, &line, rules);
                self.relief(&mut item, declaration.kind.as_deref().unwrap_or_default(), rules);
            }
            Direction::Export => {
                if self.chance(250) {
                    let form = self.pick(&["CPTPP", "EUR.1", "EUR.1-UK", "REX", "D", "RCEP", "B"]);
                    item.certificate_form = Some(form.into());
                    item.certificate_number = Some("WILD26000001".into());
                    item.certificate_date = Some(rules.date().saturating_sub(5.days()));
                }
                if self.chance(60) {
                    item.exemption_code = Some(self.pick(&["XX110", "XX900", "XXK90"]).into());
                }
            }
        }
        if self.chance(970) {
            self.fit_codes(&mut item, declaration.kind.as_deref().unwrap_or_default(), rules);
        }
        item
    }

    /// Takes out codes that go with neither the kind nor the goods, and puts a fitting one in place of a rate's.
    fn fit_codes(&mut self, item: &mut GoodsItem, kind: &str, rules: &RulesInForce<'_>) {
        let Some(hs) = item.commodity_code.clone() else { return };
        let depends = rules
            .commodity(&hs)
            .is_some_and(|line| matches!(line.vat(), VatOnLine::DependsOnGoods { not_subject_permitted: true, .. }));
        let misfit = |code: &str| {
            let of_vat = rules.tax_code(code).is_some_and(|code| code.tax() == DutyType::Vat);
            matches!(
                rules.code_uses().of_code(code, kind, &hs, depends && of_vat),
                Fit::NotOfKind(..) | Fit::NotOfGoods(_)
            )
        };
        if item.exemption_code.as_deref().is_some_and(misfit) {
            item.exemption_code = None;
            item.reduction_amount = None;
            if item.tariff_schedule.as_deref() == Some("B30") {
                item.tariff_schedule = None;
            }
        }
        for entered in &mut item.other_taxes {
            if entered.exemption_code.as_deref().is_some_and(misfit) {
                entered.exemption_code = None;
                entered.reduction_amount = None;
            }
            let Some(code) = entered.code.as_deref().and_then(|code| rules.tax_code(code)) else { continue };
            if misfit(code.code()) {
                let fitting: Vec<TaxCode<'_>> = rules
                    .taxes()
                    .codes(code.tax())
                    .into_iter()
                    .filter(|other| matches!(other.effect(), TaxEffect::Rate(_) | TaxEffect::Amount { .. }))
                    .filter(|other| rules.code_uses().goes_on(other.code(), &hs))
                    .filter(|other| match rules.commodity(&hs).map(|line| line.vat()) {
                        Some(VatOnLine::Rate(rate)) if other.tax() == DutyType::Vat => {
                            *other.effect() == TaxEffect::Rate(rate.value)
                        }
                        _ => true,
                    })
                    .collect();
                entered.code = fitting.choose(&mut self.rng).map(|code| code.code().into());
            }
        }
        item.other_taxes.retain(|entered| entered.code.is_some());
    }

    /// Quantity, price and value of a line: from a cent to the width of the fields.
    fn goods(&mut self, code: &str, currency: &str, rules: &RulesInForce<'_>) -> GoodsItem {
        let decimals = scale(currency);
        let digits = self.rng.random_range(2..=11) + if decimals == 0 { 2 } else { 0 };
        let of_price = self.rng.random_range(1..=digits.min(6));
        let (quantity, price) = match self.rng.random_range(0..200) {
            // The widest that the fields hold: quantities of twelve characters, prices of nine.
            0 => (Decimal::new(99_999_999_999, 2), self.amount(2, decimals)),
            1 => (Decimal::ONE, Decimal::new(999_999_999, 0)),
            // The least: a hundredth of something, or a millionth of a dollar for each.
            2 => (Decimal::new(1, 2), self.amount(6, decimals)),
            3 if decimals > 0 => {
                (Decimal::new(self.rng.random_range(1..9_999), 0) * Decimal::ONE_HUNDRED, Decimal::new(1, 6))
            }
            _ => (self.amount((digits - of_price + 1).min(11), decimals), self.amount(of_price, decimals)),
        };
        let unit = rules.commodity(code).map_or_else(Vec::new, |line| {
            line.units().flat_map(|unit| unit.codes.iter().map(ToString::to_string)).collect::<Vec<String>>()
        });
        let unit = unit.choose(&mut self.rng).cloned().unwrap_or_else(|| "KGM".to_owned());
        let mut item = GoodsItem {
            commodity_code: Some(code.into()),
            goods_description: Some("Hàng hoang dã".into()),
            quantity: Some(quantity),
            quantity_unit: Some(unit.as_str().into()),
            invoice_value: Some((quantity * price).normalize()),
            unit_price: Some(price),
            unit_price_currency: Some(currency.into()),
            unit_price_unit: Some(unit.as_str().into()),
            ..GoodsItem::default()
        };
        // Sometimes the tariff's unit is the second one.
        if self.chance(100) {
            item.second_quantity = item.quantity;
            item.second_quantity_unit = item.quantity_unit.take();
            item.quantity = Some(self.amount(4, 2));
            item.quantity_unit = Some("BX".into());
        }
        item
    }

    fn schedule(&mut self, item: &mut GoodsItem, origin: &str, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        let normal = match rules.tariff().mfn_relation(origin) {
            MfnRelation::Yes(_) => "B01",
            MfnRelation::No(_) | MfnRelation::Unknown(_) => "B03",
        };
        item.tariff_schedule = Some(normal.into());
        let has_quota = matches!(line.mfn_out_of_quota(), Ok(Some(_)));
        match self.rng.random_range(0..1000) {
            0..=99 => item.tariff_schedule = None,
            100..=139 => item.tariff_schedule = Some("B03".into()),
            140..=144 => item.tariff_schedule = Some("B01".into()),
            145..=149 => item.tariff_schedule = Some(self.pick(&["B02", "B15", "B16", "B17"]).into()),
            150..=499 if has_quota => item.quota_class = Some("X".into()),
            500..=549 if has_quota => item.tariff_schedule = Some("B14".into()),
            // Nothing of these lines is under a quota.
            550..=551 => item.quota_class = Some("X".into()),
            552 => item.tariff_schedule = Some("B14".into()),
            _ => {}
        }
        if self.chance(420) {
            self.preference(item, origin, line, rules);
        }
        let code = item.commodity_code.as_deref().unwrap_or_default();
        if rules.tariff().specific_rates().any(|rate| rate.covers(code)) && self.chance(400) || self.chance(2) {
            self.specific_duty(item, rules);
        }
        if self.chance(10) {
            let mfn = line.mfn().map(|rate| rate.value).ok();
            item.manual_rate = mfn.filter(|_| self.chance(800)).or(Some(Decimal::ONE));
        }
    }

    /// Asks for the rate of an agreement, mostly one that gives the line something.
    fn preference(&mut self, item: &mut GoodsItem, origin: &str, line: &TariffLine<'_>, rules: &RulesInForce<'_>) {
        let over_quota = item.quota_class.is_some();
        let given = |id: &str| {
            let rate =
                if over_quota { line.preferential_out_of_quota(id, origin) } else { line.preferential(id, origin) };
            matches!(rate, Preferential::Rate(_))
        };
        let anything = self.chance(40);
        let agreements: Vec<&str> = rules
            .agreements()
            .filter(|agreement| agreement.has_member(origin))
            .map(|agreement| agreement.id())
            .filter(|id| anything || given(id))
            .collect();
        let Some(id) = agreements.choose(&mut self.rng).copied() else { return };
        let schedules: Vec<&str> = rules.lists().schedules_of(id).map(|schedule| schedule.code()).collect();
        let forms: Vec<&str> = rules.lists().certificates_of(id).map(|form| form.code()).collect();
        item.tariff_schedule = Some(self.pick(&schedules).into());
        if self.chance(60) {
            item.certificate_late = Some("true".into());
            return;
        }
        item.certificate_form = Some(self.pick(&forms).into());
        item.certificate_number = Some(format!("{origin}VN26{:05}", self.rng.random_range(0..100_000)).into());
        item.certificate_date = Some(rules.date().saturating_sub(self.rng.random_range(0..200).days()));
        match self.rng.random_range(0..400) {
            0 => item.certificate_number = None,
            4..=6 if id == "atiga" => item.certificate_number = None,
            1 => item.certificate_date = None,
            2 => item.certificate_date = Some(rules.date().saturating_add(1.day())),
            3 => item.certificate_form = Some("B".into()),
            _ => {}
        }
    }

    /// Exemptions and reductions of the import duty, above all those that the kind is usually relieved by.
    fn relief(&mut self, item: &mut GoodsItem, kind: &str, rules: &RulesInForce<'_>) {
        let kind = rules.declaration_kind(kind).map(|cited| cited.value);
        let usual = kind.and_then(|kind| kind.duty_relief_code.as_deref());
        if let Some(usual) = usual.filter(|_| self.chance(800)) {
            item.exemption_code = Some(usual.into());
        } else if kind.is_some_and(|kind| kind.duty == Treatment::NotSubject) && self.chance(600) {
            item.exemption_code = Some(self.pick(&["XNK32", "XNK33", "XNK90"]).into());
            if self.chance(500) && item.certificate_form.is_none() {
                item.tariff_schedule = Some("B30".into());
            }
        } else if self.chance(60) {
            item.exemption_code = Some(self.pick(&["XN110", "XN310", "XN410", "XN900", "XNK90"]).into());
        } else if self.chance(20) {
            item.exemption_code = Some("XNG10".into());
            let digits = if self.chance(900) { 3 } else { 8 };
            item.reduction_amount = Some(self.amount(digits, 0));
        }
        if self.chance(3) {
            item.tariff_schedule = Some("B30".into());
        }
    }
}
