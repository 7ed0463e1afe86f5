//! What the tariff says, for the inventory of the rulebook.

use crate::knowing::inventory::{Inventory, NamedValue, goods, joined, number_of, number_text, text};
use crate::tariff::agreement::{Agreement, PreferentialCell, PreferentialRow};
use crate::tariff::export::{EXPORT_COLUMNS, ExportPreferenceRow};
use crate::tariff::import::{ImportRow, RateCell};
use crate::tariff::quota::{QuotaOf, TariffQuota};
use crate::tariff::relation::MfnWord;
use crate::tariff::specific_rate::{SpecificKind, SpecificRateEntry};
use crate::tariff::tables::Tariff;

impl Tariff {
    /// Takes the tables into an inventory.
    pub(crate) fn list_into(&self, inventory: &mut Inventory) {
        let Self {
            nomenclature,
            // The import tariff has the same lines.
            lines: _,
            import,
            ordinary_percent_of_mfn,
            export,
            export_preferences,
            mfn_relations,
            agreements,
            specific_rates,
            quotas,
        } = self;
        for (country, (word, provenance)) in mfn_relations {
            let word = match word {
                MfnWord::Yes => "yes",
                MfnWord::No => "no",
                MfnWord::Unknown => "unknown",
            };
            inventory.add_word("assessment/mfn-relations", country, provenance, vec![text("mfn", word)]);
        }
        inventory.add_word("assessment/import-tariff/nomenclature", "all", nomenclature, Vec::new());
        inventory.add_lines("assessment/import-tariff", import, import_row);
        inventory.add_versions(
            "assessment/import-tariff/ordinary",
            "percent_of_mfn",
            ordinary_percent_of_mfn,
            |percent| vec![number_text("percent_of_mfn", percent)],
        );
        for agreement in agreements {
            inventory.add_word("assessment/agreements", &agreement.id, &agreement.decree, terms(agreement));
            for period in &agreement.rates {
                inventory.add_lines(format!("assessment/{}", period.name), &period.table, preferential_row);
            }
        }
        inventory.add_listed("assessment/export-tariff", export, |cell| vec![text("rate", &rate_cell(cell))]);
        inventory.add_lines("assessment/export-preferential", &export_preferences.rows, export_preference);
        add_specific_rates(inventory, specific_rates);
        add_quotas(inventory, quotas);
    }
}

fn rate_cell(cell: &RateCell) -> String {
    match cell {
        RateCell::Rate(rate) => number_of(rate),
        RateCell::AsPrinted(printed) => format!("? {printed}"),
    }
}

fn import_row(row: &ImportRow) -> Vec<NamedValue> {
    let mut values =
        vec![text("units", &joined(row.units.iter().map(ToString::to_string), "/")), text("mfn", &rate_cell(&row.mfn))];
    values.extend(row.mfn_out_of_quota.as_ref().map(|rate| number_text("mfn_out_of_quota", rate)));
    values.extend(row.ordinary.as_ref().map(|rate| number_text("ordinary", rate)));
    values
}

fn preferential_row(row: &PreferentialRow) -> Vec<NamedValue> {
    let cell = |cell: &PreferentialCell| match cell {
        PreferentialCell::Rate(rate) => number_of(rate),
        PreferentialCell::Excluded => "excluded".to_owned(),
        PreferentialCell::QuotaOnly => "quota".to_owned(),
        PreferentialCell::AsPrinted(printed) => format!("? {printed}"),
    };
    let mut values = vec![text("rate", &cell(&row.rate))];
    values.extend(row.out_of_quota.as_ref().map(|rate| text("out_of_quota", &cell(rate))));
    if !row.not_for_origin.is_empty() {
        values.push(text("not_for_origin", &joined(row.not_for_origin.iter().map(ToString::to_string), "/")));
    }
    values
}

fn export_preference(row: &ExportPreferenceRow) -> Vec<NamedValue> {
    let cells = EXPORT_COLUMNS.iter().zip(&row.cells);
    cells.filter_map(|((name, _), cell)| Some(text(name, &rate_cell(cell.as_ref()?)))).collect()
}

fn terms(agreement: &Agreement) -> Vec<NamedValue> {
    let first = agreement.decree.from;
    let members = agreement.members.iter().map(|(country, since)| {
        if *since == first { country.to_string() } else { format!("{country} (from {since})") }
    });
    vec![
        text("name_en", &agreement.name.en),
        text("name_vi", &agreement.name.vi),
        text("members", &joined(members, ", ")),
        text("covers", if agreement.listed_lines_only { "listed_lines" } else { "every_line" }),
        text("direct_transport", &agreement.direct_transport),
    ]
}

fn add_specific_rates(inventory: &mut Inventory, rates: &[SpecificRateEntry]) {
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
        values.extend([text("name_en", &rate.name.en), text("name_vi", &rate.name.vi)]);
        inventory.add_word("assessment/specific-rates", &rate.code, &rate.provenance, values);
    }
}

fn add_quotas(inventory: &mut Inventory, quotas: &[TariffQuota]) {
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
