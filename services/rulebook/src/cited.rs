//! A value together with the rule and the law that it comes from, and the absence of one.

use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use jiff::civil::Date;
use vocabulary::{Bilingual, Citation, RulebookGap};

/// How well a value is known: what a rule keeper has to look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// Read in a source, which is not always the gazette itself.
    Verified,
    /// Computed on a source's data.
    Measured,
    /// Follows from verified facts, stated nowhere that was read.
    Inferred,
    /// Remembered; to be looked up before it is relied on.
    FromMemory,
    /// Made up so that the system can be tried; to be replaced before real use.
    Sample,
}

impl Mark {
    /// Every mark, from the surest to the least sure.
    pub const ALL: [Self; 5] = [Self::Verified, Self::Measured, Self::Inferred, Self::FromMemory, Self::Sample];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Measured => "measured",
            Self::Inferred => "inferred",
            Self::FromMemory => "from_memory",
            Self::Sample => "sample",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == word)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value of the rulebook, inseparable from where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited<T> {
    pub value: T,
    /// The dated rule, and the law behind it.
    pub citation: Citation,
    /// How well the value is known.
    pub mark: Mark,
}

impl<T> Cited<T> {
    /// The same source for what is derived from the value.
    pub fn map<U>(self, derive: impl FnOnce(T) -> U) -> Cited<U> {
        Cited { value: derive(self.value), citation: self.citation, mark: self.mark }
    }
}

/// Days on which a value holds, the law that says so, and how well that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provenance {
    pub(crate) from: Date,
    /// The last day; `None` while no end is known.
    pub(crate) to: Option<Date>,
    /// Name of the instrument and the provision, ready for a citation.
    pub(crate) law: Arc<str>,
    pub(crate) mark: Mark,
}

impl Provenance {
    pub(crate) fn holds_on(&self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// Whether two values would both hold on some day.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }

    /// The citation of a rule; its version is the first day of the value.
    pub(crate) fn cite(&self, rule: fmt::Arguments<'_>) -> Citation {
        // Every duty line of every declaration is cited, so each thread writes the names into one room, from which they
        // are taken in one piece.
        let mut name = NAME.take();
        name.clear();
        let _ = name.write_fmt(rule);
        name.push('@');
        push_date(&mut name, self.from);
        let citation = Citation::new(name.as_str(), Arc::clone(&self.law));
        NAME.set(name);
        citation
    }

    pub(crate) fn cited<T>(&self, value: T, rule: fmt::Arguments<'_>) -> Cited<T> {
        Cited { value, citation: self.cite(rule), mark: self.mark }
    }
}

thread_local! {
    /// Where names of rules are written.
    static NAME: Cell<String> = const { Cell::new(String::new()) };
}

/// Writes a day as its `Display` does, which takes longer.
fn push_date(text: &mut String, date: Date) {
    if !(0..=9999).contains(&date.year()) {
        let _ = write!(text, "{date}");
        return;
    }
    let (year, month, day) = (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    let digit = |number: u16| char::from(b'0' + u8::try_from(number % 10).unwrap_or(0));
    text.extend([year / 1000, year / 100, year / 10, year].map(digit));
    for part in [month, day].map(u16::from) {
        text.push('-');
        text.extend([part / 10, part].map(digit));
    }
}

/// Values by hand, each with its versions, oldest first.
#[derive(Debug)]
pub(crate) struct Versions<T>(pub(crate) Vec<(T, Provenance)>);

impl<T> Default for Versions<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Versions<T> {
    pub(crate) fn on(&self, date: Date) -> Option<(&T, &Provenance)> {
        self.0.iter().find(|(_, provenance)| provenance.holds_on(date)).map(|(value, provenance)| (value, provenance))
    }

    /// The value of a day with its citation.
    ///
    /// # Errors
    /// A gap when none is entered for the day.
    pub(crate) fn cited_on(&self, date: Date, rule: fmt::Arguments<'_>) -> Result<Cited<T>, RulebookGap>
    where
        T: Clone,
    {
        let found = self.on(date).map(|(value, provenance)| provenance.cited(value.clone(), rule));
        found.ok_or_else(|| no_value_on(date, rule))
    }
}

/// The rulebook's silence at a place, for a reason, in English and in Vietnamese.
pub(crate) fn gap(
    code: &'static str,
    rule: fmt::Arguments<'_>,
    en: fmt::Arguments<'_>,
    vi: fmt::Arguments<'_>,
) -> RulebookGap {
    RulebookGap {
        code: Arc::from(code),
        item: None,
        message: Bilingual::new(en.to_string(), vi.to_string()),
        rule: Arc::from(rule.to_string()),
    }
}

/// The rulebook has nothing for the day.
pub(crate) fn no_value_on(date: Date, rule: fmt::Arguments<'_>) -> RulebookGap {
    gap(
        "value_not_in_rulebook_on_date",
        rule,
        format_args!("the rulebook has no value for {date}"),
        format_args!("bộ quy tắc chưa có giá trị cho ngày {date}"),
    )
}

/// The rulebook has only the words of the source, which give no single value.
pub(crate) fn only_as_printed(printed: &str, rule: fmt::Arguments<'_>) -> RulebookGap {
    gap(
        "value_only_as_printed",
        rule,
        format_args!("the source gives no single value: it prints \"{printed}\""),
        format_args!("văn bản không cho một giá trị duy nhất mà ghi \"{printed}\""),
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_citation_names_its_day_as_the_day_is_written() {
        for day in [date(2026, 11, 3), date(1, 1, 1), date(9999, 12, 31), date(-5, 10, 20), date(987, 6, 5)] {
            let provenance = Provenance { from: day, to: None, law: "law".into(), mark: Mark::Verified };
            assert_eq!(*provenance.cite(format_args!("a/b")).rule, *format!("a/b@{day}"));
        }
    }
}
