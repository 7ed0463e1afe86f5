//! The duties and taxes that an import line bears, from its commodity, origin, schedule, kind and codes: a file for each
//! tax.

mod declared_code;
mod environmental_protection;
mod import_duty;
mod special_consumption;
mod specific_duty;
mod trade_remedies;
mod vat;

use rulebook::TradeRemedy;
use vocabulary::declaration::goods_item;
use vocabulary::{DutyType, Place};

use super::Report;
use super::code_uses::{CodeDesk, FittingCode};
use super::goods::{commodity, units};
use super::header::Kind;
use super::line::ResolvedLine;
use super::tax_codes::{self, DeclaredTax};
use crate::accepted::TaxClaim;

/// The duties and taxes of a line, in the order of assessment. Whether it is `proven`, so that it may have the rate of an
/// agreement, was decided before, with all lines in view.
pub(crate) fn claims(
    line: &ResolvedLine<'_>,
    kind: Option<&Kind<'_>>,
    proven: bool,
    report: &mut Report<'_>,
) -> Vec<TaxClaim> {
    let (position, item) = (line.position, line.item);
    // The codes are looked at even where the commodity is unknown: all mistakes are reported at once.
    let mut declared = tax_codes::declared(line, report);
    let relief = tax_codes::duty_relief(line, DutyType::ImportDuty, report);
    let Some(tariff) = commodity(line, report) else {
        report.doubt_all_taxes(position);
        return Vec::new();
    };
    units(line, &tariff, report);
    let desk = CodeDesk::new(line, tariff, kind);
    let mut fitting: Vec<FittingCode<'_>> = Vec::new();
    if let (Some(code), Some(_)) = (item.exemption_code.as_deref(), &relief) {
        let place = Place::item(goods_item::exemption_code, position);
        report.about(position, DutyType::ImportDuty);
        fitting.extend(desk.relief_code(DutyType::ImportDuty, code, place, report));
    }
    for (duty_type, tax) in &declared {
        report.about(position, *duty_type);
        if let Some((code, place)) = &tax.relief_code {
            fitting.extend(desk.relief_code(*duty_type, code, *place, report));
        }
        if let (Some(rate), Some(place)) = (&tax.rate, tax.place) {
            desk.rate_code(*duty_type, &rate.code, place, report);
        }
    }
    let entered = declared.clone();
    let mut claims: Vec<TaxClaim> = Vec::new();
    report.about(position, DutyType::ImportDuty);
    claims.extend(import_duty::claim(line, tariff, kind, relief, proven, report));
    let measures: Vec<TradeRemedy<'_>> = line.rules.remedies().on_goods(line.declared_code()).collect();
    for duty_type in [DutyType::AntiDumping, DutyType::Countervailing, DutyType::Safeguard] {
        let tax = take(&mut declared, duty_type);
        report.about(position, duty_type);
        claims.extend(trade_remedies::claim(duty_type, line, tariff, &measures, tax, kind, report));
    }
    let tax = take(&mut declared, DutyType::SpecialConsumption);
    report.about(position, DutyType::SpecialConsumption);
    claims.extend(special_consumption::claim(line, &tariff, tax, kind, report));
    let tax = take(&mut declared, DutyType::EnvironmentalProtection);
    report.about(position, DutyType::EnvironmentalProtection);
    claims.extend(environmental_protection::claim(line, &tariff, tax, kind, report));
    let tax = take(&mut declared, DutyType::Vat);
    report.about(position, DutyType::Vat);
    claims.extend(vat::claim(line, &tariff, tax, kind, report));
    report.about_no_tax();
    let bears_consumption = claims.iter().any(|assessed| assessed.duty_type == DutyType::SpecialConsumption);
    if !bears_consumption && !kind.is_some_and(|kind| kind.takes_off(DutyType::SpecialConsumption)) {
        desk.claim_not_borne(report);
    }
    for assessed in &claims {
        let duty_type = assessed.duty_type;
        for fitting in fitting.iter().filter(|fitting| fitting.duty_type == duty_type) {
            desk.claim_relief(fitting, report);
        }
        if let Some((_, declared)) = entered.iter().find(|(entered, _)| *entered == duty_type) {
            desk.claim_rate(assessed, declared, report);
        }
        if duty_type == DutyType::EnvironmentalProtection {
            desk.claim_share(assessed, report);
        }
    }
    claims
}

fn take(declared: &mut Vec<(DutyType, DeclaredTax)>, duty_type: DutyType) -> Option<DeclaredTax> {
    let at = declared.iter().position(|(other, _)| *other == duty_type)?;
    Some(declared.swap_remove(at).1)
}
