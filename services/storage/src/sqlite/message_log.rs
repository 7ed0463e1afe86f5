//! The embedded stream's partitioned log, in the same file as what is kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, QueryBuilder, Row as _, Sqlite};

use super::{Options, Pools, generation};
use crate::error::StorageError;
use crate::failed_connection::throw_away_failed;
use crate::query::narrow;

/// How many records go into one statement.
const RECORDS_MAX: usize = 100;

/// A record to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendRecord {
    /// The partition that it goes to.
    pub partition: i32,
    /// Milliseconds since 1970 in UTC.
    pub timestamp_ms: i64,
    /// What decided the partition.
    pub key: Option<Vec<u8>>,
    /// What travels beside the payload.
    pub headers: Vec<(String, Vec<u8>)>,
    pub payload: Option<Vec<u8>>,
    /// The event; one that the topic holds already is not appended again.
    pub event_id: Option<String>,
}

/// A record as it lies in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    pub partition: i32,
    /// The place in the partition, from 0 and without gaps.
    pub offset: i64,
    /// Milliseconds since 1970 in UTC.
    pub timestamp_ms: i64,
    /// What decided the partition.
    pub key: Option<Vec<u8>>,
    /// What travels beside the payload.
    pub headers: Vec<(String, Vec<u8>)>,
    pub payload: Option<Vec<u8>>,
    /// The generation of the log in which it was appended: offsets are unique within one.
    pub generation: i64,
}

/// A partitioned log in a SQLite file, which other handles and processes may use at the same time.
#[derive(Debug, Clone)]
pub struct MessageLog {
    pools: Pools,
    /// SQLite's write-ahead log, beside the file.
    write_ahead_log: PathBuf,
}

/// What tells one state of a log's file from the next: when SQLite's write-ahead log beside it was written last, and how long
/// it is. It is asked of the folder. Opening a file that SQLite has open, and closing it again, would take this process's locks
/// on it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileState {
    written: Option<(SystemTime, u64)>,
    /// Whether so much time had passed since it was written that a later transaction bears a later time for sure.
    is_settled: bool,
}

/// How coarse the times of files are, at most.
const FILE_TIME: Duration = Duration::from_millis(100);

impl FileState {
    fn of(write_ahead_log: &Path) -> Self {
        let written = std::fs::metadata(write_ahead_log).and_then(|data| Ok((data.modified()?, data.len()))).ok();
        let age = written.and_then(|(at, _)| SystemTime::now().duration_since(at).ok());
        Self { written, is_settled: age.is_some_and(|age| age > FILE_TIME) }
    }

    /// Whether nothing was written to the file since an earlier state of it. Where that is not known, something may have
    /// been.
    pub fn is_still(&self, earlier: &Self) -> bool {
        earlier.is_settled && self.written == earlier.written
    }
}

impl MessageLog {
    /// Opens the log in a file, and creates it when there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, or is newer than this code.
    pub async fn open(path: &Path) -> Result<Self, StorageError> {
        let pools = Pools::open(path, &Options { connections_max: 4, ..Options::default() }).await?;
        if let Some(begun) = generation::begin_if_copied(&pools).await? {
            tracing::warn!(
                generation = begun.generation,
                "the file is a copy that takes the place of another: a new generation of event ids and numbers begins"
            );
        }
        let mut write_ahead_log = path.as_os_str().to_owned();
        write_ahead_log.push("-wal");
        Ok(Self { pools, write_ahead_log: write_ahead_log.into() })
    }

    /// The state of the file, which changes with every transaction of every process. Asking costs no query.
    pub fn file_state(&self) -> FileState {
        FileState::of(&self.write_ahead_log)
    }

    /// What tells this file's log from every other. It is made once, from the database's own randomness.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub async fn identity(&self) -> Result<String, StorageError> {
        let found: Option<String> =
            sqlx::query_scalar("SELECT identity FROM log_identity").fetch_optional(&self.pools.reader).await?;
        if let Some(identity) = found {
            return Ok(identity);
        }
        sqlx::query(
            "INSERT INTO log_identity SELECT 'embedded-' || lower(hex(randomblob(16))) \
             WHERE NOT EXISTS (SELECT 1 FROM log_identity)",
        )
        .execute(&self.pools.writer)
        .await?;
        Ok(sqlx::query_scalar("SELECT identity FROM log_identity").fetch_one(&self.pools.writer).await?)
    }

    /// Creates a topic, unless there is one; how many partitions it has.
    ///
    /// # Errors
    /// When the file cannot be written, or a topic without partitions is asked for.
    pub async fn create_topic(&self, topic: &str, partitions: i32) -> Result<i32, StorageError> {
        if partitions < 1 {
            return Err(StorageError::refused("a topic has at least one partition"));
        }
        sqlx::query("INSERT INTO log_topics (topic, partitions) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(topic)
            .bind(i64::from(partitions))
            .execute(&self.pools.writer)
            .await?;
        Ok(self.partitions(topic).await?.unwrap_or(partitions))
    }

    /// How many partitions a topic has; `None` when there is no such topic.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn partitions(&self, topic: &str) -> Result<Option<i32>, StorageError> {
        let found: Option<i64> = sqlx::query_scalar("SELECT partitions FROM log_topics WHERE topic = ?")
            .bind(topic)
            .fetch_optional(&self.pools.reader)
            .await?;
        found.map(narrow).transpose()
    }

    /// Appends records in one transaction; the offset of each. A record whose event the topic holds already gets the
    /// offset of the first one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn append(&self, topic: &str, records: &[AppendRecord]) -> Result<Vec<i64>, StorageError> {
        let mut connection = self.pools.writer.acquire().await?;
        let offsets = append_on(&mut connection, topic, records).await;
        throw_away_failed(&mut connection, &offsets);
        offsets
    }

    /// Records of a partition from an offset on: as many as both limits allow, but one at least where there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read(
        &self,
        topic: &str,
        partition: i32,
        from: i64,
        max_records: usize,
        max_bytes: usize,
    ) -> Result<Vec<LogRecord>, StorageError> {
        let rows = sqlx::query(
            "SELECT record_offset, timestamp_ms, message_key, headers, payload, generation FROM log_records \
             WHERE topic = ? AND partition = ? AND record_offset >= ? ORDER BY record_offset LIMIT ?",
        )
        .bind(topic)
        .bind(i64::from(partition))
        .bind(from)
        .bind(i64::try_from(max_records).unwrap_or(i64::MAX))
        .fetch_all(&self.pools.reader)
        .await?;
        let mut records = Vec::with_capacity(rows.len());
        let mut bytes = 0;
        for row in rows {
            let headers: &[u8] = row.try_get("headers")?;
            let record = LogRecord {
                partition,
                offset: row.try_get("record_offset")?,
                timestamp_ms: row.try_get("timestamp_ms")?,
                key: row.try_get("message_key")?,
                headers: unpack(headers)?,
                payload: row.try_get("payload")?,
                generation: row.try_get("generation")?,
            };
            bytes +=
                headers.len() + record.key.as_ref().map_or(0, Vec::len) + record.payload.as_ref().map_or(0, Vec::len);
            if bytes > max_bytes && !records.is_empty() {
                break;
            }
            records.push(record);
        }
        Ok(records)
    }

    /// For each partition of a topic the offset that its next record will have; empty when there is no such topic.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn end_offsets(&self, topic: &str) -> Result<Vec<i64>, StorageError> {
        let mut ends = Vec::new();
        for partition in 0..self.partitions(topic).await?.unwrap_or(0) {
            ends.push(
                sqlx::query_scalar(
                    "SELECT coalesce(max(record_offset) + 1, 0) FROM log_records WHERE topic = ? AND partition = ?",
                )
                .bind(topic)
                .bind(i64::from(partition))
                .fetch_one(&self.pools.reader)
                .await?,
            );
        }
        Ok(ends)
    }
}

/// Appends records on a connection, in one transaction.
async fn append_on(
    connection: &mut SqliteConnection,
    topic: &str,
    records: &[AppendRecord],
) -> Result<Vec<i64>, StorageError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut known: HashMap<&str, i64> = HashMap::new();
    let mut found = Vec::new();
    for records in records.chunks(RECORDS_MAX) {
        let mut select = QueryBuilder::<Sqlite>::new("SELECT event_id, record_offset FROM log_records WHERE topic = ");
        select.push_bind(topic).push(" AND event_id IN (");
        let mut list = select.separated(", ");
        for record in records {
            list.push_bind(record.event_id.as_deref());
        }
        select.push(")");
        for row in select.build().fetch_all(&mut *transaction).await? {
            found.push((row.try_get::<String, _>("event_id")?, row.try_get::<i64, _>("record_offset")?));
        }
    }
    for (event_id, offset) in &found {
        known.insert(event_id, *offset);
    }
    let generation: i64 =
        sqlx::query_scalar("SELECT coalesce(max(generation), 0) FROM generations").fetch_one(&mut *transaction).await?;
    let mut ends: HashMap<i32, i64> = HashMap::new();
    let mut offsets = Vec::with_capacity(records.len());
    let mut fresh = Vec::with_capacity(records.len());
    for record in records {
        if let Some(offset) = record.event_id.as_deref().and_then(|id| known.get(id)) {
            offsets.push(*offset);
            continue;
        }
        let end = match ends.get(&record.partition) {
            Some(end) => *end,
            None => {
                sqlx::query_scalar(
                    "SELECT coalesce(max(record_offset) + 1, 0) FROM log_records WHERE topic = ? AND partition = ?",
                )
                .bind(topic)
                .bind(i64::from(record.partition))
                .fetch_one(&mut *transaction)
                .await?
            }
        };
        ends.insert(record.partition, end + 1);
        if let Some(id) = record.event_id.as_deref() {
            known.insert(id, end);
        }
        offsets.push(end);
        fresh.push((end, record));
    }
    for records in fresh.chunks(RECORDS_MAX) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO log_records (topic, partition, record_offset, timestamp_ms, message_key, headers, payload, \
             event_id, generation) ",
        );
        insert.push_values(records, |mut row, (offset, record)| {
            row.push_bind(topic)
                .push_bind(i64::from(record.partition))
                .push_bind(*offset)
                .push_bind(record.timestamp_ms)
                .push_bind(&record.key)
                .push_bind(pack(&record.headers))
                .push_bind(&record.payload)
                .push_bind(&record.event_id)
                .push_bind(generation);
        });
        insert.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(offsets)
}

/// Headers as bytes: the length of each name and value before it, in four bytes.
fn pack(headers: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in headers.iter().flat_map(|(name, value)| [name.as_bytes(), value]) {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part);
    }
    bytes
}

fn unpack(mut bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    let broken = || StorageError::Unreadable { detail: "the headers of a message".to_owned() };
    let mut next = || -> Result<Option<Vec<u8>>, StorageError> {
        let Some((length, rest)) = bytes.split_first_chunk::<4>() else {
            return if bytes.is_empty() { Ok(None) } else { Err(broken()) };
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| broken())?;
        let part = rest.get(..length).ok_or_else(broken)?.to_vec();
        bytes = &rest[length..];
        Ok(Some(part))
    };
    let mut headers = Vec::new();
    while let Some(name) = next()? {
        let value = next()?.ok_or_else(broken)?;
        headers.push((String::from_utf8(name).map_err(|_| broken())?, value));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_still_only_when_a_later_write_would_show() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log-wal");
        let unknown = FileState::of(&file);
        assert!(!unknown.is_still(&unknown), "without a file nobody knows");
        std::fs::write(&file, "a").unwrap();
        let fresh = FileState::of(&file);
        assert!(!FileState::of(&file).is_still(&fresh), "the next write may bear the same time");
        std::thread::sleep(FILE_TIME * 2);
        let settled = FileState::of(&file);
        assert!(FileState::of(&file).is_still(&settled));
        std::fs::write(&file, "b").unwrap();
        assert!(!FileState::of(&file).is_still(&settled));
    }
}
