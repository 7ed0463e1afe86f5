//! SQLite: one file holds what is kept and the embedded stream.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::SCHEMA_VERSION;
use crate::error::StorageError;
use crate::options::Options;

mod message_log;

mod generation;

mod backup;

mod demonstration;

mod restore;

pub use backup::{Backup, back_up};
pub use demonstration::{begin_demonstration, is_demonstration};
pub use generation::Generation;
pub use message_log::{AppendRecord, FileState, LogRecord, MessageLog};
pub use restore::{RestoreError, Restored, restore};

/// What brings a database from each version to the next, beginning with an empty one.
const MIGRATIONS: [&str; 1] = [include_str!("sqlite/schema.sql")];
const _: () = assert!(MIGRATIONS.len() as i64 == SCHEMA_VERSION);
/// How large the pages of a new file are, in bytes. Frames fill them better than smaller ones, and a batch touches fewer.
pub(crate) const PAGE_BYTES: u32 = 16 << 10;
/// How many pages the write-ahead log holds before they are written to the file, so that what is written again and again
/// meanwhile (inner pages, the newest page of each table) gets there once.
const PAGES_AHEAD: u32 = (32 << 20) / PAGE_BYTES;
/// How long a writer waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The pools of one file: SQLite has one writer at a time, so a second connection that writes would only wait.
#[derive(Debug, Clone)]
pub(crate) struct Pools {
    pub(crate) writer: SqlitePool,
    pub(crate) reader: SqlitePool,
}

impl Pools {
    pub(crate) async fn open(path: &Path, options: &Options) -> Result<Self, StorageError> {
        let readers = options.connections_max.max(1);
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .page_size(PAGE_BYTES)
            .pragma("wal_autocheckpoint", PAGES_AHEAD.to_string())
            .journal_mode(SqliteJournalMode::Wal)
            // A position that was told as committed must survive a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let of = |connections| {
            // A connection to a file does not age, and looking after its age wakes a process that has nothing to do.
            let pool = SqlitePoolOptions::new().max_connections(connections).idle_timeout(None).max_lifetime(None);
            pool.connect_with(connect.clone())
        };
        let pools = Self { writer: of(1).await?, reader: of(readers).await? };
        pools.migrate(options.migrate).await?;
        Ok(pools)
    }

    async fn migrate(&self, allowed: bool) -> Result<(), StorageError> {
        // Reading first spares the write lock where there is nothing to do.
        let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&self.reader).await?;
        if found > SCHEMA_VERSION {
            return Err(StorageError::SchemaTooNew { found, known: SCHEMA_VERSION });
        }
        if found == SCHEMA_VERSION {
            return Ok(());
        }
        if !allowed {
            return Err(StorageError::SchemaTooOld { found, known: SCHEMA_VERSION });
        }
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let found: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
        // Another program may have been here in the meantime.
        if found > SCHEMA_VERSION {
            return Err(StorageError::SchemaTooNew { found, known: SCHEMA_VERSION });
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
            sqlx::raw_sql(*migration).execute(&mut *transaction).await?;
        }
        // A pragma takes no parameters; the version is a constant of ours.
        let version = sqlx::AssertSqlSafe(format!("PRAGMA user_version = {SCHEMA_VERSION}"));
        sqlx::raw_sql(version).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}
