//! The codes that a declarant enters about taxes: a rate or an amount of a tax (TX), its exemption, reduction or that
//! the goods are not subject to it (TR), and the same of the import or export duty (RE).
//!
//! A code counts when it holds on the day and is about the tax that it stands for. Each tax is entered once. A code of
//! an amount for each unit needs a quantity of the line in that unit. A code of a reduction needs the amount.
//!
//! An amount of the environmental protection tax that the rules have for other days alone is their silence and not the
//! declarant's mistake: the product bears something on the day, and nobody entered what. A code of another tax that does
//! not hold on the day is a mistake, since the rate of the line says which one does.

use rust_decimal::Decimal;
use vocabulary::{Direction, DutyType, GoodsItem};

use super::number::of;
use super::relief::Relief;
use super::rule_files::Row;
use super::{Answer, Case, Doubt, TaxRate, refuse, silent};

/// What is declared of the taxes of a line.
#[derive(Debug, Default)]
pub(super) struct Declared {
    taxes: Vec<(DutyType, Tax)>,
    /// What the code of the import or export duty takes off.
    pub(super) duty_relief: Option<Relief>,
}

/// What is declared of one tax.
#[derive(Debug, Clone, Default)]
pub(super) struct Tax {
    pub(super) rate: Option<TaxRate>,
    pub(super) relief: Option<Relief>,
    /// Whether a code is entered that the rules are silent on for the day.
    pub(super) silent: bool,
}

impl Declared {
    pub(super) fn of(&self, duty_type: DutyType) -> Option<&Tax> {
        self.taxes.iter().find(|(declared, _)| *declared == duty_type).map(|(_, tax)| tax)
    }
}

pub(super) fn read(case: &Case<'_>, item: &GoodsItem, doubts: &mut Vec<Doubt>) -> Declared {
    let mut declared = Declared::default();
    let duty = if case.direction == Direction::Import { DutyType::ImportDuty } else { DutyType::ExportDuty };
    if let Some(code) = item.exemption_code.as_deref() {
        match relief(case, code, duty, item.reduction_amount) {
            Ok(relief) => declared.duty_relief = Some(relief),
            Err(doubt) => doubts.push(doubt),
        }
    }
    // An export bears no other tax, and its form has no place for one.
    if case.direction == Direction::Export {
        return declared;
    }
    for entered in &item.other_taxes {
        let Some(code) = entered.code.as_deref() else { continue };
        let row = match row(case, code) {
            Ok(row) => row,
            Err(doubt) => {
                if matches!(doubt, Doubt::Silent(_)) {
                    let tax = Tax { silent: true, ..Tax::default() };
                    declared.taxes.push((DutyType::EnvironmentalProtection, tax));
                }
                doubts.push(doubt);
                continue;
            }
        };
        let Some(duty_type) = tax_of(row).filter(|tax| !matches!(tax, DutyType::ImportDuty | DutyType::ExportDuty))
        else {
            doubts.push(Doubt::Refuse(format!("{code} is no code of another tax")));
            continue;
        };
        if declared.of(duty_type).is_some() {
            doubts.push(Doubt::Refuse(format!("{duty_type} is entered twice")));
            continue;
        }
        let mut tax = Tax::default();
        match row.cell("effect") {
            "rate" | "amount" => match rate(row, item) {
                Ok(rate) => tax.rate = Some(rate),
                Err(doubt) => doubts.push(doubt),
            },
            _ => match relief(case, code, duty_type, entered.reduction_amount) {
                Ok(relief) => tax.relief = Some(relief),
                Err(doubt) => doubts.push(doubt),
            },
        }
        if let Some(code) = entered.exemption_code.as_deref() {
            match relief(case, code, duty_type, entered.reduction_amount) {
                Ok(relief) => tax.relief = Some(relief),
                Err(doubt) => doubts.push(doubt),
            }
        }
        declared.taxes.push((duty_type, tax));
    }
    declared
}

fn row<'c>(case: &Case<'c>, code: &str) -> Answer<&'c Row> {
    if let Some(row) = case.rules.tax_code(code, case.day) {
        return Ok(row);
    }
    let [_, environmental, _] = &case.rules.tax_codes;
    if environmental.rows_of(code).next().is_some() {
        return silent(format!("the amount of {code} on {} is not entered", case.day));
    }
    refuse(format!("there is no tax code {code} on {}", case.day))
}

fn tax_of(row: &Row) -> Option<DutyType> {
    DutyType::ALL.into_iter().find(|tax| tax.as_str() == row.cell("tax"))
}

fn rate(row: &Row, item: &GoodsItem) -> Answer<TaxRate> {
    if row.cell("effect") == "rate" {
        return row.number("rate").map_or_else(|| silent("a code without its rate"), |rate| Ok(TaxRate::Percent(rate)));
    }
    let unit = row.cell("unit");
    let quantity = if item.quantity_unit.as_deref() == Some(unit) {
        item.quantity
    } else if item.second_quantity_unit.as_deref() == Some(unit) {
        item.second_quantity
    } else {
        None
    };
    match (row.number("amount"), quantity) {
        (Some(amount), Some(quantity)) => Ok(TaxRate::PerUnit { amount, unit: unit.to_owned(), quantity: of(quantity) }),
        _ => refuse(format!("the tax is counted by {unit}, and no quantity is")),
    }
}

fn relief(case: &Case<'_>, code: &str, of_tax: DutyType, amount: Option<Decimal>) -> Answer<Relief> {
    let row = row(case, code)?;
    if tax_of(row) != Some(of_tax) {
        return refuse(format!("{code} is not about {of_tax}"));
    }
    match (row.cell("effect"), amount) {
        ("exempt", _) => Ok(Relief::Whole),
        ("not_subject", _) => Ok(Relief::NotSubject),
        ("reduce", Some(amount)) => Ok(Relief::Amount(of(amount))),
        ("reduce", None) => refuse(format!("{code} needs the amount")),
        _ => refuse(format!("{code} takes nothing off")),
    }
}
