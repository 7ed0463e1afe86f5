//! Codes of other taxes, of exemptions and reductions, and of trade remedies.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Citation, DutyType};

use crate::cited::{Mark, Provenance};
use crate::code_versions::{CodeVersions, Version};

/// What a declared tax code does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxEffect {
    /// The tax is assessed at a percentage.
    Rate(Decimal),
    /// The tax is assessed at an amount for each unit.
    Amount {
        /// The amount for one unit.
        amount: Decimal,
        currency: Box<str>,
        /// The unit, a code of the quantity units.
        unit: Box<str>,
    },
    /// The tax is assessed and taken off again.
    Exempt,
    /// The tax is assessed and taken off in part; the declaration names the amount.
    Reduce,
    /// The goods are not subject to the tax.
    NotSubject,
}

/// Whether an exemption is drawn from a registered list of exempt goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListNeed {
    /// No list may be named.
    None,
    /// A list may be named.
    Allowed,
    /// The list and its line have to be named.
    Required,
}

/// A code of other taxes (TXn), of exemptions or reductions (RE, TRn), or of a trade remedy.
#[derive(Debug, Clone, Copy)]
pub struct TaxCode<'a> {
    entry: &'a TaxCodeEntry,
}

impl<'a> TaxCode<'a> {
    pub(crate) fn new(entry: &'a TaxCodeEntry) -> Self {
        Self { entry }
    }

    pub fn code(&self) -> &'a str {
        &self.entry.code
    }

    /// The tax that it is about.
    pub fn tax(&self) -> DutyType {
        self.entry.tax
    }

    pub fn effect(&self) -> &'a TaxEffect {
        &self.entry.effect
    }

    /// Whether it draws on a registered list of exempt goods.
    pub fn list_need(&self) -> ListNeed {
        self.entry.list_need
    }

    /// Its meaning in English.
    pub fn name_en(&self) -> &'a str {
        &self.entry.name.en
    }

    /// Its meaning in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.entry.name.vi
    }

    /// How well it is known.
    pub fn mark(&self) -> Mark {
        self.entry.provenance.mark
    }

    /// The rule and the law.
    pub fn citation(&self) -> Citation {
        self.entry.provenance.cite(format_args!("assessment/{}/{}", self.entry.table, self.entry.code))
    }
}

#[derive(Debug)]
pub(crate) struct TaxCodeEntry {
    pub(crate) code: Box<str>,
    /// The file without its ending.
    pub(crate) table: &'static str,
    pub(crate) tax: DutyType,
    pub(crate) effect: TaxEffect,
    pub(crate) list_need: ListNeed,
    pub(crate) name: Bilingual,
    pub(crate) provenance: Provenance,
    /// Whether its first day is that of its table or measure, and not one of its own.
    pub(crate) begins_with_table: bool,
    /// The same of its last day.
    pub(crate) ends_with_table: bool,
}

impl Version for TaxCodeEntry {
    fn code(&self) -> &str {
        &self.code
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}

/// All tax codes with all their versions.
#[derive(Debug, Default)]
pub(crate) struct TaxCodes(CodeVersions<TaxCodeEntry>);

impl std::ops::Deref for TaxCodes {
    type Target = CodeVersions<TaxCodeEntry>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl TaxCodes {
    pub(crate) fn new(entries: Vec<TaxCodeEntry>) -> Self {
        Self(CodeVersions::new(entries))
    }

    /// A code on a day; where the tables are [silent](Self::is_silent_of) of it, what they last knew.
    pub(crate) fn known_on(&self, code: &str, date: Date) -> Option<&TaxCodeEntry> {
        let on_other_days = || self.nearest(code, date).filter(|_| self.is_silent_of(code, date));
        self.on(code, date).or_else(on_other_days)
    }

    /// Whether the tables say neither that there is such a code on a day nor that there is none.
    pub(crate) fn is_silent_of(&self, code: &str, date: Date) -> bool {
        let table = self.table_of(code);
        self.is_silent(
            code,
            date,
            |entry| entry.ends_with_table,
            |entry| entry.begins_with_table,
            |entry| entry.table == table,
        )
    }

    /// The table that a code stands in; where none has it, the one that would.
    pub(crate) fn table_of(&self, code: &str) -> &'static str {
        self.of(code).first().map_or("tax-codes", |entry| entry.table)
    }
}
