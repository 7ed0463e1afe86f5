//! What the calendar acts on next.

use async_trait::async_trait;
use vocabulary::DeclarationNumber;

use crate::database::Database;
use crate::error::StorageError;
use crate::keys::DeclarationKey;
use crate::rows::{key_of, number_of};

/// A declaration on which the calendar acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// What it is known by.
    pub key: DeclarationKey,
    /// From when on, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The number that customs gave.
    pub number: Option<DeclarationNumber>,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
}

/// Questions about time.
#[async_trait]
pub trait Calendar: Send + Sync {
    /// The time by the database's own clock, in milliseconds since 1970 in UTC.
    async fn now_ms(&self) -> Result<i64, StorageError>;

    /// Declarations on which the calendar acts until a time, that one included, those first that it is due longest; those
    /// after one of them.
    async fn timed_page(&self, until_ms: i64, after: Option<&Timed>, limit: usize) -> Result<Vec<Timed>, StorageError>;
}

#[async_trait]
impl Calendar for Database {
    async fn now_ms(&self) -> Result<i64, StorageError> {
        let select = self.query(format!("SELECT {} AS now_ms", self.dialect().now_ms()));
        self.one(select).await?.get("now_ms")
    }

    async fn timed_page(&self, until_ms: i64, after: Option<&Timed>, limit: usize) -> Result<Vec<Timed>, StorageError> {
        let mut select = self.query(
            "SELECT declarant, reference, version, time_acts_at_ms, number, standing FROM declarations \
             WHERE time_acts_at_ms IS NOT NULL AND time_acts_at_ms <= ",
        );
        select.bind(until_ms);
        if let Some(timed) = after {
            select.push(" AND (time_acts_at_ms, declarant, reference, version) > (").bind(timed.at_ms);
            select.push(", ").bind_key(&timed.key).push(")");
        }
        select.push(" ORDER BY time_acts_at_ms, declarant, reference, version").limit(limit);
        let mut page = Vec::new();
        for row in self.all(select).await? {
            page.push(Timed {
                key: key_of(&row)?,
                at_ms: row.get("time_acts_at_ms")?,
                number: number_of(&row)?,
                standing: row.unpacked("standing")?,
            });
        }
        Ok(page)
    }
}
