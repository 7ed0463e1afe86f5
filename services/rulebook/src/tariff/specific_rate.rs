//! Specific and mixed import duties: an amount for each unit, alone or beside a percentage.

use rust_decimal::Decimal;
use vocabulary::{Bilingual, Citation};

use crate::cited::{Mark, Provenance};

/// What stands beside the amount for each unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecificKind {
    /// Nothing: a specific duty (schedule B15).
    Alone,
    /// A percentage of the customs value (schedule B16).
    Percent(Decimal),
    /// The preferential rate of the tariff line (schedule B16).
    PreferentialRate,
}

/// A specific or mixed duty in force on a day, by the code that a declaration names it with (VNACCS SPD).
#[derive(Debug, Clone, Copy)]
pub struct SpecificRate<'a> {
    pub(crate) entry: &'a SpecificRateEntry,
}

impl<'a> SpecificRate<'a> {
    pub fn code(&self) -> &'a str {
        &self.entry.code
    }

    /// What stands beside the amount.
    pub fn kind(&self) -> SpecificKind {
        self.entry.kind
    }

    /// The amount for one unit, in the currency.
    pub fn amount(&self) -> Decimal {
        self.entry.amount
    }

    /// The currency of the amount (ISO 4217).
    pub fn currency(&self) -> &'a str {
        &self.entry.currency
    }

    /// The unit, a code of the quantity units.
    pub fn unit(&self) -> &'a str {
        &self.entry.unit
    }

    /// The goods, in English.
    pub fn name_en(&self) -> &'a str {
        &self.entry.name.en
    }

    /// The goods, in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.entry.name.vi
    }

    /// How well it is known.
    pub fn mark(&self) -> Mark {
        self.entry.provenance.mark
    }

    /// Whether goods of a tariff code may bear it.
    pub fn covers(&self, hs8: &str) -> bool {
        self.entry.hs.iter().any(|prefix| hs8.starts_with(&**prefix))
    }

    /// The rule and the law.
    pub fn citation(&self) -> Citation {
        self.entry.provenance.cite(format_args!("assessment/specific-rates/{}", self.entry.code))
    }
}

#[derive(Debug)]
pub(crate) struct SpecificRateEntry {
    pub(crate) code: Box<str>,
    /// Beginnings of tariff codes.
    pub(crate) hs: Box<[Box<str>]>,
    pub(crate) kind: SpecificKind,
    pub(crate) amount: Decimal,
    pub(crate) currency: Box<str>,
    pub(crate) unit: Box<str>,
    pub(crate) name: Bilingual,
    pub(crate) provenance: Provenance,
}
