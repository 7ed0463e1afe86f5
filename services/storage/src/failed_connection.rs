//! What becomes of a connection on which something failed.

use sqlx::pool::PoolConnection;

use crate::error::StorageError;

/// Lets a connection on which a transaction failed go, in place of handing it to whoever writes next. A database that has
/// rolled a transaction back by itself leaves a client behind that believes to be inside of it, and begins no other.
pub(crate) fn throw_away_failed<DB: sqlx::Database, T>(
    connection: &mut PoolConnection<DB>,
    outcome: &Result<T, StorageError>,
) {
    if outcome.is_err() {
        connection.close_on_drop();
    }
}
