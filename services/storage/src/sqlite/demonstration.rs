//! Files that a demonstration made: it may delete its own, and nobody else's.
//!
//! The mark stands in the header of the file, in the number that SQLite keeps there for the program that a file belongs to.

use std::io::{ErrorKind, Read as _};
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use super::PAGE_BYTES;
use crate::error::StorageError;

/// `TQde`.
const MARK: u32 = u32::from_be_bytes(*b"TQde");
/// What every SQLite file begins with, and where the number stands.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const MARK_AT: usize = 68;

/// Makes a file that bears the mark, and nothing else yet.
///
/// # Errors
/// When it cannot be written.
pub async fn begin_demonstration(file: &Path) -> Result<(), StorageError> {
    // Before the file gets a log beside it, so that the mark stands in the file itself whatever happens afterwards.
    let new = SqliteConnectOptions::new().filename(file).create_if_missing(true).page_size(PAGE_BYTES);
    let mut connection = new.connect().await?;
    // A pragma takes no parameters; the number is a constant of ours.
    let mark = sqlx::AssertSqlSafe(format!("PRAGMA application_id = {MARK}"));
    sqlx::raw_sql(mark).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether a demonstration made a file.
///
/// # Errors
/// When it cannot be read.
pub fn is_demonstration(file: &Path) -> std::io::Result<bool> {
    let mut header = [0; MARK_AT + 4];
    match std::fs::File::open(file)?.read_exact(&mut header) {
        Ok(()) => Ok(header.starts_with(MAGIC) && header[MARK_AT..] == MARK.to_be_bytes()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
