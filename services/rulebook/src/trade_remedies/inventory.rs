//! The measures, for the inventory of the rulebook.

use crate::knowing::inventory::{Inventory, goods, joined, text, words};
use crate::trade_remedies::measure::{RemedyCase, TradeRemedies};

impl TradeRemedies {
    /// Takes the measures into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self { cases, by_chapter: _, proof_days } = self;
        add_remedies(inventory, cases);
        inventory.add_versions("assessment/trade-remedies/proof", "days_to_prove_other_origin", proof_days, |days| {
            vec![text("days", &days.to_string())]
        });
    }
}

fn add_remedies(inventory: &mut Inventory, cases: &[RemedyCase]) {
    for case in cases {
        let origins = if case.origins.is_empty() { "all".to_owned() } else { words(&case.origins, "/") };
        let rates = case.rates.iter().map(|rate| {
            let maker = rate.maker.as_deref().map(|maker| format!(" of {maker}")).unwrap_or_default();
            let origin = rate.origin.as_deref().map(|origin| format!(" from {origin}")).unwrap_or_default();
            format!("{}{maker}{origin}", rate.code)
        });
        let values = vec![
            text("tax", case.tax.as_str()),
            goods(&case.hs),
            text("goods", if case.all_goods { "all" } else { "by description" }),
            text("origins", &origins),
            text("rates", &joined(rates, "; ")),
            text("name_en", &case.name.en),
            text("name_vi", &case.name.vi),
        ];
        inventory.add_word("assessment/trade-remedies/measures", &case.id, &case.provenance, values);
    }
}
