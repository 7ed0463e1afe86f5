//! Vietnam's time: what days and terms of the law are counted in. It is seven hours ahead of UTC, without summer time.
//!
//! ```text
//! milliseconds since 1970 in UTC  ──of_milliseconds──►  civil time in Vietnam  ──milliseconds──►  and back
//! ```

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const OFFSET: Offset = Offset::constant(7);

/// A moment as the clocks in Vietnam show it.
pub fn of(moment: Timestamp) -> DateTime {
    OFFSET.to_datetime(moment)
}

/// Milliseconds since 1970 in UTC as the clocks in Vietnam show them; the nearest end of time for what lies beyond it.
pub fn of_milliseconds(at_ms: i64) -> DateTime {
    let end = if at_ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    of(Timestamp::from_millisecond(at_ms).unwrap_or(end))
}

/// A time in Vietnam as milliseconds since 1970 in UTC; `None` at the ends of time, where UTC has none.
pub fn milliseconds(at: DateTime) -> Option<i64> {
    OFFSET.to_timestamp(at).ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;

    use super::*;

    #[test]
    fn a_day_begins_seven_hours_before_that_of_utc() {
        let midnight = datetime(2026, 7, 1, 0, 0, 0, 0);
        assert_eq!(milliseconds(midnight), Some(1_782_838_800_000));
        assert_eq!(of_milliseconds(1_782_838_800_000), midnight);
        assert_eq!(of_milliseconds(1_782_838_799_999).date(), jiff::civil::date(2026, 6, 30));
    }

    #[test]
    fn beyond_the_ends_of_time_stands_the_nearest_end() {
        assert_eq!(of_milliseconds(i64::MAX), of(Timestamp::MAX));
        assert_eq!(of_milliseconds(i64::MIN), of(Timestamp::MIN));
    }
}
