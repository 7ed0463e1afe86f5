//! An export as text with commas (RFC 4180).

use std::io::{BufWriter, Error, Write};

use vocabulary::duty::plain;

use super::table::{Cell, Column, Sheet, SheetError};

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
        Cell::Text(text) => text,
        Cell::Whole(number) => number.to_string(),
        Cell::Decimal(number) => plain(number),
        Cell::Day(day) => day.to_string(),
        Cell::Time(time) => time.to_string(),
    }
}

fn of_csv(error: csv::Error) -> SheetError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => SheetError::Io(error),
        kind => SheetError::Io(Error::other(format!("{kind:?}"))),
    }
}
