//! The taxes beside import and export duty: what a line of the tariff bears, the codes of taxes and reliefs, and the
//! thresholds below which nothing is collected.
//!
//! ```text
//!   value-added-tax, special-consumption-tax, ─► of a line:  a rate, a choice that the declared code makes, or nothing
//!   environmental-protection-lines
//!   tax-codes, environmental-protection-tax ───► of a code:  what it does
//!   thresholds ────────────────────────────────► of a shipment, and of tax paid late
//! ```

pub(crate) mod code;
pub(crate) mod environmental;
pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod special_consumption;
pub(crate) mod tables;
pub(crate) mod threshold;
pub(crate) mod vat;
