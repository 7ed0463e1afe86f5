//! Messages that wait to be sent: one row for what a batch caused, which leaves with a later batch of its partition.
//!
//! ```text
//!   batch n ──► its messages as one row ──► sent, acknowledged ──► taken away with batch n+1, or without one
//! ```
//!
//! A row is there if and only if its batch is. Taking it away late only means that its messages are sent once more, under the
//! event ids that they had, by which readers drop them.

use std::borrow::Cow;

use super::Batch;
use crate::columns::Column;
use crate::columns::Value::{Integer, Packed, Word};
use crate::database::Database;
use crate::error::StorageError;
use crate::keys::MessageSource;
use crate::packing::{Parts, push_length, push_part};
use crate::query::{Dialect, Query};

/// How many bytes of messages one row holds, about. What a batch sends on as it came may be large.
const ROW_BYTES: usize = 4 << 20;

/// A message that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// The message that caused it.
    pub source: MessageSource,
    /// Which of the messages of one cause it is, from 0.
    pub sequence: i32,
    /// When its cause arrived, in milliseconds since 1970 in UTC.
    pub at_ms: i64,
    /// The same for the same cause, however often it is processed.
    pub event_id: String,
    pub topic: String,
    pub key: Vec<u8>,
    /// What travels beside it; neither names nor values hold control characters.
    pub headers: Vec<(String, String)>,
    pub payload: Vec<u8>,
}

/// What a batch left to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxBatch {
    /// The position that the batch moved its partition to.
    pub next_offset: i64,
    /// In the order of what caused them.
    pub messages: Vec<OutboxMessage>,
}

/// A row of the outbox: messages of a batch, of which a large one has several rows.
pub(super) struct OutboxRow<'b> {
    batch: &'b Batch,
    part: i64,
    messages: Vec<&'b OutboxMessage>,
}

pub(super) fn columns<'b>() -> [Column<OutboxRow<'b>>; 7] {
    [
        Column("source_topic", Word(|row| &row.batch.partition.topic)),
        Column("source_partition", Integer(|row| row.batch.partition.partition.into())),
        Column("next_offset", Integer(|row| row.batch.next)),
        Column("part", Integer(|row| row.part)),
        Column("messages", Integer(|row| i64::try_from(row.messages.len()).unwrap_or(i64::MAX))),
        Column("at_ms", Integer(|row| row.messages.iter().map(|message| message.at_ms).min().unwrap_or(i64::MAX))),
        Column("body", Packed(|row| Cow::Owned(body_of(&row.messages)))),
    ]
}

/// The rows for what a batch sends, in the order of what caused it.
pub(super) fn rows_of(batch: &Batch) -> Vec<OutboxRow<'_>> {
    let mut messages: Vec<&OutboxMessage> = batch.outbox.iter().collect();
    messages.sort_by_key(|message| (message.source.offset, message.sequence));
    let mut rows: Vec<OutboxRow<'_>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        match rows.last_mut().filter(|_| bytes < ROW_BYTES) {
            Some(row) => row.messages.push(message),
            None => {
                let part = rows.last().map_or(0, |row| row.part + 1);
                rows.push(OutboxRow { batch, part, messages: vec![message] });
                bytes = 0;
            }
        }
        bytes += message.payload.len();
    }
    rows
}

fn body_of(messages: &[&OutboxMessage]) -> Vec<u8> {
    let mut body = Vec::with_capacity(messages.iter().map(|message| message.payload.len() + 600).sum());
    for message in messages {
        body.extend_from_slice(&message.source.offset.to_le_bytes());
        body.extend_from_slice(&message.sequence.to_le_bytes());
        body.extend_from_slice(&message.at_ms.to_le_bytes());
        push_part(&mut body, message.source.topic.as_bytes());
        body.extend_from_slice(&message.source.partition.to_le_bytes());
        push_part(&mut body, message.event_id.as_bytes());
        push_part(&mut body, message.topic.as_bytes());
        push_part(&mut body, &message.key);
        push_length(&mut body, message.headers.len());
        for (name, value) in &message.headers {
            push_part(&mut body, clean(name).as_bytes());
            push_part(&mut body, clean(value).as_bytes());
        }
        push_part(&mut body, &message.payload);
    }
    body
}

/// A name or a value of a header, which travel in one line.
fn clean(word: &str) -> Cow<'_, str> {
    if word.contains(['\t', '\n', '\0']) { word.replace(['\t', '\n', '\0'], " ").into() } else { word.into() }
}

fn messages_of(body: &[u8]) -> Result<Vec<OutboxMessage>, StorageError> {
    let mut parts = Parts(body);
    let mut messages = Vec::new();
    while !parts.is_empty() {
        let offset = i64::from_le_bytes(parts.array()?);
        let sequence = i32::from_le_bytes(parts.array()?);
        let at_ms = i64::from_le_bytes(parts.array()?);
        let topic = parts.text()?;
        let source = MessageSource { topic, partition: i32::from_le_bytes(parts.array()?), offset };
        let (event_id, topic, key) = (parts.text()?, parts.text()?, parts.part()?.to_vec());
        let headers = u32::from_le_bytes(parts.array()?);
        let headers = (0..headers).map(|_| Ok((parts.text()?, parts.text()?))).collect::<Result<_, StorageError>>()?;
        let payload = parts.part()?.to_vec();
        messages.push(OutboxMessage { source, sequence, at_ms, event_id, topic, key, headers, payload });
    }
    Ok(messages)
}

/// What the batch left that moved its partition to the next position after a place; `None` where no more waits.
pub(super) async fn pending(
    database: &Database,
    topic: &str,
    partition: i32,
    after: i64,
) -> Result<Option<OutboxBatch>, StorageError> {
    let mut select = database.query("SELECT next_offset, body FROM outbox WHERE ");
    of_partition(&mut select, topic, partition);
    select.push(" AND next_offset = (SELECT min(next_offset) FROM outbox WHERE ");
    of_partition(&mut select, topic, partition).push(" AND next_offset > ").bind(after).push(") ORDER BY part");
    let mut batch = None;
    for row in database.all(select).await? {
        let next_offset = row.get("next_offset")?;
        let batch = batch.get_or_insert(OutboxBatch { next_offset, messages: Vec::new() });
        batch.messages.extend(messages_of(&row.unpacked("body")?)?);
    }
    Ok(batch)
}

/// The statement that takes what batches up to a position left away.
pub(super) fn removal(dialect: Dialect, topic: &str, partition: i32, sent: i64) -> Query {
    let mut delete = Query::new(dialect, "DELETE FROM outbox WHERE ");
    of_partition(&mut delete, topic, partition).push(" AND next_offset <= ").bind(sent);
    delete
}

fn of_partition<'q>(statement: &'q mut Query, topic: &str, partition: i32) -> &'q mut Query {
    statement.push("source_topic = (SELECT id FROM words WHERE word = ").bind_text(topic);
    statement.push(") AND source_partition = ").bind(i64::from(partition))
}

/// Takes away what was sent, in a transaction of its own that need not outlast a loss of power: what comes back by one is sent
/// once more.
pub(super) async fn remove(database: &Database, topic: &str, partition: i32, sent: i64) -> Result<(), StorageError> {
    let mut connection = database.writer().await?;
    let removed = async {
        let mut transaction = connection.begin().await?;
        if transaction.dialect() == Dialect::Postgres {
            transaction.run(transaction.query("SET LOCAL synchronous_commit = off")).await?;
        }
        transaction.run(removal(transaction.dialect(), topic, partition, sent)).await?;
        transaction.commit().await
    };
    let removed = removed.await;
    connection.throw_away_failed(&removed);
    removed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(offset: i64, sequence: i32, headers: Vec<(String, String)>, payload: Vec<u8>) -> OutboxMessage {
        OutboxMessage {
            source: MessageSource { topic: "declarations.lodged".to_owned(), partition: 3, offset },
            sequence,
            at_ms: offset + 100,
            event_id: format!("event-{offset}-{sequence}"),
            topic: "declarations.notices".to_owned(),
            key: b"0100233488".to_vec(),
            headers,
            payload,
        }
    }

    #[test]
    fn messages_come_back() {
        let headers = vec![("ce_type".to_owned(), "notice".to_owned()), ("subject".to_owned(), String::new())];
        let messages = [message(7, 0, headers, b"<Notice/>".to_vec()), message(7, 1, Vec::new(), vec![0, 255])];
        let body = body_of(&messages.iter().collect::<Vec<_>>());
        assert_eq!(messages_of(&body).unwrap(), messages);
        assert!(messages_of(&body[..body.len() - 1]).is_err());
    }

    #[test]
    fn headers_stay_in_their_lines() {
        let hostile = message(0, 0, vec![("a".to_owned(), "1\nb\t2".to_owned())], Vec::new());
        let back = messages_of(&body_of(&[&hostile])).unwrap();
        assert_eq!(back[0].headers, [("a".to_owned(), "1 b 2".to_owned())]);
    }
}
