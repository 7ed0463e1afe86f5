//! Shipments of little value or little duty (Decree 134/2016 art. 8 and 29).
//!
//! A shipment bears no import or export duty when its customs value is not above one figure or its duty not above another.
//! The figures of express shipments (cargo class F) are higher. A gift (class A) to a person is exempt by its value, or
//! when its duty is below a figure; gifts to organisations have no figures here. The decree speaks of the tax of the law
//! that it carries out, which is duty. The other taxes stay, on bases without that duty.

use vocabulary::{Direction, DutyType};

use super::number::{Number, whole};
use super::relief::Relief;
use super::{Case, Claim, ItemAccount, rule_files};

/// The duty that the shipment is exempt from, if it is.
pub(super) fn exempt_duty(case: &Case<'_>, values: &[Number], items: &[ItemAccount]) -> Option<DutyType> {
    let declaration = case.declaration;
    let to_a_person = matches!(declaration.party_class.as_deref(), Some("1" | "2"));
    let blocks = match declaration.cargo_class.as_deref() {
        Some("A") if to_a_person => &case.rules.gift,
        Some("A") => return None,
        Some("F") => &case.rules.express,
        _ => &case.rules.small_shipment,
    };
    let figures = rule_files::on(blocks, case.day)?;
    let duty_type = if case.direction == Direction::Import { DutyType::ImportDuty } else { DutyType::ExportDuty };
    let of_duty = items.iter().flat_map(|item| &item.taxes).filter(|tax| tax.duty_type == duty_type);
    let duty = of_duty.fold(whole(0), |sum, tax| sum + &tax.payable);
    let value = values.iter().fold(whole(0), |sum, value| sum + value);
    let little = value <= figures.number("customs_value_max")?
        || figures.number("duty_max").is_some_and(|most| duty <= most)
        || figures.number("duty_below").is_some_and(|below| duty < below);
    (little && duty > whole(0)).then_some(duty_type)
}

/// The taxes of a line with one of them taken off.
pub(super) fn without(exempt: DutyType, line: &[Claim]) -> Vec<Claim> {
    let mut line = line.to_vec();
    for claim in line.iter_mut().filter(|claim| claim.duty_type == exempt) {
        claim.relief = Relief::Whole;
    }
    line
}
