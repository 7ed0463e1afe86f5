//! What paying late costs.

use jiff::civil::Date;
use rulebook::RulesInForce;
use rust_decimal::Decimal;
use vocabulary::{Citation, RulebookGap};

use crate::exact::{TooLarge, multiply, percent_of};

/// Interest for some days of which one rule held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateInterest {
    /// How many days.
    pub days: u32,
    /// Per cent of the amount for each day.
    pub percent_per_day: Decimal,
    /// The interest in dong, exact.
    pub amount: Decimal,
    /// The rule and the law.
    pub citation: Citation,
}

/// Why interest cannot be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InterestUnknown {
    /// The rulebook has no rate for one of the days.
    Gap(RulebookGap),
    /// The exact amount has more than 28 digits.
    TooLarge,
}

/// Interest on an amount that is paid late: for each day from the one after the due day to the one before the payment
/// (Law 108/2025 art. 16.2a), at the rate of that day. Nothing when it is paid in time.
///
/// # Errors
/// A gap of the rulebook for one of the days, or an amount that is too large.
pub fn late_interest(
    amount: Decimal,
    due_on: Date,
    paid_on: Date,
    rules: &RulesInForce<'_>,
) -> Result<Vec<LateInterest>, InterestUnknown> {
    let mut parts: Vec<LateInterest> = Vec::new();
    let mut day = due_on;
    loop {
        // The last day that there is has no day after it.
        match day.tomorrow() {
            Ok(next) if next < paid_on => day = next,
            _ => break,
        }
        let rate = rules.on(day).taxes().late_payment_percent_per_day().map_err(InterestUnknown::Gap)?;
        match parts.last_mut().filter(|part| part.citation == rate.citation) {
            Some(part) => part.days += 1,
            None => parts.push(LateInterest {
                days: 1,
                percent_per_day: rate.value,
                amount: Decimal::ZERO,
                citation: rate.citation,
            }),
        }
    }
    for part in &mut parts {
        let percent = multiply(part.percent_per_day, Decimal::from(part.days));
        part.amount =
            percent.and_then(|percent| percent_of(percent, amount)).map_err(|TooLarge| InterestUnknown::TooLarge)?;
    }
    Ok(parts)
}
