//! Anti-dumping, countervailing and safeguard duties (Law 05/2017; Law 107/2016 art. 12 to 14; Circular 33/2023 art. 10
//! and 12).
//!
//! A measure is on goods of some tariff codes and origins; its rates are by maker. Goods under it declare the code of one of
//! its rates, or that they are exempt, or that they are not of the goods it describes, unless it is on all goods of the
//! codes. A code of a measure that is not on the goods is a mistake. Where a measure's rates are not entered for the day,
//! the rules are silent.
//!
//! Goods of the codes from elsewhere need a proof of that origin. While it is promised for later, the highest rate of the
//! makers that no other rate names is due; without any proof, that is a mistake.
//!
//! Goods of a kind that is not subject to duty bear none of these either. The base is the customs value.

use vocabulary::{DutyType, GoodsItem};

use super::declared_codes::{Declared, Tax, rate_of_remedy};
use super::relief::Relief;
use super::rule_files::{Measure, Row};
use super::{Answer, Case, Claim, TaxRate, refuse, silent};

/// A trade remedy on a line, where there is one.
pub(super) fn claim(
    case: &Case<'_>,
    item: &GoodsItem,
    hs: &str,
    duty_type: DutyType,
    declared: &Declared,
) -> Answer<Option<Claim>> {
    let Some(origin) = item.origin.as_deref() else { return Ok(None) };
    let on_goods = |measure: &&Measure| {
        measure.tax == duty_type.as_str()
            && measure.days.hold(case.day)
            && measure.hs.iter().any(|beginning| hs.starts_with(beginning.as_str()))
    };
    let measures: Vec<&Measure> = case.rules.measures.iter().filter(on_goods).collect();
    let of_origin = |measure: &Measure| measure.origins.is_empty() || measure.origins.iter().any(|one| one == origin);
    let on_origin: Vec<&Measure> = measures.iter().copied().filter(|measure| of_origin(measure)).collect();
    let none = Claim { duty_type, rate: TaxRate::NotSubject, relief: Relief::None };
    if let Some(tax) = declared.of(duty_type) {
        return by_code(case, tax, origin, &measures, &on_origin, none);
    }
    if measures.is_empty() {
        return Ok(None);
    }
    if case.kind.is_some_and(|kind| kind.cell("duty") == "not_subject") {
        return Ok(Some(none));
    }
    if !on_origin.is_empty() {
        if on_origin.iter().any(|measure| rates(case, measure, origin).is_empty()) {
            return silent("the rates of a measure are not entered for the day");
        }
        return refuse(format!("{duty_type} is on the goods, and no code of it is declared"));
    }
    if item.certificate_number.is_some() {
        return Ok(None);
    }
    if item.certificate_late.as_deref() != Some("true") {
        return refuse(format!("nothing proves that the goods are not under a measure of {duty_type}"));
    }
    let Some(code) = highest_of_others(case, &measures) else {
        return silent("which rate of a measure is the highest is not known");
    };
    Ok(Some(Claim { duty_type, rate: rate_of_remedy(case, item, &code)?, relief: Relief::None }))
}

fn by_code(
    case: &Case<'_>,
    tax: &Tax,
    origin: &str,
    measures: &[&Measure],
    on_origin: &[&Measure],
    none: Claim,
) -> Answer<Option<Claim>> {
    let Some(rate) = &tax.rate else {
        return match tax.relief {
            Some(Relief::NotSubject) if on_origin.iter().any(|measure| measure.all_goods) => {
                refuse("the measure is on all goods of the code")
            }
            Some(Relief::NotSubject | Relief::Whole) => Ok(Some(none)),
            // The code was wrong, which has been said.
            _ => Ok(None),
        };
    };
    let is_rate = |row: &&Row| row.cell("code") == tax.code;
    let fits = if on_origin.is_empty() {
        // Whoever declares a rate of a measure says that the goods are of its origin.
        measures
            .iter()
            .any(|measure| measure.origins.iter().any(|origin| rates(case, measure, origin).iter().any(is_rate)))
    } else {
        on_origin.iter().any(|measure| rates(case, measure, origin).iter().any(is_rate))
    };
    if !fits {
        return refuse(format!("the measure of {} is not on the goods", tax.code));
    }
    match &tax.relief {
        Some(Relief::NotSubject) => Ok(Some(none)),
        relief => Ok(Some(Claim { rate: rate.clone(), relief: relief.clone().unwrap_or(Relief::None), ..none })),
    }
}

/// The rates of a measure for an origin on the day.
fn rates<'c>(case: &Case<'c>, measure: &Measure, origin: &str) -> Vec<&'c Row> {
    let of_measure = |row: &&Row| {
        row.cell("case") == measure.id
            && row.days.hold(case.day)
            && (row.cell("origin").is_empty() || row.cell("origin") == origin)
    };
    case.rules.remedies.rows.iter().filter(of_measure).collect()
}

/// The code of the highest rate of makers that no other rate names. An amount for each unit is comparable with nothing.
fn highest_of_others(case: &Case<'_>, measures: &[&Measure]) -> Option<String> {
    let mut others: Vec<&Row> = Vec::new();
    for measure in measures {
        for origin in &measure.origins {
            for row in rates(case, measure, origin) {
                if row.cell("maker").is_empty() && !others.iter().any(|known| known.cell("code") == row.cell("code")) {
                    others.push(row);
                }
            }
        }
    }
    if let [one] = others.as_slice() {
        return Some(one.cell("code").to_owned());
    }
    if others.iter().any(|row| row.number("rate").is_none()) {
        return None;
    }
    others.into_iter().max_by_key(|row| row.number("rate")).map(|row| row.cell("code").to_owned())
}
