//! Export duty (Law 107/2016 art. 5; Decree 26/2023 Annex I; the decrees of CPTPP, EVFTA and UKVFTA).
//!
//! Goods of Annex I bear the rate of their line, others none. To a member of one of the three agreements that have an
//! export tariff, with its proof of origin, the agreement's rate holds where it is not higher; goods that its tariff
//! leaves out keep the normal rate, and so do goods under any other agreement. Mexico has a tariff of its own in CPTPP.
//! The export tariffs of the agreements have days of their own, which matter to their members alone. Where no normal rate is
//! printed the agreement's holds, since the lower of both is the law's. Goods that are not subject need no rate.
//!
//! The base is the customs value. There is no VAT, special consumption or environmental protection tax on an export.

use vocabulary::{DutyType, GoodsItem};

use super::claims::kind_takes_off;
use super::declared_codes::Declared;
use super::number::{self, Number};
use super::relief::{self, Relief};
use super::{Answer, Case, Claim, TaxRate, silent, typed_rate};

/// The export duty of a line.
pub(super) fn claim(case: &Case<'_>, item: &GoodsItem, hs: &str, declared: &Declared) -> Answer<Claim> {
    let table = &case.rules.export_tariff;
    let Some(row) = table.on(hs, case.day) else {
        if table.leaves_out(hs, case.day) && table.days.hold(case.day) {
            typed_rate::agrees(item, &TaxRate::NotSubject)?;
            return Ok(Claim { duty_type: DutyType::ExportDuty, rate: TaxRate::NotSubject, relief: Relief::None });
        }
        return silent(format!("no export duty of {hs} on {}", case.day));
    };
    let not_subject = relief::no_duty(case.kind, declared.duty_relief.as_ref());
    let rate = match (number::printed(row.cell("rate")), not_subject) {
        (None, true) => {
            typed_rate::agrees(item, &TaxRate::NotSubject)?;
            return Ok(Claim { duty_type: DutyType::ExportDuty, rate: TaxRate::NotSubject, relief: Relief::None });
        }
        (normal, _) => match (preference(case, item, hs)?, normal) {
            (Some(preference), Some(normal)) if preference > normal => normal,
            (Some(preference), _) => preference,
            (None, Some(normal)) => normal,
            (None, None) => return silent(format!("{hs}: {}", row.cell("rate"))),
        },
    };
    typed_rate::agrees(item, &TaxRate::Percent(rate.clone()))?;
    let usual = case.kind.map_or("", |kind| kind.cell("duty_relief_code"));
    let declared = declared.duty_relief.clone();
    Ok(relief::claim(
        DutyType::ExportDuty,
        TaxRate::Percent(rate),
        declared,
        case.kind,
        kind_takes_off(case, DutyType::ExportDuty),
        usual,
    ))
}

/// Whether the rate is an agreement's that is below the normal one.
pub(super) fn is_preferential(case: &Case<'_>, item: &GoodsItem, hs: &str) -> bool {
    let Some(row) = case.rules.export_tariff.on(hs, case.day) else { return false };
    let code = item.exemption_code.as_deref();
    let not_subject =
        code.and_then(|code| case.rules.tax_codes.on(code, case.day)).map(|row| row.cell("effect") == "not_subject");
    let free = not_subject.unwrap_or_else(|| relief::no_duty(case.kind, None));
    if free && row.number("rate").is_none() {
        return false;
    }
    let preferential = preference(case, item, hs).ok().flatten();
    // Where no normal rate is printed, the agreement's is all that keeps the goods from an officer.
    preferential.is_some_and(|preferential| row.number("rate").is_none_or(|normal| preferential < normal))
}

fn preference(case: &Case<'_>, item: &GoodsItem, hs: &str) -> Answer<Option<Number>> {
    let (Some(form), Some(_)) = (item.certificate_form.as_deref(), &item.certificate_number) else {
        return Ok(None);
    };
    let Some(destination) = case.declaration.final_destination.as_deref().and_then(|place| place.get(..2)) else {
        return Ok(None);
    };
    if case.rules.certificates.is_silent(form, case.day) {
        return silent(format!("the forms of certificates of {} are not entered", case.day));
    }
    let Some(certificate) = case.rules.certificates.on(form, case.day) else { return Ok(None) };
    for id in certificate.cell("agreements").split_whitespace() {
        let column = match id {
            "cptpp-mexico" => "cptpp_mexico",
            "cptpp" | "evfta" | "ukvfta" => id,
            _ => continue,
        };
        let Some(agreement) = case.rules.agreements.iter().find(|agreement| agreement.id == id) else { continue };
        // Goods that go elsewhere ask for nothing of the agreement.
        if !agreement.days.hold(case.day) || !agreement.has_member(destination, case.day) {
            continue;
        }
        if !case.rules.export_preferences.days.hold(case.day) {
            return silent(format!("the export tariff of {id} on {} is not entered", case.day));
        }
        let row = case.rules.export_preferences.on(hs, case.day);
        let cell = row.map(|row| row.cell(column)).filter(|cell| !cell.is_empty());
        match cell.map(|cell| (cell, number::printed(cell))) {
            None => {}
            Some((_, Some(rate))) => return Ok(Some(rate)),
            Some((printed, None)) => return silent(format!("{id}, {hs}: {printed}")),
        }
    }
    Ok(None)
}
