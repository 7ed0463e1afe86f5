//! A look at a database that changes nothing in it: which version its schema has.

use std::path::Path;

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::error::StorageError;

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

async fn of_file(path: &Path) -> Result<i64, StorageError> {
    if !path.exists() {
        return Ok(0);
    }
    let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await?;
    let found = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(found)
}
