//! Duties beside the rate of a line: trade remedies, specific duties, tariff quotas.
//!
//! What they are about stands under `hs`, as beginnings of tariff codes.

use super::{Inventory, NamedValue, joined, number_text, text};
use crate::code_use::CodeUses;
use crate::specific_rate::{SpecificKind, SpecificRateEntry};
use crate::tariff_quota::{QuotaOf, TariffQuota};
use crate::trade_remedy::RemedyCase;

pub(super) fn add_remedies(inventory: &mut Inventory, cases: &[RemedyCase]) {
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
            text("name_en", &case.name_en),
            text("name_vi", &case.name_vi),
        ];
        inventory.add_word("assessment/trade-remedies/measures", &case.id, &case.provenance, values);
    }
}

pub(super) fn add_code_uses(inventory: &mut Inventory, uses: &CodeUses) {
    for entry in uses.all() {
        let kinds = if entry.kinds.is_empty() { "all".to_owned() } else { words(&entry.kinds, " ") };
        let tariff = if entry.goods.by_tariff { " as the tariff says" } else { "" };
        let goods = format!("{} but {}{tariff}", words(&entry.goods.within, " "), words(&entry.goods.without, " "));
        let taxes = entry.taxes.iter().map(|tax| tax.as_str().to_owned());
        let values = vec![
            text("taxes", &joined(taxes, " ")),
            text("proof", &entry.proof.to_string()),
            text("rests_on.en", &entry.rests_on_en),
            text("rests_on.vi", &entry.rests_on_vi),
        ];
        let name = format!("{} of kinds {kinds} on goods {goods}", entry.of);
        inventory.add_word("assessment/code-uses", &name, &entry.provenance, values);
    }
}

pub(super) fn add_specific_rates(inventory: &mut Inventory, rates: &[SpecificRateEntry]) {
    for rate in rates {
        let mut values = vec![
            goods(&rate.hs),
            number_text("amount", &rate.amount),
            text("currency", &rate.currency),
            text("unit", &rate.unit),
        ];
        values.push(match &rate.kind {
            SpecificKind::Alone => text("beside", "nothing"),
            SpecificKind::Percent(percent) => number_text("beside_percent", percent),
            SpecificKind::PreferentialRate => text("beside", "mfn"),
        });
        values.extend([text("name_en", &rate.name_en), text("name_vi", &rate.name_vi)]);
        inventory.add_word("assessment/specific-rates", &rate.code, &rate.provenance, values);
    }
}

pub(super) fn add_quotas(inventory: &mut Inventory, quotas: &[TariffQuota]) {
    for quota in quotas {
        let of = match &quota.of {
            QuotaOf::Mfn => "mfn",
            QuotaOf::Agreement(id) => id,
        };
        let values = vec![goods(&quota.hs), text("of", of)];
        inventory.add_word("assessment/tariff-quotas", &quota.id, &quota.provenance, values.clone());
        for days in &quota.exhausted {
            inventory.add_word("assessment/tariff-quotas/exhausted", &quota.id, days, values.clone());
        }
    }
}

fn goods(prefixes: &[Box<str>]) -> NamedValue {
    text("hs", &words(prefixes, "/"))
}

fn words(words: &[Box<str>], between: &str) -> String {
    joined(words.iter().map(ToString::to_string), between)
}
