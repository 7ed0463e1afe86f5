//! What can be written into the record, and what cannot.

use rust_decimal::Decimal;

/// Why something cannot be written into the record. Both are defects of ours: what declares or pays more than can be kept is
/// turned away before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrecordable {
    /// An amount is no whole number of dong, or beyond what is kept.
    #[error("{0} is no whole number of dong that can be kept")]
    Amount(Decimal),
    /// A balance is not kept that a declaration takes from or gives back to.
    #[error("line {line} of the {kind} that is written off is not kept")]
    Balance {
        /// Of what kind of fact it is.
        kind: String,
        /// The line of it.
        line: u32,
    },
    /// A part of the record has no JSON.
    #[error("a part of the record cannot be written: {0}")]
    Json(String),
}

impl From<serde_json::Error> for Unrecordable {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.to_string())
    }
}

/// Whole dong as they are kept.
///
/// # Errors
/// A fraction, or an amount beyond 64 bits.
pub(crate) fn dong(amount: Decimal) -> Result<i64, Unrecordable> {
    if !amount.fract().is_zero() {
        return Err(Unrecordable::Amount(amount));
    }
    i64::try_from(amount).map_err(|_| Unrecordable::Amount(amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_kept_to_the_dong_or_not_at_all() {
        let amount = |text: &str| Decimal::from_str_exact(text).unwrap();
        assert_eq!(dong(amount("26100000.00")), Ok(26_100_000));
        assert_eq!(dong(amount("9223372036854775807")), Ok(i64::MAX));
        for beyond in ["0.5", "9223372036854775808", "79228162514264337593543950335"] {
            assert_eq!(dong(amount(beyond)), Err(Unrecordable::Amount(amount(beyond))), "{beyond}");
        }
    }
}
