//! Rows on their way into a statement, column by column: what a table's columns are called and what of a row goes into
//! each is said once, and each database gives its statements the rows in its own way.

use std::borrow::Cow;
use std::collections::HashMap;

/// A column: what it is called, and what of a row goes into it.
pub(crate) struct Column<T>(pub(crate) &'static str, pub(crate) Value<T>);

/// What of a row goes into a column.
pub(crate) enum Value<T> {
    Text(fn(&T) -> Cow<'_, str>),
    OptionalText(fn(&T) -> Option<Cow<'_, str>>),
    Integer(fn(&T) -> i64),
    OptionalInteger(fn(&T) -> Option<i64>),
    Bytes(fn(&T) -> &[u8]),
    OptionalBytes(fn(&T) -> Option<&[u8]>),
    /// A text that is kept packed.
    Packed(fn(&T) -> Cow<'_, [u8]>),
    /// A word of which the row bears the number.
    Word(fn(&T) -> &str),
}

/// The numbers of words that rows bear.
pub(crate) type Numbers = HashMap<String, i64>;

/// How many rows go into one statement. SQLite bounds the values of a statement (32,766), and a row has at most 30.
pub(crate) const ROWS_MAX: usize = 500;

/// The names of columns, as a list.
pub(crate) fn names<T>(columns: &[Column<T>]) -> String {
    let names: Vec<&str> = columns.iter().map(|Column(name, _)| *name).collect();
    names.join(", ")
}
