//! The database behind the roles: its connections and its transactions.
//!
//! ```text
//!   role ──► Database ──► Connection ──► Transaction
//!                └──────────────┴─────────────┴──► Session: one of SQLite or one of PostgreSQL, which answers a Query
//! ```

mod words;

use std::path::Path;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Postgres, Sqlite};

use crate::error::StorageError;
use crate::failed_connection::throw_away_failed;
use crate::options::Options;
use crate::query::{Builder, Dialect, Query, Row};
use crate::{postgres, sqlite};

/// The connections to one database.
enum Pools {
    Sqlite(sqlite::Pools),
    Postgres(PgPool),
}

/// A database. Each role is implemented for it in the role's own file.
pub(crate) struct Database {
    pools: Pools,
    words: words::Words,
    pub(crate) before_commit: Option<fn()>,
}

impl Database {
    pub(crate) async fn open_sqlite(path: &Path, options: &Options) -> Result<Self, StorageError> {
        let pools = Pools::Sqlite(sqlite::Pools::open(path, options).await?);
        Ok(Self { pools, words: words::Words::default(), before_commit: options.before_commit })
    }

    pub(crate) async fn open_postgres(url: &str, options: &Options) -> Result<Self, StorageError> {
        let pools = Pools::Postgres(postgres::open(url, options).await?);
        Ok(Self { pools, words: words::Words::default(), before_commit: options.before_commit })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite(_) => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) fn query(&self, text: impl Into<String>) -> Query {
        Query::new(self.dialect(), text)
    }

    /// A connection that writes. SQLite has one.
    pub(crate) async fn writer(&self) -> Result<Connection, StorageError> {
        Ok(match &self.pools {
            Pools::Sqlite(pools) => Connection::Sqlite(pools.writer.acquire().await?),
            Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    async fn reader(&self) -> Result<Connection, StorageError> {
        Ok(match &self.pools {
            Pools::Sqlite(pools) => Connection::Sqlite(pools.reader.acquire().await?),
            Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// The rows that a query yields.
    pub(crate) async fn all(&self, query: Query) -> Result<Vec<Row>, StorageError> {
        self.reader().await?.session().all(query).await
    }

    /// The row that a query yields, where it yields one.
    pub(crate) async fn optional(&self, query: Query) -> Result<Option<Row>, StorageError> {
        Ok(self.all(query).await?.into_iter().next())
    }

    /// The row that a query always yields.
    pub(crate) async fn one(&self, query: Query) -> Result<Row, StorageError> {
        self.optional(query).await?.ok_or_else(no_row)
    }

    /// Runs a statement in a transaction of its own, and tells how many rows it changed.
    pub(crate) async fn run(&self, query: Query) -> Result<u64, StorageError> {
        self.writer().await?.session().run(query).await
    }
}

fn no_row() -> StorageError {
    StorageError::Unreadable { detail: "a query that always yields a row yielded none".to_owned() }
}

/// A connection on loan from its pool.
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connection {
    fn session(&mut self) -> Session<'_> {
        match self {
            Self::Sqlite(connection) => Session::Sqlite(connection),
            Self::Postgres(connection) => Session::Postgres(connection),
        }
    }

    /// Begins a transaction that writes. One that is dropped is rolled back.
    pub(crate) async fn begin(&mut self) -> Result<Transaction<'_>, StorageError> {
        Ok(match self {
            Self::Sqlite(connection) => Transaction::Sqlite(connection.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(connection) => Transaction::Postgres(connection.begin().await?),
        })
    }

    /// Lets the connection go where a transaction failed on it, see [`throw_away_failed`].
    pub(crate) fn throw_away_failed<T>(&mut self, outcome: &Result<T, StorageError>) {
        match self {
            Self::Sqlite(connection) => throw_away_failed(connection, outcome),
            Self::Postgres(connection) => throw_away_failed(connection, outcome),
        }
    }
}

/// A transaction that writes.
pub(crate) enum Transaction<'c> {
    Sqlite(sqlx::Transaction<'c, Sqlite>),
    Postgres(sqlx::Transaction<'c, Postgres>),
}

impl Transaction<'_> {
    pub(crate) fn query(&self, text: impl Into<String>) -> Query {
        Query::new(self.dialect(), text)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    fn session(&mut self) -> Session<'_> {
        match self {
            Self::Sqlite(transaction) => Session::Sqlite(transaction),
            Self::Postgres(transaction) => Session::Postgres(transaction),
        }
    }

    /// The rows that a statement yields.
    pub(crate) async fn all(&mut self, query: Query) -> Result<Vec<Row>, StorageError> {
        self.session().all(query).await
    }

    /// The row that a statement always yields.
    pub(crate) async fn one(&mut self, query: Query) -> Result<Row, StorageError> {
        self.all(query).await?.into_iter().next().ok_or_else(no_row)
    }

    /// Runs a statement, and tells how many rows it changed.
    pub(crate) async fn run(&mut self, query: Query) -> Result<u64, StorageError> {
        self.session().run(query).await
    }

    pub(crate) async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }
}

/// What answers a statement.
enum Session<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Session<'_> {
    async fn all(self, query: Query) -> Result<Vec<Row>, StorageError> {
        let keep = query.text_is_constant;
        match (self, query.builder) {
            (Self::Sqlite(connection), Builder::Sqlite(mut builder)) => {
                let rows = builder.build().persistent(keep).fetch_all(connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            (Self::Postgres(connection), Builder::Postgres(mut builder)) => {
                let rows = builder.build().persistent(keep).fetch_all(connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
            _ => Err(another_dialect()),
        }
    }

    async fn run(self, query: Query) -> Result<u64, StorageError> {
        let keep = query.text_is_constant;
        match (self, query.builder) {
            (Self::Sqlite(connection), Builder::Sqlite(mut builder)) => {
                Ok(builder.build().persistent(keep).execute(connection).await?.rows_affected())
            }
            (Self::Postgres(connection), Builder::Postgres(mut builder)) => {
                Ok(builder.build().persistent(keep).execute(connection).await?.rows_affected())
            }
            _ => Err(another_dialect()),
        }
    }
}

/// A statement is made by the database or the transaction that it is for, so that this is said by nobody.
fn another_dialect() -> StorageError {
    StorageError::refused("a statement in the other database's dialect")
}
