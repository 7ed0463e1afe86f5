//! Rows on their way into a statement, column by column: what a table's columns are called and what of a row goes into
//! each is said once, and each database gives its statements the rows in its own way.

use std::borrow::Cow;

use sqlx::QueryBuilder;

use crate::compression::Compressed;
use crate::error::StorageError;

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
    /// Bytes that are kept compressed.
    Compressed(fn(&T) -> &[u8]),
    OptionalCompressed(fn(&T) -> Option<&[u8]>),
}

/// How a database is given many rows in one statement.
pub(crate) trait Rows: sqlx::Database + Sized {
    /// Whether statements are of the same text whatever the number of rows, so that it pays to keep them prepared.
    const TEXT_IS_CONSTANT: bool;

    /// Pushes a query that yields the rows: what INSERT takes, and what stands in the brackets of IN and WITH.
    /// What is compressed goes into `compressed`, or is taken from there.
    fn push_rows<'a, T>(
        statement: &mut QueryBuilder<Self>,
        columns: &[Column<T>],
        rows: &'a [T],
        compressed: &mut Compressed<'a>,
    ) -> Result<(), StorageError>;
}

/// How many rows go into one statement. SQLite bounds the values of a statement (32,766), and a row has at most 30.
pub(crate) const ROWS_MAX: usize = 500;

/// A statement that holds rows between what stands before and after them.
pub(crate) fn with_rows<DB: Rows, T>(
    before: impl Into<String>,
    columns: &[Column<T>],
    rows: &[T],
    after: &str,
) -> Result<QueryBuilder<DB>, StorageError>
where
    DB::Arguments: Default,
{
    let mut statement = QueryBuilder::new(before);
    DB::push_rows(&mut statement, columns, rows, &mut Compressed::default())?;
    statement.push(after);
    Ok(statement)
}

/// Inserts rows into a table; `conflict` says what becomes of those whose keys exist.
pub(crate) fn insert<'a, DB: Rows, T>(
    table: &str,
    columns: &[Column<T>],
    rows: &'a [T],
    conflict: &str,
    compressed: &mut Compressed<'a>,
) -> Result<QueryBuilder<DB>, StorageError>
where
    DB::Arguments: Default,
{
    let mut statement = QueryBuilder::new(format!("INSERT INTO {table} ({}) ", names(columns)));
    DB::push_rows(&mut statement, columns, rows, compressed)?;
    statement.push(conflict);
    Ok(statement)
}

/// The names of columns, as a list.
pub(crate) fn names<T>(columns: &[Column<T>]) -> String {
    let names: Vec<&str> = columns.iter().map(|Column(name, _)| *name).collect();
    names.join(", ")
}

/// Text as both databases take it: PostgreSQL refuses the character zero, which no text of ours needs.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}
