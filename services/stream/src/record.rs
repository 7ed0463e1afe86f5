//! What lies in the log: messages on their way in and on their way out.

use std::borrow::Cow;
use std::sync::Arc;

use vocabulary::envelope::REPEATED_HEADER;

/// Names and values that travel beside a message, in the order in which they were given; a name may occur twice.
pub type Headers = Vec<(String, Vec<u8>)>;

/// The header that carries [`Outgoing::event_id`], named as in the CloudEvents binding for Kafka.
pub const EVENT_ID_HEADER: &str = "ce_id";

/// The largest message, in bytes of key, payload and headers together, that either log takes. Topics allow 4 MiB; the
/// difference leaves room for the framing of a batch that holds nothing else.
pub const MESSAGE_BYTES_MAX: usize = 4_000_000;

/// A message as it lies in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The topic that it was read from.
    pub topic: Arc<str>,
    /// The partition of the topic, from 0.
    pub partition: i32,
    /// The place within the partition. Offsets ascend, and may leave gaps.
    pub offset: i64,
    /// When it was made or appended, in milliseconds since 1970-01-01T00:00Z; -1 when the log does not know.
    pub timestamp_ms: i64,
    /// What decided the partition.
    pub key: Option<Vec<u8>>,
    /// What travels beside the payload.
    pub headers: Headers,
    /// The message itself. A tombstone has none.
    pub payload: Option<Vec<u8>>,
    /// Which life of the log it was appended in: topic, partition and offset name one message within it. An embedded log
    /// that went back to a copy of itself has begun another; Kafka's topics have one each, which their identity tells.
    pub generation: i64,
}

impl Message {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_slice())
    }

    /// The first header of this name as text; what is no UTF-8 in it is replaced.
    pub fn header_text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.header(name).map(String::from_utf8_lossy)
    }

    /// Whether it is a first answer that is given again.
    pub fn is_repeated(&self) -> bool {
        self.header(REPEATED_HEADER).is_some()
    }

    /// Bytes of key, payload and headers, by which batches are bounded.
    pub fn size_bytes(&self) -> usize {
        size_bytes(self.key.as_deref(), self.payload.as_deref(), &self.headers)
    }
}

/// A message to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The topic, which must exist.
    pub topic: String,
    /// Decides the partition, by [`partition_of`](crate::partition_of).
    pub key: Vec<u8>,
    /// What travels beside the payload, without the event identifier.
    pub headers: Headers,
    pub payload: Vec<u8>,
    /// The same for the same event however often it is published, so that readers can drop repeats. It is sent as the
    /// header `ce_id`, in place of one that `headers` may hold.
    pub event_id: String,
    /// Milliseconds since 1970-01-01T00:00Z; the clock at the time of appending when absent.
    pub timestamp_ms: Option<i64>,
}

impl Outgoing {
    /// The headers as they are sent: the event identifier first.
    pub(crate) fn sent_headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let own = self.headers.iter().filter(|(name, _)| name != EVENT_ID_HEADER);
        std::iter::once((EVENT_ID_HEADER, self.event_id.as_bytes()))
            .chain(own.map(|(name, value)| (name.as_str(), value.as_slice())))
    }

    /// Bytes of key, payload and headers as they are sent.
    pub(crate) fn size_bytes(&self) -> usize {
        size_bytes(Some(&self.key), Some(&self.payload), &self.headers) + EVENT_ID_HEADER.len() + self.event_id.len()
    }
}

/// Messages of one partition, in the order of their offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The topic of every message.
    pub topic: Arc<str>,
    /// The partition of every message.
    pub partition: i32,
    /// At least one message.
    pub messages: Vec<Message>,
}

impl Batch {
    /// The position that follows the batch: what to store once it has been dealt with.
    pub fn next_offset(&self) -> i64 {
        self.messages.last().map_or(0, |message| message.offset + 1)
    }
}

fn size_bytes(key: Option<&[u8]>, payload: Option<&[u8]>, headers: &Headers) -> usize {
    key.map_or(0, <[u8]>::len)
        + payload.map_or(0, <[u8]>::len)
        + headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_identifier_is_sent_once_and_first() {
        let outgoing = Outgoing {
            topic: "declarations.notices".into(),
            key: b"0101243150".to_vec(),
            headers: vec![
                ("ce_type".into(), b"notice".to_vec()),
                (EVENT_ID_HEADER.into(), b"somebody else's".to_vec()),
            ],
            payload: b"<Notice/>".to_vec(),
            event_id: "e1".into(),
            timestamp_ms: None,
        };
        let sent: Vec<_> = outgoing.sent_headers().collect();
        assert_eq!(sent, [(EVENT_ID_HEADER, b"e1".as_slice()), ("ce_type", b"notice".as_slice())]);
    }
}
