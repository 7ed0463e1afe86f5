//! The codes that a declarant enters about taxes: a rate or an amount of a tax (TX), its exemption, reduction or that
//! the goods are not subject to it (TR), and the same of the import or export duty (RE).
//!
//! A code counts when it holds on the day and is about the tax that it stands for. Each tax is entered once. A code of
//! an amount for each unit needs a quantity of the line in that unit; of a product that bears environmental protection
//! tax in part, the second quantity in that unit is the part. An amount of a reduction stands with the code of a
//! reduction and with no other. A code that draws on a list of exempt goods names the list, and others name none.
//!
//! An amount of the environmental protection tax that the rules have for other days alone is their silence and not the
//! declarant's mistake: the product bears something on the day, and nobody entered what. A code of another tax that does
//! not hold on the day is a mistake, since the rate of the line says which one does.

use rust_decimal::Decimal;
use vocabulary::{Direction, DutyType, GoodsItem};

use super::claims::{goes_on, goes_with};
use super::number::of;
use super::relief::Relief;
use super::rule_files::Row;
use super::{Answer, Case, Doubt, PerUnit, TaxRate, refuse, silent};

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
    /// The code as entered.
    pub(super) code: String,
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
        doubts.extend(open(case, code));
        match relief(case, code, duty, item.reduction_amount) {
            Ok(relief) => declared.duty_relief = Some(relief),
            Err(doubt) => doubts.push(doubt),
        }
        doubts.extend(list(case, code, item).err());
    } else if item.reduction_amount.is_some() {
        doubts.push(Doubt::Refuse("an amount of a reduction without its code".into()));
    }
    // An export bears no other tax, and its form has no place for one.
    if case.direction == Direction::Export {
        return declared;
    }
    for entered in &item.other_taxes {
        let Some(code) = entered.code.as_deref() else { continue };
        let found = match look_up(case, code) {
            Ok(found) => found,
            Err(doubt) => {
                if matches!(doubt, Doubt::Silent(_)) {
                    let tax = Tax { silent: true, ..Tax::default() };
                    declared.taxes.push((DutyType::EnvironmentalProtection, tax));
                }
                doubts.push(doubt);
                continue;
            }
        };
        let duty_type = found.tax;
        if matches!(duty_type, DutyType::ImportDuty | DutyType::ExportDuty) {
            doubts.push(Doubt::Refuse(format!("{code} is no code of another tax")));
            continue;
        }
        if declared.of(duty_type).is_some() {
            doubts.push(Doubt::Refuse(format!("{duty_type} is entered twice")));
            continue;
        }
        let mut tax = Tax { code: code.to_owned(), ..Tax::default() };
        doubts.extend(open(case, code));
        let is_remedy = matches!(duty_type, DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard);
        if is_remedy && open(case, code).is_some() {
            // The measure may go on or not, and nothing can be said of its rate.
            declared.taxes.push((duty_type, Tax { silent: true, ..Tax::default() }));
            continue;
        }
        match found.effect {
            "rate" | "amount" => {
                match rate(case, found, item) {
                    Ok(rate) => tax.rate = Some(rate),
                    Err(doubt) => doubts.push(doubt),
                }
                if entered.exemption_code.is_none() && entered.reduction_amount.is_some() {
                    doubts.push(Doubt::Refuse("an amount of a reduction without its code".into()));
                }
            }
            _ => match relief(case, code, duty_type, entered.reduction_amount) {
                Ok(relief) => tax.relief = Some(relief),
                Err(doubt) => doubts.push(doubt),
            },
        }
        if let Some(code) = entered.exemption_code.as_deref() {
            doubts.extend(open(case, code));
            match relief(case, code, duty_type, entered.reduction_amount) {
                Ok(relief) => tax.relief = Some(relief),
                Err(doubt) => doubts.push(doubt),
            }
        }
        declared.taxes.push((duty_type, tax));
    }
    declared
}

/// A code on the day: the tax that it is about, what it does, and its row.
#[derive(Clone, Copy)]
struct Code<'c> {
    tax: DutyType,
    effect: &'c str,
    row: &'c Row,
}

/// The doubt of a code whose table leaves the day open.
fn open(case: &Case<'_>, code: &str) -> Option<Doubt> {
    let (rules, day) = (case.rules, case.day);
    let tables = [&rules.tax_codes, &rules.environmental_tax, &rules.remedies];
    if tables.iter().any(|table| table.on(code, day).is_some()) {
        return None;
    }
    let of_code = tables.iter().find(|table| table.rows_of(code).next().is_some()).unwrap_or(&tables[0]);
    of_code.is_silent(code, day).then(|| Doubt::Silent(format!("the codes of {day} are not entered")))
}

fn look_up<'c>(case: &Case<'c>, code: &str) -> Answer<Code<'c>> {
    let rules = case.rules;
    let named = |word: &str| DutyType::ALL.into_iter().find(|tax| tax.as_str() == word);
    if let Some(row) = rules.tax_codes.on(code, case.day).or_else(|| rules.environmental_tax.on(code, case.day))
        && let Some(tax) = named(row.cell("tax"))
    {
        return Ok(Code { tax, effect: row.cell("effect"), row });
    }
    if let Some(row) = rules.remedies.on(code, case.day)
        && let Some(measure) = rules.measures.iter().find(|measure| measure.id == row.cell("case"))
        && let Some(tax) = named(&measure.tax)
    {
        let effect = if row.cell("rate").is_empty() { "amount" } else { "rate" };
        return Ok(Code { tax, effect, row });
    }
    if let Some(row) = rules.tax_codes.nearest(code, case.day)
        && let Some(tax) = named(row.cell("tax"))
    {
        return Ok(Code { tax, effect: row.cell("effect"), row });
    }
    if let Some(row) = rules.remedies.nearest(code, case.day)
        && let Some(measure) = rules.measures.iter().find(|measure| measure.id == row.cell("case"))
        && let Some(tax) = named(&measure.tax)
    {
        return Ok(Code { tax, effect: "rate", row });
    }
    if let Some(doubt) = open(case, code) {
        return Err(doubt);
    }
    if rules.environmental_tax.rows_of(code).next().is_some() {
        return silent(format!("the amount of {code} on {} is not entered", case.day));
    }
    refuse(format!("there is no tax code {code} on {}", case.day))
}

/// The rate of a trade remedy's code, for goods whose declarant has not entered it.
pub(super) fn rate_of_remedy(case: &Case<'_>, item: &GoodsItem, code: &str) -> Answer<TaxRate> {
    rate(case, look_up(case, code)?, item)
}

fn rate(case: &Case<'_>, code: Code<'_>, item: &GoodsItem) -> Answer<TaxRate> {
    let row = code.row;
    if code.effect == "rate" {
        return row.number("rate").map_or_else(|| silent("a code without its rate"), |rate| Ok(TaxRate::Percent(rate)));
    }
    let unit = row.cell("unit");
    let Some(mut quantity) = case.counted_in(item, unit) else {
        return refuse(format!("the tax is counted by {unit}, and no quantity is"));
    };
    if code.tax == DutyType::EnvironmentalProtection
        && item.second_quantity_unit.as_deref().is_some_and(|second| case.rules.same_unit(second, unit))
        && let Some(part) = item.second_quantity.map(of)
    {
        if part > quantity {
            return refuse("the part that bears the tax is more than the whole");
        }
        quantity = part;
    }
    let Some(amount) = row.number("amount") else { return silent("a code without its amount") };
    let currency = Some(row.cell("currency")).filter(|currency| !currency.is_empty()).unwrap_or("VND");
    Ok(TaxRate::PerUnit(PerUnit { amount, currency: currency.to_owned(), unit: unit.to_owned(), quantity }))
}

fn relief(case: &Case<'_>, code: &str, of_tax: DutyType, amount: Option<Decimal>) -> Answer<Relief> {
    let found = look_up(case, code)?;
    if found.tax != of_tax {
        return refuse(format!("{code} is not about {of_tax}"));
    }
    match (found.effect, amount) {
        ("exempt", None) => Ok(Relief::Whole),
        ("not_subject", None) => Ok(Relief::NotSubject),
        ("reduce", Some(amount)) => Ok(Relief::Amount(of(amount))),
        ("reduce", None) => refuse(format!("{code} needs the amount")),
        ("exempt" | "not_subject", Some(_)) => refuse(format!("{code} takes no amount")),
        _ => refuse(format!("{code} takes nothing off")),
    }
}

/// Codes that go neither with the kind nor on the goods.
pub(super) fn misfits(case: &Case<'_>, item: &GoodsItem) -> Vec<Doubt> {
    let Some(hs) = case.tariff_line(item) else { return Vec::new() };
    let mut doubts = Vec::new();
    let duty = if case.direction == Direction::Import { DutyType::ImportDuty } else { DutyType::ExportDuty };
    let mut look = |code: &str, of_tax: Option<DutyType>| {
        let Ok(found) = look_up(case, code) else { return };
        let rate = matches!(found.effect, "rate" | "amount");
        let remedy = matches!(found.tax, DutyType::AntiDumping | DutyType::Countervailing | DutyType::Safeguard);
        if remedy || of_tax.is_some_and(|tax| tax != found.tax) {
            return;
        }
        let fits = if rate { goes_on(case, code, hs) } else { goes_with(case, code, hs, found.tax) };
        if !fits {
            doubts.push(Doubt::Refuse(format!("{code} goes with neither the kind nor the goods")));
        }
    };
    if let Some(code) = item.exemption_code.as_deref() {
        look(code, Some(duty));
    }
    if case.direction == Direction::Import {
        for entered in &item.other_taxes {
            for code in entered.code.iter().chain(&entered.exemption_code) {
                look(code, None);
            }
        }
    }
    doubts
}

/// The code that lowers a tax, as entered.
pub(super) fn relief_code_of(case: &Case<'_>, item: &GoodsItem, duty_type: DutyType) -> Option<String> {
    code_of(case, item, duty_type, |effect| !matches!(effect, "rate" | "amount"))
}

/// The code of a rate or an amount of a tax, as entered.
pub(super) fn rate_code_of(case: &Case<'_>, item: &GoodsItem, duty_type: DutyType) -> Option<String> {
    code_of(case, item, duty_type, |effect| matches!(effect, "rate" | "amount"))
}

fn code_of(case: &Case<'_>, item: &GoodsItem, duty_type: DutyType, wanted: impl Fn(&str) -> bool) -> Option<String> {
    let codes = item.other_taxes.iter().flat_map(|entered| entered.code.iter().chain(&entered.exemption_code));
    let mut of_tax =
        codes.filter(|code| look_up(case, code).is_ok_and(|found| found.tax == duty_type && wanted(found.effect)));
    of_tax.next_back().map(ToString::to_string)
}

/// A list of exempt goods beside the code of the import or export duty.
fn list(case: &Case<'_>, code: &str, item: &GoodsItem) -> Answer<()> {
    let Ok(found) = look_up(case, code) else { return Ok(()) };
    match (found.row.cell("exemption_list"), &item.exemption_list) {
        ("required", None) => refuse(format!("{code} needs the list of exempt goods")),
        ("", Some(_)) => refuse(format!("{code} draws on no list")),
        _ => Ok(()),
    }
}
