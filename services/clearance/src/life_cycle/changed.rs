//! What has changed between a pre-registration and the registration (the family of E1103).

use std::collections::{BTreeMap, BTreeSet};

use rulebook::{RegistrationChange, RulesInForce};
use serde::Deserialize;
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::duty::plain;
use vocabulary::{Bilingual, Decision, DutyLine, DutyType, Finding, Place, RulebookGap};

use crate::problem::problem;

/// What a registration is held against: the rates, reliefs and totals of the decision on what was declared in advance.
///
/// It reads back from a decision as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Basis {
    exchange_rates: Vec<BasisExchangeRate>,
    items: Vec<BasisItem>,
    totals: Vec<BasisTotal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct BasisExchangeRate {
    currency: String,
    rate: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct BasisItem {
    taxes: Vec<BasisTax>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct BasisTax {
    #[serde(rename = "type")]
    duty_type: DutyType,
    rate: String,
    rule: String,
    #[serde(default)]
    relief_rule: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct BasisTotal {
    #[serde(rename = "type")]
    duty_type: DutyType,
    payable: String,
}

impl From<&Decision> for Basis {
    fn from(decision: &Decision) -> Self {
        let tax = |line: &DutyLine| BasisTax {
            duty_type: line.duty_type,
            rate: line.rate.to_string(),
            rule: line.citation.rule.to_string(),
            relief_rule: line.relief_citation.as_ref().map(|citation| citation.rule.to_string()),
        };
        Self {
            exchange_rates: decision
                .exchange_rates
                .iter()
                .map(|rate| BasisExchangeRate { currency: rate.currency.clone(), rate: plain(rate.rate) })
                .collect(),
            items: decision
                .items
                .iter()
                .map(|item| BasisItem { taxes: item.taxes.iter().map(tax).collect() })
                .collect(),
            totals: decision
                .totals
                .iter()
                .map(|total| BasisTotal { duty_type: total.duty_type, payable: plain(total.payable) })
                .collect(),
        }
    }
}

/// The changes, each once, on a goods item by its position or on the whole declaration, with the number of the item.
type Found = BTreeMap<(RegistrationChange, Option<usize>), Option<u32>>;

/// Everything that makes the registration another decision than the pre-registration.
///
/// # Errors
/// A gap when the rulebook has no code for a change.
pub(super) fn changes(before: &Basis, now: &Decision, rules: &RulesInForce<'_>) -> Result<Vec<Finding>, RulebookGap> {
    let numbers: Vec<u32> = now.items.iter().map(|item| item.sequence).collect();
    let now = Basis::from(now);
    let mut found = Found::new();
    for rate in &now.exchange_rates {
        if before.exchange_rates.iter().any(|other| other.currency == rate.currency && other.rate != rate.rate) {
            found.insert((RegistrationChange::ExchangeRate, None), None);
        }
    }
    for (position, (was, is)) in before.items.iter().zip(&now.items).enumerate() {
        let types: BTreeSet<DutyType> = was.taxes.iter().chain(&is.taxes).map(|tax| tax.duty_type).collect();
        for duty_type in types {
            let of = |item: &BasisItem| item.taxes.iter().find(|tax| tax.duty_type == duty_type).cloned();
            if let Some(change) = change_of(of(was), of(is)) {
                found.insert((change, Some(position)), numbers.get(position).copied());
            }
        }
    }
    if found.is_empty() && before.totals != now.totals {
        found.insert((RegistrationChange::Assessment, None), None);
    }
    found.into_iter().map(|(change, number)| finding(change, number, rules)).collect()
}

fn change_of(was: Option<BasisTax>, is: Option<BasisTax>) -> Option<RegistrationChange> {
    let (was, is) = match (was, is) {
        (Some(was), Some(is)) => (was, is),
        (None, None) => return None,
        _ => return Some(RegistrationChange::Assessment),
    };
    if was.rate != is.rate {
        return Some(match is.duty_type {
            DutyType::ImportDuty | DutyType::ExportDuty => {
                let preferential = |tax: &BasisTax| tax.rule.contains("preferential/");
                if preferential(&was) || preferential(&is) {
                    RegistrationChange::Agreement
                } else {
                    RegistrationChange::TariffLine
                }
            }
            _ => RegistrationChange::OtherTaxRate,
        });
    }
    // A rule's name ends with the first day of its version, which may change without anything else.
    let relief = |tax: &BasisTax| {
        tax.relief_rule.as_deref().map(|rule| rule.split_once('@').map_or(rule, |(name, _)| name).to_owned())
    };
    (relief(&was) != relief(&is)).then_some(RegistrationChange::Exemption)
}

/// What of a registration's own mistakes is a change since the pre-registration, by the field that they stand on.
pub(super) fn as_changes(findings: &[Finding], rules: &RulesInForce<'_>) -> Result<Vec<Finding>, RulebookGap> {
    let mut found = Found::new();
    for finding in findings.iter().filter(|finding| finding.is_error()) {
        let Some(place) = finding.place else { continue };
        let change = match place.field {
            goods_item::commodity_code => RegistrationChange::TariffLine,
            goods_item::origin => RegistrationChange::Origin,
            goods_item::exemption_code => RegistrationChange::Exemption,
            goods_item::tariff_schedule => RegistrationChange::Agreement,
            _ => continue,
        };
        found.entry((change, place.item)).or_insert(finding.item);
    }
    found.into_iter().map(|(change, number)| finding(change, number, rules)).collect()
}

fn finding(
    (change, item): (RegistrationChange, Option<usize>),
    number: Option<u32>,
    rules: &RulesInForce<'_>,
) -> Result<Finding, RulebookGap> {
    let field = match change {
        RegistrationChange::ExchangeRate => declaration::invoice_currency,
        RegistrationChange::Origin => goods_item::origin,
        RegistrationChange::Exemption => goods_item::exemption_code,
        RegistrationChange::Agreement => goods_item::tariff_schedule,
        RegistrationChange::TariffLine | RegistrationChange::OtherTaxRate => goods_item::commodity_code,
        RegistrationChange::Assessment => declaration::number,
    };
    let note = rules.change_note(change)?;
    let found = problem(
        &note.value.code,
        Place { field, item, occurrence: None },
        None,
        note.value.message.clone(),
        Bilingual::new(
            "declare anew in advance under the same number, then register",
            "khai lại thông tin khai trước với cùng số tờ khai rồi đăng ký",
        ),
        &*note.citation.rule,
        &note.citation.law,
    );
    Ok(Finding { item: number, ..found.stated(rules) })
}
