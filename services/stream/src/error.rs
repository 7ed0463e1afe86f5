//! What can go wrong between the product and its log.

use std::time::Duration;

/// An error of whoever implements [`Positions`](crate::Positions).
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The result of most operations on a stream.
pub type Result<T, E = StreamError> = std::result::Result<T, E>;

/// Why a stream could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// The topic was never created, or has been deleted.
    #[error("topic `{topic}` does not exist: check the name, or create the topic first")]
    UnknownTopic {
        /// The name that was asked for.
        topic: String,
    },
    /// Nobody answered in time. Trying again later is sensible.
    #[error(
        "no answer from the log at {at} within {} ms, to {action} ({detail}): check that it runs and that the address is right",
        waited.as_millis()
    )]
    Unreachable {
        /// The addresses that were tried, or the file.
        at: String,
        /// What was attempted, as the end of "failed to".
        action: String,
        /// How long it was attempted.
        waited: Duration,
        /// What the client library says.
        detail: String,
    },
    /// The log answered, and said no.
    #[error("the log at {at} refused to {action}: {detail}")]
    Refused {
        /// The addresses of the log, or the file.
        at: String,
        /// What was attempted, as the end of "failed to".
        action: String,
        /// What the log says.
        detail: String,
    },
    /// A setting cannot be used, or settings contradict each other.
    #[error("the stream's setting `{name}` cannot be used: {detail}")]
    Setting {
        name: String,
        /// What is wrong with it.
        detail: String,
    },
    /// The message is larger than the log takes. Trying again does not help.
    #[error("a message of {size_bytes} bytes for topic `{topic}` is larger than the {limit_bytes} that the log takes")]
    TooLarge {
        /// Where it was to go.
        topic: String,
        /// Bytes of key, payload and headers.
        size_bytes: usize,
        /// The limit, [`MESSAGE_BYTES_MAX`](crate::MESSAGE_BYTES_MAX).
        limit_bytes: usize,
    },
    /// The consumer asks for a partition that it does not hold, because it has been revoked or was never assigned.
    #[error("partition {partition} of topic `{topic}` is not assigned to this consumer")]
    NotAssigned { topic: String, partition: i32 },
    /// Reading was to begin at a position that the log does not have. Nothing is skipped and nothing is reset.
    #[error("partition {partition} of topic `{topic}` cannot be read from its position: {reason}")]
    Misfit {
        topic: String,
        partition: i32,
        /// Why, and how to mend it.
        reason: String,
    },
    /// The consumer is closed, by its owner or after an error that was reported before.
    #[error("the consumer is closed")]
    Closed,
    /// The file of the embedded log could not be read or written.
    #[error("the embedded log failed to {action}")]
    Embedded {
        /// What was attempted, as the end of "failed to".
        action: &'static str,
        /// What the storage says.
        #[source]
        source: storage::StorageError,
    },
}

impl StreamError {
    /// Whether the same request may succeed later although nobody changes anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Embedded { source, .. } => source.is_transient(),
            _ => false,
        }
    }
}

/// Not every message of a call to [`publish`](crate::Stream::publish) was acknowledged. A message that was not may lie
/// in the log nevertheless, so publishing it again may repeat it: its event identifier tells.
#[derive(Debug, thiserror::Error)]
#[error(
    "{unacknowledged} of {messages} messages were not acknowledged, beginning with number {first}{}",
    if *retry { "; publishing them again may succeed" } else { "; publishing them again does not help" }
)]
pub struct PublishError {
    /// How many messages the call was given.
    pub messages: usize,
    /// How many of them were not acknowledged.
    pub unacknowledged: usize,
    /// The place, from 0, of the first one that was not. To keep the order of a key, publish again from here on.
    pub first: usize,
    /// Whether publishing again may succeed without anybody's doing.
    pub retry: bool,
    /// Why the first one was not acknowledged.
    #[source]
    pub cause: StreamError,
}

impl PublishError {
    /// Nothing at all was published.
    pub(crate) fn nothing(messages: usize, cause: StreamError) -> Self {
        Self { messages, unacknowledged: messages, first: 0, retry: cause.is_transient(), cause }
    }
}
