//! Many rows in one statement, as each database takes them best.

use sqlx::postgres::PgBindIterExt as _;
use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::columns::{Column, Numbers, Value};
use crate::error::StorageError;
use crate::packing::pack;

/// Rows of values, which SQLite takes much faster than one row after the other.
pub(crate) fn as_values<T>(
    statement: &mut QueryBuilder<Sqlite>,
    columns: &[Column<T>],
    rows: &[T],
    numbers: &Numbers,
) -> Result<(), StorageError> {
    let mut before_row = "VALUES (";
    for row in rows {
        let mut separator = before_row;
        for Column(_, value) in columns {
            statement.push(separator);
            match value {
                Value::Text(of) => statement.push_bind(of(row)),
                Value::OptionalText(of) => statement.push_bind(of(row)),
                Value::Integer(of) => statement.push_bind(of(row)),
                Value::OptionalInteger(of) => statement.push_bind(of(row)),
                Value::Bytes(of) => statement.push_bind(of(row)),
                Value::OptionalBytes(of) => statement.push_bind(of(row)),
                Value::Packed(of) => statement.push_bind(pack(&of(row))?),
                Value::Word(of) => statement.push_bind(number_of(of(row), numbers)?),
            };
            separator = ", ";
        }
        before_row = "), (";
    }
    statement.push(")");
    Ok(())
}

/// An array for each column: the text of a statement is the same for any number of rows.
pub(crate) fn as_arrays<T>(
    statement: &mut QueryBuilder<Postgres>,
    columns: &[Column<T>],
    rows: &[T],
    numbers: &Numbers,
) -> Result<(), StorageError> {
    let mut separator = "SELECT * FROM UNNEST(";
    for Column(_, value) in columns {
        statement.push(separator);
        match value {
            Value::Text(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::TEXT[]"),
            Value::OptionalText(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::TEXT[]"),
            Value::Integer(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::BIGINT[]"),
            Value::OptionalInteger(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::BIGINT[]"),
            Value::Bytes(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::BYTEA[]"),
            Value::OptionalBytes(of) => statement.push_bind(rows.iter().map(of).bind_iter()).push("::BYTEA[]"),
            Value::Packed(of) => {
                let frames = rows.iter().map(|row| pack(&of(row))).collect::<Result<Vec<_>, _>>()?;
                statement.push_bind(frames).push("::BYTEA[]")
            }
            Value::Word(of) => {
                let numbers = rows.iter().map(|row| number_of(of(row), numbers)).collect::<Result<Vec<_>, _>>()?;
                statement.push_bind(numbers).push("::BIGINT[]")
            }
        };
        separator = ", ";
    }
    statement.push(")");
    Ok(())
}

/// The number of a word. Whoever writes rows has looked all of their words up.
fn number_of(word: &str, numbers: &Numbers) -> Result<i64, StorageError> {
    numbers.get(word).copied().ok_or_else(|| StorageError::refused(format!("the word `{word}` has no number")))
}
