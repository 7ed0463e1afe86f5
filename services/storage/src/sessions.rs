//! Sessions of those who are signed in. A session's token is known to its holder alone: what is kept is its hash.

use async_trait::async_trait;

use crate::columns::Column;
use crate::columns::Value::{Bytes, Integer, Text};
use crate::database::Database;
use crate::error::StorageError;
use crate::query::{insert, text};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub token_hash: [u8; 32],
    /// The account that is signed in.
    pub account: String,
    /// When it began, in milliseconds since 1970 in UTC.
    pub created_at_ms: i64,
    /// When it was used last, in milliseconds since 1970 in UTC.
    pub seen_at_ms: i64,
    /// From when on it is over, in milliseconds since 1970 in UTC.
    pub expires_at_ms: i64,
}

#[async_trait]
pub trait Sessions: Send + Sync {
    /// Begins a session.
    ///
    /// # Errors
    /// When there is no such account, or a session of that token.
    async fn begin_session(&self, session: &Session) -> Result<(), StorageError>;

    /// The session of a token, unless it is over at that time or its account is disabled.
    async fn session(&self, token_hash: &[u8; 32], now_ms: i64) -> Result<Option<Session>, StorageError>;

    /// Notes that a session was used, and until when it lasts from now on.
    async fn session_seen(
        &self,
        token_hash: &[u8; 32],
        seen_at_ms: i64,
        expires_at_ms: i64,
    ) -> Result<(), StorageError>;

    /// Ends a session; whether there was one.
    async fn end_session(&self, token_hash: &[u8; 32]) -> Result<bool, StorageError>;

    /// Ends every session of an account; how many there were.
    async fn end_sessions_of(&self, account: &str) -> Result<u64, StorageError>;

    /// Removes the sessions that are over at a time; how many there were.
    async fn remove_expired_sessions(&self, now_ms: i64) -> Result<u64, StorageError>;
}

const SESSIONS: &[Column<Session>] = &[
    Column("token_hash", Bytes(|session| &session.token_hash)),
    Column("account", Text(|session| text(&session.account))),
    Column("created_at_ms", Integer(|session| session.created_at_ms)),
    Column("seen_at_ms", Integer(|session| session.seen_at_ms)),
    Column("expires_at_ms", Integer(|session| session.expires_at_ms)),
];

#[async_trait]
impl Sessions for Database {
    async fn begin_session(&self, session: &Session) -> Result<(), StorageError> {
        let rows = std::slice::from_ref(session);
        self.run(insert(self.dialect(), "sessions", SESSIONS, rows, "")?).await?;
        Ok(())
    }

    async fn session(&self, token_hash: &[u8; 32], now_ms: i64) -> Result<Option<Session>, StorageError> {
        let mut select = self.query(
            "SELECT token_hash, account, created_at_ms, seen_at_ms, expires_at_ms FROM sessions \
             JOIN accounts ON accounts.id = sessions.account WHERE accounts.disabled = 0 AND token_hash = ",
        );
        select.bind(&token_hash[..]).push(" AND expires_at_ms > ").bind(now_ms);
        let Some(row) = self.optional(select).await? else { return Ok(None) };
        Ok(Some(Session {
            token_hash: row.hash("token_hash")?,
            account: row.get("account")?,
            created_at_ms: row.get("created_at_ms")?,
            seen_at_ms: row.get("seen_at_ms")?,
            expires_at_ms: row.get("expires_at_ms")?,
        }))
    }

    async fn session_seen(
        &self,
        token_hash: &[u8; 32],
        seen_at_ms: i64,
        expires_at_ms: i64,
    ) -> Result<(), StorageError> {
        let mut update = self.query("UPDATE sessions SET seen_at_ms = ");
        update.bind(seen_at_ms).push(", expires_at_ms = ").bind(expires_at_ms);
        update.push(" WHERE token_hash = ").bind(&token_hash[..]);
        self.run(update).await?;
        Ok(())
    }

    async fn end_session(&self, token_hash: &[u8; 32]) -> Result<bool, StorageError> {
        let mut delete = self.query("DELETE FROM sessions WHERE token_hash = ");
        delete.bind(&token_hash[..]);
        Ok(self.run(delete).await? == 1)
    }

    async fn end_sessions_of(&self, account: &str) -> Result<u64, StorageError> {
        let mut delete = self.query("DELETE FROM sessions WHERE account = ");
        delete.bind_text(account);
        self.run(delete).await
    }

    async fn remove_expired_sessions(&self, now_ms: i64) -> Result<u64, StorageError> {
        let mut delete = self.query("DELETE FROM sessions WHERE expires_at_ms <= ");
        delete.bind(now_ms);
        self.run(delete).await
    }
}
