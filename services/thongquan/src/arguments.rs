//! Values of the command line that have bounds: whatever lies beyond is refused before anything is done.

use std::ops::RangeInclusive;

use clap::builder::RangedU64ValueParser;
use jiff::civil::{Date, date};

/// The years that a clock can show which was ever set.
pub(crate) const CLOCK_YEARS: RangeInclusive<i16> = 2020..=2199;
/// The days that rules can be asked about: from long before the first of them on, as far as a clock may go.
const DAYS: RangeInclusive<Date> = date(1900, 1, 1)..=date(2199, 12, 31);
/// A day; whoever wants to wait longer asks again.
const SECONDS_MAX: u64 = 86_400;
/// More than any installation keeps.
const COUNT_MAX: u64 = 1_000_000_000;

/// A day, written as the law's days are in the rules.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = if plain { text.parse::<Date>().ok() } else { None };
    let day = parsed.ok_or_else(|| "write a day that the calendar has as YYYY-MM-DD, such as 2026-11-24".to_owned())?;
    if DAYS.contains(&day) { Ok(day) } else { Err(format!("a day is {} to {}", DAYS.start(), DAYS.end())) }
}

/// How long to wait, in seconds.
pub(crate) fn seconds() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(0..=SECONDS_MAX)
}

/// How many of something at most: none would be a question that nobody asks, and an answer that sounds like another.
pub(crate) fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=COUNT_MAX)
}

/// The same, where none is meant now and then.
pub(crate) fn count_or_none() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(0..=COUNT_MAX)
}
