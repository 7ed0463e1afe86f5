//! All that is said of values, of all days.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::Versions;
use crate::valuation::exchange_rates::ExchangeRates;
use crate::valuation::margin::MarginKind;
use crate::valuation::rounding::{Rounding, RoundingKind};

/// The tables of valuation.
#[derive(Debug)]
pub(crate) struct Valuation {
    pub(crate) roundings: FxHashMap<RoundingKind, Versions<Rounding>>,
    pub(crate) margins: FxHashMap<MarginKind, Versions<Decimal>>,
    pub(crate) exchange_rates: ExchangeRates,
}
