//! Exact numbers: fractions of whole numbers of any length. Nothing here is ever rounded but where the law rounds.

use num_bigint::BigInt;
use num_rational::BigRational;
use rust_decimal::Decimal;

/// An exact number.
pub type Number = BigRational;

/// A whole number.
pub(super) fn whole(number: i64) -> Number {
    Number::from_integer(BigInt::from(number))
}

/// What a decimal stands for.
pub fn of(decimal: Decimal) -> Number {
    Number::new(BigInt::from(decimal.mantissa()), BigInt::from(10).pow(decimal.scale()))
}

/// A number as rule files write it: digits, and after a point further digits.
pub(super) fn read(text: &str) -> Option<Number> {
    let (digits, decimals) = text.split_once('.').unwrap_or((text, ""));
    let mantissa: BigInt = format!("{digits}{decimals}").parse().ok()?;
    Some(Number::new(mantissa, BigInt::from(10).pow(u32::try_from(decimals.len()).ok()?)))
}

/// A rate as a table prints it: a number, or after `? ` one number for every part of a line that the source splits.
pub(super) fn printed(cell: &str) -> Option<Number> {
    let Some(words) = cell.strip_prefix('?') else { return read(cell) };
    let parts: Vec<Option<Number>> = words.trim().split('/').map(|part| read(&part.trim().replace(',', "."))).collect();
    let first = parts.first()?.clone()?;
    (parts.len() > 1 && parts.iter().all(|part| part.as_ref() == Some(&first))).then_some(first)
}

/// A percentage of an amount.
pub(super) fn percent_of(percent: &Number, amount: &Number) -> Number {
    percent * amount / whole(100)
}

/// Rounded at a number of decimals; a half goes up, away from zero.
pub(super) fn half_up(number: &Number, decimals: u32) -> Number {
    let scale = Number::from_integer(BigInt::from(10).pow(decimals));
    let half = Number::new(BigInt::from(1), BigInt::from(2));
    let scaled = number * &scale;
    let rounded = if *number < whole(0) { -((-scaled + half).floor()) } else { (scaled + half).floor() };
    rounded / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        read(text).unwrap()
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(half_up(&number("162677353.5"), 0), number("162677354"));
        assert_eq!(half_up(&number("162677353.4999"), 0), number("162677353"));
        assert_eq!(half_up(&-number("0.00005"), 4), -number("0.0001"));
        assert_eq!(half_up(&(number("1") / number("3")), 4), number("0.3333"));
    }

    #[test]
    fn one_figure_for_every_part_is_a_rate() {
        assert_eq!(printed("? 0/0"), Some(number("0")));
        assert_eq!(printed("? 5,4/5.4/5,4"), Some(number("5.4")));
        for unknown in ["? 0/5", "? 5", "? later", "excluded", "? 0/0 (-MY)"] {
            assert_eq!(printed(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_decimal_and_its_text_are_the_same_number() {
        for text in ["0", "161.90", "26100", "0.000001", "99999999999.9999"] {
            assert_eq!(of(Decimal::from_str_exact(text).unwrap()), number(text));
        }
    }
}
