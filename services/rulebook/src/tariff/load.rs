//! The import tariff, the export tariff and the relations that decide which rate a country gets.

pub(crate) mod agreements;
mod quotas;
mod specific_rates;

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use self::agreements::AgreementEntry;
use crate::cited::{Provenance, Versions};
use crate::code_list::CodeList;
use crate::code_list::load::Lists;
use crate::error::Problems;
use crate::hs_table::{HsTable, ListedLines};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::lines::{Codes, TableCheck, as_printed, code_cell, read_table, same_for_every_part};
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault, word};
use crate::tariff::export::{EXPORT_COLUMNS, ExportPreferenceRow};
use crate::tariff::import::{ImportRow, RateCell};
use crate::tariff::quota::TariffQuota;
use crate::tariff::relation::MfnWord;
use crate::tariff::specific_rate::SpecificRateEntry;
use crate::tariff::tables::Tariff;

/// What was read of the tariff; a part is missing when it could not be.
#[derive(Default)]
pub(crate) struct Read {
    /// Every line of the nomenclature; none when the import tariff could not be read.
    pub(crate) lines: Codes,
    nomenclature: Option<Provenance>,
    import: Option<HsTable<ImportRow>>,
    ordinary: Versions<Decimal>,
    export: Option<ListedLines<RateCell>>,
    export_preferences: Option<ListedLines<ExportPreferenceRow>>,
    mfn_relations: FxHashMap<Box<str>, (MfnWord, Provenance)>,
    agreements: Vec<AgreementEntry>,
    specific_rates: Vec<SpecificRateEntry>,
    quotas: Vec<TariffQuota>,
}

/// A percentage, or after `?` the words of the source.
pub(crate) fn rate_cell(cell: &str) -> Result<RateCell, Fault> {
    match as_printed(cell)? {
        Some(printed) => Ok(same_for_every_part(&printed).map_or(RateCell::AsPrinted(printed), RateCell::Rate)),
        None => values::percent(cell).map(RateCell::Rate),
    }
}

impl Read {
    /// All of it, unless a part could not be read.
    pub(crate) fn complete(self) -> Option<Tariff> {
        Some(Tariff {
            nomenclature: self.nomenclature?,
            lines: self.lines.0.into(),
            import: self.import?,
            ordinary_percent_of_mfn: self.ordinary,
            export: self.export?,
            export_preferences: self.export_preferences?,
            mfn_relations: self.mfn_relations,
            agreements: self.agreements.into_iter().map(|entry| entry.agreement).collect(),
            specific_rates: self.specific_rates,
            quotas: self.quotas,
        })
    }

    /// The identifiers of the agreements.
    pub(crate) fn agreement_ids(&self) -> Vec<&str> {
        self.agreements.iter().map(|entry| &*entry.agreement.id).collect()
    }
}

/// Reads the tariff and what stands beside it: the import tariff first, since all other tables name its lines.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Read {
    let mut tariff = Read::default();
    read_import(sources, laws, lists, &mut tariff, problems);
    read_export(sources, laws, &mut tariff, problems);
    read_relations(sources, laws, lists, &mut tariff, problems);
    tariff.agreements = agreements::read(sources, laws, lists, problems);
    agreements::read_tables(sources, &mut tariff.agreements, laws, &tariff.lines, problems);
    tariff.specific_rates = specific_rates::read(sources, laws, lists, problems);
    tariff.quotas = quotas::read(sources, laws, &tariff.agreement_ids(), problems);
    tariff
}

fn read_import(sources: &Sources, laws: &Lawbook, lists: &Lists, tariff: &mut Read, problems: &mut Problems) {
    let path = "assessment/import-tariff.csv";
    let Some(file) = TomlFile::open(sources, "assessment/import-tariff.toml", problems) else {
        return;
    };
    let root = file.root();
    let mfn = root.section("mfn", problems);
    let nomenclature = root.section("nomenclature", problems);
    for section in root.list("ordinary", problems) {
        let percent = section.decimal("percent_of_mfn", problems);
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        if let (Some(percent), Some(provenance)) = (percent, provenance) {
            if percent > Decimal::ONE_THOUSAND {
                problems.add(section.error(
                    "percent_of_mfn",
                    Fault::new(format!("{percent} per cent is above 1000"), "check the decimal point"),
                ));
            }
            tariff.ordinary.0.push((percent, provenance));
        }
    }
    root.finish(problems);
    let dated = |section: Option<Section<'_>>, problems: &mut Problems| {
        let section = section?;
        let provenance = laws.dated(&section, problems);
        section.finish(problems);
        provenance
    };
    tariff.nomenclature = dated(nomenclature, problems);
    let mfn = dated(mfn, problems);
    let required = ["hs8", "units", "mfn", "mfn_out_of_quota", "ordinary"];
    let (Some(table), Some(mfn)) = (CsvFile::open(sources, path, &required, &[], problems), mfn) else {
        return;
    };
    let mut previous = None;
    let rows = read_table(
        &table,
        &mfn,
        laws,
        true,
        problems,
        |row, problems| {
            let code = code_cell(row, previous, problems);
            previous = code.or(previous);
            code
        },
        |row, problems| import_row(row, lists, problems),
    );
    tariff.lines = Codes(rows.codes());
    tariff.import = Some(rows);
}

fn import_row(row: &Row<'_>, lists: &Lists, problems: &mut Problems) -> Option<ImportRow> {
    let units = row.read("units", problems, |cell| {
        cell.split('/').map(|unit| lists.code(CodeList::TariffUnits, unit)).collect::<Result<Box<[_]>, _>>()
    });
    let mfn = row.read("mfn", problems, rate_cell);
    let mfn_out_of_quota = row.read_optional("mfn_out_of_quota", problems, values::percent);
    let ordinary = row.read_optional("ordinary", problems, values::percent);
    Some(ImportRow { units: units?, mfn: mfn?, mfn_out_of_quota: mfn_out_of_quota?, ordinary: ordinary? })
}

fn read_export(sources: &Sources, laws: &Lawbook, tariff: &mut Read, problems: &mut Problems) {
    let path = "assessment/export-tariff.csv";
    let (provenance, preference_days) = export_days(sources, laws, problems);
    let table = CsvFile::open(sources, path, &["hs8", "rate"], &[], problems);
    if let (Some(provenance), Some(table)) = (provenance, table) {
        let mut check = TableCheck::new(&tariff.lines);
        let rows = read_table(
            &table,
            &provenance,
            laws,
            true,
            problems,
            |row, problems| check.code(row, problems),
            |row, problems| row.read("rate", problems, rate_cell),
        );
        tariff.export = Some(ListedLines { rows, provenance });
    }

    let path = "assessment/export-preferential.csv";
    let mut required = vec!["hs8"];
    required.extend(EXPORT_COLUMNS.iter().map(|(column, _)| *column));
    let table = CsvFile::open(sources, path, &required, &[], problems);
    let (Some(table), Some(provenance)) = (table, preference_days) else {
        return;
    };
    let mut check = TableCheck::new(&tariff.lines);
    let rows = read_table(
        &table,
        &provenance,
        laws,
        false,
        problems,
        |row, problems| check.code(row, problems),
        |row, problems| {
            let mut cells = [const { None }; 4];
            for ((column, _), cell) in EXPORT_COLUMNS.iter().zip(&mut cells) {
                *cell = row.read_optional(column, problems, rate_cell)?;
            }
            Some(ExportPreferenceRow { cells })
        },
    );
    tariff.export_preferences = Some(ListedLines { rows, provenance });
}

/// Dates, law and mark of the export tariff, and the days of its preferences, whose law is that of each agreement.
fn export_days(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> (Option<Provenance>, Option<Provenance>) {
    let Some(file) = TomlFile::open(sources, "assessment/export-tariff.toml", problems) else {
        return (None, None);
    };
    let root = file.root();
    let provenance = laws.dated(&root, problems);
    let preferences = root.section("preferences", problems).and_then(|section| {
        section.optional_text("note", problems);
        let from = section.date("in_force_from", problems);
        let to = section.optional_date("in_force_to", problems);
        section.finish(problems);
        Some(Provenance { from: from?, to, law: "".into(), mark: provenance.as_ref()?.mark })
    });
    root.finish(problems);
    (provenance, preferences)
}

fn read_relations(sources: &Sources, laws: &Lawbook, lists: &Lists, tariff: &mut Read, problems: &mut Problems) {
    let provenance = laws.of_file(sources, "assessment/mfn-relations.toml", problems);
    let table = CsvFile::open(sources, "assessment/mfn-relations.csv", &["country", "mfn", "basis"], &[], problems);
    let (Some(provenance), Some(table)) = (provenance, table) else {
        return;
    };
    table.each(problems, |row, problems| {
        let country = row.read("country", problems, |cell| lists.code(CodeList::Countries, cell));
        let relation = row.read("mfn", problems, |cell| {
            word(cell, &[("yes", MfnWord::Yes), ("no", MfnWord::No), ("unknown", MfnWord::Unknown)])
        });
        let provenance = laws.row(row, &provenance, problems);
        let (Some(country), Some(relation), Some(provenance)) = (country, relation, provenance) else {
            return;
        };
        if tariff.mfn_relations.contains_key(&country) {
            problems
                .add(row.error("country", Fault::new(format!("`{country}` stands twice"), "remove one of the rows")));
            return;
        }
        tariff.mfn_relations.insert(country, (relation, provenance));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_rate_or_the_words_of_the_source() {
        assert_eq!(rate_cell("12.5"), Ok(RateCell::Rate(Decimal::new(125, 1))));
        assert_eq!(rate_cell("? 0/5"), Ok(RateCell::AsPrinted("0/5".into())));
        for wrong in ["", "? ", "0/5", "-1", "12,5"] {
            assert!(rate_cell(wrong).is_err(), "{wrong}");
        }
    }
}
