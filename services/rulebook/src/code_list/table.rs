//! The lists with all versions of their codes, and what people write for them.

use std::ops::Deref;

use jiff::civil::Date;
use rustc_hash::FxHashMap;
use vocabulary::Bilingual;

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::alias::Alias;
use crate::code_list::entry::{Detail, Entry};
use crate::code_versions::CodeVersions;

/// What `code-lists/` says.
#[derive(Debug, Default)]
pub(crate) struct CodeLists {
    pub(crate) tables: FxHashMap<CodeList, ListTable>,
    pub(crate) aliases: Vec<Alias>,
}

impl CodeLists {
    pub(crate) fn get(&self, list: CodeList) -> Option<&ListTable> {
        self.tables.get(&list)
    }

    /// The codes that stand for a unit of the tariff, by the tariff's word.
    pub(crate) fn tariff_unit(&self, name: &str) -> Option<&[Box<str>]> {
        match &self.get(CodeList::TariffUnits)?.of(name).first()?.detail {
            Detail::TariffUnit { codes } => Some(codes),
            _ => None,
        }
    }
}

/// One list, with all versions of its codes.
#[derive(Debug)]
pub(crate) struct ListTable {
    /// What the list is called.
    pub(crate) title: Bilingual,
    /// The days for which the list is entered; an entry may have days of its own.
    pub(crate) days: Provenance,
    pub(crate) codes: CodeVersions<Entry>,
}

impl Deref for ListTable {
    type Target = CodeVersions<Entry>;

    fn deref(&self) -> &Self::Target {
        &self.codes
    }
}

impl ListTable {
    /// A code on a day; where the list is [silent](Self::is_silent_of) of it, the version that lies nearest, so that nothing
    /// else is found wrong with a declaration that an officer has to look at anyhow.
    pub(crate) fn known_on(&self, code: &str, date: Date) -> Option<&Entry> {
        let on_other_days = || self.nearest(code, date).filter(|_| self.is_silent_of(code, date));
        self.on(code, date).or_else(on_other_days)
    }

    /// Whether the list says neither that there is such a code on a day nor that there is none.
    pub(crate) fn is_silent_of(&self, code: &str, date: Date) -> bool {
        let ends = |entry: &Entry| entry.provenance.to == self.days.to;
        let begins = |entry: &Entry| entry.provenance.from == self.days.from;
        self.is_silent(code, date, ends, begins, |_| true)
    }
}
