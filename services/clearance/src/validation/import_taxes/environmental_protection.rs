//! Environmental protection tax on import.

use rulebook::{EnvironmentalProtection, TariffLine};
use vocabulary::DutyType;

use super::declared_code::{decided_by_code, not_borne};
use crate::accepted::TaxClaim;
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::relief::by_kind;
use crate::validation::tax_codes::DeclaredTax;

pub(super) fn claim(
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::EnvironmentalProtection;
    let rate = match line.environmental() {
        EnvironmentalProtection::No(citation) => {
            not_borne(duty_type, line, declared.as_ref(), &citation, report);
            return None;
        }
        EnvironmentalProtection::Gap(gap) => {
            report.gap(gap, Some(position));
            return None;
        }
        EnvironmentalProtection::Yes(citation) | EnvironmentalProtection::Maybe(citation) => {
            decided_by_code(duty_type, position, line, declared.as_ref(), &[], true, &citation, report)?
        }
    };
    let relief = declared.and_then(|declared| declared.relief);
    let ((rate, citation), relief) = by_kind(duty_type, rate, relief, kind, position, report);
    Some(TaxClaim { duty_type, rate, citation, relief })
}
