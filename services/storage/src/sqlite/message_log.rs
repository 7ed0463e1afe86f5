//! The embedded stream's partitioned log, in the same file as what is kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, QueryBuilder, Row as _, Sqlite};

use super::{Options, Pools, generation};
use crate::error::StorageError;
use crate::failed_connection::throw_away_failed;
use crate::packing::{Parts, pack, push_length, push_part, unpack};
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
            "SELECT record_offset, timestamp_ms, body, generation FROM log_records \
             WHERE topic = (SELECT id FROM log_topics WHERE topic = ?) AND partition = ? AND record_offset >= ? \
             ORDER BY record_offset LIMIT ?",
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
            let text = unpack(row.try_get("body")?)?;
            bytes += text.len();
            let Body { key, headers, payload, .. } = Body::of(&text)?;
            let record = LogRecord {
                partition,
                offset: row.try_get("record_offset")?,
                timestamp_ms: row.try_get("timestamp_ms")?,
                key,
                headers,
                payload,
                generation: row.try_get("generation")?,
            };
            if bytes > max_bytes && !records.is_empty() {
                break;
            }
            records.push(record);
        }
        Ok(records)
    }

    /// Texts of records of all topics as they are packed, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn texts(&self, limit: usize) -> Result<Vec<Vec<u8>>, StorageError> {
        let rows = sqlx::query("SELECT body FROM log_records ORDER BY id DESC LIMIT ?")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pools.reader)
            .await?;
        rows.iter().map(|row| unpack(row.try_get("body")?)).collect()
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
                    "SELECT coalesce(max(record_offset) + 1, 0) FROM log_records \
                     WHERE topic = (SELECT id FROM log_topics WHERE topic = ?) AND partition = ?",
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
    // Packing comes before the transaction, which should be short.
    let bodies = records.iter().map(|record| pack(&text_of(record))).collect::<Result<Vec<_>, _>>()?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let topic: i64 = sqlx::query_scalar("SELECT id FROM log_topics WHERE topic = ?")
        .bind(topic)
        .fetch_optional(&mut *transaction)
        .await?
        .ok_or_else(|| StorageError::refused(format!("there is no topic {topic}")))?;
    let mut known = known_events(&mut transaction, topic, records).await?;
    let generation: i64 =
        sqlx::query_scalar("SELECT coalesce(max(generation), 0) FROM generations").fetch_one(&mut *transaction).await?;
    let mut ends: HashMap<i32, i64> = HashMap::new();
    let mut offsets = Vec::with_capacity(records.len());
    let mut fresh = Vec::with_capacity(records.len());
    for (record, body) in records.iter().zip(bodies) {
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
            known.insert(id.to_owned(), end);
        }
        offsets.push(end);
        fresh.push((end, record, body));
    }
    for records in fresh.chunks(RECORDS_MAX) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO log_records (topic, partition, record_offset, timestamp_ms, generation, event, body) ",
        );
        insert.push_values(records, |mut row, (offset, record, body)| {
            row.push_bind(topic)
                .push_bind(i64::from(record.partition))
                .push_bind(*offset)
                .push_bind(record.timestamp_ms)
                .push_bind(generation)
                .push_bind(record.event_id.as_deref().map(event_of))
                .push_bind(body.as_slice());
        });
        insert.build().execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(offsets)
}

/// The events of records that the topic holds already, with the offset of each.
async fn known_events(
    transaction: &mut sqlx::Transaction<'_, Sqlite>,
    topic: i64,
    records: &[AppendRecord],
) -> Result<HashMap<String, i64>, StorageError> {
    let mut known = HashMap::new();
    for records in records.chunks(RECORDS_MAX) {
        let mut select = QueryBuilder::<Sqlite>::new("SELECT record_offset, body FROM log_records WHERE topic = ");
        select.push_bind(topic).push(" AND event IN (");
        let mut list = select.separated(", ");
        for record in records {
            list.push_bind(record.event_id.as_deref().map(event_of));
        }
        select.push(")");
        for row in select.build().fetch_all(&mut **transaction).await? {
            if let Some(id) = Body::of(&unpack(row.try_get("body")?)?)?.event_id {
                known.insert(id, row.try_get("record_offset")?);
            }
        }
    }
    Ok(known)
}

/// What finds an event: the beginning of the hash of its id.
fn event_of(id: &str) -> i64 {
    let hash: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    i64::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

/// What of a record is one packed text.
struct Body {
    event_id: Option<String>,
    key: Option<Vec<u8>>,
    headers: Vec<(String, Vec<u8>)>,
    payload: Option<Vec<u8>>,
}

/// The text of a record: which of its parts there are, in a bit each, and those parts, the payload last.
fn text_of(record: &AppendRecord) -> Vec<u8> {
    let AppendRecord { key, headers, payload, event_id, .. } = record;
    let payload_bytes = payload.as_ref().map_or(0, Vec::len);
    let mut text = Vec::with_capacity(payload_bytes + 600);
    text.push(u8::from(event_id.is_some()) | u8::from(key.is_some()) << 1 | u8::from(payload.is_some()) << 2);
    if let Some(event_id) = event_id {
        push_part(&mut text, event_id.as_bytes());
    }
    if let Some(key) = key {
        push_part(&mut text, key);
    }
    push_length(&mut text, headers.len());
    for (name, value) in headers {
        push_part(&mut text, name.as_bytes());
        push_part(&mut text, value);
    }
    text.extend_from_slice(payload.as_deref().unwrap_or_default());
    text
}

impl Body {
    fn of(text: &[u8]) -> Result<Self, StorageError> {
        let mut parts = Parts(text);
        let [given] = parts.array()?;
        let event_id = (given & 1 != 0).then(|| parts.text()).transpose()?;
        let key = (given & 2 != 0).then(|| parts.part()).transpose()?.map(<[u8]>::to_vec);
        let headers = u32::from_le_bytes(parts.array()?);
        let headers =
            (0..headers).map(|_| Ok((parts.text()?, parts.part()?.to_vec()))).collect::<Result<_, StorageError>>()?;
        let payload = (given & 4 != 0).then(|| parts.0.to_vec());
        Ok(Self { event_id, key, headers, payload })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_with_what_they_have() {
        let whole = AppendRecord {
            partition: 0,
            timestamp_ms: 0,
            key: Some(b"key".to_vec()),
            headers: vec![("ce_id".to_owned(), b"1".to_vec()), ("empty".to_owned(), Vec::new())],
            payload: Some(Vec::new()),
            event_id: Some("1".to_owned()),
        };
        let bare = AppendRecord { key: None, headers: Vec::new(), payload: None, event_id: None, ..whole.clone() };
        for record in [whole, bare] {
            let Body { event_id, key, headers, payload } = Body::of(&text_of(&record)).unwrap();
            assert_eq!(AppendRecord { event_id, key, headers, payload, ..record.clone() }, record);
        }
    }

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
