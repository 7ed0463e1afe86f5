//! The value that a rule computes as the right one, for its mend to name.

use conditions::{Condition, Formula};
use rust_decimal::{Decimal, RoundingStrategy};
use vocabulary::{Bilingual, Declaration, Kind, Place};

use crate::conditional::subject::Subject;

/// How a rule computes the right value of its field, and what the mend says of it.
#[derive(Debug)]
pub(crate) struct Suggestion {
    pub(crate) value: Formula,
    /// Where nothing is suggested unless it holds.
    pub(crate) when: Option<Condition>,
    /// Follows the mend; `{}` stands for the value.
    pub(crate) words: Bilingual,
}

impl Suggestion {
    /// What stands for the value in the words.
    pub(crate) const PLACEHOLDER: &'static str = "{}";

    /// The value as the field takes it; `None` where it cannot be computed or the field has no room for it.
    pub(crate) fn value_at(&self, place: Place, records: &[Subject<'_>], declaration: &Declaration) -> Option<String> {
        if let Some(when) = &self.when
            && !when.holds(records).unwrap_or(false)
        {
            return None;
        }
        let value = self.value.compute(records).ok().flatten()?;
        let (most, decimals) = match place.field.field().kind {
            Kind::Decimal { length, scale } => (length, u32::try_from(scale).ok()?),
            Kind::Integer { digits } => (digits, 0),
            _ => return None,
        };
        // Dong are whole; up, because a sum that has to hold others still does.
        let (decimals, way) = match declaration.currency_at(place) {
            Some("VND") => (0, RoundingStrategy::ToPositiveInfinity),
            _ => (decimals, RoundingStrategy::MidpointAwayFromZero),
        };
        let value = value.round_dp_with_strategy(decimals, way).normalize();
        let text = value.to_string();
        (value > Decimal::ZERO && text.len() <= most).then_some(text)
    }
}
