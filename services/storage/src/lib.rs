//! What is kept, behind one trait, in SQLite or in PostgreSQL; and the only crate that contains SQL.
//!
//! One [`Batch`] is one transaction: the position in the stream moves from where its owner left it, and with it come the
//! decisions, their log, the payments and the messages to be sent, or nothing does. The position is what makes a
//! decision happen once: of two owners who both believe that a partition is theirs, one finds it moved, and is fenced.
//!
//! Documents are opaque here: compressed bytes beside the columns that are searched. Amounts are whole dong, as integers.
//! The declarant's tax code is part of every unique key, so that a database can be spread by it.

mod rows;

mod facts;

mod error;

mod store;

mod compression;

mod columns;

mod tables;

mod steps;

mod statements;

mod inquiries;

mod commands;

mod inspection;

pub mod sqlite;

mod postgres;

use std::sync::Arc;

pub use commands::{CommandKey, CommandRow, Commands, DatedCommand, NewCommand, Retiming, Timed};
pub use error::StorageError;
pub use facts::{BalanceKey, Fact, FactKey, FactRow, Facts, Grant, WriteOff};
pub use inquiries::{DatedPayment, DatedRequest, Inquiries};
pub use inspection::{positions_found, schema_version_found};
pub use rows::{
    Batch, BranchRow, Commit, Counts, DeclarationKey, DeclarationRow, DeclarationUpdate, Health, KeptMessage, LogEntry,
    MessageSource, NewDeclaration, NewPayment, NewRequest, OutboxMessage, PaymentKey, PaymentRow, Position, Prefetched,
    RequestRow, Searched, SeriesAdvance, StreamPartition, Wanted,
};
pub use store::{Options, Store};

/// The schema version that this code knows: the number of the newest migration.
pub const SCHEMA_VERSION: i64 = 1;

/// The word for the state of a version that a later one took the place of. Of the others of one number there is one.
pub const SUPERSEDED: &str = "superseded";

/// Opens a database, and brings its schema up to date where the options say so: `sqlite:PATH`, or `postgres://USER@HOST:PORT/DATABASE`.
///
/// # Errors
/// When it cannot be reached or created, or when its schema is newer than this code, or older and not to be changed.
pub async fn open(url: &str, options: Options) -> Result<Arc<dyn Store>, StorageError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return Ok(Arc::new(sqlite::SqliteStore::open(std::path::Path::new(path), &options).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(postgres::PostgresStore::open(url, &options).await?));
    }
    Err(StorageError::refused("a database is named by sqlite:PATH or postgres://USER@HOST:PORT/DATABASE"))
}
