//! What takes a tax off again (Law 107/2016 art. 16 and 18; Circular 38/2015 on declaration kinds).
//!
//! A declared code comes first: an exemption takes off all of the tax, a reduction an amount but no more than the tax,
//! and goods that are not subject to the tax bear none at all.
//!
//! Without a code the declaration kind decides. A kind that is not subject bears none; one that is exempt, suspended or
//! not collected is relieved of all. But a kind that is usually relieved by a code (materials for export production)
//! is taxed in full while the code is not declared: the declarant has to claim it.

use super::number::Number;
use super::rule_files::Row;
use super::{Claim, TaxRate};
use vocabulary::DutyType;

/// What takes a tax off.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Relief {
    None,
    Whole,
    Amount(Number),
    NotSubject,
}

/// Whether goods are not subject to duty at all: by the declared code, or without one by a kind that asks for none.
pub(super) fn no_duty(kind: Option<&Row>, declared: Option<&Relief>) -> bool {
    match declared {
        Some(declared) => *declared == Relief::NotSubject,
        None => kind.is_some_and(|kind| kind.cell("duty") == "not_subject" && kind.cell("duty_relief_code").is_empty()),
    }
}

/// A tax at a rate, with what is taken off it: by the code, or by the kind, where it takes off the tax. `usual` is the code
/// by which goods of the kind are usually relieved.
pub(super) fn claim(
    duty_type: DutyType,
    rate: TaxRate,
    declared: Option<Relief>,
    kind: Option<&Row>,
    takes_off: bool,
    usual: &str,
) -> Claim {
    let treatment = if matches!(duty_type, DutyType::ImportDuty | DutyType::ExportDuty) { "duty" } else { "taxes" };
    let relief = match (declared, kind) {
        (Some(declared), _) => declared,
        (None, None) => Relief::None,
        (None, Some(_)) if !takes_off => Relief::None,
        (None, Some(kind)) => {
            let waits_for_code = !usual.is_empty() && rate != TaxRate::NotSubject;
            match kind.cell(treatment) {
                "not_subject" | "exempt" | "suspended" | "not_collected" if waits_for_code => Relief::None,
                "not_subject" => Relief::NotSubject,
                "exempt" | "suspended" | "not_collected" => Relief::Whole,
                _ => Relief::None,
            }
        }
    };
    match relief {
        Relief::NotSubject => Claim { duty_type, rate: TaxRate::NotSubject, relief: Relief::None },
        relief => Claim { duty_type, rate, relief },
    }
}
