//! A statement on its way to a database, and the rows that it answers with, whichever of the two databases it is.
//!
//! Both speak nearly the same SQL: ON CONFLICT, RETURNING, UPDATE ... FROM a common table. How many rows are given to one
//! statement differs, and so does the client's type of everything; both differences end here.

mod many_rows;

use std::borrow::Cow;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Encode, Postgres, QueryBuilder, Row as _, Sqlite, Type, TypeInfo as _, ValueRef as _};

use crate::columns::{Column, Numbers, names};
use crate::error::StorageError;
use crate::keys::DeclarationKey;
use crate::packing::unpack;

/// Whose SQL it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// What ends a query whose rows nobody else may change before its transaction is over. SQLite has one writer anyway.
    pub(crate) fn lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The database's own time, in milliseconds since 1970 in UTC.
    pub(crate) fn now_ms(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }
}

/// The client's own statement.
pub(crate) enum Builder {
    Sqlite(QueryBuilder<Sqlite>),
    Postgres(QueryBuilder<Postgres>),
}

/// A statement with its values.
pub(crate) struct Query {
    pub(crate) builder: Builder,
    /// Whether its text is the same whatever the number of rows, so that it pays to keep it prepared.
    pub(crate) text_is_constant: bool,
}

impl Query {
    pub(crate) fn new(dialect: Dialect, text: impl Into<String>) -> Self {
        let builder = match dialect {
            Dialect::Sqlite => Builder::Sqlite(QueryBuilder::new(text)),
            Dialect::Postgres => Builder::Postgres(QueryBuilder::new(text)),
        };
        Self { builder, text_is_constant: true }
    }

    /// A statement that holds rows between what stands before and after them.
    ///
    /// # Errors
    /// When something of a row cannot be packed.
    pub(crate) fn with_rows<T>(
        dialect: Dialect,
        before: impl Into<String>,
        columns: &[Column<T>],
        rows: &[T],
        after: &str,
    ) -> Result<Self, StorageError> {
        let mut query = Self::new(dialect, before);
        query.rows(columns, rows, &Numbers::default())?;
        query.push(after);
        Ok(query)
    }

    /// The same statement after a word before it, with the same values.
    #[cfg(test)]
    pub(crate) fn preceded_by(self, word: &str) -> Self {
        let builder = match self.builder {
            Builder::Sqlite(mut builder) => {
                let text = format!("{word}{}", builder.sql().as_str());
                let arguments = sqlx::Execute::take_arguments(&mut builder.build()).unwrap().unwrap_or_default();
                Builder::Sqlite(QueryBuilder::with_arguments(text, arguments))
            }
            Builder::Postgres(mut builder) => {
                let text = format!("{word}{}", builder.sql().as_str());
                let arguments = sqlx::Execute::take_arguments(&mut builder.build()).unwrap().unwrap_or_default();
                Builder::Postgres(QueryBuilder::with_arguments(text, arguments))
            }
        };
        Self { builder, ..self }
    }

    /// Appends SQL, which is never made of what others wrote.
    pub(crate) fn push(&mut self, sql: &str) -> &mut Self {
        match &mut self.builder {
            Builder::Sqlite(builder) => _ = builder.push(sql),
            Builder::Postgres(builder) => _ = builder.push(sql),
        }
        self
    }

    pub(crate) fn bind<'t, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>,
    {
        match &mut self.builder {
            Builder::Sqlite(builder) => _ = builder.push_bind(value),
            Builder::Postgres(builder) => _ = builder.push_bind(value),
        }
        self
    }

    /// Appends the text of somebody else.
    pub(crate) fn bind_text(&mut self, value: &str) -> &mut Self {
        self.bind(text(value).into_owned())
    }

    /// Appends the parts of a declaration's key, apart by commas.
    pub(crate) fn bind_key(&mut self, key: &DeclarationKey) -> &mut Self {
        self.bind_text(&key.declarant).push(", ").bind_text(&key.reference).push(", ").bind(i64::from(key.version))
    }

    /// Appends the end of a page's query.
    pub(crate) fn limit(&mut self, limit: usize) -> &mut Self {
        self.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX))
    }

    /// Appends a query that yields rows: what INSERT takes, and what stands in the brackets of IN and WITH. Their words have
    /// the numbers that are given.
    ///
    /// # Errors
    /// When something of a row cannot be packed, or a word has no number.
    pub(crate) fn rows<T>(
        &mut self,
        columns: &[Column<T>],
        rows: &[T],
        numbers: &Numbers,
    ) -> Result<&mut Self, StorageError> {
        match &mut self.builder {
            Builder::Sqlite(builder) => {
                self.text_is_constant = false;
                many_rows::as_values(builder, columns, rows, numbers)?;
            }
            Builder::Postgres(builder) => many_rows::as_arrays(builder, columns, rows, numbers)?,
        }
        Ok(self)
    }
}

/// Inserts rows that bear no words into a table; `conflict` says what becomes of those whose keys exist.
pub(crate) fn insert<T>(
    dialect: Dialect,
    table: &str,
    columns: &[Column<T>],
    rows: &[T],
    conflict: &str,
) -> Result<Query, StorageError> {
    insert_numbered(dialect, table, columns, rows, conflict, &Numbers::default())
}

/// The same of rows whose words have these numbers.
pub(crate) fn insert_numbered<T>(
    dialect: Dialect,
    table: &str,
    columns: &[Column<T>],
    rows: &[T],
    conflict: &str,
    numbers: &Numbers,
) -> Result<Query, StorageError> {
    let mut statement = Query::new(dialect, format!("INSERT INTO {table} ({}) ", names(columns)));
    statement.rows(columns, rows, numbers)?.push(conflict);
    Ok(statement)
}

/// Text as both databases take it: PostgreSQL refuses the character zero, which no text of ours needs.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// What stands in a column.
    ///
    /// # Errors
    /// When there is no such column, or something else in it.
    pub(crate) fn get<T>(&self, column: &str) -> Result<T, StorageError>
    where
        T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    /// An integer, however wide its column is.
    ///
    /// # Errors
    /// When there is no such column, or something else in it.
    pub(crate) fn integer(&self, column: &str) -> Result<i64, StorageError> {
        let nothing = || StorageError::Unreadable { detail: format!("nothing in the column {column}") };
        self.optional_integer(column)?.ok_or_else(nothing)
    }

    /// An integer where there is one, however wide its column is.
    ///
    /// # Errors
    /// When there is no such column, or something else in it.
    pub(crate) fn optional_integer(&self, column: &str) -> Result<Option<i64>, StorageError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => match row.try_get_raw(column)?.type_info().name() {
                "INT2" => row.try_get::<Option<i16>, _>(column)?.map(i64::from),
                "INT4" => row.try_get::<Option<i32>, _>(column)?.map(i64::from),
                _ => row.try_get(column)?,
            },
        })
    }

    /// A smaller integer than those that both databases keep.
    ///
    /// # Errors
    /// When it is out of range.
    pub(crate) fn narrow<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StorageError> {
        narrow(self.integer(column)?)
    }

    /// A hash.
    ///
    /// # Errors
    /// When it has another length.
    pub(crate) fn hash(&self, column: &str) -> Result<[u8; 32], StorageError> {
        hash_of(self.get(column)?)
    }

    /// A hash where there is one.
    ///
    /// # Errors
    /// When it has another length.
    pub(crate) fn optional_hash(&self, column: &str) -> Result<Option<[u8; 32]>, StorageError> {
        self.get::<Option<Vec<u8>>>(column)?.map(hash_of).transpose()
    }

    /// A text that is kept packed.
    ///
    /// # Errors
    /// When it cannot be unpacked.
    pub(crate) fn unpacked(&self, column: &str) -> Result<Vec<u8>, StorageError> {
        match self {
            Self::Sqlite(row) => unpack(row.try_get(column)?),
            Self::Postgres(row) => unpack(row.try_get(column)?),
        }
    }
}

/// A smaller integer than those that both databases keep.
///
/// # Errors
/// When it is out of range.
pub(crate) fn narrow<T: TryFrom<i64>>(number: i64) -> Result<T, StorageError> {
    T::try_from(number).map_err(|_| StorageError::Unreadable { detail: format!("the number {number} is out of range") })
}

fn hash_of(bytes: Vec<u8>) -> Result<[u8; 32], StorageError> {
    let length = bytes.len();
    bytes.try_into().map_err(|_| StorageError::Unreadable { detail: format!("a hash of {length} bytes") })
}
