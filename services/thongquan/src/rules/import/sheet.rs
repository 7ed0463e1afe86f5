//! A table as people hand it on: CSV in its dialects, or the first sheet of an XLSX file.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx};

use super::Mistakes;
use crate::Failure;

/// A tariff with all its columns has 2 MB; what is larger is another file.
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Titles stand above the names of columns in published tables.
const HEADER_ROWS_MAX: usize = 30;

/// A cell, and whether the file keeps it as a number, so that nothing has to be made of its points and commas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) is_number: bool,
}

/// A row with its number in the file.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) number: usize,
    cells: Vec<Cell>,
}

/// A column that is looked for: what it is called here, other names, and whether the table must have it.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) other_names: &'static [&'static str],
    pub(super) required: bool,
}

/// The columns of a table.
pub(super) struct Columns<'a> {
    pub(super) wanted: &'a [Column],
    /// Whether others may stand beside them, of which nothing is read.
    pub(super) others_allowed: bool,
}

/// A table whose columns were found.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The place of each wanted column.
    places: Vec<Option<usize>>,
    pub(super) rows: Vec<Row>,
}

impl Row {
    /// The cell of a wanted column, by its place among those.
    pub(super) fn cell<'r>(&'r self, sheet: &Sheet, column: usize) -> Option<&'r Cell> {
        let place = sheet.places.get(column).copied().flatten()?;
        self.cells.get(place).filter(|cell| !cell.text.is_empty())
    }
}

/// Reads a file and finds its columns.
///
/// # Errors
/// When the file cannot be read, or is no table with these columns: that is said as a mistake of its header.
pub(super) fn read(file: &Path, columns: &Columns<'_>, mistakes: &mut Mistakes) -> Result<Option<Sheet>, Failure> {
    let length = fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    if length > FILE_BYTES_MAX {
        return Err(Failure::usage(format!(
            "{} has {length} bytes, more than {FILE_BYTES_MAX}; give the table alone",
            file.display()
        )));
    }
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_ascii_lowercase();
    let rows = match kind.as_str() {
        "xlsx" => xlsx(file)?,
        "csv" | "txt" | "tsv" => csv(file)?,
        _ => {
            return Err(Failure::usage(format!(
                "{} is neither .csv nor .xlsx; save the table in one of these forms",
                file.display()
            )));
        }
    };
    Ok(find(rows, columns, mistakes))
}

fn unreadable(file: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::failed(format!("{} cannot be read: {error}", file.display()))
}

fn xlsx(file: &Path) -> Result<Vec<Row>, Failure> {
    let no_workbook = |error: calamine::XlsxError| {
        Failure::usage(format!("{} cannot be read as XLSX: {error}; save it anew, or as CSV", file.display()))
    };
    let mut workbook: Xlsx<_> = calamine::open_workbook(file).map_err(no_workbook)?;
    let Some(first) = workbook.sheet_names().first().cloned() else {
        return Err(Failure::usage(format!("{} has no sheet", file.display())));
    };
    let range = workbook.worksheet_range(&first).map_err(no_workbook)?;
    let above = range.start().map_or(0, |(row, _)| usize::try_from(row).unwrap_or_default());
    let rows = range
        .rows()
        .enumerate()
        .map(|(at, cells)| Row { number: above + at + 1, cells: cells.iter().map(of_workbook).collect() });
    Ok(rows.collect())
}

fn of_workbook(data: &Data) -> Cell {
    let number = |text: String| Cell { text, is_number: true };
    let words = |text: &str| Cell { text: text.trim().to_owned(), is_number: false };
    match data {
        Data::Empty => Cell::default(),
        Data::Int(whole) => number(whole.to_string()),
        // The shortest digits that stand for the number, which are those that were typed.
        Data::Float(float) => number(float.to_string()),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => words(text),
        Data::Bool(truth) => words(&truth.to_string()),
        Data::DateTime(day) => words(&format!("a date ({day})")),
        Data::Error(error) => words(&format!("{error:?}")),
    }
}

fn csv(file: &Path) -> Result<Vec<Row>, Failure> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Failure::usage(format!("{}, row {line}: the file is not UTF-8; save it as CSV UTF-8", file.display()))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let count = |delimiter: char| -> usize {
        text.lines().take(HEADER_ROWS_MAX).map(|line| line.matches(delimiter).count()).sum()
    };
    // Where a comma stands before decimals, spreadsheets part cells by semicolons.
    let delimiter = [(',', b','), (';', b';'), ('\t', b'\t')]
        .into_iter()
        .max_by_key(|(sign, byte)| (count(*sign), *byte == b','))
        .map_or(b',', |(_, byte)| byte);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Failure::usage(format!("{} is no CSV: {error}", file.display())))?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Row {
            number: usize::try_from(line).unwrap_or_default(),
            cells: record.iter().map(|cell| Cell { text: cell.trim().to_owned(), is_number: false }).collect(),
        });
    }
    Ok(rows)
}

/// Finds the row that names the columns; those below it are the table's.
fn find(mut rows: Vec<Row>, columns: &Columns<'_>, mistakes: &mut Mistakes) -> Option<Sheet> {
    let Columns { wanted: columns, others_allowed } = *columns;
    let place = |row: &Row, column: &Column| row.cells.iter().position(|cell| is_called(&cell.text, column));
    let found = |row: &Row| columns.iter().filter(|column| place(row, column).is_some()).count();
    let best = rows.iter().take(HEADER_ROWS_MAX).enumerate().max_by_key(|(at, row)| (found(row), usize::MAX - at));
    let Some((at, header)) = best.filter(|(_, row)| found(row) > 0) else {
        let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
        mistakes.add(1, None, "no row names the columns".into(), format!("name them: {}", known.join(", ")));
        return None;
    };
    let places: Vec<Option<usize>> = columns.iter().map(|column| place(header, column)).collect();
    let mut complete = true;
    for (column, place) in columns.iter().zip(&places) {
        if column.required && place.is_none() {
            complete = false;
            let names = column.other_names.iter().take(3).copied().collect::<Vec<_>>().join("`, `");
            mistakes.add(
                header.number,
                Some(column.name),
                "the column is missing".into(),
                format!("name a column `{}`, or `{names}`", column.name),
            );
        }
    }
    for (place, cell) in header.cells.iter().enumerate() {
        if !cell.text.is_empty() && !places.contains(&Some(place)) && !others_allowed {
            complete = false;
            let known: Vec<&str> = columns.iter().map(|column| column.name).collect();
            let twice = columns.iter().any(|column| is_called(&cell.text, column));
            let what = if twice { "stands for a column that another one is" } else { "is no column that is read" };
            mistakes.add(
                header.number,
                None,
                format!("`{}` {what}", cell.text),
                format!("remove the column, or rename it to one of {}", known.join(", ")),
            );
        }
    }
    let mut rows: Vec<Row> = rows.drain(at + 1..).collect();
    rows.retain(|row| row.cells.iter().any(|cell| !cell.text.is_empty()));
    complete.then_some(Sheet { places, rows })
}

fn is_called(cell: &str, column: &Column) -> bool {
    let name = cell.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    name == column.name || name.replace([' ', '-'], "_") == column.name || column.other_names.contains(&name.as_str())
}
