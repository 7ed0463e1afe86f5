//! Guarantees (Law 107/2016 art. 9; Decree 134/2016 art. 4).
//!
//! Payment may be secured by a bank's guarantee: of the declaration alone (due-date code A), or of several (B). It is named
//! by bank, year, sign and number, was given for the declarant, is of that kind, has not ended, and covers all that is
//! owed: a dong short is short.

use super::number::{Number, of};
use super::{Answer, Case, refuse};

/// Whether the guarantee, where one is chosen, covers what is owed.
pub(super) fn covers(case: &Case<'_>, owed: &Number) -> Answer<()> {
    let declaration = case.declaration;
    let general = match declaration.due_date_code.as_deref() {
        Some("A") => false,
        Some("B") => true,
        _ => return Ok(()),
    };
    let named = case.facts.guarantees.iter().find(|known| {
        declaration.guarantee_bank.as_deref() == Some(known.bank.as_str())
            && declaration.guarantee_year == Some(u64::from(known.year))
            && declaration.guarantee_sign.as_deref() == Some(known.sign.as_str())
            && declaration.guarantee_number.as_deref() == Some(known.number.as_str())
    });
    let Some(guarantee) = named else { return refuse("there is no such guarantee") };
    if declaration.declarant() != Some(guarantee.holder.as_str()) {
        return refuse("the guarantee is another enterprise's");
    }
    if guarantee.expires_on.is_some_and(|last| last < case.day) {
        return refuse("the guarantee has ended");
    }
    if guarantee.general != general {
        return refuse("the guarantee is of the other kind");
    }
    if *owed > of(guarantee.remaining) {
        return refuse("the guarantee does not cover what is owed");
    }
    Ok(())
}
