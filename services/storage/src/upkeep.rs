//! How much is kept, how much waits to be sent, and how the database is.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;

use crate::codes;
use crate::database::Database;
use crate::error::StorageError;
use crate::query::Dialect;

/// What is kept, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Declarations by outcome, in the order of the words.
    pub outcomes: Vec<(String, i64)>,
    /// Declarations by state, in the order of the words.
    pub states: Vec<(String, i64)>,
    /// Messages that wait to be sent.
    pub outbox: i64,
    /// Messages kept without a decision.
    pub kept: i64,
    pub payments: i64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (state, count) in &self.states {
            write!(f, "{count} {state}, ")?;
        }
        write!(f, "{} payments, {} kept messages, {} to be sent", self.payments, self.kept, self.outbox)
    }
}

/// What waits to be sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: i64,
    /// When the cause of the oldest of them arrived, in milliseconds since 1970 in UTC; `None` when none waits.
    pub oldest_at_ms: Option<i64>,
}

/// How the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub schema_version: i64,
    /// What the server says of itself.
    pub server_version: String,
}

const OUTBOX_WAITING: &str =
    "SELECT CAST(coalesce(sum(messages), 0) AS BIGINT) AS count, min(at_ms) AS oldest FROM outbox";

/// Questions of whoever looks after the database.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// What is kept, counted. It looks at every declaration: a question for people, and not for every few seconds.
    async fn counts(&self) -> Result<Counts, StorageError>;

    /// What waits to be sent. It looks at that alone, so that it can be asked at any time.
    async fn outbox_waiting(&self) -> Result<Waiting, StorageError>;

    /// How the database is.
    async fn health(&self) -> Result<Health, StorageError>;
}

#[async_trait]
impl Upkeep for Database {
    async fn counts(&self) -> Result<Counts, StorageError> {
        let mut counts = Counts::default();
        let select = "SELECT outcome, state, count(*) AS count FROM declarations GROUP BY outcome, state";
        let (mut outcomes, mut states) = (BTreeMap::new(), BTreeMap::new());
        for row in self.all(self.query(select)).await? {
            let count: i64 = row.get("count")?;
            *outcomes.entry(codes::outcome(&row)?.as_str().to_owned()).or_default() += count;
            *states.entry(codes::state(&row)?.as_str().to_owned()).or_default() += count;
        }
        counts.outcomes = outcomes.into_iter().collect();
        counts.states = states.into_iter().collect();
        counts.outbox = self.outbox_waiting().await?.count;
        for (table, into) in [("kept_messages", &mut counts.kept), ("payments", &mut counts.payments)] {
            let select = self.query(format!("SELECT count(*) AS count FROM {table}"));
            *into = self.one(select).await?.get("count")?;
        }
        Ok(counts)
    }

    async fn outbox_waiting(&self) -> Result<Waiting, StorageError> {
        let row = self.one(self.query(OUTBOX_WAITING)).await?;
        Ok(Waiting { count: row.get("count")?, oldest_at_ms: row.get("oldest")? })
    }

    async fn health(&self) -> Result<Health, StorageError> {
        Ok(Health { schema_version: schema_version(self).await?, server_version: server_version(self).await? })
    }
}

async fn schema_version(database: &Database) -> Result<i64, StorageError> {
    let (select, column) = match database.dialect() {
        Dialect::Sqlite => ("PRAGMA user_version", "user_version"),
        Dialect::Postgres => ("SELECT max(version) AS version FROM schema_version", "version"),
    };
    database.one(database.query(select)).await?.get(column)
}

async fn server_version(database: &Database) -> Result<String, StorageError> {
    let (name, select) = match database.dialect() {
        Dialect::Sqlite => ("SQLite", "SELECT sqlite_version() AS version"),
        Dialect::Postgres => ("PostgreSQL", "SELECT current_setting('server_version') AS version"),
    };
    let version: String = database.one(database.query(select)).await?.get("version")?;
    Ok(format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explained::on_both;

    #[tokio::test]
    async fn what_waits_is_asked_of_the_outbox_alone() {
        on_both("waiting", async |database| {
            let plan = database.explain(database.query(OUTBOX_WAITING)).await;
            assert!(plan.contains("outbox") && !plan.contains("declarations"), "{plan}");
        })
        .await;
    }
}
