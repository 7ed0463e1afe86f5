//! What tells the messages of a log that went back to a copy of itself from those that it lost.
//!
//! ```text
//!   offsets   0 1 2 3 4 │ 5 6 7  lost with the file     generation 0
//!                       └ 5 6 7  lodged since           generation 1796…: other event ids, other numbers
//! ```
//!
//! A copy bears a mark from when it is made. Whoever opens a log in it first begins the next generation, whether the copy
//! was put into its place by a command or by hand.

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Row as _};

use super::Pools;
use crate::error::StorageError;
use crate::failed_connection::throw_away_failed;

/// How many numbers of each series are left out where nobody knows how many the lost file gave: so many for a burst, and one
/// for each second since the copy was made, which is more than a whole country registers in one partition and direction. What
/// two copies of one moment give, each in its time, lies apart for the same reason. A series has fifteen million.
const NUMBERS_APART: i64 = 250_000;

/// The time, where the database is asked for it.
const NOW_MS: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// A generation of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// What tells it from every other: when it began, in milliseconds since 1970 in UTC; what was there before any copy
    /// took the file's place is 0.
    pub generation: i64,
    /// The counter of numbers from which on it takes its own.
    pub numbers_from: i64,
}

/// Marks a file as a copy that no log was opened from yet. `numbers_from` is a counter of numbers that is known to be free.
pub(super) async fn mark(copy: &mut SqliteConnection, numbers_from: Option<i64>) -> Result<(), StorageError> {
    let mut transaction = copy.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("DELETE FROM copies").execute(&mut *transaction).await?;
    sqlx::query(sqlx::AssertSqlSafe(format!("INSERT INTO copies (made_at_ms, numbers_from) VALUES ({NOW_MS}, ?)")))
        .bind(numbers_from)
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// Takes the mark off, since the log is not in this file.
pub(super) async fn unmark(copy: &mut SqliteConnection) -> Result<(), StorageError> {
    sqlx::query("DELETE FROM copies").execute(copy).await?;
    Ok(())
}

/// Begins a generation in a file that bears the mark of a copy; `None` for every other.
pub(super) async fn begin_if_copied(pools: &Pools) -> Result<Option<Generation>, StorageError> {
    // Reading first spares the write lock where there is nothing to do.
    let marked: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM copies)").fetch_one(&pools.reader).await?;
    if !marked {
        return Ok(None);
    }
    let mut connection = pools.writer.acquire().await?;
    let begun = begin(&mut connection).await;
    throw_away_failed(&mut connection, &begun);
    begun
}

async fn begin(connection: &mut SqliteConnection) -> Result<Option<Generation>, StorageError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mark = format!("SELECT numbers_from, max(0, ({NOW_MS} - made_at_ms) / 1000) AS age_s FROM copies");
    let mark = sqlx::query(sqlx::AssertSqlSafe(mark)).fetch_optional(&mut *transaction).await?;
    // Another process may have been here in the meantime.
    let Some(mark) = mark else { return Ok(None) };
    let free: Option<i64> = mark.try_get("numbers_from")?;
    let age_s: i64 = mark.try_get("age_s")?;
    // Not counted up: two copies of one moment may take the file's place one after the other.
    let generation = format!("SELECT max({NOW_MS}, coalesce(max(generation), 0) + 1) FROM generations");
    let generation: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(generation)).fetch_one(&mut *transaction).await?;
    let used: i64 = sqlx::query_scalar(
        "SELECT max((SELECT coalesce(max(next), 0) FROM number_series), \
         (SELECT coalesce(max(numbers_from), 0) FROM generations))",
    )
    .fetch_one(&mut *transaction)
    .await?;
    let numbers_from = free.map_or(used + NUMBERS_APART + age_s, |free| free.max(used));
    sqlx::query(sqlx::AssertSqlSafe(format!("INSERT INTO generations VALUES (?, {NOW_MS}, ?)")))
        .bind(generation)
        .bind(numbers_from)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM copies").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Some(Generation { generation, numbers_from }))
}
