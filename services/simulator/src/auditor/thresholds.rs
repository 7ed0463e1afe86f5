//! Small shipments (Decree 134/2016 art. 29).
//!
//! A shipment that is neither a gift nor sent by express bears no import or export duty when its customs value is not
//! above one figure or its duty not above another. The other taxes stay, on bases without that duty.

use vocabulary::{Direction, DutyType};

use super::number::{Number, whole};
use super::relief::Relief;
use super::{Case, Claim, ItemAccount, rule_files};

/// The duty that the shipment is exempt from, if it is.
pub(super) fn exempt_duty(case: &Case<'_>, values: &[Number], items: &[ItemAccount]) -> Option<DutyType> {
    let declaration = case.declaration;
    let gift_or_express = matches!(declaration.cargo_class.as_deref(), Some("A" | "F"))
        || matches!(declaration.kind.as_deref(), Some("H11" | "H21"));
    if gift_or_express {
        return None;
    }
    let small = rule_files::on(&case.rules.small_shipment, case.day)?;
    let duty_type = if case.direction == Direction::Import { DutyType::ImportDuty } else { DutyType::ExportDuty };
    let duty = items
        .iter()
        .flat_map(|item| &item.taxes)
        .filter(|tax| tax.duty_type == duty_type)
        .fold(whole(0), |sum, tax| sum + &tax.payable);
    let value = values.iter().fold(whole(0), |sum, value| sum + value);
    let small = value <= small.number("customs_value_max")? || duty <= small.number("duty_max")?;
    (small && duty > whole(0)).then_some(duty_type)
}

/// The taxes of a line with one of them taken off.
pub(super) fn without(exempt: DutyType, line: &[Claim]) -> Vec<Claim> {
    let mut line = line.to_vec();
    for claim in line.iter_mut().filter(|claim| claim.duty_type == exempt) {
        claim.relief = Relief::Whole;
    }
    line
}
