//! Tax codes, reliefs, thresholds and roundings.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use vocabulary::{Citation, DutyType};

use crate::cited::{Cited, Mark, Provenance};

/// What a declared tax code does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaxEffect {
    /// The tax is assessed at a percentage.
    Rate(Decimal),
    /// The tax is assessed at an amount for each unit.
    Amount {
        /// The amount for one unit.
        amount: Decimal,
        /// Its currency.
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

    /// The code.
    pub fn code(&self) -> &'a str {
        &self.entry.code
    }

    /// The tax that it is about.
    pub fn tax(&self) -> DutyType {
        self.entry.tax
    }

    /// What it does.
    pub fn effect(&self) -> &'a TaxEffect {
        &self.entry.effect
    }

    /// Whether it draws on a registered list of exempt goods.
    pub fn list_need(&self) -> ListNeed {
        self.entry.list_need
    }

    /// Its meaning in English.
    pub fn name_en(&self) -> &'a str {
        &self.entry.name_en
    }

    /// Its meaning in Vietnamese.
    pub fn name_vi(&self) -> &'a str {
        &self.entry.name_vi
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
    pub(crate) name_en: Box<str>,
    pub(crate) name_vi: Box<str>,
    pub(crate) provenance: Provenance,
    /// Whether its first day is that of its table or measure, and not one of its own.
    pub(crate) begins_with_table: bool,
    /// The same of its last day.
    pub(crate) ends_with_table: bool,
}

/// All tax codes with all their versions.
#[derive(Debug, Default)]
pub(crate) struct TaxCodes {
    by_code: FxHashMap<Box<str>, Vec<TaxCodeEntry>>,
}

impl TaxCodes {
    pub(crate) fn new(entries: Vec<TaxCodeEntry>) -> Self {
        let mut by_code: FxHashMap<Box<str>, Vec<TaxCodeEntry>> = FxHashMap::default();
        for entry in entries {
            by_code.entry(entry.code.clone()).or_default().push(entry);
        }
        for versions in by_code.values_mut() {
            versions.sort_by_key(|entry| entry.provenance.from);
        }
        Self { by_code }
    }

    pub(crate) fn on(&self, code: &str, date: Date) -> Option<&TaxCodeEntry> {
        let versions = self.by_code.get(code)?;
        versions.iter().find(|entry| entry.provenance.holds_on(date))
    }

    /// The same; where the tables are [silent](Self::is_silent) of the code, what they last knew.
    pub(crate) fn known_on(&self, code: &str, date: Date) -> Option<&TaxCodeEntry> {
        self.on(code, date).or_else(|| {
            let versions = self.versions(code);
            let nearest = versions.iter().rev().find(|entry| entry.provenance.from <= date).or(versions.first())?;
            self.is_silent(code, date).then_some(nearest)
        })
    }

    /// Whether the tables say neither that there is such a code on a day nor that there is none: what is known of it ended
    /// with its table, or nothing of that table is entered for the day.
    pub(crate) fn is_silent(&self, code: &str, date: Date) -> bool {
        if self.on(code, date).is_some() {
            return false;
        }
        let versions = self.versions(code);
        let last = versions.iter().rev().find(|entry| entry.provenance.from <= date);
        let with_table = match last {
            Some(entry) => entry.ends_with_table,
            None => versions.first().is_some_and(|entry| entry.begins_with_table),
        };
        if with_table {
            return true;
        }
        let table = versions.first().map_or("tax-codes", |entry| entry.table);
        !self.all().any(|entry| entry.table == table && entry.provenance.holds_on(date))
    }

    pub(crate) fn versions(&self, code: &str) -> &[TaxCodeEntry] {
        self.by_code.get(code).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &TaxCodeEntry> {
        self.by_code.values().flatten()
    }
}

/// Amounts of dong below which import or export duty is not collected (Decree 134/2016/ND-CP art. 8, 29).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// A shipment that is neither a gift nor border trade nor express.
    pub small_shipment: Cited<ShipmentThreshold>,
    /// A shipment by express.
    pub express: Cited<ShipmentThreshold>,
    /// A gift to a person.
    pub gift: Cited<GiftThreshold>,
}

/// A shipment is exempt when its value is not above the one, or its duty not above the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShipmentThreshold {
    /// The highest exempt customs value, in dong.
    pub customs_value_max: Decimal,
    /// The highest exempt duty, in dong.
    pub duty_max: Decimal,
}

/// A gift is exempt when its value is not above the one, or its duty is below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftThreshold {
    /// The highest exempt customs value, in dong.
    pub customs_value_max: Decimal,
    /// The duty must be below this, in dong.
    pub duty_below: Decimal,
    /// How often in a year a person may receive an exempt gift.
    pub times_a_year: u32,
}

/// Which amounts are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingKind {
    /// The customs value of a goods item.
    CustomsValueOfLine,
    /// The sum of one tax over a declaration.
    TaxTotal,
}

impl RoundingKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::CustomsValueOfLine, Self::TaxTotal];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CustomsValueOfLine => "customs_value_of_line",
            Self::TaxTotal => "tax_total",
        }
    }
}

/// Where the amounts of a tax are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingPolicy {
    /// Each goods item's amount by itself.
    PerLine,
    /// The sum over the declaration, once.
    PerTotal,
}

/// How an amount of dong is rounded: half up, at so many decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// Decimals that are kept.
    pub decimals: u32,
    /// What is rounded.
    pub policy: RoundingPolicy,
}

impl Rounding {
    /// The amount, rounded half away from zero.
    pub fn round(self, amount: Decimal) -> Decimal {
        amount.round_dp_with_strategy(self.decimals, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
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
}
