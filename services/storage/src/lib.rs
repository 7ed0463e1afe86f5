//! What is kept, by role, in SQLite or in PostgreSQL; and the only crate that contains SQL.
//!
//! ```text
//!   processor  ──► Ledger      positions, prefetch, batches, outbox
//!   people     ──► Archive     declarations and what belongs to them
//!   facts      ──► FactStore   what is known besides declarations
//!   timekeeper ──► Calendar    what is due
//!   operators  ──► Upkeep      counts and health
//!   sign-in    ──► Accounts, Sessions
//!   notices    ──► Subscriptions, with what is to be delivered to them
//!   partners   ──► Exchange    certificates of other states, and messages to and from them
//! ```
//!
//! Documents are opaque here: packed texts in the decision log, apart from the columns that are searched. Amounts are whole dong, as integers.
//! The declarant's tax code is part of every unique key, so that a database can be spread by it.

mod accounts;
mod archive;
mod calendar;
mod codes;
mod columns;
mod database;
mod error;
mod exchange;
#[cfg(test)]
mod explained;
mod facts;
mod failed_connection;
mod frames;
mod inspection;
mod keys;
mod ledger;
mod options;
mod packing;
mod postgres;
mod query;
mod rows;
mod sessions;
pub mod sqlite;
mod store;
mod subscriptions;
mod upkeep;

use std::sync::Arc;

pub use accounts::{Account, AccountKind, Accounts, Role};
pub use archive::{
    Archive, Beginning, Cursor, DatedCommand, DatedPayment, DatedRequest, Filter, OFFICES_MAX, Order, Page, Scope,
    WaitingCount,
};
pub use calendar::{Calendar, Timed};
pub use error::StorageError;
pub use exchange::{
    CertificateKey, Exchange, ExchangeDirection, ExchangeKey, ExchangedCertificate, IncomingMessage, OutgoingMessage,
    TakenIn,
};
pub use facts::{BalanceKey, Fact, FactKey, FactRow, FactStore, Facts, Grant, WriteOff};
pub use inspection::{positions_found, schema_version_found};
pub use keys::{DeclarationKey, MessageSource};
pub use ledger::{
    Batch, Commit, Ledger, OutboxBatch, OutboxMessage, Position, Prefetched, SeriesAdvance, StreamPartition, Wanted,
};
pub use options::Options;
pub use packing::{next_dictionary_id, packed_bytes, train_dictionary};
pub use rows::{
    BranchRow, CommandKey, CommandRow, DeclarationRow, DeclarationUpdate, KeptMessage, Lodged, LodgedPapers, LogEntry,
    NewCommand, NewDeclaration, NewPayment, NewRequest, PaymentKey, PaymentRow, RequestRow, Retiming, Searched, Stand,
};
pub use sessions::{Session, Sessions};
pub use store::Store;
pub use subscriptions::{Delivery, DeliveryKey, NewDelivery, Subscription, Subscriptions};
pub use upkeep::{Counts, Health, Upkeep, Waiting};

use crate::database::Database;

/// The schema version that this code knows: the number of the newest migration.
pub const SCHEMA_VERSION: i64 = 1;

/// Opens a database, and brings its schema up to date where the options say so: `sqlite:PATH`, or
/// `postgres://USER@HOST:PORT/DATABASE`.
///
/// # Errors
/// When it cannot be reached or created, or when its schema is newer than this code, or older and not to be changed.
pub async fn open(url: &str, options: Options) -> Result<Arc<dyn Store>, StorageError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return Ok(Arc::new(Database::open_sqlite(std::path::Path::new(path), &options).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(Database::open_postgres(url, &options).await?));
    }
    Err(StorageError::refused("a database is named by sqlite:PATH or postgres://USER@HOST:PORT/DATABASE"))
}
