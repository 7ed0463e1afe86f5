//! A copy of a SQLite file, made while others read and write it, and verified.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::{BUSY_TIMEOUT, generation};
use crate::error::StorageError;

/// The tables that rows leave at any time: sent messages, sessions that end, subscriptions that are given up.
const SHRINKING: [&str; 5] = ["outbox", "account_roles", "sessions", "subscriptions", "deliveries"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub schema_version: i64,
    /// How many rows each table of the copy has, in the order of the tables' names.
    pub tables: Vec<(String, i64)>,
    /// The size of the copy.
    pub bytes: u64,
}

/// Copies a file as it is at one moment. The copy is written beside its name, verified there, and only then named: a
/// file of that name is a whole backup.
///
/// The copy bears a mark, by which a log that is opened in it begins a new generation.
///
/// Verified is that the copy is sound in itself, has the same schema, and has of each table no fewer rows than the
/// original had before and no more than it has afterwards, where the table only grows.
///
/// # Errors
/// When there is a file of that name already, when either cannot be read or written, or when the copy is not sound.
pub async fn back_up(original: &Path, copy: &Path) -> Result<Backup, StorageError> {
    if copy.exists() {
        return Err(StorageError::refused(format!("{} exists already, and is not overwritten", copy.display())));
    }
    let mut unfinished = copy.as_os_str().to_owned();
    unfinished.push(format!(".{}.unfinished", std::process::id()));
    let unfinished = Path::new(&unfinished);
    let made = make(original, unfinished).await.and_then(|backup| {
        name(unfinished, copy).map_err(|error| StorageError::refused(format!("the copy cannot be named: {error}")))?;
        Ok(backup)
    });
    // Named or not, this name goes.
    let _ = std::fs::remove_file(unfinished);
    made
}

async fn make(original: &Path, copy: &Path) -> Result<Backup, StorageError> {
    let mut source = open(original).await?;
    let before = look(&mut source).await?;
    let Some(name) = copy.to_str() else {
        return Err(StorageError::refused("the name of the copy is no text"));
    };
    sqlx::query("VACUUM INTO ?").bind(name).execute(&mut source).await?;
    let after = look(&mut source).await?;
    source.close().await?;
    let mut target = open(copy).await?;
    let mut look_at_copy = look(&mut target).await?;
    soundness(&mut target).await?;
    if look_at_copy.tables.iter().any(|(table, _)| table == "copies") {
        generation::mark(&mut target, None).await?;
    }
    target.close().await?;
    if let Some(fault) = difference(&before, &look_at_copy, &after) {
        return Err(StorageError::Unreadable { detail: format!("the copy is not whole: {fault}") });
    }
    look_at_copy.bytes = std::fs::metadata(copy).map(|data| data.len()).unwrap_or_default();
    Ok(look_at_copy)
}

/// Whether a file is sound in itself.
pub(super) async fn soundness(connection: &mut SqliteConnection) -> Result<(), StorageError> {
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(connection).await?;
    if sound == "ok" {
        return Ok(());
    }
    Err(StorageError::Unreadable { detail: format!("the copy is not sound: {sound}") })
}

/// Gives a finished copy its name, unless another file has taken it meanwhile.
fn name(unfinished: &Path, copy: &Path) -> std::io::Result<()> {
    // A backup that a loss of power could take away is none.
    std::fs::File::open(unfinished)?.sync_all()?;
    std::fs::hard_link(unfinished, copy)?;
    name_is_durable(copy)
}

/// Sees to it that a file's name survives a loss of power.
pub(super) fn name_is_durable(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::File::open(folder)?.sync_all()
}

async fn open(file: &Path) -> Result<SqliteConnection, StorageError> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false).busy_timeout(BUSY_TIMEOUT);
    Ok(options.connect().await?)
}

pub(super) async fn look(connection: &mut SqliteConnection) -> Result<Backup, StorageError> {
    // One transaction, so that the counts are those of one moment.
    let mut transaction = connection.begin().await?;
    let schema_version = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *transaction).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .fetch_all(&mut *transaction)
    .await?;
    let mut tables = Vec::new();
    for table in names {
        let count = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\"")));
        tables.push((table, sqlx::query_scalar(count).fetch_one(&mut *transaction).await?));
    }
    transaction.rollback().await?;
    Ok(Backup { schema_version, tables, bytes: 0 })
}

/// What of a copy does not lie between the original before and after it was made.
fn difference(before: &Backup, copy: &Backup, after: &Backup) -> Option<String> {
    if before.schema_version != copy.schema_version {
        return Some(format!("its schema has version {}, not {}", copy.schema_version, before.schema_version));
    }
    let names = |look: &Backup| look.tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(before) != names(copy) {
        return Some("it has other tables".to_owned());
    }
    let counts = before.tables.iter().zip(&copy.tables).zip(&after.tables);
    for (((table, before), (_, copied)), (_, after)) in counts {
        let grows = before <= after && !SHRINKING.contains(&table.as_str());
        if grows && !(before..=after).contains(&copied) {
            return Some(format!("of `{table}` it has {copied} rows, and the original had {before} to {after}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_of(declarations: i64, outbox: i64) -> Backup {
        let tables = vec![("declarations".to_owned(), declarations), ("outbox".to_owned(), outbox)];
        Backup { schema_version: 2, tables, bytes: 0 }
    }

    #[test]
    fn a_copy_lies_between_before_and_after() {
        assert_eq!(difference(&look_of(5, 3), &look_of(6, 9), &look_of(7, 0)), None);
        for wrong in [look_of(4, 3), look_of(8, 3)] {
            assert!(difference(&look_of(5, 3), &wrong, &look_of(7, 3)).is_some(), "{wrong:?}");
        }
        let older = Backup { schema_version: 1, ..look_of(5, 3) };
        assert!(difference(&look_of(5, 3), &older, &look_of(5, 3)).is_some());
    }
}
