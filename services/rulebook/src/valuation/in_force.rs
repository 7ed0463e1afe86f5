//! Valuation on a day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::RulebookGap;

use crate::cited::{Cited, no_value_on};
use crate::valuation::margin::MarginKind;
use crate::valuation::rounding::{Rounding, RoundingKind};
use crate::valuation::tables::Valuation;

/// What values are computed with on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct ValuationInForce<'a> {
    valuation: &'a Valuation,
    date: Date,
}

impl<'a> ValuationInForce<'a> {
    pub(crate) fn new(valuation: &'a Valuation, date: Date) -> Self {
        Self { valuation, date }
    }

    /// The first and the last day of the week whose exchange rates hold on the day; `None` where none are entered.
    pub fn exchange_rate_week(&self) -> Option<(Date, Date)> {
        self.valuation.exchange_rates.days_of(self.date)
    }

    /// Dong for one unit of a currency in the week of the day; 1 for the dong.
    ///
    /// # Errors
    /// A gap when no rate is entered for the week.
    pub fn exchange_rate(&self, currency: &str) -> Result<Cited<Decimal>, RulebookGap> {
        self.valuation.exchange_rates.on(currency, self.date)
    }

    /// How amounts of a kind are rounded.
    ///
    /// # Errors
    /// A gap when no rounding is entered for the day.
    pub fn rounding(&self, kind: RoundingKind) -> Result<Cited<Rounding>, RulebookGap> {
        let place = format_args!("valuation/rounding/{}", kind.as_str());
        let versions = self.valuation.roundings.get(&kind);
        versions.map_or_else(|| Err(no_value_on(self.date, place)), |versions| versions.cited_on(self.date, place))
    }

    /// How far declared values may lie apart.
    ///
    /// # Errors
    /// A gap when no margin is entered for the day.
    pub fn margin(&self, kind: MarginKind) -> Result<Cited<Decimal>, RulebookGap> {
        let place = format_args!("valuation/margins/{}", kind.as_str());
        let versions = self.valuation.margins.get(&kind);
        versions.map_or_else(|| Err(no_value_on(self.date, place)), |versions| versions.cited_on(self.date, place))
    }
}
