//! What can go wrong with the database.

use sqlx::sqlite::SqliteError;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The database could not be reached, or did not answer. Trying again is sensible.
    #[error("the database does not answer ({detail}); check that it runs, and storage.url")]
    Unreachable {
        /// What the client library says.
        detail: String,
    },
    /// The database answered that it cannot do now what was asked, whatever that is: its disk is full or fails, its file is
    /// locked, it is short of memory, it shuts down. Trying again is sensible.
    #[error("the database cannot do anything of the kind now ({detail}); look at its disk, its memory and its own log")]
    Unable { detail: String },
    /// The database refused the content that it was given: a constraint, a trigger, a size. It refuses the same at any time.
    #[error("the database refused: {detail}")]
    Refused { detail: String },
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
        topic: String,
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
        matches!(self, Self::Unreachable { .. } | Self::Unable { .. })
    }

    /// Whether the content is what the database refuses, so that other content would be taken. Nothing else says anything
    /// about a message.
    pub fn is_of_content(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }
}

impl From<sqlx::Error> for StorageError {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unreachable { detail },
            sqlx::Error::Database(refusal) => {
                let code = refusal.code().unwrap_or_default();
                let is_of_content = match refusal.try_downcast_ref::<SqliteError>() {
                    Some(_) => code.parse().is_ok_and(sqlite_means_content),
                    None => postgres_means_content(&code),
                };
                if is_of_content { Self::Refused { detail } } else { Self::Unable { detail } }
            }
            sqlx::Error::Encode(_) => Self::Refused { detail },
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_) => Self::Unreadable { detail },
            _ => Self::Unable { detail },
        }
    }
}

/// Whether a code of SQLite, with or without its extension, speaks of the content: too big (18), a constraint or a trigger
/// (19), a type that does not fit (20). Disk, memory, locks and damage speak of the database.
fn sqlite_means_content(code: u32) -> bool {
    matches!(code & 0xff, 18..=20)
}

/// Whether a code of PostgreSQL speaks of the content: data exceptions (22), integrity constraints (23), a view's check (44),
/// a size that the server does not take (54000), what a trigger raises (P0001). All others speak of the server, of the
/// connection or of its schema.
fn postgres_means_content(code: &str) -> bool {
    ["22", "23", "44", "54000", "P0001"].iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_sqlite() {
        // TOOBIG; CONSTRAINT, its UNIQUE and its TRIGGER; MISMATCH.
        for code in [18, 19, 2067, 1811, 20] {
            assert!(sqlite_means_content(code), "{code}");
        }
        // ERROR, BUSY, LOCKED, NOMEM, IOERR with READ, SHORT_READ, WRITE, FSYNC, SHMSIZE, DATA and IN_PAGE (of which the last
        // has as many digits as a code of PostgreSQL), CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB.
        for code in [1, 5, 261, 517, 6, 7, 10, 266, 522, 778, 1034, 4874, 8202, 8714, 12298, 11, 13, 14, 15, 26] {
            assert!(!sqlite_means_content(code), "{code}");
        }
    }

    #[test]
    fn codes_of_postgres() {
        for code in ["22001", "22P05", "23505", "23514", "44000", "54000", "P0001"] {
            assert!(postgres_means_content(code), "{code}");
        }
        for code in [
            "08006", "25P02", "25P03", "40001", "40P01", "42P01", "42501", "53100", "53200", "53300", "54001", "55P03",
            "57014", "57P01", "58030", "58P01", "F0000", "XX000", "XX001", "XX002",
        ] {
            assert!(!postgres_means_content(code), "{code}");
        }
    }

    #[test]
    fn what_is_no_word_of_the_database() {
        let of = |error: sqlx::Error| StorageError::from(error);
        assert!(of(sqlx::Error::PoolTimedOut).is_transient());
        assert!(of(sqlx::Error::InvalidSavePointStatement).is_transient());
        assert!(of(sqlx::Error::BeginFailed).is_transient());
        for error in [of(sqlx::Error::PoolTimedOut), of(sqlx::Error::BeginFailed), of(sqlx::Error::RowNotFound)] {
            assert!(!error.is_of_content(), "{error}");
        }
    }
}
