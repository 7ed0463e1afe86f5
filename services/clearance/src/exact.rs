//! Decimal arithmetic that is exact or says that it cannot be.
//!
//! `Decimal`'s own operators round silently when a result needs more than its 28 digits. Money may not: here every
//! operation gives the exact result or [`TooLarge`], and the two roundings of the law are steps with a name.

use num_bigint::{BigInt, Sign};
use rust_decimal::{Decimal, RoundingStrategy};

/// The exact result has more digits than an amount can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The exact product.
///
/// # Errors
/// [`TooLarge`] when it has more than 28 digits.
pub fn multiply(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    let (a, b) = (a.normalize(), b.normalize());
    let mantissa = a.mantissa().checked_mul(b.mantissa()).ok_or(TooLarge)?;
    from_parts(mantissa, a.scale() + b.scale())
}

/// The exact sum.
///
/// # Errors
/// [`TooLarge`] when it has more than 28 digits.
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    let scale = a.scale().max(b.scale());
    let mantissa = aligned(a, scale)?.checked_add(aligned(b, scale)?).ok_or(TooLarge)?;
    from_parts(mantissa, scale)
}

/// The exact difference.
///
/// # Errors
/// [`TooLarge`] when it has more than 28 digits.
pub fn subtract(a: Decimal, b: Decimal) -> Result<Decimal, TooLarge> {
    add(a, -b)
}

/// The exact sum of many amounts.
///
/// # Errors
/// [`TooLarge`] when it has more than 28 digits.
pub fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Result<Decimal, TooLarge> {
    amounts.into_iter().try_fold(Decimal::ZERO, add)
}

/// A percentage of an amount, exactly.
///
/// # Errors
/// [`TooLarge`] when it has more than 28 digits.
pub fn percent_of(percent: Decimal, amount: Decimal) -> Result<Decimal, TooLarge> {
    multiply(multiply(percent, amount)?, Decimal::new(1, 2))
}

/// Whether one exact product is less than another, however many digits they have.
pub fn product_is_less<const N: usize, const M: usize>(one: [Decimal; N], other: [Decimal; M]) -> bool {
    let product = |factors: &[Decimal]| {
        factors.iter().fold((BigInt::from(1), 0_u32), |(mantissa, scale), factor| {
            (mantissa * BigInt::from(factor.mantissa()), scale + factor.scale())
        })
    };
    let ((one, one_scale), (other, other_scale)) = (product(&one), product(&other));
    let ten = BigInt::from(10);
    one * ten.pow(other_scale) < other * ten.pow(one_scale)
}

/// Rounds half up (away from zero) at a number of decimals.
pub fn round_half_up(amount: Decimal, decimals: u32) -> Decimal {
    amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A sum of fractions, kept exact until it is rounded once: what a share of freight needs, since it is rarely finite.
#[derive(Debug, Clone)]
pub struct FractionSum {
    numerator: BigInt,
    denominator: BigInt,
}

impl FractionSum {
    /// A sum that begins with a whole amount.
    pub fn new(amount: Decimal) -> Self {
        let mut sum = Self { numerator: BigInt::ZERO, denominator: BigInt::from(1) };
        sum.add_share(amount, Decimal::ONE, Decimal::ONE);
        sum
    }

    /// Adds `amount * part / whole`. A `whole` of zero adds nothing; whoever calls has refused it before.
    pub fn add_share(&mut self, amount: Decimal, part: Decimal, whole: Decimal) {
        if whole.is_zero() {
            return;
        }
        let mut numerator = BigInt::from(amount.mantissa()) * part.mantissa();
        let mut denominator = BigInt::from(whole.mantissa());
        let (over, under) = (whole.scale(), amount.scale() + part.scale());
        if over >= under {
            numerator *= BigInt::from(10).pow(over - under);
        } else {
            denominator *= BigInt::from(10).pow(under - over);
        }
        if denominator == self.denominator {
            self.numerator += numerator;
        } else {
            self.numerator = &self.numerator * &denominator + numerator * &self.denominator;
            self.denominator *= denominator;
        }
    }

    /// The sum, rounded half up (away from zero) at a number of decimals.
    ///
    /// # Errors
    /// [`TooLarge`] when the rounded sum has more than 28 digits.
    pub fn round_half_up(&self, decimals: u32) -> Result<Decimal, TooLarge> {
        let scaled = &self.numerator * BigInt::from(10).pow(decimals);
        let negative = (scaled.sign() == Sign::Minus) != (self.denominator.sign() == Sign::Minus);
        let (numerator, denominator) = (scaled.magnitude(), self.denominator.magnitude());
        let rounded = (numerator * 2_u32 + denominator) / (denominator * 2_u32);
        let mantissa = i128::try_from(rounded).map_err(|_| TooLarge)?;
        from_parts(if negative { -mantissa } else { mantissa }, decimals)
    }
}

fn aligned(number: Decimal, scale: u32) -> Result<i128, TooLarge> {
    if number.scale() == scale {
        return Ok(number.mantissa());
    }
    let factor = 10_i128.checked_pow(scale - number.scale()).ok_or(TooLarge)?;
    number.mantissa().checked_mul(factor).ok_or(TooLarge)
}

/// Puts a decimal together, giving up trailing zeros only where it would not fit with them.
fn from_parts(mut mantissa: i128, mut scale: u32) -> Result<Decimal, TooLarge> {
    const MANTISSA_MAX: i128 = (1 << 96) - 1;
    while (scale > Decimal::MAX_SCALE || mantissa.abs() > MANTISSA_MAX) && scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn products_are_exact_or_refused() {
        assert_eq!(multiply(number("31840"), number("22930")), Ok(number("730091200")));
        assert_eq!(percent_of(number("7.5"), number("0.0001")), Ok(number("0.0000075")));
        // Decimal itself would drop the last digits here without a word.
        let wide = number("1.234567890123456789");
        assert_eq!(multiply(wide, wide), Err(TooLarge));
        assert_eq!(multiply(Decimal::MAX, number("2")), Err(TooLarge));
        assert_eq!(add(Decimal::MAX, number("0.1")), Err(TooLarge));
    }

    #[test]
    fn products_are_compared_whatever_their_length() {
        let wide = number("9999999999999999.9999");
        assert!(product_is_less([wide, wide], [wide, wide, number("1.0001")]));
        assert!(!product_is_less([number("0.1"), number("10")], [number("1.00")]));
        assert!(product_is_less([number("-1")], [number("0.00001"), wide]));
    }

    #[test]
    fn shares_are_rounded_once() {
        // A third three times is the whole, which three rounded thirds are not.
        let mut sum = FractionSum::new(Decimal::ZERO);
        for _ in 0..3 {
            sum.add_share(number("100"), number("1"), number("3"));
        }
        assert_eq!(sum.round_half_up(4), Ok(number("100")));
        let mut half = FractionSum::new(Decimal::ZERO);
        half.add_share(number("0.0001"), number("1"), number("2"));
        assert_eq!(half.round_half_up(4), Ok(number("0.0001")));
        let mut minus = FractionSum::new(Decimal::ZERO);
        minus.add_share(number("-0.0001"), number("1"), number("2"));
        assert_eq!(minus.round_half_up(4), Ok(number("-0.0001")));
    }

    #[test]
    fn the_freight_of_two_lines() {
        // 12,000 and 8,000 USD, freight 900 and insurance 100.50 USD, 26,105 dong to the dollar.
        for (value, expected) in [("12000", "328930831.5"), ("8000", "219287221")] {
            let mut sum = FractionSum::new(multiply(number(value), number("26105")).unwrap());
            sum.add_share(multiply(number("1000.50"), number("26105")).unwrap(), number(value), number("20000"));
            assert_eq!(sum.round_half_up(4), Ok(number(expected)));
        }
    }
}
