//! Special consumption tax on import.

use rulebook::{SpecialConsumption, TariffLine};
use vocabulary::DutyType;

use super::declared_code::{decided_by_code, not_borne, same_rate};
use crate::accepted::{ClaimedRate, TaxClaim};
use crate::validation::Report;
use crate::validation::header::Kind;
use crate::validation::relief::{by_kind, not_subject_by_kind};
use crate::validation::tax_codes::DeclaredTax;

pub(super) fn claim(
    position: usize,
    line: &TariffLine<'_>,
    declared: Option<DeclaredTax>,
    kind: Option<&Kind<'_>>,
    report: &mut Report<'_>,
) -> Option<TaxClaim> {
    let duty_type = DutyType::SpecialConsumption;
    let rate = match line.special_consumption() {
        SpecialConsumption::NotSubject(citation) => {
            not_borne(duty_type, line, declared.as_ref(), &citation, report);
            return None;
        }
        SpecialConsumption::Gap(gap) => {
            report.gap(gap, Some(position));
            return None;
        }
        SpecialConsumption::Rate(rate) => {
            same_rate(duty_type, line, declared.as_ref(), rate.value, &rate.citation, report);
            (ClaimedRate::AdValorem(rate.value), rate.citation)
        }
        SpecialConsumption::Seldom { permitted, citation } => {
            declared.as_ref().filter(|declared| declared.rate.is_some())?;
            decided_by_code(duty_type, position, line, declared.as_ref(), &permitted, true, &citation, report)?
        }
        SpecialConsumption::DependsOnGoods { citation, .. }
            if not_subject_by_kind(duty_type, declared.as_ref(), kind, report) =>
        {
            (ClaimedRate::NotSubject, citation)
        }
        SpecialConsumption::DependsOnGoods { permitted, not_subject_permitted, citation } => decided_by_code(
            duty_type,
            position,
            line,
            declared.as_ref(),
            &permitted,
            not_subject_permitted,
            &citation,
            report,
        )?,
    };
    let relief = declared.and_then(|declared| declared.relief);
    let ((rate, citation), relief) = by_kind(duty_type, rate, relief, kind, position, report);
    Some(TaxClaim { duty_type, rate, citation, relief })
}
