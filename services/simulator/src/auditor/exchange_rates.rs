//! Exchange rates.
//!
//! An amount in a foreign currency counts at the rate of the week of registration, Monday to Sunday (Decree 08/2015 art.
//! 21.3 as amended by 59/2018: the buying rate of the Thursday before). A dong is a dong. Where no rate is entered, the
//! rules are silent; a code that is no currency at all is a mistake of the declarant.

use super::number::{Number, whole};
use super::{Answer, Case, refuse, silent};

/// Dong for one unit of a currency.
pub(super) fn dong_for(case: &Case<'_>, currency: &str) -> Answer<Number> {
    if case.rules.currencies.is_silent(currency, case.day) {
        return silent(format!("the currencies of {} are not entered", case.day));
    }
    if case.rules.currencies.on(currency, case.day).is_none() {
        return refuse(format!("{currency} is no currency"));
    }
    if currency == "VND" {
        return Ok(whole(1));
    }
    for week in &case.rules.exchange_rates.rows {
        let day = |column| week.cell(column).parse().ok();
        let (Some(monday), Some(sunday)) = (day("monday"), day("sunday")) else { continue };
        if monday <= case.day && case.day <= sunday {
            return week.number(currency).map_or_else(|| silent(format!("no rate of {currency} this week")), Ok);
        }
    }
    silent(format!("no rates of the week of {}", case.day))
}
