//! Anti-dumping, countervailing and safeguard duties.

use vocabulary::DutyType;

use crate::accepted::{ClaimedRate, Relief, TaxClaim};
use crate::validation::tax_codes::{DeclaredRelief, DeclaredTax};

pub(super) fn claim(duty_type: DutyType, declared: DeclaredTax) -> Option<TaxClaim> {
    let (rate, citation) = match (declared.rate, &declared.relief) {
        (Some(rate), _) => (rate.rate, rate.citation),
        (None, Some(DeclaredRelief::NotSubject(citation))) => (ClaimedRate::NotSubject, citation.clone()),
        (None, Some(DeclaredRelief::Relief(Relief::Whole(citation)))) => (ClaimedRate::NotSubject, citation.clone()),
        (None, _) => return None,
    };
    let relief = match declared.relief {
        Some(DeclaredRelief::Relief(relief)) if rate != ClaimedRate::NotSubject => relief,
        _ => Relief::None,
    };
    Some(TaxClaim { duty_type, rate, citation, relief })
}
