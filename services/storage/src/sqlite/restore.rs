//! A copy put into the place of a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::backup::{Backup, look, name_is_durable, soundness};
use super::{Generation, Options, Pools, generation};
use crate::SCHEMA_VERSION;
use crate::error::StorageError;

/// How many numbers of each series are left out after the last that the replaced file gave.
const NUMBERS_AFTER_THE_LAST: i64 = 1_000;

/// Why a copy was not put into the place of a file. Nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// There is a file already.
    #[error("there is a database in its place already")]
    Exists,
    /// Some process has the file open.
    #[error("some process has the database open")]
    InUse,
    /// The copy is no database of ours, or is not sound.
    #[error("the copy cannot be used: {0}")]
    Copy(String),
    /// A file could not be read, written or named.
    #[error("the files cannot be written")]
    Files(#[from] std::io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the copy holds.
    pub copy: Backup,
    /// What the replaced file held, where there was one that could be read.
    pub replaced: Option<Backup>,
    /// For each topic of a log in the replaced file, how many messages it held that the copy does not.
    pub lost: Vec<(String, i64)>,
    /// The name under which the replaced file is kept.
    pub kept_as: Option<PathBuf>,
    /// The generation that begins, where a log lies in the file.
    pub generation: Option<Generation>,
}

/// Puts a copy into the place of a file, where `replace` says so also of one that is there; that one is kept beside it.
/// `holds_log` says whether the stream's log lies in the file, and went back with it.
///
/// # Errors
/// When there is a file that must not be replaced or that a process has open, or when the copy is not sound.
pub async fn restore(copy: &Path, file: &Path, replace: bool, holds_log: bool) -> Result<Restored, RestoreError> {
    let exists = file.exists();
    if exists && !replace {
        return Err(RestoreError::Exists);
    }
    let copied = sound(copy).await?;
    let before = if exists { close_others_out(file).await? } else { None };
    let (replaced, ends, used) = match before {
        Some(Before { look, ends, used }) => (Some(look), ends, Some(used)),
        None => (None, Vec::new(), None),
    };
    let unfinished = beside(file, ".unfinished");
    std::fs::copy(copy, &unfinished)?;
    let made = prepare(&unfinished, used.map(|used| used + NUMBERS_AFTER_THE_LAST), holds_log).await;
    let (generation, ends_now) = match made {
        Ok(made) => made,
        Err(error) => {
            let _ = std::fs::remove_file(&unfinished);
            return Err(error.into());
        }
    };
    std::fs::File::open(&unfinished)?.sync_all()?;
    let kept_as = exists.then(|| put_aside(file)).transpose()?;
    std::fs::rename(&unfinished, file)?;
    name_is_durable(file)?;
    let end_now = |topic: &str| ends_now.iter().find(|(known, _)| known == topic).map_or(0, |(_, end)| *end);
    let lost = ends.iter().map(|(topic, end)| (topic.clone(), end - end_now(topic))).filter(|(_, lost)| *lost > 0);
    Ok(Restored { copy: copied, replaced, lost: lost.collect(), kept_as, generation })
}

/// A look at a copy that is sound.
async fn sound(copy: &Path) -> Result<Backup, RestoreError> {
    let unusable = |detail: String| RestoreError::Copy(detail);
    let options = SqliteConnectOptions::new().filename(copy).create_if_missing(false).read_only(true);
    let mut connection = options.connect().await.map_err(|error| unusable(error.to_string()))?;
    let mut looked = look(&mut connection).await.map_err(|error| unusable(error.to_string()))?;
    if looked.schema_version > SCHEMA_VERSION {
        return Err(StorageError::SchemaTooNew { found: looked.schema_version, known: SCHEMA_VERSION }.into());
    }
    if !looked.tables.iter().any(|(table, _)| table == "decision_log") {
        return Err(unusable("it is no database of this program".to_owned()));
    }
    soundness(&mut connection).await.map_err(|error| unusable(error.to_string()))?;
    connection.close().await.map_err(StorageError::from)?;
    looked.bytes = std::fs::metadata(copy)?.len();
    Ok(looked)
}

/// What a file held before.
struct Before {
    look: Backup,
    /// The topics of its log, with how many messages each has held.
    ends: Vec<(String, i64)>,
    /// The greatest counter of numbers that it gave.
    used: i64,
}

/// Looks at a file that nobody else has open, and brings all of it into one file; `None` when it cannot be read.
async fn close_others_out(file: &Path) -> Result<Option<Before>, RestoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(std::time::Duration::from_millis(500));
    let Ok(mut connection) = options.connect().await else { return Ok(None) };
    // Only who is alone with a file may leave the mode in which it can be shared.
    match sqlx::query_scalar::<_, String>("PRAGMA journal_mode = DELETE").fetch_one(&mut connection).await {
        Ok(mode) if mode == "delete" => {}
        Ok(_) => return Err(RestoreError::InUse),
        Err(error) if is_locked(&error) => return Err(RestoreError::InUse),
        Err(_) => return Ok(None),
    }
    let before = before(&mut connection).await.ok();
    let _ = connection.close().await;
    Ok(before)
}

fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| matches!(code & 0xff, 5 | 6))
}

async fn before(connection: &mut SqliteConnection) -> Result<Before, StorageError> {
    let look = look(connection).await?;
    let ends = ends(connection).await?;
    let used =
        sqlx::query_scalar("SELECT coalesce(max(next), 0) FROM number_series").fetch_one(&mut *connection).await?;
    Ok(Before { look, ends, used })
}

async fn ends(connection: &mut SqliteConnection) -> Result<Vec<(String, i64)>, StorageError> {
    let ends = sqlx::query_as(
        "SELECT log_topics.topic, count(*) FROM log_records JOIN log_topics ON log_topics.id = log_records.topic GROUP BY log_topics.topic ORDER BY log_topics.topic",
    );
    Ok(ends.fetch_all(connection).await?)
}

/// Brings a copy to this program's schema, and begins the log's generation in it.
async fn prepare(
    file: &Path,
    numbers_from: Option<i64>,
    holds_log: bool,
) -> Result<(Option<Generation>, Vec<(String, i64)>), StorageError> {
    let pools = Pools::open(file, &Options::default()).await?;
    let mut connection = pools.writer.acquire().await?;
    if holds_log {
        generation::mark(&mut connection, numbers_from).await?;
    } else {
        generation::unmark(&mut connection).await?;
    }
    // What ended after the copy was made must not begin again.
    sqlx::query("DELETE FROM sessions").execute(&mut *connection).await?;
    let ends = ends(&mut connection).await?;
    drop(connection);
    let begun = generation::begin_if_copied(&pools).await?;
    pools.reader.close().await;
    pools.writer.close().await;
    // Out of its write-ahead log, so that it is one file that can be named.
    let mut connection = SqliteConnectOptions::new().filename(file).create_if_missing(false).connect().await?;
    sqlx::query("PRAGMA journal_mode = DELETE").execute(&mut connection).await?;
    connection.close().await?;
    Ok((begun, ends))
}

/// Gives a file another name, with what lies beside it; says the name.
fn put_aside(file: &Path) -> std::io::Result<PathBuf> {
    let aside = (1..)
        .map(|n| beside(file, &format!(".replaced-{n}")))
        .find(|aside| !aside.exists())
        .unwrap_or_else(|| beside(file, ".replaced"));
    for ending in ["-wal", "-shm"] {
        let part = beside(file, ending);
        if part.exists() {
            std::fs::rename(&part, beside(&aside, ending))?;
        }
    }
    // Under both names, where the file system can: at no moment is there no file.
    if std::fs::hard_link(file, &aside).is_err() {
        std::fs::rename(file, &aside)?;
    }
    Ok(aside)
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file.as_os_str());
    name.push(ending);
    name.into()
}
