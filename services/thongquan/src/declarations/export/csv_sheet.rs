//! An export as text with commas (RFC 4180).

use std::io::{BufWriter, Error, Write};

use vocabulary::duty::plain;

use super::table::{Cell, Column, Sheet, SheetError};
use crate::output::inline;

/// Text with a header line and commas, in UTF-8.
pub(super) struct CsvSheet<W: Write> {
    writer: csv::Writer<BufWriter<W>>,
}

impl<W: Write> CsvSheet<W> {
    /// Begins with the header line.
    pub(super) fn begin(out: W, columns: &[Column]) -> Result<Self, SheetError> {
        let mut writer = csv::Writer::from_writer(BufWriter::new(out));
        writer.write_record(columns.iter().map(|column| &column.name)).map_err(of_csv)?;
        Ok(Self { writer })
    }
}

impl<W: Write> Sheet for CsvSheet<W> {
    fn row(&mut self, cells: Vec<Cell>) -> Result<(), SheetError> {
        self.writer.write_record(cells.into_iter().map(text)).map_err(of_csv)
    }

    fn finish(mut self: Box<Self>) -> Result<(), SheetError> {
        Ok(self.writer.flush()?)
    }
}

fn text(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => harmless_to_sheets(&text),
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(number) => plain(number),
        Cell::Day(day) => day.to_string(),
        Cell::Time(time) => time.to_string(),
    }
}

/// A text that a spreadsheet takes for a text. What it would take for a formula gets an apostrophe before it; what is a
/// number stays one.
fn harmless_to_sheets(text: &str) -> String {
    let shown = inline(text);
    // Spreadsheets take the wide forms for the narrow ones, and pass over spaces.
    let begins_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let is_control = text.starts_with(|first: char| first.is_control());
    let is_number = text.parse::<rust_decimal::Decimal>().is_ok();
    if (begins_formula || is_control) && !is_number { format!("'{shown}") } else { shown.into_owned() }
}

fn of_csv(error: csv::Error) -> SheetError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => SheetError::Io(error),
        kind => SheetError::Io(Error::other(format!("{kind:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_formulas_and_numbers_stay_numbers() {
        for (given, written) in [
            ("TQ2026-41", "TQ2026-41"),
            ("=HYPERLINK(\"http://a\")", "'=HYPERLINK(\"http://a\")"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", "'\\u{9}=1"),
            ("\r=1", "'\\u{d}=1"),
            ("＝1", "'＝1"),
            ("-5.25", "-5.25"),
            ("+7", "+7"),
            ("4.5 + 2 USD/KGM", "4.5 + 2 USD/KGM"),
            ("A\u{202e}B\u{9b}", "A\\u{202e}B\\u{9b}"),
            ("'quoted", "'quoted"),
        ] {
            assert_eq!(text(Cell::Text(given.to_owned())), written);
        }
        assert_eq!(text(Cell::Decimal(rust_decimal::Decimal::new(-525, 2))), "-5.25");
    }
}
