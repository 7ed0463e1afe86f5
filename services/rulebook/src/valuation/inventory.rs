//! What values are computed with, for the inventory of the rulebook.

use crate::cited::Provenance;
use crate::knowing::inventory::{Inventory, number_text, text};
use crate::valuation::rounding::RoundingPolicy;
use crate::valuation::tables::Valuation;

impl Valuation {
    /// Takes the tables into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self { roundings, margins, exchange_rates } = self;
        for (kind, versions) in roundings {
            inventory.add_versions("valuation/rounding", kind.as_str(), versions, |rounding| {
                let policy = match rounding.policy {
                    RoundingPolicy::PerLine => "per_line",
                    RoundingPolicy::PerTotal => "per_total",
                };
                vec![text("decimals", &rounding.decimals.to_string()), text("policy", policy)]
            });
        }
        for (kind, versions) in margins {
            inventory.add_versions("valuation/margins", kind.as_str(), versions, |margin| {
                vec![number_text(kind.unit(), margin)]
            });
        }
        for week in &exchange_rates.weeks {
            let days = Provenance {
                from: week.monday,
                to: Some(week.sunday),
                mark: week.mark.unwrap_or(exchange_rates.provenance.mark),
                ..exchange_rates.provenance.clone()
            };
            for (currency, rate) in exchange_rates.currencies.iter().zip(&week.rates) {
                if let Some(rate) = rate {
                    inventory.add_word("valuation/exchange-rates", currency, &days, vec![number_text("rate", rate)]);
                }
            }
        }
    }
}
