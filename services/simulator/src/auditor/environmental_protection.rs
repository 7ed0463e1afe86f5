//! Environmental protection tax (Resolution 579/2018; Resolution 19/2026 for fuels).
//!
//! An amount for each unit of the product, by the declared code. Lines of the table bear it, always or for some of their
//! goods: a code is needed, of the amount or of why there is none. Goods that the table leaves out bear none.

use vocabulary::DutyType;

use super::declared_codes::Declared;
use super::special_consumption::{by_goods, for_kind, not_borne};
use super::{Answer, Case, Claim, silent};

/// The environmental protection tax of a line, where it bears any.
pub(super) fn claim(case: &Case<'_>, hs: &str, declared: &Declared) -> Answer<Option<Claim>> {
    let duty_type = DutyType::EnvironmentalProtection;
    let table = &case.rules.environmental_lines;
    let declared = declared.of(duty_type);
    if table.on(hs, case.day).is_some() {
        let rate = by_goods(hs, declared, &[])?;
        return Ok(Some(for_kind(case, duty_type, rate, declared)));
    }
    if table.rows_of(hs).next().is_none() && table.days.hold(case.day) {
        return not_borne(declared);
    }
    silent(format!("whether {hs} bears environmental protection tax on {} is not entered", case.day))
}
