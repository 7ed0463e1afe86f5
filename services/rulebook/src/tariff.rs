//! The customs tariff: the nomenclature with its rates, the trade agreements, and what goods of an origin get of them.
//!
//! ```text
//!   import-tariff ─┐                                 ┌─ import: the preferential (MFN) rate, the ordinary rate
//!   agreements ────┼──► Tariff ──► in_force ──► line ─┼─ agreement: the rate of an agreement for goods of an origin
//!   export-tariff ─┤                                 └─ export: export duty and its preferences
//!   specific-rates, tariff-quotas, mfn-relations ──► what stands beside the rate of a line
//! ```

pub(crate) mod agreement;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod quota;
pub(crate) mod relation;
pub(crate) mod specific_rate;
pub(crate) mod tables;
