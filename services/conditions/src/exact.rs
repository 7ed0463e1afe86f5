//! Decimal arithmetic that is exact or says that it cannot be. `Decimal`'s own operators round without a word.

use rust_decimal::Decimal;

use crate::error::Obstacle;
use crate::syntax::Operator;

/// The result of an operation.
///
/// # Errors
/// [`Obstacle::TooManyDigits`] when the exact sum, difference or product has more than 28 digits;
/// [`Obstacle::DivisionByZero`]. A quotient is seldom finite: it alone is rounded, at the last of its 28 digits.
#[inline]
pub(crate) fn compute(left: Decimal, operator: Operator, right: Decimal) -> Result<Decimal, Obstacle> {
    match operator {
        Operator::Add => add(left, right),
        Operator::Subtract => add(left, -right),
        Operator::Multiply => multiply(left, right),
        Operator::Divide if right.is_zero() => Err(Obstacle::DivisionByZero),
        Operator::Divide => left.checked_div(right).ok_or(Obstacle::TooManyDigits),
    }
}

/// The exact sum.
///
/// # Errors
/// [`Obstacle::TooManyDigits`] when it has more than 28 digits.
#[inline]
pub(crate) fn add(left: Decimal, right: Decimal) -> Result<Decimal, Obstacle> {
    let at_once = add_as_written(left, right);
    // Zeros at the end of one of them, which do not change its value, may be what made it too long.
    let sum = at_once.or_else(|| add_as_written(left.normalize(), right.normalize()));
    let (mantissa, scale) = sum.ok_or(Obstacle::TooManyDigits)?;
    decimal(mantissa, scale)
}

fn add_as_written(left: Decimal, right: Decimal) -> Option<(i128, u32)> {
    let scale = left.scale().max(right.scale());
    Some((at_scale(left, scale)?.checked_add(at_scale(right, scale)?)?, scale))
}

fn multiply(left: Decimal, right: Decimal) -> Result<Decimal, Obstacle> {
    let (mut a, mut b) = (left.mantissa(), right.mantissa());
    let mut scale = left.scale() + right.scale();
    // Nearly every amount fits 64 bits, whose product is quick and cannot overflow.
    if let (Ok(a), Ok(b)) = (i64::try_from(a), i64::try_from(b)) {
        return decimal(i128::from(a) * i128::from(b), scale);
    }
    if let Some(product) = a.checked_mul(b) {
        return decimal(product, scale);
    }
    // The product may end in zeros behind the point. They are taken out of the factors, in tens or in twos and fives.
    while scale > 0 {
        match (a % 10, a % 5, a % 2, b % 10, b % 5, b % 2) {
            (0, ..) => a /= 10,
            (_, _, _, 0, ..) => b /= 10,
            (_, 0, _, _, _, 0) => (a, b) = (a / 5, b / 2),
            (_, _, 0, _, 0, _) => (a, b) = (a / 2, b / 5),
            _ => break,
        }
        scale -= 1;
    }
    decimal(a.checked_mul(b).ok_or(Obstacle::TooManyDigits)?, scale)
}

/// The mantissa of the same number written with `scale` decimals, at least as many as it has.
#[inline]
fn at_scale(number: Decimal, scale: u32) -> Option<i128> {
    match scale - number.scale() {
        0 => Some(number.mantissa()),
        more => number.mantissa().checked_mul(10_i128.checked_pow(more)?),
    }
}

/// The number with this mantissa and scale, zeros at its end left out as far as is needed to hold it.
fn decimal(mut mantissa: i128, mut scale: u32) -> Result<Decimal, Obstacle> {
    loop {
        if let Ok(number) = Decimal::try_from_i128_with_scale(mantissa, scale) {
            return Ok(number);
        }
        if scale == 0 || mantissa % 10 != 0 {
            return Err(Obstacle::TooManyDigits);
        }
        mantissa /= 10;
        scale -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, operator: Operator, right: &str, expect: Result<&str, Obstacle>) {
        let number = |text: &str| Decimal::from_str_exact(text).unwrap();
        assert_eq!(compute(number(left), operator, number(right)), expect.map(number), "{left} {operator:?} {right}");
    }

    #[test]
    fn is_exact_or_says_so() {
        use Obstacle::{DivisionByZero, TooManyDigits};
        use Operator::{Add, Divide, Multiply, Subtract};
        const LARGEST: &str = "79228162514264337593543950335";

        check("0.1", Add, "0.2", Ok("0.3"));
        check(LARGEST, Add, "0", Ok(LARGEST));
        check(LARGEST, Add, "0.0000", Ok(LARGEST));
        check(LARGEST, Add, "1", Err(TooManyDigits));
        check("10000000000000000000000000000", Add, "0.1", Err(TooManyDigits));
        check("1", Subtract, "1.00", Ok("0"));
        check("0.3", Subtract, "0.5", Ok("-0.2"));
        check("1.5", Multiply, "1.50", Ok("2.25"));
        check("0.00000000000000000001", Multiply, "0.00000000000000000001", Err(TooManyDigits));
        check("0.50000000000000000000", Multiply, "0.20000000000000000000", Ok("0.1"));
        check(LARGEST, Multiply, "1.0000000000000000", Ok(LARGEST));
        check(LARGEST, Multiply, "2", Err(TooManyDigits));
        const TWOS: &str = "0.1237940039285380274899124224";
        const FIVES: &str = "0.9094947017729282379150390625";
        check(TWOS, Multiply, FIVES, Ok("0.1125899906842624"));
        check(FIVES, Multiply, TWOS, Ok("0.1125899906842624"));
        check("17014118346046923173168730371", Add, "1.0000000000", Ok("17014118346046923173168730372"));
        check("1", Divide, "8", Ok("0.125"));
        check("1", Divide, "3", Ok("0.3333333333333333333333333333"));
        check("1", Divide, "0.0", Err(DivisionByZero));
        check(LARGEST, Divide, "0.1", Err(TooManyDigits));
    }
}
