//! Which amendments of what is cleared an officer checks (Circular 38/2015 art. 20).

use rulebook::ReasonFor;
use vocabulary::{Declaration, Lane};

use super::command::Amendment;

/// Whether an officer checks an amendment of what is cleared: it rests on a claim, it goes by a lane that asks for a check, or
/// it lowers what is owed by more than a certificate that customs holds.
pub(super) fn has_to_be_checked(amendment: &Amendment<'_>, given_for: ReasonFor, lowers: bool) -> bool {
    let decision = amendment.after.decision;
    let proved = given_for == ReasonFor::Certificate
        && beside_certificates(amendment.before) == beside_certificates(amendment.after.declaration);
    !decision.claims.is_empty() || decision.lane != Some(Lane::Green) || (lowers && !proved)
}

/// A declaration without what a certificate that is filed later brings with it.
fn beside_certificates(declaration: &Declaration) -> Declaration {
    let mut rest = declaration.clone();
    (rest.function, rest.stage, rest.version, rest.number, rest.change_reason_code) = (None, None, None, None, None);
    for item in &mut rest.goods_items {
        item.tariff_schedule = None;
        item.certificate_form = None;
        item.certificate_number = None;
        item.certificate_date = None;
        item.certificate_late = None;
    }
    rest
}
