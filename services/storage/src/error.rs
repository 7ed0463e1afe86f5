//! What can go wrong with the database.

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The database could not be reached, or was too busy. Trying again is sensible.
    #[error("the database does not answer ({detail}); check that it runs, and storage.url")]
    Unreachable {
        /// What the client library says.
        detail: String,
    },
    /// The database answered, and said no.
    #[error("the database refused: {detail}")]
    Refused {
        /// What it says.
        detail: String,
    },
    /// The schema is newer than this code.
    #[error("the database has schema version {found}, and this program knows {known}: run a newer program")]
    SchemaTooNew {
        /// The version of the database.
        found: i64,
        /// The version of the program.
        known: i64,
    },
    /// The schema is older than this code, and was not to be changed.
    #[error(
        "the database has schema version {found}, and this program needs {known}: bring it up to date before this program is started"
    )]
    SchemaTooOld {
        /// The version of the database.
        found: i64,
        /// The version of the program.
        known: i64,
    },
    /// The position of a partition belongs to another log.
    #[error(
        "partition {partition} of `{topic}` was read from the log {stored} and is now offered by {offered}: the cluster or \
         file has been replaced; point the program at the old one, or begin with an empty database"
    )]
    StreamChanged {
        /// The topic.
        topic: String,
        /// The partition.
        partition: i32,
        /// The log that the position belongs to.
        stored: String,
        /// The log that is connected.
        offered: String,
    },
    /// What is stored cannot be read back.
    #[error("what is stored cannot be read: {detail}")]
    Unreadable {
        /// What is wrong with it.
        detail: String,
    },
}

impl StorageError {
    /// A refusal of our own.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::Refused { detail: detail.into() }
    }

    /// Whether the same request may succeed later although nobody changes anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        let passing = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => true,
            sqlx::Error::Database(refusal) => passing_code(refusal.code().as_deref()),
            _ => false,
        };
        if passing { Self::Unreachable { detail } } else { Self::Refused { detail } }
    }
}

/// Whether a code of the database means that the same may succeed later: for PostgreSQL connection exceptions (08), a
/// server that shuts down or starts (57P), serialisation failures and deadlocks (40), too many connections (53), and a
/// transaction that stood still for too long (25P03); for SQLite a file that is busy or locked (5, 6 and their extensions).
fn passing_code(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return ["08", "57P", "40", "53", "25P03"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_may_pass() {
        for code in ["08006", "57P01", "40001", "40P01", "53300", "25P03", "5", "6", "261", "517"] {
            assert!(passing_code(Some(code)), "{code}");
        }
        for code in ["23505", "25P02", "42P01", "19", "2067", "1"] {
            assert!(!passing_code(Some(code)), "{code}");
        }
    }
}
