//! What time it is, as far as it can be believed. Whoever acts on a term that has passed acts for good, so one reading of
//! one clock is not enough.
//!
//! ```text
//!   this machine's clock ──► goes evenly for ten minutes? ─┐
//!   the database's clock ──► the same, to a minute?        ├──► believed, or not, and why
//!   the stream's messages ─► of the same day?              ┘
//! ```

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For how long a clock has to go evenly before it is believed, at the start and after every jump.
pub const EVEN_FOR: Duration = Duration::from_secs(600);
/// How far a clock may be from where it should be by now. Those who set it right little by little change less than a
/// thousandth.
const UNEVEN_MS: i64 = 5_000;
/// How far the database's clock may be from ours.
const DATABASE_MS: i64 = 60_000;
/// How far from our clock the times of messages that arrive may be. Their senders' clocks give them, and a backlog is older.
const STREAM_MS: i64 = 86_400_000;
/// For how long what arrived speaks for the time, and how many messages do.
const HEARD_FOR: Duration = Duration::from_secs(600);
const HEARD_MAX: usize = 32;

/// The times that the stream's newest messages bear.
#[derive(Debug, Default)]
pub struct StreamTimes(Mutex<VecDeque<(i64, Instant)>>);

impl StreamTimes {
    /// Messages arrive now, the newest of which bears this time, in milliseconds since 1970 in UTC.
    pub(crate) fn hear(&self, newest_ms: i64) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push_back((newest_ms, Instant::now()));
        while heard.len() > HEARD_MAX {
            heard.pop_front();
        }
    }

    /// The newest time, where messages arrived lately and none of them is of about this time.
    fn against(&self, now_ms: i64, steady: Instant) -> Option<i64> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Instant| steady.saturating_duration_since(*at) < HEARD_FOR;
        let times: Vec<i64> = heard.iter().filter(|(_, at)| lately(at)).map(|(time, _)| *time).collect();
        let agrees = times.iter().any(|time| time.abs_diff(now_ms) <= STREAM_MS.unsigned_abs());
        times.last().copied().filter(|_| !agrees)
    }
}

/// Why a time is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The clock was not watched for long enough yet.
    Fresh,
    /// The clock has jumped, by so many milliseconds.
    Jumped(i64),
    /// The database's clock is so many milliseconds ahead of ours.
    Database(i64),
    /// The messages that arrive bear times that are so many milliseconds ahead of our clock.
    Stream(i64),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |milliseconds: &i64| milliseconds / 1_000;
        match self {
            Self::Fresh => write!(f, "the clock has to go evenly for {} minutes first", EVEN_FOR.as_secs() / 60),
            Self::Jumped(by) => write!(f, "the clock has jumped by {} s", seconds(by)),
            Self::Database(by) => write!(f, "the database's clock is {} s ahead of this one", seconds(by)),
            Self::Stream(by) => write!(f, "the messages that arrive are {} s ahead of this clock", seconds(by)),
        }
    }
}

#[derive(Debug, Default)]
pub struct ClockWatch {
    /// What was believed last, and when by a clock that nobody sets.
    believed: Option<(i64, Instant)>,
    /// Since when the clock has gone evenly on a time that is not believed, and which time that was.
    doubted: Option<(i64, Instant)>,
}

impl ClockWatch {
    /// Whether a reading is believed, in milliseconds since 1970 in UTC. `steady` is when it was taken.
    ///
    /// # Errors
    /// Why it is not.
    pub fn judge(
        &mut self,
        now_ms: i64,
        steady: Instant,
        database_ms: i64,
        stream: &StreamTimes,
    ) -> Result<i64, Doubt> {
        let own = self.goes_evenly(now_ms, steady);
        let ahead = database_ms.saturating_sub(now_ms);
        if ahead.abs() > DATABASE_MS {
            return Err(Doubt::Database(ahead));
        }
        if let Some(newest) = stream.against(now_ms, steady) {
            return Err(Doubt::Stream(newest.saturating_sub(now_ms)));
        }
        own
    }

    fn goes_evenly(&mut self, now_ms: i64, steady: Instant) -> Result<i64, Doubt> {
        if self.believed.is_some_and(|since| strays_by(since, now_ms, steady).is_none()) {
            self.believed = Some((now_ms, steady));
            self.doubted = None;
            return Ok(now_ms);
        }
        let since = match self.doubted.filter(|since| strays_by(*since, now_ms, steady).is_none()) {
            Some(since) => since,
            None => *self.doubted.insert((now_ms, steady)),
        };
        if steady.saturating_duration_since(since.1) >= EVEN_FOR {
            self.believed = Some((now_ms, steady));
            self.doubted = None;
            return Ok(now_ms);
        }
        Err(self.believed.and_then(|since| strays_by(since, now_ms, steady)).map_or(Doubt::Fresh, Doubt::Jumped))
    }
}

/// By how much a clock is not where it should be since an earlier reading; `None` where it goes evenly.
fn strays_by((then_ms, then): (i64, Instant), now_ms: i64, steady: Instant) -> Option<i64> {
    let passed = i64::try_from(steady.saturating_duration_since(then).as_millis()).unwrap_or(i64::MAX);
    let strays = now_ms.saturating_sub(then_ms).saturating_sub(passed);
    (strays.abs() > UNEVEN_MS.saturating_add(passed / 1_000)).then_some(strays)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOVEMBER_MS: i64 = 1_795_485_600_000;
    const TO_JUNE_MS: i64 = 200 * 86_400_000;

    /// A watch after so many minutes of an even clock, with the beginning.
    fn watch(minutes: u64) -> (ClockWatch, Instant) {
        let (mut watch, begun) = (ClockWatch::default(), Instant::now());
        for minute in 0..=minutes {
            let _ = at(&mut watch, begun, minute * 60, 0);
        }
        (watch, begun)
    }

    /// A reading after so many seconds, when the clock is off by so much.
    fn at(watch: &mut ClockWatch, begun: Instant, seconds: u64, off_ms: i64) -> Result<i64, Doubt> {
        let now_ms = NOVEMBER_MS + i64::try_from(seconds).unwrap() * 1_000 + off_ms;
        watch.judge(now_ms, begun + Duration::from_secs(seconds), now_ms, &StreamTimes::default())
    }

    #[test]
    fn a_clock_is_believed_once_it_has_gone_evenly() {
        let (mut early, begun) = watch(9);
        assert_eq!(at(&mut early, begun, 599, 0), Err(Doubt::Fresh));
        assert!(at(&mut early, begun, 600, 0).is_ok());
        assert!(at(&mut early, begun, 660, 900).is_ok(), "it is set right little by little");
    }

    #[test]
    fn a_jump_of_seconds_to_june_is_not_believed_and_forgotten_afterwards() {
        let (mut watch, begun) = watch(10);
        assert_eq!(at(&mut watch, begun, 660, TO_JUNE_MS), Err(Doubt::Jumped(TO_JUNE_MS)));
        assert_eq!(at(&mut watch, begun, 664, TO_JUNE_MS), Err(Doubt::Jumped(TO_JUNE_MS)));
        assert!(at(&mut watch, begun, 665, 0).is_ok());
        // One that comes again begins anew.
        assert!(at(&mut watch, begun, 1_300, TO_JUNE_MS).is_err());
        assert!(at(&mut watch, begun, 1_301, TO_JUNE_MS / 2).is_err());
    }

    #[test]
    fn a_clock_that_was_set_right_for_good_is_believed_in_the_end() {
        let (mut watch, begun) = watch(10);
        for minute in 11..21 {
            assert_eq!(at(&mut watch, begun, minute * 60, -3_600_000), Err(Doubt::Jumped(-3_600_000)), "{minute}");
        }
        assert!(at(&mut watch, begun, 21 * 60, -3_600_000).is_ok());
    }

    #[test]
    fn the_database_and_the_stream_have_to_agree() {
        let (mut watch, begun) = watch(10);
        let steady = begun + Duration::from_secs(660);
        let now_ms = NOVEMBER_MS + 660_000;
        let silent = StreamTimes::default();
        assert_eq!(watch.judge(now_ms, steady, now_ms + 61_000, &silent), Err(Doubt::Database(61_000)));
        assert!(watch.judge(now_ms, steady, now_ms - 59_000, &silent).is_ok());
    }

    #[test]
    fn a_clock_that_was_wrong_from_the_start_is_found_by_what_arrives() {
        // It goes evenly, and agrees with a database on the same machine.
        let (now_ms, steady) = (NOVEMBER_MS, Instant::now());
        let june = now_ms + TO_JUNE_MS;
        let heard = StreamTimes::default();
        heard.hear(now_ms - 5_000);
        let mut wrong = ClockWatch { believed: Some((june, steady)), doubted: None };
        assert_eq!(wrong.judge(june, steady, june, &heard), Err(Doubt::Stream(-TO_JUNE_MS - 5_000)));
        // One sender whose clock is wrong does not speak for all.
        heard.hear(june);
        let mut right = ClockWatch { believed: Some((now_ms, steady)), doubted: None };
        assert!(right.judge(now_ms, steady, now_ms, &heard).is_ok());
        // What arrived long ago says nothing.
        let later = steady + HEARD_FOR * 2;
        assert_eq!(heard.against(june + TO_JUNE_MS, later), None);
    }
}
