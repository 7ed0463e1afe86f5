//! Environmental protection tax on import.

use rulebook::{EnvironmentalProtection, TariffLine};
use vocabulary::DutyType;

use super::declared_code::{Choice, decided_by_code, not_borne, relieved};
use crate::accepted::TaxClaim;
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::line::ResolvedLine;
use crate::validation::tax_codes::DeclaredTax;

pub(super) fn claim(
    line: &ResolvedLine<'_>,
    tariff: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::EnvironmentalProtection;
    let rate = match tariff.environmental() {
        EnvironmentalProtection::No(citation) => {
            not_borne(duty_type, tariff, declared.as_ref(), &citation, report);
            return None;
        }
        EnvironmentalProtection::Gap(gap) => {
            report.gap(gap, Some(line.position));
            return None;
        }
        EnvironmentalProtection::Yes(citation) | EnvironmentalProtection::Maybe(citation) => {
            let choice = Choice { permitted: &[], not_subject: true, citation: &citation };
            decided_by_code(duty_type, line, tariff, declared.as_ref(), choice, report)?
        }
    };
    Some(relieved(duty_type, rate, declared, kind, line, report))
}
