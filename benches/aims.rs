//! Aims beside what was found, as lines of a table.

use std::fmt;
use std::time::Duration;

/// Something that was measured and has to be at least, or at most, so much.
#[derive(Debug, Clone)]
pub struct Aim {
    what: String,
    wanted: String,
    /// What was found, and whether that meets the aim; `None` where it could not be measured.
    found: Option<(String, bool)>,
}

impl Aim {
    pub fn at_least<T: PartialOrd>(what: &str, wanted: T, found: Option<T>, shown: impl Fn(&T) -> String) -> Self {
        let found = found.map(|found| (shown(&found), found >= wanted));
        Self { what: what.to_owned(), wanted: format!("at least {}", shown(&wanted)), found }
    }

    pub fn at_most<T: PartialOrd>(what: &str, wanted: T, found: Option<T>, shown: impl Fn(&T) -> String) -> Self {
        let found = found.map(|found| (shown(&found), found <= wanted));
        Self { what: what.to_owned(), wanted: format!("at most {}", shown(&wanted)), found }
    }
}

/// A line of a table with four columns: what, wanted, found, and how the two compare.
impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, verdict) = match &self.found {
            Some((found, true)) => (found.as_str(), "met"),
            Some((found, false)) => (found.as_str(), "**missed**"),
            None => ("-", "not measured"),
        };
        write!(f, "| {} | {} | {found} | {verdict} |", self.what, self.wanted)
    }
}

/// A number with its thousands set apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Tenths of a percent as percent.
pub fn percent(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

/// A time in milliseconds, with tenths.
pub fn milliseconds(duration: Duration) -> String {
    let tenths = duration.as_micros() / 100;
    format!("{}.{} ms", tenths / 10, tenths % 10)
}

/// A time in seconds, with hundredths.
pub fn seconds(duration: Duration) -> String {
    format!("{}.{:02} s", duration.as_secs(), duration.subsec_millis() / 10)
}

/// Bytes in kilobytes of a thousand, with hundredths.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{:02} kB", thousands(bytes / 1_000), bytes % 1_000 / 10)
}
