//! What the client library says: its log lines, and its messages and errors as ours.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _};

use crate::error::StreamError;
use crate::record::{Headers, Message};

/// Sends what the client library logs to where everything else is logged.
#[derive(Clone)]
pub(super) struct Logs;

impl ClientContext for Logs {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        log(level, facility, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the Kafka client reports an error");
    }
}

impl ConsumerContext for Logs {}

/// Where every client context sends its log lines.
pub(super) fn log(level: RDKafkaLogLevel, facility: &str, text: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
            tracing::warn!(facility, text, "the Kafka client reports trouble");
        }
        RDKafkaLogLevel::Warning | RDKafkaLogLevel::Notice => {
            tracing::info!(facility, text, "the Kafka client reports something unusual");
        }
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => tracing::debug!(facility, text, "the Kafka client reports"),
    }
}

/// Turns an error of the client library into one of ours: passing trouble, or a refusal.
pub(super) fn explain(at: &str, action: impl Into<String>, waited: Duration, error: &KafkaError) -> StreamError {
    let (at, action, detail) = (at.to_owned(), action.into(), error.to_string());
    if error.rdkafka_error_code().is_none_or(is_transient) {
        StreamError::Unreachable { at, action, waited, detail }
    } else {
        StreamError::Refused { at, action, detail }
    }
}

/// Whether the same request may succeed later by itself. What is not known to be permanent is worth another attempt.
pub(super) fn is_transient(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    !matches!(
        code,
        Code::MessageSizeTooLarge
            | Code::InvalidMessageSize
            | Code::InvalidTopic
            | Code::UnknownTopic
            | Code::UnknownTopicOrPartition
            | Code::UnknownPartition
            | Code::TopicAuthorizationFailed
            | Code::GroupAuthorizationFailed
            | Code::ClusterAuthorizationFailed
            | Code::SaslAuthenticationFailed
            | Code::Authentication
            | Code::PolicyViolation
            | Code::InvalidReplicationFactor
            | Code::InvalidPartitions
            | Code::InvalidConfig
            | Code::InvalidTimestamp
            | Code::InvalidRecord
            | Code::UnsupportedVersion
            | Code::InvalidArgument
    )
}

/// Copies a message out of the client library's memory.
pub(super) fn owned(topic: &Arc<str>, message: &BorrowedMessage<'_>) -> Message {
    let headers: Headers = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec())).collect()
    });
    Message {
        topic: Arc::clone(topic),
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis().unwrap_or(-1),
        key: message.key().map(<[u8]>::to_vec),
        headers,
        payload: message.payload().map(<[u8]>::to_vec),
        generation: 0,
    }
}
