//! Goods under trade remedies: which rate is declared, why there is none, and what proves another origin.

use jiff::ToSpan as _;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rulebook::{RulesInForce, TaxEffect, TradeRemedy};
use rust_decimal::Decimal;
use vocabulary::declaration::OtherTax;
use vocabulary::{CertificateItem, DutyType, GoodsItem, OriginCertificate};

use super::Wild;

impl Wild<'_> {
    /// Half of the goods that a measure may be on are of one of its origins.
    pub(super) fn origin_under_remedy(&mut self, code: &str, rules: &RulesInForce<'_>) -> Option<String> {
        let origins: Vec<&str> = rules.trade_remedies(code).flat_map(|measure| measure.origins()).collect();
        if origins.is_empty() || !self.chance(500) {
            return None;
        }
        origins.choose(&mut self.rng).map(ToString::to_string)
    }

    /// What is declared of the measures on the goods: a rate, why there is none, a proof of the origin, or nothing.
    pub(super) fn trade_remedies(&mut self, item: &mut GoodsItem, rules: &RulesInForce<'_>) {
        let hs = item.commodity_code.as_deref().unwrap_or_default().to_owned();
        let origin = item.origin.as_deref().unwrap_or_default().to_owned();
        let measures: Vec<TradeRemedy<'_>> = rules.trade_remedies(&hs).collect();
        if !measures.is_empty() && item.certificate_number.is_none() && self.chance(300) {
            self.proof_of_origin(item, &origin, rules);
        }
        for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
            let of_type: Vec<&TradeRemedy<'_>> =
                measures.iter().filter(|measure| measure.taxes().contains(&duty_type)).collect();
            if of_type.is_empty() && !self.chance(1) {
                continue;
            }
            let (not_subject, exempt) = match duty_type {
                DutyType::AntiDumping => ("GK", "GM"),
                DutyType::Countervailing => ("CK", "CM"),
                _ => ("BK", "BM"),
            };
            let covered = of_type.iter().any(|measure| measure.covers_origin(&origin));
            // Mostly a rate that was read, of the goods' origin.
            let (any_origin, unread) = (self.chance(150), self.chance(50));
            let rates: Vec<String> = of_type
                .iter()
                .flat_map(|measure| measure.rates(duty_type))
                .filter(|rate| any_origin || !covered || rate.is_for(&origin))
                .filter(|rate| unread || !matches!(rate.code.effect(), TaxEffect::NotKnown(_)))
                .map(|rate| rate.code.code().to_owned())
                .collect();
            let relief = self.pick(&[not_subject, exempt]).to_owned();
            let rate = rates.choose(&mut self.rng).cloned().unwrap_or_else(|| "G061".to_owned());
            let mut entered = OtherTax::default();
            match self.rng.random_range(0..100) {
                0..=64 if covered => entered.code = Some(rate.as_str().into()),
                0..=9 => entered.code = Some(rate.as_str().into()),
                65..=74 => {
                    entered.code = Some(rate.as_str().into());
                    entered.exemption_code = Some(relief.as_str().into());
                }
                75..=96 if covered => entered.code = Some(relief.as_str().into()),
                75..=84 => entered.code = Some(relief.as_str().into()),
                _ => {}
            }
            if entered.code.is_some() {
                item.other_taxes.push(entered);
            } else if !covered && item.certificate_number.is_none() && self.chance(800) {
                if self.chance(400) {
                    item.certificate_late = Some("true".into());
                } else {
                    self.proof_of_origin(item, &origin, rules);
                }
            }
        }
    }

    /// A proof of origin without a claim on a preference: one that customs does not hold, holds and that covers the goods,
    /// or holds and that is of other goods, another origin or too little.
    fn proof_of_origin(&mut self, item: &mut GoodsItem, origin: &str, rules: &RulesInForce<'_>) {
        let number = format!("B26{:07}", self.rng.random_range(0..10_000_000));
        let issued_on = rules.date().saturating_sub(5.days());
        item.certificate_form = Some("B".into());
        item.certificate_number = Some(number.as_str().into());
        item.certificate_date = Some(issued_on);
        if self.chance(350) {
            return;
        }
        let (Some(code), Some(quantity), Some(unit)) = (&item.commodity_code, item.quantity, &item.quantity_unit)
        else {
            return;
        };
        let mut goods = CertificateItem {
            line: 1,
            commodity_code: code.get(..6).unwrap_or(code).to_owned(),
            criterion: "WO".to_owned(),
            quantity: Some(quantity),
            remaining: quantity,
            unit: unit.to_string(),
            ..CertificateItem::default()
        };
        let mut certificate = OriginCertificate {
            form: "B".to_owned(),
            number,
            issued_on,
            issuing_country: origin.to_owned(),
            ..OriginCertificate::default()
        };
        match self.rng.random_range(0..40) {
            0 => goods.commodity_code = "010121".to_owned(),
            1 => goods.origin = Some("SM".to_owned()),
            2 => goods.remaining = quantity / Decimal::TWO,
            3 => goods.unit = "XYZ".to_owned(),
            4 => certificate.issued_on = issued_on.saturating_sub(1.day()),
            5 => certificate.destination = Some("LA".to_owned()),
            6 => goods.commodity_code = code.get(..4).map(|heading| format!("{heading}99")).unwrap_or_default(),
            7 => goods.remaining = quantity * Decimal::TWO,
            _ => {}
        }
        certificate.items.push(goods);
        self.certificates.push(certificate);
    }
}
