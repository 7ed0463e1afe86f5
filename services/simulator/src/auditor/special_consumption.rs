//! Special consumption tax on import (Law 66/2025 art. 8).
//!
//! The goods of the table bear it, at one rate or at one that depends on the goods: then the declared code decides,
//! among the rates that the table names if it names any, and without a code the declarant has made a mistake, unless the
//! kind is not subject to the tax. A code of
//! another rate than the line's is a mistake, and so is one on goods that do not bear the tax.
//!
//! The base is the customs value with the import duty and the additional duties that are payable.

use vocabulary::DutyType;

use super::claims::kind_takes_off;
use super::declared_codes::{Declared, Tax};
use super::number::{self, Number};
use super::relief::{self, Relief};
use super::{Answer, Case, Claim, TaxRate, refuse, rule_files, silent};

/// The special consumption tax of a line, where it bears any.
pub(super) fn claim(case: &Case<'_>, hs: &str, declared: &Declared) -> Answer<Option<Claim>> {
    let table = &case.rules.special_consumption;
    let declared = declared.of(DutyType::SpecialConsumption);
    let Some(row) = table.on(hs, case.day) else {
        if table.leaves_out(hs, case.day) && table.days.hold(case.day) {
            return not_borne(declared);
        }
        // An earlier law reached some headings, of which no rate is entered, and no others.
        let before = rule_files::on(&case.rules.special_consumption_before, case.day);
        if before.is_some_and(|law| !law.texts("headings").iter().any(|heading| hs.starts_with(heading.as_str()))) {
            return not_borne(declared);
        }
        return silent(format!("whether {hs} bears special consumption tax on {} is not entered", case.day));
    };
    let rate = match row.cell("rate") {
        printed if printed.starts_with('?') => return silent(format!("{hs}: {printed}")),
        // Few of the goods bear it: those of which a code says so.
        seldom if seldom.starts_with("not_subject or ") => {
            if !matches!(declared, Some(Tax { rate: Some(_), .. })) {
                return not_borne(declared);
            }
            let rates: Vec<Number> = seldom[15..].split('/').filter_map(number::read).collect();
            by_goods(hs, declared, &rates)?
        }
        one if !one.contains('/') && one != "by_goods" => match number::read(one.trim_end_matches(" or not_subject")) {
            Some(rate) => by_line(hs, declared, &rate)?,
            None => return silent(format!("{hs}: {one}")),
        },
        // Goods of a kind that is not subject need no code to say so.
        _ if declared.is_none() && not_subject_by_kind(case, DutyType::SpecialConsumption) => TaxRate::NotSubject,
        "by_goods" => by_goods(hs, declared, &[])?,
        several => {
            let rates: Vec<Number> = several.split('/').filter_map(number::read).collect();
            by_goods(hs, declared, &rates)?
        }
    };
    Ok(Some(for_kind(case, DutyType::SpecialConsumption, rate, declared)))
}

/// Whether the kind alone says that goods are not subject to the other taxes.
pub(super) fn not_subject_by_kind(case: &Case<'_>, duty_type: DutyType) -> bool {
    kind_takes_off(case, duty_type)
        && case.kind.is_some_and(|kind| kind.cell("taxes") == "not_subject" && kind.cell("vat_code").is_empty())
}

/// Goods that do not bear a tax: a code of a rate is a mistake, a code that takes off nothing is harmless.
pub(super) fn not_borne(declared: Option<&Tax>) -> Answer<Option<Claim>> {
    match declared {
        Some(Tax { rate: Some(_), .. }) => refuse("a rate of a tax that the goods do not bear"),
        _ => Ok(None),
    }
}

/// The rate that the line has by itself.
pub(super) fn by_line(hs: &str, declared: Option<&Tax>, rate: &Number) -> Answer<TaxRate> {
    let rate = TaxRate::Percent(rate.clone());
    match declared {
        Some(Tax { rate: Some(declared), .. }) if *declared != rate => refuse(format!("{hs} bears another rate")),
        _ => Ok(rate),
    }
}

/// The rate that the declared code stands for.
pub(super) fn by_goods(hs: &str, declared: Option<&Tax>, permitted: &[Number]) -> Answer<TaxRate> {
    match declared {
        Some(Tax { rate: Some(TaxRate::Percent(rate)), .. }) if !permitted.is_empty() && !permitted.contains(rate) => {
            refuse(format!("{hs} bears none of that rate"))
        }
        Some(Tax { rate: Some(rate), .. }) => Ok(rate.clone()),
        Some(Tax { relief: Some(Relief::NotSubject | Relief::Whole), .. }) => Ok(TaxRate::NotSubject),
        Some(Tax { silent: true, .. }) => silent(format!("the code of {hs} has no amount on the day")),
        Some(_) => refuse(format!("the code of {hs} does not say the rate")),
        None => refuse(format!("the tax on {hs} depends on the goods, and no code says which")),
    }
}

/// What the kind takes off a tax that is not VAT.
pub(super) fn for_kind(case: &Case<'_>, duty_type: DutyType, rate: TaxRate, declared: Option<&Tax>) -> Claim {
    let relief = declared.and_then(|tax| tax.relief.clone());
    relief::claim(duty_type, rate, relief, case.kind, kind_takes_off(case, duty_type), "")
}
