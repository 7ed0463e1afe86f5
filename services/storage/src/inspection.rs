//! A look at a database that changes nothing in it: which version its schema has, and which partitions it has read.

use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StorageError;
use crate::ledger::StreamPartition;

/// Every partition that was ever read into a database, whatever the configuration then, with the offset at which reading
/// goes on.
const POSITIONS: &str = "SELECT consumer_group, topic, partition, next_offset FROM stream_positions ORDER BY consumer_group, topic, partition";

/// The schema version of a database; 0 where there is none yet, or nothing in it.
///
/// # Errors
/// When it cannot be reached or read.
pub async fn schema_version_found(url: &str) -> Result<i64, StorageError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return of_file(Path::new(path.strip_prefix("//").unwrap_or(path))).await;
    }
    let mut connection = PgConnection::connect(url).await?;
    let exists: bool =
        sqlx::query_scalar("SELECT to_regclass('schema_version') IS NOT NULL").fetch_one(&mut connection).await?;
    let mut found: Option<i64> = None;
    if exists {
        found = sqlx::query_scalar("SELECT max(version) FROM schema_version").fetch_one(&mut connection).await?;
    }
    connection.close().await?;
    Ok(found.unwrap_or_default())
}

/// The positions that a database keeps; none where there is no schema yet.
///
/// # Errors
/// When it cannot be reached or read.
pub async fn positions_found(url: &str) -> Result<Vec<(StreamPartition, i64)>, StorageError> {
    if schema_version_found(url).await? == 0 {
        return Ok(Vec::new());
    }
    // PostgreSQL keeps the number of a partition in eight bytes.
    let rows: Vec<(String, String, i64, i64)> = match url.strip_prefix("sqlite:") {
        Some(path) => {
            let path = Path::new(path.strip_prefix("//").unwrap_or(path));
            let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await?;
            let rows = sqlx::query_as(POSITIONS).fetch_all(&mut connection).await?;
            connection.close().await?;
            rows
        }
        None => {
            let mut connection = PgConnection::connect(url).await?;
            let rows = sqlx::query_as(POSITIONS).fetch_all(&mut connection).await?;
            connection.close().await?;
            rows
        }
    };
    let positions = rows.into_iter().filter_map(|(group, topic, partition, next)| {
        let partition = partition.try_into().ok()?;
        Some((StreamPartition { group, topic, partition }, next))
    });
    Ok(positions.collect())
}

async fn of_file(path: &Path) -> Result<i64, StorageError> {
    if !path.exists() {
        return Ok(0);
    }
    let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await?;
    let found = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(found)
}
