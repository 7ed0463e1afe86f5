//! Tables by commodity code: rows in the order of the nomenclature, each with days of its own where it has them.

use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use crate::cited::Provenance;
use crate::error::{Problems, RuleError};
use crate::hs_table::{Clash, CommodityCode, HsTable, HsTableBuilder, ListedLines};
use crate::reading::csv_file::{CsvFile, Row};
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::values::{self, Fault};

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
pub(crate) fn code_cell(
    row: &Row<'_>,
    previous: Option<CommodityCode>,
    problems: &mut Problems,
) -> Option<CommodityCode> {
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
    report_clashes(file.path(), &clashes, problems);
    table
}

/// A table that leaves out the lines that do not bear the tax.
pub(crate) fn listed_lines<V>(
    sources: &Sources,
    (csv, column): (&str, &str),
    provenance: Option<Provenance>,
    laws: &Lawbook,
    lines: &Codes,
    problems: &mut Problems,
    read: impl Fn(&str) -> Result<V, Fault>,
) -> Option<ListedLines<V>> {
    let table = CsvFile::open(sources, csv, &["hs8", column], &[], problems);
    let (provenance, table) = (provenance?, table?);
    let mut check = TableCheck::new(lines);
    let rows = read_table(
        &table,
        &provenance,
        laws,
        true,
        problems,
        |row, problems| check.code(row, problems),
        |row, problems| row.read(column, problems, &read),
    );
    Some(ListedLines { rows, provenance })
}
