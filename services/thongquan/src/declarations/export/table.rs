//! What an export consists of, whatever its form: columns of a kind, and cells.

use std::io;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words and codes.
    Text,
    /// A whole number.
    Whole,
    /// Whole dong.
    Dong,
    /// A decimal that is never rounded.
    Exact,
    /// A day in Vietnam.
    Day,
    /// A time in Vietnam.
    Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

impl Column {
    pub(super) fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self { name: name.into(), kind }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// There is no such thing.
    Empty,
    Text(String),
    Whole(i64),
    /// Of a column of dong or of exact decimals.
    Decimal(Decimal),
    Day(Date),
    Time(DateTime),
}

impl Cell {
    /// Text, where empty text says nothing.
    pub(super) fn text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.to_owned()) }
    }

    /// What there may be.
    pub(super) fn maybe<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }
}

/// Takes rows of an export and writes them.
pub(super) trait Sheet {
    /// Writes a row, which has a cell for each column.
    fn row(&mut self, cells: Vec<Cell>) -> Result<(), SheetError>;

    /// Writes what is left. Without it, what was written is no whole export.
    fn finish(self: Box<Self>) -> Result<(), SheetError>;
}

/// Why an export cannot be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum SheetError {
    /// It cannot be written to where it goes.
    #[error("failed to write")]
    Io(#[from] io::Error),
    /// A value is not of its column's kind, or too long for it.
    #[error("{value} does not fit the column {column}: {why}; export to CSV, which takes any length")]
    Unfit {
        column: String,
        value: String,
        /// What it does not fit.
        why: &'static str,
    },
    /// The library that writes the form refuses.
    #[error("failed to write: {0}")]
    Form(String),
}

impl SheetError {
    /// Whether whoever reads the export has gone away, having read what was wanted.
    pub(super) fn is_reader_gone(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
