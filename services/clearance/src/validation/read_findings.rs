//! The reader's findings, completed by what the rules know: the words of the law whose name the reader gave, and the codes
//! that were meant. A value that the reader recognised is offered only where the rules have it, and one that it cannot know
//! is looked up.

use rulebook::{CodeList, RulesInForce};
use vocabulary::declaration::{declaration, goods_item, other_tax};
use vocabulary::{Bilingual, FieldId, Finding};

use super::goods::lines_beside;

/// Where the codes of a field come from.
enum Codes {
    List(CodeList),
    Taxes,
    Tariff,
}

fn codes_of(field: FieldId, rules: &RulesInForce<'_>) -> Option<Codes> {
    Some(match field {
        declaration::kind => Codes::List(CodeList::DeclarationKinds),
        declaration::customs_office => Codes::List(CodeList::CustomsOffices),
        goods_item::tariff_schedule => Codes::List(CodeList::TariffSchedules),
        goods_item::unit_price_unit => Codes::List(CodeList::QuantityUnits),
        goods_item::exemption_code | other_tax::code | other_tax::exemption_code => Codes::Taxes,
        goods_item::commodity_code => Codes::Tariff,
        _ => Codes::List(rules.conditional().list_of(field)?),
    })
}

/// The findings with the words of the law and the codes that were meant.
pub(crate) fn completed(mut findings: Vec<Finding>, rules: &RulesInForce<'_>) -> Vec<Finding> {
    rules.cite(&mut findings);
    for finding in &mut findings {
        let (Some(place), Some(value)) = (finding.place, finding.value.clone()) else { continue };
        match codes_of(place.field, rules) {
            Some(Codes::List(list)) => complete_code(finding, &value, list, rules),
            Some(Codes::Taxes) => {
                if finding.suggestions.first().is_some_and(|code| rules.tax_code(code).is_none()) {
                    withdraw(finding, Bilingual::new("enter a tax code of the tables", "nhập mã thuế trong bảng mã"));
                }
            }
            Some(Codes::Tariff) => {
                let meant = finding.suggestions.first().cloned();
                if meant.as_deref().is_none_or(|code| rules.commodity(code).is_none()) {
                    let digits: String = value.chars().filter(char::is_ascii_digit).take(8).collect();
                    withdraw(finding, lines_beside(&digits, rules));
                }
            }
            None => {}
        }
    }
    findings
}

fn complete_code(finding: &mut Finding, value: &str, list: CodeList, rules: &RulesInForce<'_>) {
    let recognised = finding.suggestions.first().is_some_and(|code| rules.code(list, code).is_some());
    if recognised {
        return;
    }
    // An alias is found by what was written, or by what the reader made of it: `uk` is UK, and that is GB.
    let written = [Some(value), finding.suggestions.first().map(String::as_str)];
    let known = written.into_iter().flatten().find(|written| rules.lists().meant(list, written).is_some());
    let (mend, suggestions) = rules.mend_code(list, known.unwrap_or(value));
    finding.mend = mend;
    finding.suggestions = suggestions;
}

fn withdraw(finding: &mut Finding, mend: Bilingual) {
    finding.mend = mend;
    finding.suggestions.clear();
}
