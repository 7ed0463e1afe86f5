//! The closed lists that codes of a declaration are taken from.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use vocabulary::{Citation, Direction};

use crate::cited::{Mark, Provenance};

macro_rules! code_lists {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// A code list, named as its file in `rules/code-lists/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CodeList { $($(#[$doc])* $name,)+ }

        impl CodeList {
            /// Every list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name of its file without the ending.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

code_lists! {
    /// Adjustment classes (VIn): how an adjustment's amount is meant.
    AdjustmentClasses = "adjustment-classes",
    /// Adjustment names (VRn): additions to and deductions from the price.
    AdjustmentNames = "adjustment-names",
    /// Kinds of attachment (EAn).
    Attachments = "attachments",
    /// Cargo classes (CCC): gifts, relief, diplomatic goods and the like.
    CargoClasses = "cargo-classes",
    /// Countries and territories (ISO 3166-1, two letters).
    Countries = "countries",
    /// Currencies (ISO 4217).
    Currencies = "currencies",
    /// Regional customs branches, which offices belong to.
    CustomsBranches = "customs-branches",
    /// Customs offices, with those that were merged or renamed.
    CustomsOffices = "customs-offices",
    /// Declaration kinds (mã loại hình, ICB and ECB).
    DeclarationKinds = "declaration-kinds",
    /// How the due date of the tax is found (ENC).
    DueDateCodes = "due-date-codes",
    /// What entitles a trader to a treatment: an export-processing enterprise, a notified contract and the like.
    Entitlements = "entitlements",
    /// Freight classes (FR1).
    FreightClasses = "freight-classes",
    /// Terms of delivery (IP2).
    Incoterms = "incoterms",
    /// What customs instructs the declarant to do (CCM).
    InstructionClasses = "instruction-classes",
    /// Insurance classes (IN1).
    InsuranceClasses = "insurance-classes",
    /// Invoice classes (IV1).
    InvoiceClasses = "invoice-classes",
    /// Means of transport (MTC).
    MeansOfTransport = "means-of-transport",
    /// Forms of certificates of origin.
    OriginCertificates = "origin-certificates",
    /// Units that packages are counted in.
    PackageUnits = "package-units",
    /// Terms of payment (IVP).
    PaymentTerms = "payment-terms",
    /// Whether importer and exporter are persons or organisations (SKB).
    PersonClasses = "person-classes",
    /// Results of inspection before the declaration (N4).
    PreInspectionResults = "pre-inspection-results",
    /// Price kinds (IP1).
    PriceKinds = "price-kinds",
    /// Units that quantities are measured in.
    QuantityUnits = "quantity-units",
    /// Reasons to ask for release before the permit (BP).
    ReleaseReasons = "release-reasons",
    /// Tariff schedules (mã biểu thuế, ORS).
    TariffSchedules = "tariff-schedules",
    /// The tariff's own words for units, and the codes that stand for them.
    TariffUnits = "tariff-units",
    /// Who pays the tax (TPM).
    Taxpayers = "taxpayers",
    /// Valuation classes (VD1): the method that found the value.
    ValuationClasses = "valuation-classes",
    /// Units of gross weight.
    WeightUnits = "weight-units",
}

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

    /// The code.
    pub fn code(&self) -> &'a str {
        &self.entry.code
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
    NotYet {
        /// Its first day.
        from: Date,
    },
    /// There is no such code.
    Unknown,
}

/// What a tariff schedule code (mã biểu thuế) asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleKind {
    /// The preferential (most-favoured-nation) rate.
    Mfn,
    /// The ordinary rate.
    Ordinary,
    /// The rate of an agreement, by its identifier.
    Agreement(Box<str>),
    /// The rate outside a tariff quota.
    OutOfQuota,
    /// A specific duty.
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
    pub(crate) name_en: Box<str>,
    pub(crate) name_vi: Box<str>,
    pub(crate) provenance: Provenance,
    pub(crate) detail: Detail,
}

impl Entry {
    pub(crate) fn cite(&self, list: CodeList) -> Citation {
        self.provenance.cite(format_args!("code-lists/{}/{}", list.as_str(), self.code))
    }
}

/// One list, with all versions of its codes.
#[derive(Debug)]
pub(crate) struct ListTable {
    title_en: Box<str>,
    title_vi: Box<str>,
    /// The days for which the list is entered; an entry may have days of its own.
    days: Provenance,
    /// By code, then by first day.
    entries: Vec<Entry>,
    /// Where the versions of a code stand: the first one, and how many.
    index: FxHashMap<Box<str>, (u32, u32)>,
}

impl ListTable {
    pub(crate) fn new(title_en: &str, title_vi: &str, days: Provenance, mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| (&a.code, a.provenance.from).cmp(&(&b.code, b.provenance.from)));
        let mut index: FxHashMap<Box<str>, (u32, u32)> = FxHashMap::default();
        for (i, entry) in (0_u32..).zip(&entries) {
            index.entry(entry.code.clone()).or_insert((i, 0)).1 += 1;
        }
        Self { title_en: title_en.into(), title_vi: title_vi.into(), days, entries, index }
    }

    /// What the list is called, in English and Vietnamese.
    pub(crate) fn titles(&self) -> (&str, &str) {
        (&self.title_en, &self.title_vi)
    }

    /// The days for which the list is entered.
    pub(crate) fn days(&self) -> &Provenance {
        &self.days
    }

    /// All versions of a code, oldest first.
    pub(crate) fn versions(&self, code: &str) -> &[Entry] {
        let Some(&(first, count)) = self.index.get(code) else {
            return &[];
        };
        &self.entries[first as usize..(first + count) as usize]
    }

    pub(crate) fn on(&self, code: &str, date: Date) -> Option<&Entry> {
        self.versions(code).iter().find(|entry| entry.provenance.holds_on(date))
    }

    /// The same; where the list is [silent](Self::is_silent) of the code, the version that lies nearest, so that nothing
    /// else is found wrong with a declaration that an officer has to look at anyhow.
    pub(crate) fn known_on(&self, code: &str, date: Date) -> Option<&Entry> {
        self.on(code, date).or_else(|| {
            let versions = self.versions(code);
            let nearest = versions.iter().rev().find(|entry| entry.provenance.from <= date).or(versions.first())?;
            self.is_silent(code, date).then_some(nearest)
        })
    }

    /// Whether the list says neither that there is such a code on a day nor that there is none: nothing of it is entered
    /// for the day, or what is known of the code ends or begins with the list itself.
    pub(crate) fn is_silent(&self, code: &str, date: Date) -> bool {
        if self.on(code, date).is_some() {
            return false;
        }
        let versions = self.versions(code);
        let ended = versions.iter().rev().map(|entry| &entry.provenance).find(|known| known.from <= date);
        let begins = versions.first().map(|entry| entry.provenance.from);
        match ended {
            Some(known) if known.to == self.days.to => return true,
            None if begins == Some(self.days.from) => return true,
            _ => {}
        }
        !self.entries.iter().any(|entry| entry.provenance.holds_on(date))
    }

    pub(crate) fn all(&self) -> &[Entry] {
        &self.entries
    }
}
