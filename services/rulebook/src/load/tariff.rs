//! The import tariff, the export tariff and the relations that decide which rate a country gets.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::error::{Problems, RuleError};
use crate::hs_table::{Clash, CommodityCode, HsTable, HsTableBuilder};
use crate::load::code_lists::{Lists, word};
use crate::load::csv_file::{CsvFile, Row};
use crate::load::dating::Lawbook;
use crate::load::sources::Sources;
use crate::load::toml_file::TomlFile;
use crate::load::values::{self, Fault};
use crate::rulebook::{ListedLines, MfnWord};
use crate::tariff_line::{EXPORT_COLUMNS, ExportPreferenceRow, ImportRow, RateCell};
use crate::tax::Versions;

/// Every line of the nomenclature, in order.
#[derive(Debug, Default)]
pub(crate) struct Codes(pub(crate) Vec<CommodityCode>);

/// Checks the column of codes of a table, row by row.
pub(crate) struct TableCheck<'a> {
    codes: &'a Codes,
    previous: Option<CommodityCode>,
    /// Where the next code is expected; tables run through the codes in the same order.
    next: usize,
    missing: Vec<CommodityCode>,
}

impl<'a> TableCheck<'a> {
    pub(crate) fn new(codes: &'a Codes) -> Self {
        Self { codes, previous: None, next: 0, missing: Vec::new() }
    }

    /// The code of a row, when it is a line of the nomenclature and does not come before the one above.
    pub(crate) fn code(&mut self, row: &Row<'_>, problems: &mut Problems) -> Option<CommodityCode> {
        let code = code_cell(row, self.previous, problems)?;
        if self.previous == Some(code) {
            return Some(code);
        }
        self.previous = Some(code);
        let lines = &self.codes.0;
        // Without a nomenclature there is nothing to compare with, and that has been reported.
        if lines.is_empty() {
            return Some(code);
        }
        while let Some(line) = lines.get(self.next).filter(|line| **line < code) {
            self.missing.push(*line);
            self.next += 1;
        }
        if lines.get(self.next) == Some(&code) {
            self.next += 1;
            return Some(code);
        }
        let near = lines.get(self.next.min(lines.len() - 1)).or(lines.last());
        problems.add(row.error(
            "hs8",
            Fault {
                message: format!("`{code}` is not a line of assessment/import-tariff.csv"),
                hint: near.map(|near| format!("the next line there is `{near}`")),
            },
        ));
        None
    }

    /// Reports the lines that a complete table leaves out.
    pub(crate) fn report_missing(&mut self, path: &str, problems: &mut Problems) {
        self.missing.extend(&self.codes.0[self.next.min(self.codes.0.len())..]);
        let Some(first) = self.missing.first() else {
            return;
        };
        problems.add(RuleError {
            file: path.to_owned(),
            line: None,
            field: Some("hs8".into()),
            message: format!("{} lines of the tariff are left out, the first is `{first}`", self.missing.len()),
            hint: Some("give each line a row; where nothing is known, write `? ` and why".into()),
        });
    }
}

/// The code of a row that does not come before the one above.
fn code_cell(row: &Row<'_>, previous: Option<CommodityCode>, problems: &mut Problems) -> Option<CommodityCode> {
    let cell = row.get("hs8");
    let Some(code) = CommodityCode::parse(cell) else {
        problems.add(row.error(
            "hs8",
            Fault::new(
                format!("`{cell}` is not a commodity code"),
                "write eight digits, without points; a spreadsheet may have dropped a leading zero",
            ),
        ));
        return None;
    };
    if let Some(previous) = previous.filter(|previous| *previous > code) {
        problems
            .add(row.error("hs8", Fault::new(format!("`{code}` stands after `{previous}`"), "sort the rows by code")));
        return None;
    }
    Some(code)
}

/// The words after `? `, when a cell begins so.
pub(crate) fn as_printed(cell: &str) -> Result<Option<Box<str>>, Fault> {
    let Some(rest) = cell.strip_prefix('?') else {
        return Ok(None);
    };
    let printed = rest.trim();
    if printed.is_empty() || printed.len() > 400 {
        return Err(Fault::new(
            "a cell that begins with `?` says nothing after it, or more than 400 bytes",
            "say what the source prints, or why nothing is known",
        ));
    }
    Ok(Some(printed.into()))
}

/// The one figure that the source prints for every part of a line that it splits, as in `0/0`: the rate is known then,
/// whichever part the goods are of.
pub(crate) fn same_for_every_part(printed: &str) -> Option<Decimal> {
    let mut parts = printed.split('/').map(|part| values::percent(&part.trim().replace(',', ".")).ok());
    let first = parts.next()??;
    let mut others = parts.peekable();
    others.peek()?;
    others.all(|other| other == Some(first)).then_some(first)
}

/// A percentage, or after `?` the words of the source.
pub(crate) fn rate_cell(cell: &str) -> Result<RateCell, Fault> {
    match as_printed(cell)? {
        Some(printed) => Ok(same_for_every_part(&printed).map_or(RateCell::AsPrinted(printed), RateCell::Rate)),
        None => values::percent(cell).map(RateCell::Rate),
    }
}

/// Reports rows of one code that share days, or leave days between them where they must not.
pub(crate) fn report_clashes(path: &str, clashes: &[Clash], problems: &mut Problems) {
    for clash in clashes {
        let (line, message, hint) = match *clash {
            Clash::Overlap { line, earlier_line } => (
                Some(line),
                format!("the row and the one of line {earlier_line} for the same code share days"),
                "end the earlier row with `in_force_to` before this one begins, or remove one",
            ),
            Clash::Hole { line, earlier_line } => (
                Some(line),
                format!("between the row of line {earlier_line} for the same code and this one there are days without"),
                "let this row begin on the day after the other ends; say `? ` and why where nothing is known",
            ),
            Clash::TooMany => {
                (None, "the table has more than 65,536 different values or periods".into(), "split it into several")
            }
        };
        problems.add(RuleError {
            file: path.to_owned(),
            line,
            field: Some("in_force_from".into()),
            message,
            hint: Some(hint.into()),
        });
    }
}

/// Reads a table by commodity code whose rows may have their own days.
pub(crate) fn read_table<V>(
    file: &CsvFile<'_>,
    path: &str,
    table: &Provenance,
    laws: &Lawbook,
    continuous: bool,
    problems: &mut Problems,
    mut code: impl FnMut(&Row<'_>, &mut Problems) -> Option<CommodityCode>,
    read: impl Fn(&Row<'_>, &mut Problems) -> Option<V>,
) -> HsTable<V> {
    let mut builder = HsTableBuilder::new();
    let mut known: FxHashMap<String, u16> = FxHashMap::default();
    let mut key = String::new();
    file.each(problems, |row, problems| {
        let code = code(row, problems);
        let provenance = laws.row(row, table, problems);
        row.cells_after_first(&mut key);
        let value = match known.get(key.as_str()) {
            Some(&value) => value,
            None => {
                let Some(value) = read(row, problems) else { return };
                let value = builder.value(value);
                known.insert(key.clone(), value);
                value
            }
        };
        let (Some(code), Some(provenance)) = (code, provenance) else {
            return;
        };
        let provenance = builder.provenance(provenance);
        builder.row(code, value, provenance, row.line);
    });
    let (table, clashes) = builder.finish(continuous);
    report_clashes(path, &clashes, problems);
    table
}

/// What this module read; each part is missing when it could not be.
pub(crate) struct Tariff {
    codes: Codes,
    nomenclature: Option<Provenance>,
    import: Option<HsTable<ImportRow>>,
    ordinary: Versions<Decimal>,
    export: Option<ListedLines<RateCell>>,
    export_preferences: Option<ListedLines<ExportPreferenceRow>>,
    mfn_relations: FxHashMap<Box<str>, (MfnWord, Provenance)>,
}

/// The same, complete.
pub(crate) struct CompleteTariff {
    pub(crate) lines: Box<[CommodityCode]>,
    pub(crate) nomenclature: Provenance,
    pub(crate) import: HsTable<ImportRow>,
    pub(crate) ordinary: Versions<Decimal>,
    pub(crate) export: ListedLines<RateCell>,
    pub(crate) export_preferences: ListedLines<ExportPreferenceRow>,
    pub(crate) mfn_relations: FxHashMap<Box<str>, (MfnWord, Provenance)>,
}

impl Tariff {
    /// Every line of the nomenclature; none when the import tariff could not be read.
    pub(crate) fn lines(&self) -> &Codes {
        &self.codes
    }

    pub(crate) fn complete(self) -> Option<CompleteTariff> {
        Some(CompleteTariff {
            lines: self.codes.0.into(),
            nomenclature: self.nomenclature?,
            import: self.import?,
            ordinary: self.ordinary,
            export: self.export?,
            export_preferences: self.export_preferences?,
            mfn_relations: self.mfn_relations,
        })
    }
}

/// Reads the import tariff, the export tariff with its preferences, and the relations to countries.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, lists: &Lists, problems: &mut Problems) -> Tariff {
    let mut tariff = Tariff {
        codes: Codes::default(),
        nomenclature: None,
        import: None,
        ordinary: Versions::default(),
        export: None,
        export_preferences: None,
        mfn_relations: FxHashMap::default(),
    };
    read_import(sources, laws, lists, &mut tariff, problems);
    read_export(sources, laws, &mut tariff, problems);
    read_relations(sources, laws, lists, &mut tariff, problems);
    tariff
}

fn read_import(sources: &Sources, laws: &Lawbook, lists: &Lists, tariff: &mut Tariff, problems: &mut Problems) {
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
    let dated = |section: Option<crate::load::toml_file::Section<'_>>, problems: &mut Problems| {
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
        path,
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
    tariff.codes = Codes(rows.codes());
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

fn read_export(sources: &Sources, laws: &Lawbook, tariff: &mut Tariff, problems: &mut Problems) {
    let path = "assessment/export-tariff.csv";
    let (provenance, preference_days) = export_days(sources, laws, problems);
    let table = CsvFile::open(sources, path, &["hs8", "rate"], &[], problems);
    if let (Some(provenance), Some(table)) = (provenance, table) {
        let mut check = TableCheck::new(&tariff.codes);
        let rows = read_table(
            &table,
            path,
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
    let mut check = TableCheck::new(&tariff.codes);
    let rows = read_table(
        &table,
        path,
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

/// Dates, law and mark of a file that says nothing else.
pub(crate) fn table_provenance(
    sources: &Sources,
    path: &str,
    laws: &Lawbook,
    problems: &mut Problems,
) -> Option<Provenance> {
    let file = TomlFile::open(sources, path, problems)?;
    let root = file.root();
    let provenance = laws.dated(&root, problems);
    root.finish(problems);
    provenance
}

fn read_relations(sources: &Sources, laws: &Lawbook, lists: &Lists, tariff: &mut Tariff, problems: &mut Problems) {
    let provenance = table_provenance(sources, "assessment/mfn-relations.toml", laws, problems);
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
