//! The closed lists that codes of a declaration are taken from: `rules/code-lists/`.
//!
//! ```text
//!   lists.toml, one table for each list ──► CodeLists ──► in_force: a code on a day, and what it says beyond its name
//!   aliases.csv ───────────────────────────┘                        what was meant by a text that is no code
//! ```

pub(crate) mod alias;
pub(crate) mod entry;
pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod table;

macro_rules! code_lists {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// A code list, named as its file in `rules/code-lists/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CodeList { $($(#[$doc])* $name,)+ }

        impl CodeList {
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
