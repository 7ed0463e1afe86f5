//! What is said of taxes, for the inventory of the rulebook.

use rust_decimal::Decimal;

use crate::knowing::inventory::{Inventory, NamedValue, joined, number_of, number_text, text};
use crate::taxes::code::{ListNeed, TaxCodes, TaxEffect};
use crate::taxes::environmental::EnvironmentalLines;
use crate::taxes::special_consumption::{SpecialConsumptionRow, SpecialConsumptionTables};
use crate::taxes::tables::Taxes;
use crate::taxes::vat::{VatCut, VatRow, VatTables};

impl Taxes {
    /// Takes the tables into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self {
            vat: VatTables { rows, cut },
            special_consumption: SpecialConsumptionTables { listed, headings_before },
            environmental_protection: EnvironmentalLines(environmental_lines),
            codes,
            small_shipment,
            express,
            gift,
            late_payment,
        } = self;
        inventory.add_lines("assessment/value-added-tax", rows, vat_row);
        inventory.add_versions("assessment/value-added-tax/cut", "cut", cut, |cut| {
            vec![number_text("from_rate", &cut.from_rate), number_text("to_rate", &cut.to_rate)]
        });
        inventory.add_listed("assessment/special-consumption-tax", listed, |row| match row {
            SpecialConsumptionRow::Rate { rate, not_subject: false } => vec![number_text("rate", rate)],
            SpecialConsumptionRow::Rate { rate, not_subject: true } => {
                vec![text("rate", &format!("{} or not_subject", number_of(rate)))]
            }
            SpecialConsumptionRow::OneOf { rates, .. } if rates.is_empty() => vec![text("rate", "by_goods")],
            SpecialConsumptionRow::OneOf { rates, seldom: true, .. } => {
                vec![text("rate", &format!("not_subject or {}", choice(false, rates)))]
            }
            SpecialConsumptionRow::OneOf { rates, not_subject, .. } => {
                vec![text("rate", &choice(*not_subject, rates))]
            }
            SpecialConsumptionRow::AsPrinted(printed) => vec![text("rate", &format!("? {printed}"))],
        });
        inventory.add_versions("assessment/special-consumption-tax-before", "headings", headings_before, |headings| {
            vec![text("headings", &headings.join(" "))]
        });
        inventory.add_listed("assessment/environmental-protection-lines", environmental_lines, |maybe| {
            vec![text("bears", if *maybe { "maybe" } else { "yes" })]
        });
        add_codes(inventory, codes);
        for (word, versions) in [("small_shipment", small_shipment), ("express", express)] {
            inventory.add_versions("assessment/thresholds", word, versions, |threshold| {
                vec![
                    number_text("customs_value_max", &threshold.customs_value_max),
                    number_text("duty_max", &threshold.duty_max),
                ]
            });
        }
        inventory.add_versions("assessment/thresholds", "gift", gift, |gift| {
            vec![
                number_text("customs_value_max", &gift.customs_value_max),
                number_text("duty_below", &gift.duty_below),
                text("times_a_year", &gift.times_a_year.to_string()),
            ]
        });
        inventory.add_versions("assessment/thresholds", "late_payment", late_payment, |percent| {
            vec![number_text("percent_per_day", percent)]
        });
    }
}

fn add_codes(inventory: &mut Inventory, codes: &TaxCodes) {
    for entry in codes.all() {
        let mut values = vec![text("tax", entry.tax.as_str())];
        values.extend(match &entry.effect {
            TaxEffect::Rate(rate) => vec![text("effect", "rate"), number_text("rate", rate)],
            TaxEffect::Amount { amount, unit, currency } => {
                vec![
                    text("effect", "amount"),
                    number_text("amount", amount),
                    text("currency", currency),
                    text("unit", unit),
                ]
            }
            TaxEffect::Exempt => vec![text("effect", "exempt")],
            TaxEffect::Reduce => vec![text("effect", "reduce")],
            TaxEffect::NotSubject => vec![text("effect", "not_subject")],
        });
        values.extend(match entry.list_need {
            ListNeed::None => None,
            ListNeed::Allowed => Some(text("list", "allowed")),
            ListNeed::Required => Some(text("list", "required")),
        });
        values.extend([text("name_en", &entry.name.en), text("name_vi", &entry.name.vi)]);
        inventory.add_word(format!("assessment/{}", entry.table), &entry.code, &entry.provenance, values);
    }
}

fn vat_row(row: &VatRow) -> Vec<NamedValue> {
    if let Some(printed) = &row.printed {
        return vec![text("rate", &format!("? {printed}"))];
    }
    let cut = match row.cut {
        VatCut::Reducible => "reducible",
        VatCut::NotReducible => "not_reducible",
        VatCut::DependsOnGoods => "depends_on_goods",
    };
    vec![text("rate", &choice(row.not_subject, &row.rates)), text("cut", cut)]
}

/// The rates that goods under one line may bear, as a table writes them.
fn choice(not_subject: bool, rates: &[Decimal]) -> String {
    let not_subject = not_subject.then(|| "not_subject".to_owned());
    joined(not_subject.into_iter().chain(rates.iter().map(number_of)), "/")
}
