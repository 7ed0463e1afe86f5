//! The law as data: `rules/` read, checked and asked on a date.
//!
//! This is the only crate that opens a rule file. It reads all of them once, reports every mistake with its line and
//! a hint, and keeps what they say in an immutable form. Nothing but [`Rulebook::in_force_on`] gives a value, each value
//! comes with its citation, and silence is a [`vocabulary::RulebookGap`], never a zero.
//!
//! ```text
//!   rules/law/            instruments ──────────────┐ cited by
//!   rules/code-lists/     code_list                 │
//!   rules/valuation/      valuation ────────────────┤──► Rulebook ──► in_force_on(date) ──► RulesInForce
//!   rules/assessment/     tariff, taxes, code_uses, │     (all days)                         ├─ commodity(hs8) ─► TariffLine
//!                         trade_remedies            │                                        ├─ tariff(), taxes(), lists()
//!   rules/origin/         origin ───────────────────┤                                        ├─ valuation(), origin()
//!   rules/validation/,    conditional ──────────────┤                                        ├─ conditional(): findings
//!   selectivity/, tests/                            │                                        │  and criteria
//!   rules/life-cycle/     life_cycle ───────────────┘                                        └─ life_cycle(): terms, reasons
//! ```
//!
//! A subject has its entries, its loader, its inventory and its view on a day in one folder, and stands on what is below:
//!
//! ```text
//!   amendment    in_force ──► rulebook                          all subjects as one
//!       tariff_line                                             a line, of which several subjects speak
//!   trade_remedies  code_uses  conditional   life_cycle         subjects
//!   tariff  taxes  valuation  origin ──► code_list
//!   knowing  reading ──► law                                    what each is listed into, and read with
//!   hs_table  code_versions ──► cited      error                values with their days and law
//! ```

mod amendment;
mod cited;
mod code_list;
mod code_uses;
mod code_versions;
mod conditional;
mod error;
mod hs_table;
mod in_force;
mod knowing;
mod law;
mod life_cycle;
mod origin;
mod reading;
mod rulebook;
mod tariff;
mod tariff_line;
mod taxes;
mod trade_remedies;
mod valuation;

pub use amendment::{Amendment, NewRate, RatesOf};
pub use cited::{Cited, Mark};
pub use code_list::CodeList;
pub use code_list::entry::{
    AdjustmentEffect, CodeEntry, CustomsOffice, DeclarationKind, ExitGateValue, Incoterm, ScheduleKind, TariffSchedule,
    Treatment,
};
pub use code_list::in_force::{CodeListsInForce, MeantCode};
pub use code_uses::entry::Proof;
pub use code_uses::in_force::{CodeUse, CodeUsesInForce, Fit};
pub use conditional::asked::Verdict;
pub use conditional::in_force::ConditionalInForce;
pub use conditional::rules_naming::{RuleEffect, RuleNaming};
pub use conditional::subject::{ItemSurroundings, Supposed, Surroundings};
pub use conditional::test_run::{RuleTestFailure, RuleTestReport, UntestedRule};
pub use error::{RuleError, RuleErrors};
pub use hs_table::CommodityCode;
pub use in_force::RulesInForce;
pub use knowing::comparison::{Change, Comparison};
pub use knowing::inventory::{Inventory, Key, NamedValue, Table, Version};
pub use law::Instrument;
pub use law::provision::Provision;
pub use life_cycle::in_force::LifeCycleInForce;
pub use life_cycle::rules::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LimitKind, ReasonFor, RegistrationChange, Until,
};
pub use origin::in_force::OriginRulesInForce;
pub use origin::rules::{NumberPicture, OriginCheck, OriginParameter, OriginTreatment, SpecimenStanding, Specimens};
pub use reading::seal::{SealChange, SealChangeKind, Sealing};
pub use rulebook::{Rulebook, SourceSummary};
pub use tariff::agreement::{AgreementInForce, Preferential};
pub use tariff::export::ExportDuty;
pub use tariff::in_force::TariffInForce;
pub use tariff::relation::MfnRelation;
pub use tariff::specific_rate::{SpecificKind, SpecificRate};
pub use tariff_line::{TariffLine, TariffUnit};
pub use taxes::code::{ListNeed, TaxCode, TaxEffect};
pub use taxes::environmental::EnvironmentalProtection;
pub use taxes::in_force::{MeantTaxCode, TaxesInForce};
pub use taxes::special_consumption::SpecialConsumption;
pub use taxes::threshold::{GiftThreshold, ShipmentThreshold, Thresholds};
pub use taxes::vat::VatOnLine;
pub use trade_remedies::in_force::{RemedyRate, TradeRemediesInForce, TradeRemedy};
pub use valuation::in_force::ValuationInForce;
pub use valuation::margin::MarginKind;
pub use valuation::rounding::{Rounding, RoundingKind, RoundingPolicy};
