//! A message as it arrives, with what its place in the stream says about it.

use jiff::civil::DateTime;
use storage::MessageSource;
use stream::Message;
pub(crate) use vocabulary::vietnam_time::{milliseconds, of_milliseconds as vietnam_time};

/// A message and the cause that everything done about it is derived from.
pub(crate) struct Arrival<'a> {
    pub(crate) message: &'a Message,
    /// When it arrived, in milliseconds since 1970 in UTC, as the stream recorded. Law 54/2014 hangs rates on the
    /// registration, and the stream's time is the same when the message is processed again.
    pub(crate) at_ms: i64,
    /// The same in Vietnam's time, which has no summer time.
    pub(crate) at: DateTime,
}

impl<'a> Arrival<'a> {
    pub(crate) fn new(message: &'a Message) -> Self {
        let at_ms = message.timestamp_ms.max(0);
        Self { message, at_ms, at: vietnam_time(at_ms) }
    }

    pub(crate) fn payload(&self) -> &'a [u8] {
        self.message.payload.as_deref().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> Vec<u8> {
        self.message.key.clone().unwrap_or_default()
    }

    /// The id that the sender gave the message, so that it can match our answer.
    pub(crate) fn cause(&self) -> Option<String> {
        self.message.header(stream::EVENT_ID_HEADER).map(stream::as_cause)
    }

    pub(crate) fn source(&self) -> MessageSource {
        MessageSource {
            topic: self.message.topic.to_string(),
            partition: self.message.partition,
            offset: self.message.offset,
        }
    }
}
