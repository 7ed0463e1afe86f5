//! Special consumption tax on import.

use rulebook::{SpecialConsumption, TariffLine};
use vocabulary::DutyType;

use super::declared_code::{Choice, decided_by_code, decided_by_kind_or_code, not_borne, relieved, same_rate};
use crate::accepted::{CitedRate, TaxClaim};
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
    let duty_type = DutyType::SpecialConsumption;
    let rate = match tariff.special_consumption() {
        SpecialConsumption::NotSubject(citation) => {
            not_borne(duty_type, tariff, declared.as_ref(), &citation, report);
            return None;
        }
        SpecialConsumption::Gap(gap) => {
            report.gap(gap, Some(line.position));
            return None;
        }
        SpecialConsumption::Rate(rate) => {
            same_rate(duty_type, tariff, declared.as_ref(), rate.value, &rate.citation, report);
            CitedRate::from(rate)
        }
        SpecialConsumption::Seldom { permitted, citation } => {
            let declared = declared.as_ref().filter(|declared| declared.rate.is_some())?;
            let choice = Choice { permitted: &permitted, not_subject: true, citation: &citation };
            decided_by_code(duty_type, line, tariff, Some(declared), choice, report)?
        }
        SpecialConsumption::DependsOnGoods { permitted, not_subject_permitted: not_subject, citation } => {
            let choice = Choice { permitted: &permitted, not_subject, citation: &citation };
            decided_by_kind_or_code(duty_type, (line, tariff), declared.as_ref(), kind, choice, report)?
        }
    };
    Some(relieved(duty_type, rate, declared, kind, line, report))
}
