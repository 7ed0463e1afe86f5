//! Messages that wait to be sent, in the order of what caused them.

use std::fmt::Write as _;

use crate::columns::Value::{Bytes, Integer, Text};
use crate::columns::{Column, ROWS_MAX, names};
use crate::database::Database;
use crate::error::StorageError;
use crate::keys::MessageSource;
use crate::query::{Query, text};
use crate::rows::source_of;

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

/// How many of the outbox's columns are its key.
pub(crate) const OUTBOX_KEY: usize = 4;

pub(crate) const OUTBOX: &[Column<OutboxMessage>] = &[
    Column("source_topic", Text(|message| text(&message.source.topic))),
    Column("source_partition", Integer(|message| message.source.partition.into())),
    Column("source_offset", Integer(|message| message.source.offset)),
    Column("sequence", Integer(|message| message.sequence.into())),
    Column("at_ms", Integer(|message| message.at_ms)),
    Column("event_id", Text(|message| text(&message.event_id))),
    Column("topic", Text(|message| text(&message.topic))),
    Column("message_key", Bytes(|message| &message.key)),
    Column("headers", Text(|message| headers_text(&message.headers).into())),
    Column("payload", Bytes(|message| &message.payload)),
];

/// The messages that wait after a place, which is the offset of their cause and their own sequence.
pub(super) async fn page(
    database: &Database,
    topic: &str,
    partition: i32,
    after: (i64, i64),
    limit: usize,
) -> Result<Vec<OutboxMessage>, StorageError> {
    let mut select = database.query(format!("SELECT {} FROM outbox WHERE source_topic = ", names(OUTBOX)));
    select.bind(topic).push(" AND source_partition = ").bind(i64::from(partition));
    select.push(" AND (source_offset, sequence) > (").bind(after.0).push(", ").bind(after.1);
    select.push(") ORDER BY source_offset, sequence").limit(limit);
    let mut page = Vec::new();
    for row in database.all(select).await? {
        page.push(OutboxMessage {
            source: source_of(&row)?,
            sequence: row.narrow("sequence")?,
            at_ms: row.get("at_ms")?,
            event_id: row.get("event_id")?,
            topic: row.get("topic")?,
            key: row.get("message_key")?,
            headers: headers_of(&row.get::<String>("headers")?),
            payload: row.get("payload")?,
        });
    }
    Ok(page)
}

pub(super) async fn remove(database: &Database, messages: &[OutboxMessage]) -> Result<(), StorageError> {
    for messages in messages.chunks(ROWS_MAX) {
        let key = &OUTBOX[..OUTBOX_KEY];
        let delete = format!("DELETE FROM outbox WHERE ({}) IN (", names(key));
        database.run(Query::with_rows(database.dialect(), delete, key, messages, ")")?).await?;
    }
    Ok(())
}

/// Headers as text: a line for each, name and value apart by a tab. Neither holds control characters.
fn headers_text(headers: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in headers {
        let clean = |text: &str| text.replace(['\t', '\n', '\0'], " ");
        let _ = writeln!(text, "{}\t{}", clean(name), clean(value));
    }
    text
}

/// Headers from their text.
fn headers_of(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back() {
        let headers = vec![("ce_type".to_owned(), "notice".to_owned()), ("subject".to_owned(), String::new())];
        assert_eq!(headers_of(&headers_text(&headers)), headers);
        let hostile = vec![("a".to_owned(), "1\nb\t2".to_owned())];
        assert_eq!(headers_of(&headers_text(&hostile)), [("a".to_owned(), "1 b 2".to_owned())]);
    }
}
