//! What has changed between a pre-registration and the registration (the family of E1103).

use std::collections::{BTreeMap, BTreeSet};

use rulebook::{RegistrationChange, RulesInForce};
use vocabulary::declaration::{declaration, goods_item};
use vocabulary::{AssessedItem, Bilingual, Decision, DutyLine, DutyType, Finding, Place, RulebookGap};

use crate::problem::problem;

/// The changes, each once, on a goods item by its position or on the whole declaration, with the number of the item.
type Found = BTreeMap<(RegistrationChange, Option<usize>), Option<u32>>;

/// Everything that makes the registration another decision than the pre-registration: in rates, reliefs and totals.
///
/// # Errors
/// A gap when the rulebook has no code for a change.
pub(super) fn changes(
    before: &Decision,
    now: &Decision,
    rules: &RulesInForce<'_>,
) -> Result<Vec<Finding>, RulebookGap> {
    let mut found = Found::new();
    for rate in &now.exchange_rates {
        if before.exchange_rates.iter().any(|other| other.currency == rate.currency && other.rate != rate.rate) {
            found.insert((RegistrationChange::ExchangeRate, None), None);
        }
    }
    for (position, (was, is)) in before.items.iter().zip(&now.items).enumerate() {
        let types: BTreeSet<DutyType> = was.taxes.iter().chain(&is.taxes).map(|tax| tax.duty_type).collect();
        for duty_type in types {
            if let Some(change) = change_of(tax_of(was, duty_type), tax_of(is, duty_type)) {
                found.insert((change, Some(position)), Some(is.sequence));
            }
        }
    }
    if found.is_empty() && before.totals != now.totals {
        found.insert((RegistrationChange::Assessment, None), None);
    }
    found.into_iter().map(|(change, number)| finding(change, number, rules)).collect()
}

fn tax_of(item: &AssessedItem, duty_type: DutyType) -> Option<&DutyLine> {
    item.taxes.iter().find(|tax| tax.duty_type == duty_type)
}

fn change_of(was: Option<&DutyLine>, is: Option<&DutyLine>) -> Option<RegistrationChange> {
    let (was, is) = match (was, is) {
        (Some(was), Some(is)) => (was, is),
        (None, None) => return None,
        _ => return Some(RegistrationChange::Assessment),
    };
    // Rates are held against each other as they are written: what was kept does not tell 0 % from a tax that goods are not
    // subject to.
    if was.rate.to_string() != is.rate.to_string() {
        return Some(match is.duty_type {
            DutyType::ImportDuty | DutyType::ExportDuty => {
                let preferential = |tax: &DutyLine| tax.citation.rule.contains("preferential/");
                if preferential(was) || preferential(is) {
                    RegistrationChange::Agreement
                } else {
                    RegistrationChange::TariffLine
                }
            }
            _ => RegistrationChange::OtherTaxRate,
        });
    }
    // A rule's name ends with the first day of its version, which may change without anything else.
    (relief_of(was) != relief_of(is)).then_some(RegistrationChange::Exemption)
}

fn relief_of(tax: &DutyLine) -> Option<&str> {
    let rule = &*tax.relief_citation.as_ref()?.rule;
    Some(rule.split_once('@').map_or(rule, |(name, _)| name))
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
