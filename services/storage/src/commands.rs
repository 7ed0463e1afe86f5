//! Commands of officers, gates and the calendar, and what the calendar acts on next.

use async_trait::async_trait;

use crate::error::StorageError;
use crate::rows::{DeclarationKey, MessageSource};

/// What a command is known by. Two with one key are one command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommandKey {
    /// The tax code of the enterprise whose declaration it is about.
    pub declarant: String,
    /// The identifier that whoever commanded gave it.
    pub identifier: String,
}

/// A command as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandRow {
    /// The hash of the document.
    pub content_hash: [u8; 32],
    /// The answer, to answer a repeat with.
    pub answer: Vec<u8>,
}

/// A command to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCommand {
    /// What it is known by.
    pub key: CommandKey,
    /// The hash of the document.
    pub content_hash: [u8; 32],
    /// What was commanded.
    pub kind: String,
    /// The reference of the declaration, where it is known.
    pub reference: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The message that brought it.
    pub source: MessageSource,
    /// The answer.
    pub answer: Vec<u8>,
    /// The document.
    pub document: Vec<u8>,
}

/// A command that was kept, and when it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedCommand {
    /// The identifier that whoever commanded gave it.
    pub identifier: String,
    /// When it arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// What was commanded.
    pub kind: String,
    /// What became of it.
    pub outcome: String,
    /// The answer.
    pub answer: Vec<u8>,
    /// The document.
    pub document: Vec<u8>,
}

/// A declaration on which the calendar acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// What it is known by.
    pub key: DeclarationKey,
    /// From when on, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The number that customs gave.
    pub number: Option<String>,
    /// What its next step depends on, as the life cycle wrote it.
    pub standing: Vec<u8>,
}

/// A declaration whose life stays as it is, on which the calendar acts at another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retiming {
    /// What it is known by.
    pub key: DeclarationKey,
    /// The sequence that its log must still end with.
    pub expected_log_sequence: i64,
    /// From when on, in milliseconds since 1970 in UTC; `None` where it does not act.
    pub time_acts_at_ms: Option<i64>,
}

/// Questions about commands, and about time.
#[async_trait]
pub trait Commands: Send + Sync {
    /// The commands to the declarations under a reference, in the order of their arrival.
    async fn commands_of(&self, declarant: &str, reference: &str) -> Result<Vec<DatedCommand>, StorageError>;

    /// Declarations on which the calendar acts until a time, that one included, those first that it is due longest; those
    /// after one of them.
    async fn timed_page(&self, until_ms: i64, after: Option<&Timed>, limit: usize) -> Result<Vec<Timed>, StorageError>;
}

/// Implements [`Commands`] for a type beside whose [`Store`](crate::Store) it stands.
macro_rules! implement_commands {
    ($store:ty) => {
        #[async_trait::async_trait]
        impl crate::Commands for $store {
            async fn commands_of(
                &self,
                declarant: &str,
                reference: &str,
            ) -> Result<Vec<crate::DatedCommand>, StorageError> {
                let mut select = Builder::new(
                    "SELECT identifier, at_ms, kind, outcome, answer, document FROM commands WHERE declarant = ",
                );
                select.push_bind(text(declarant)).push(" AND reference = ").push_bind(text(reference));
                select.push(" ORDER BY at_ms, identifier");
                let mut commands = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    commands.push(crate::DatedCommand {
                        identifier: row.try_get("identifier")?,
                        at_ms: row.try_get("at_ms")?,
                        kind: row.try_get("kind")?,
                        outcome: row.try_get("outcome")?,
                        answer: row.try_get("answer")?,
                        document: decompress(&row.try_get::<Vec<u8>, _>("document")?)?,
                    });
                }
                Ok(commands)
            }

            async fn timed_page(
                &self,
                until_ms: i64,
                after: Option<&crate::Timed>,
                limit: usize,
            ) -> Result<Vec<crate::Timed>, StorageError> {
                let mut select = Builder::new(
                    "SELECT declarant, reference, version, time_acts_at_ms, number, standing FROM declarations \
                     WHERE time_acts_at_ms IS NOT NULL AND time_acts_at_ms <= ",
                );
                select.push_bind(until_ms);
                if let Some(timed) = after {
                    select.push(" AND (time_acts_at_ms, declarant, reference, version) > (").push_bind(timed.at_ms);
                    select.push(", ").push_bind(text(&timed.key.declarant));
                    select.push(", ").push_bind(text(&timed.key.reference));
                    select.push(", ").push_bind(i64::from(timed.key.version)).push(")");
                }
                select.push(" ORDER BY time_acts_at_ms, declarant, reference, version LIMIT ");
                select.push_bind(limit_of(limit));
                let mut page = Vec::new();
                for row in select.build().fetch_all(self.reader()).await? {
                    page.push(crate::Timed {
                        key: key_of(row.try_get("declarant")?, row.try_get("reference")?, row.try_get("version")?)?,
                        at_ms: row.try_get("time_acts_at_ms")?,
                        number: row.try_get("number")?,
                        standing: row.try_get("standing")?,
                    });
                }
                Ok(page)
            }
        }
    };
}
pub(crate) use implement_commands;
