//! Exchange rates of the currencies that amounts of duty are in.

use rulebook::RulesInForce;

use super::Report;
use crate::accepted::{AcceptedItem, ExchangeRate};

/// Adds the rate of every currency that a specific rate of a line is in, unless it is there already.
pub(crate) fn of_specific_rates(
    items: &[AcceptedItem<'_>],
    rates: &mut Vec<ExchangeRate>,
    rules: &RulesInForce<'_>,
    report: &mut Report<'_>,
) {
    for (position, item) in items.iter().enumerate() {
        for per_unit in item.taxes.iter().filter_map(|tax| tax.rate.per_unit()) {
            if rates.iter().any(|rate| *rate.currency == *per_unit.currency) {
                continue;
            }
            match rules.exchange_rate(&per_unit.currency) {
                Ok(rate) => rates.push(ExchangeRate {
                    currency: per_unit.currency.to_string(),
                    rate: rate.value,
                    citation: rate.citation,
                }),
                Err(gap) => report.gap(gap, Some(position)),
            }
        }
    }
}
