//! A code of a list: its name, and what it says beyond it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::{Bilingual, Citation, Direction};

use crate::cited::{Mark, Provenance};
use crate::code_list::CodeList;
use crate::code_versions::Version;

/// One code of a list, as it stands on a day.
#[derive(Debug, Clone, Copy)]
pub struct CodeEntry<'a> {
    list: CodeList,
    entry: &'a Entry,
}

impl<'a> CodeEntry<'a> {
    pub(crate) fn new(list: CodeList, entry: &'a Entry) -> Self {
        Self { list, entry }
    }

    pub fn code(&self) -> &'a str {
        &self.entry.code
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
        self.entry.cite(self.list)
    }
}

/// What terms of delivery say about the price (Circular 38/2015/TT-BTC and the terminal's field rules).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incoterm {
    /// The price covers the freight to the first port of entry.
    pub includes_freight: bool,
    /// The price covers the insurance to the first port of entry.
    pub includes_insurance: bool,
    /// An insurance amount may be entered beside the price.
    pub insurance_may_be_entered: bool,
    /// Where the value of an export at the exit gate lies, against the price.
    pub value_at_exit_gate: ExitGateValue,
}

/// Where the value of an export at the exit gate lies, against the price (Circular 39/2015/TT-BTC art. 4: without carriage
/// and insurance abroad).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitGateValue {
    /// The price holds carriage or insurance abroad, and the value is what remains.
    BelowPrice,
    /// The price is the value.
    IsPrice,
    /// The price lacks what brings the goods to the gate.
    AbovePrice,
}

impl ExitGateValue {
    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BelowPrice => "below_price",
            Self::IsPrice => "is_price",
            Self::AbovePrice => "above_price",
        }
    }
}

/// What becomes of a duty or tax under a declaration kind, unless a declared code says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// Assessed and owed.
    Full,
    /// Assessed, and taken off again by an exemption.
    Exempt,
    /// Not assessed, because the goods are not subject to it.
    NotSubject,
    /// Assessed, and not collected as long as conditions are kept.
    NotCollected,
    /// Assessed, and owed when the goods leave the suspension.
    Suspended,
    /// Assessed, and owed later (authorised operators).
    Deferred,
    /// Owed in full unless the goods are exempt by themselves: the declared code decides.
    ByGoods,
}

impl Treatment {
    pub(crate) const ALL: [(&'static str, Self); 7] = [
        ("full", Self::Full),
        ("exempt", Self::Exempt),
        ("not_subject", Self::NotSubject),
        ("not_collected", Self::NotCollected),
        ("suspended", Self::Suspended),
        ("deferred", Self::Deferred),
        ("by_goods", Self::ByGoods),
    ];
}

/// A declaration kind (mã loại hình): how customs treats the goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationKind {
    /// Whether it is a kind of import or of export.
    pub direction: Direction,
    /// What becomes of import or export duty.
    pub duty: Treatment,
    /// What becomes of VAT, special consumption tax and environmental protection tax.
    pub taxes: Treatment,
    /// The code that usually names the duty's exemption, e.g. `XN210`.
    pub duty_relief_code: Option<Box<str>>,
    /// The code that usually names the reason for no VAT, e.g. `VK120`.
    pub vat_code: Option<Box<str>>,
    /// A last day for re-export or re-import must be declared; for other kinds it must not.
    pub deadline_required: bool,
    /// The declaration that this one discharges must be named.
    pub previous_declaration_required: bool,
    /// The start of a bonded transport may be declared.
    pub transport_start_allowed: bool,
}

/// What an adjustment does to the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdjustmentEffect {
    /// Added to the price.
    Addition,
    /// Taken off the price.
    Deduction,
    /// Either, as declared.
    Either,
}

/// A customs office on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomsOffice<'a> {
    /// The code may be used.
    Current,
    /// The code was merged or renamed; declarations registered under it can still be read.
    Retired {
        /// The code to use in its place.
        successor: &'a str,
        /// The first day that the successor must be used on.
        since: Date,
    },
    /// The code comes into use later.
    NotYet { from: Date },
    /// There is no such code.
    Unknown,
}

/// What a tariff schedule code (mã biểu thuế) asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleKind {
    /// The preferential (most-favoured-nation) rate.
    Mfn,
    Ordinary,
    /// The rate of an agreement, by its identifier.
    Agreement(Box<str>),
    /// The rate outside a tariff quota.
    OutOfQuota,
    Specific,
    /// A rate and a specific duty together.
    Mixed,
    /// A rate of chapter 98, which the declaration enters.
    Chapter98,
    /// Not subject to import duty.
    NotSubject,
}

/// A tariff schedule as it stands on a day.
#[derive(Debug, Clone)]
pub struct TariffSchedule<'a> {
    /// Names, law and mark.
    pub entry: CodeEntry<'a>,
    /// What it asks for.
    pub kind: &'a ScheduleKind,
}

/// What a code says beyond its name.
#[derive(Debug, Clone)]
pub(crate) enum Detail {
    Nothing,
    Incoterm(Incoterm),
    Kind(Box<DeclarationKind>),
    Currency { minor_units: u8 },
    Office { successor: Option<Box<str>> },
    Valuation { manual: bool, kinds: Box<[Box<str>]> },
    Adjustment(AdjustmentEffect),
    Schedule(ScheduleKind),
    Certificate { agreements: Box<[Box<str>]> },
    QuantityUnit { whole: bool },
    TariffUnit { codes: Box<[Box<str>]> },
    WeightUnit { kilograms: Decimal },
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) code: Box<str>,
    pub(crate) name: Bilingual,
    pub(crate) provenance: Provenance,
    pub(crate) detail: Detail,
}

impl Entry {
    pub(crate) fn cite(&self, list: CodeList) -> Citation {
        self.provenance.cite(format_args!("code-lists/{}/{}", list.as_str(), self.code))
    }
}

impl Version for Entry {
    fn code(&self) -> &str {
        &self.code
    }

    fn provenance(&self) -> &Provenance {
        &self.provenance
    }
}
