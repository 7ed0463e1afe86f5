//! Specific and mixed import duties (schedules B15 and B16; Law 107/2016 art. 6; Decree 26/2023 Annex III).
//!
//! A specific duty is an amount for each unit; a mixed one adds a percentage of the customs value, its own or the line's
//! rate by origin. The declared code (SPD) names which one of those that the goods may bear; a quantity of the line is in
//! its unit; an amount in foreign currency counts at the exchange rate of the day. Without any such duty for the goods the
//! rules are silent.

use vocabulary::GoodsItem;

use super::number::Number;
use super::rule_files::Row;
use super::{Answer, Case, PerUnit, TaxRate, refuse, silent};

/// The rate of the declared code, under a schedule of a kind.
pub(super) fn rate(
    case: &Case<'_>,
    item: &GoodsItem,
    hs: &str,
    kind: &str,
    by_origin: impl Fn() -> Answer<Number>,
) -> Answer<TaxRate> {
    let may_be_borne =
        |row: &&Row| row.cell("kind") == kind && row.cell("hs").split('/').any(|beginning| hs.starts_with(beginning));
    let rows = &case.rules.specific_rates.rows;
    if !rows.iter().filter(|row| row.days.hold(case.day)).any(|row| may_be_borne(&row)) {
        return silent(format!("no {kind} rate of {hs}"));
    }
    let Some(code) = item.specific_rate_code.as_deref() else {
        return refuse(format!("no code of a {kind} rate is declared"));
    };
    let Some(row) = case.rules.specific_rates.on(code, case.day).filter(may_be_borne) else {
        return refuse(format!("{code} is no {kind} rate of {hs}"));
    };
    let unit = row.cell("unit");
    let Some(quantity) = case.counted_in(item, unit) else {
        return refuse(format!("the duty is counted by {unit}, and no quantity is"));
    };
    let Some(amount) = row.number("amount") else { return silent("a specific rate without its amount") };
    let percent = match (kind, row.cell("rate")) {
        ("specific", _) => None,
        (_, "mfn") => Some(by_origin()?),
        _ => row.number("rate"),
    };
    let currency = row.cell("currency");
    let per_unit = PerUnit { amount, currency: currency.to_owned(), unit: unit.to_owned(), quantity };
    Ok(match percent {
        None => TaxRate::PerUnit(per_unit),
        Some(percent) => TaxRate::Mixed(percent, per_unit),
    })
}
