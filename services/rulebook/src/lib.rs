//! The law as data: `rules/` read, checked and asked on a date.
//!
//! This is the only crate that opens a rule file. It reads all of them once, reports every mistake with its line and
//! a hint, and keeps what they say in an immutable form. Nothing but [`Rulebook::in_force_on`] gives a value, each value
//! comes with its citation, and silence is a [`vocabulary::RulebookGap`], never a zero.
//!
//! ```text
//!   rules/law/          instruments ──────────────┐ cited by
//!   rules/code-lists/   codes                     │
//!   rules/valuation/    exchange rates, rounding ─┤──► Rulebook ──► in_force_on(date) ──► RulesInForce
//!   rules/assessment/   tariffs, agreements, ─────┤     (all days)                         ├─ commodity(hs8) ─► TariffLine
//!                       taxes, thresholds         │                                        ├─ codes, rates, thresholds
//!   rules/origin/       proofs of origin ─────────┘                                        ├─ origin()
//!   rules/life-cycle/   terms, reasons                                                            └─ limit(), frozen_fields()
//! ```

mod rulebook;

mod in_force;

mod cited;

mod tariff_line;

mod agreement;

mod amendment;

mod tax;

mod fitting;

mod specific_rate;

mod tariff_quota;

mod trade_remedy;

mod origin;

mod valuation;

mod code_list;

mod code_use;

mod law;

mod hs_table;

mod subject;

mod index;

mod validation;

mod suggestion;

mod coded_field;

mod alias;

mod selectivity;

mod life_cycle;

mod rule_test;

mod rules_naming;

mod inventory;

mod comparison;

mod load;

mod error;

pub use agreement::{AgreementInForce, Preferential};
pub use alias::{MeantCode, MeantTaxCode};
pub use amendment::{Amendment, NewRate, RatesOf};
pub use cited::{Cited, Mark};
pub use code_list::{
    AdjustmentEffect, CodeEntry, CodeList, CustomsOffice, DeclarationKind, ExitGateValue, Incoterm, ScheduleKind,
    TariffSchedule, Treatment,
};
pub use code_use::{CodeUse, Fit, Proof};
pub use comparison::{Change, Comparison};
pub use error::{RuleError, RuleErrors};
pub use hs_table::CommodityCode;
pub use in_force::{MfnRelation, RulesInForce};
pub use inventory::{Inventory, Key, NamedValue, Table, Version};
pub use law::Instrument;
pub use life_cycle::{
    ChangeNote, ChangeReason, FrozenField, FrozenFrom, LimitKind, ReasonFor, RegistrationChange, Until,
};
pub use load::seal::{SealChange, SealChangeKind, Sealing};
pub use origin::{
    NumberPicture, OriginCheck, OriginParameter, OriginRulesInForce, OriginTreatment, SpecimenStanding, Specimens,
};
pub use rule_test::{RuleTestFailure, RuleTestReport, UntestedRule};
pub use rulebook::{Rulebook, SourceSummary};
pub use rules_naming::{RuleEffect, RuleNaming};
pub use specific_rate::{SpecificKind, SpecificRate};
pub use subject::{ItemSurroundings, Supposed, Surroundings};
pub use tariff_line::{EnvironmentalProtection, ExportDuty, SpecialConsumption, TariffLine, TariffUnit, VatOnLine};
pub use tax::{
    GiftThreshold, ListNeed, Rounding, RoundingKind, RoundingPolicy, ShipmentThreshold, TaxCode, TaxEffect, Thresholds,
};
pub use trade_remedy::{RemedyRate, TradeRemedy};
pub use validation::Verdict;
pub use valuation::MarginKind;
