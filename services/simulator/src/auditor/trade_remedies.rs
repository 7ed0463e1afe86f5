//! Anti-dumping, countervailing and safeguard duties (Law 107/2016 art. 12 to 14; decisions of the Ministry of Industry
//! and Trade).
//!
//! The declared code names the decision's rate, on the customs value. A code that exempts the goods, or says that they
//! are not subject to the duty, leaves nothing to reckon.

use vocabulary::DutyType;

use super::declared_codes::Declared;
use super::relief::Relief;
use super::{Claim, TaxRate};

/// A trade remedy on a line, where one is declared.
pub(super) fn claim(duty_type: DutyType, declared: &Declared) -> Option<Claim> {
    let tax = declared.of(duty_type)?;
    match (&tax.rate, &tax.relief) {
        (Some(_), Some(Relief::NotSubject)) | (None, Some(Relief::NotSubject | Relief::Whole)) => {
            Some(Claim { duty_type, rate: TaxRate::NotSubject, relief: Relief::None })
        }
        (Some(rate), relief) => {
            Some(Claim { duty_type, rate: rate.clone(), relief: relief.clone().unwrap_or(Relief::None) })
        }
        (None, _) => None,
    }
}
