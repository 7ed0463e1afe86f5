//! Many rows in one statement, as each database takes them best.

use sqlx::postgres::PgBindIterExt as _;
use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::columns::{Column, Value};
use crate::compression::Compressed;
use crate::error::StorageError;

/// Rows of values, which SQLite takes much faster than one row after the other.
pub(crate) fn as_values<'a, T>(
    statement: &mut QueryBuilder<Sqlite>,
    columns: &[Column<T>],
    rows: &'a [T],
    compressed: &mut Compressed<'a>,
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
                Value::Compressed(of) => {
                    compressed.add(of(row))?;
                    statement.push_bind(compressed.of(of(row)))
                }
                Value::OptionalCompressed(of) => {
                    of(row).map_or(Ok(()), |bytes| compressed.add(bytes))?;
                    statement.push_bind(of(row).map(|bytes| compressed.of(bytes)))
                }
            };
            separator = ", ";
        }
        before_row = "), (";
    }
    statement.push(")");
    Ok(())
}

/// An array for each column: the text of a statement is the same for any number of rows.
pub(crate) fn as_arrays<'a, T>(
    statement: &mut QueryBuilder<Postgres>,
    columns: &[Column<T>],
    rows: &'a [T],
    compressed: &mut Compressed<'a>,
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
            Value::Compressed(of) => {
                rows.iter().try_for_each(|row| compressed.add(of(row)))?;
                let bytes = rows.iter().map(|row| compressed.of(of(row)));
                statement.push_bind(bytes.bind_iter()).push("::BYTEA[]")
            }
            Value::OptionalCompressed(of) => {
                rows.iter().filter_map(of).try_for_each(|bytes| compressed.add(bytes))?;
                let bytes = rows.iter().map(|row| of(row).map(|bytes| compressed.of(bytes)));
                statement.push_bind(bytes.bind_iter()).push("::BYTEA[]")
            }
        };
        separator = ", ";
    }
    statement.push(")");
    Ok(())
}
