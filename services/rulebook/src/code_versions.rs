//! Codes, each with the versions that held on different days.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::cited::Provenance;

/// What holds for a code on some days.
pub(crate) trait Version {
    fn code(&self) -> &str;

    /// Its days, law and mark.
    fn provenance(&self) -> &Provenance;
}

/// All versions of all codes, by code and then by first day.
#[derive(Debug)]
pub(crate) struct CodeVersions<E> {
    entries: Vec<E>,
    /// Where the versions of a code stand: the first one, and how many.
    index: FxHashMap<Box<str>, (u32, u32)>,
}

impl<E> Default for CodeVersions<E> {
    fn default() -> Self {
        Self { entries: Vec::new(), index: FxHashMap::default() }
    }
}

impl<E: Version> CodeVersions<E> {
    pub(crate) fn new(mut entries: Vec<E>) -> Self {
        entries.sort_by(|a, b| (a.code(), a.provenance().from).cmp(&(b.code(), b.provenance().from)));
        let mut index: FxHashMap<Box<str>, (u32, u32)> = FxHashMap::default();
        for (i, entry) in (0_u32..).zip(&entries) {
            index.entry(entry.code().into()).or_insert((i, 0)).1 += 1;
        }
        Self { entries, index }
    }

    pub(crate) fn all(&self) -> &[E] {
        &self.entries
    }

    /// All versions of a code, oldest first.
    pub(crate) fn of(&self, code: &str) -> &[E] {
        let Some(&(first, count)) = self.index.get(code) else {
            return &[];
        };
        &self.entries[first as usize..(first + count) as usize]
    }

    pub(crate) fn on(&self, code: &str, date: Date) -> Option<&E> {
        self.of(code).iter().find(|entry| entry.provenance().holds_on(date))
    }

    /// The version that lies nearest to a day on which none holds: the last one before it, or else the first one.
    pub(crate) fn nearest(&self, code: &str, date: Date) -> Option<&E> {
        self.last_before(code, date).or(self.of(code).first())
    }

    /// Whether nothing is said of a code on a day, neither that there is such a code nor that there is none: what is known
    /// of it ends or begins with all of its table, or nothing of the table is entered for the day.
    pub(crate) fn is_silent(
        &self,
        code: &str,
        date: Date,
        ends_with_table: impl Fn(&E) -> bool,
        begins_with_table: impl Fn(&E) -> bool,
        of_the_table: impl Fn(&E) -> bool,
    ) -> bool {
        if self.on(code, date).is_some() {
            return false;
        }
        let with_table = match self.last_before(code, date) {
            Some(last) => ends_with_table(last),
            None => self.of(code).first().is_some_and(begins_with_table),
        };
        with_table || !self.entries.iter().any(|entry| of_the_table(entry) && entry.provenance().holds_on(date))
    }

    fn last_before(&self, code: &str, date: Date) -> Option<&E> {
        self.of(code).iter().rev().find(|entry| entry.provenance().from <= date)
    }
}
