//! Exchange rates, week by week.

use jiff::civil::Date;
use rust_decimal::Decimal;
use vocabulary::RulebookGap;

use crate::cited::{Cited, Mark, Provenance, gap, no_value_on};

/// One week, and what a unit of each currency is worth in dong.
#[derive(Debug)]
pub(crate) struct Week {
    pub(crate) monday: Date,
    pub(crate) sunday: Date,
    /// Where it is not the table's.
    pub(crate) mark: Option<Mark>,
    /// As the currencies stand in [`ExchangeRates::currencies`].
    pub(crate) rates: Box<[Option<Decimal>]>,
}

/// All weeks, oldest first.
#[derive(Debug)]
pub(crate) struct ExchangeRates {
    pub(crate) provenance: Provenance,
    pub(crate) currencies: Box<[Box<str>]>,
    pub(crate) weeks: Box<[Week]>,
}

impl ExchangeRates {
    pub(crate) fn week_count(&self) -> usize {
        self.weeks.len()
    }

    /// The first and the last day on which the rates of a day hold.
    pub(crate) fn days_of(&self, date: Date) -> Option<(Date, Date)> {
        let after = self.weeks.partition_point(|week| week.monday <= date);
        let week = after.checked_sub(1).and_then(|index| self.weeks.get(index))?;
        (date <= week.sunday).then_some((week.monday, week.sunday))
    }

    /// Dong for one unit of a currency on a day.
    pub(crate) fn on(&self, currency: &str, date: Date) -> Result<Cited<Decimal>, RulebookGap> {
        let place = format_args!("valuation/exchange-rates/{currency}");
        if currency == "VND" {
            return Ok(self.provenance.cited(Decimal::ONE, place));
        }
        let Some(column) = self.currencies.iter().position(|known| **known == *currency) else {
            return Err(gap(
                "currency_without_exchange_rate",
                place,
                format_args!("the rulebook has no exchange rate of {currency} on any day"),
                format_args!("bộ quy tắc không có tỷ giá {currency} cho bất kỳ ngày nào"),
            ));
        };
        let after = self.weeks.partition_point(|week| week.monday <= date);
        let week = after.checked_sub(1).and_then(|index| self.weeks.get(index)).filter(|week| date <= week.sunday);
        let rate = week.and_then(|week| Some((week.monday, *week.rates.get(column)?.as_ref()?)));
        match rate {
            Some((monday, rate)) => {
                // The version of an exchange rate is its week.
                let dated = Provenance { from: monday, ..self.provenance.clone() };
                Ok(dated.cited(rate, place))
            }
            None => Err(no_value_on(date, place)),
        }
    }
}
