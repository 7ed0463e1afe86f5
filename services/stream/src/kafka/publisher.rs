//! Messages out: queued in the client library, sent by its threads, awaited by counting acknowledgements.
//!
//! The library's own way to wait, `flush`, takes a tenth of a second whenever anything is under way, so it is not used.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer};
use tokio::sync::Notify;

use super::client_library;
use super::settings::KafkaSettings;
use crate::error::{PublishError, Result, StreamError};
use crate::record::{MESSAGE_BYTES_MAX, Outgoing};

/// The client library's producer with a thread of its own that collects acknowledgements.
pub(super) type Producer = ThreadedProducer<Deliveries>;

/// How long to wait for room when the library's queue is full.
const FULL_PAUSE: Duration = Duration::from_millis(2);

/// Receives acknowledgements on the producer's thread.
pub(super) struct Deliveries;

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        client_library::log(level, facility, text);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "the Kafka producer reports an error");
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<Ticket>;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Box<Ticket>) {
        ticket.call.settle(ticket.index, result.as_ref().err().map(|(error, _)| error.clone()));
    }
}

/// What the library hands back with the acknowledgement of a message.
pub(super) struct Ticket {
    index: usize,
    call: Arc<Call>,
}

/// One call to publish.
struct Call {
    state: Mutex<CallState>,
    settled: Notify,
}

struct CallState {
    /// Messages whose outcome is not known yet.
    outstanding: usize,
    /// Messages that were not acknowledged.
    failed: usize,
    /// The first of them, and why.
    first: Option<(usize, KafkaError)>,
}

impl Call {
    fn new(messages: usize) -> Self {
        let state = CallState { outstanding: messages, failed: 0, first: None };
        Self { state: Mutex::new(state), settled: Notify::new() }
    }

    fn settle(&self, index: usize, failure: Option<KafkaError>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.outstanding -= 1;
        if let Some(error) = failure {
            state.failed += 1;
            if state.first.as_ref().is_none_or(|(first, _)| index < *first) {
                state.first = Some((index, error));
            }
        }
        if state.outstanding == 0 {
            self.settled.notify_one();
        }
    }

    /// How many failed, and the first of them, once the outcome of every message is known.
    async fn outcome(&self) -> (usize, Option<(usize, KafkaError)>) {
        loop {
            {
                let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.outstanding == 0 {
                    return (state.failed, state.first.clone());
                }
            }
            self.settled.notified().await;
        }
    }
}

/// The product's producer, which is replaced when the library declares it unusable.
pub(super) struct Publisher {
    at: String,
    delivery_timeout: Duration,
    config: ClientConfig,
    producer: RwLock<Arc<Producer>>,
}

impl Publisher {
    pub(super) fn new(settings: &KafkaSettings) -> Result<Self> {
        let config = settings.producer()?;
        let producer = make(&config)?;
        Ok(Self {
            at: settings.brokers.clone(),
            delivery_timeout: settings.delivery_timeout,
            config,
            producer: RwLock::new(Arc::new(producer)),
        })
    }

    pub(super) fn current(&self) -> Arc<Producer> {
        Arc::clone(&self.producer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Publishes messages whose topics exist and whose sizes fit.
    pub(super) async fn publish(&self, messages: Vec<Outgoing>) -> Result<(), PublishError> {
        if messages.is_empty() {
            return Ok(());
        }
        let producer = self.current();
        let begun = Instant::now();
        let call = Arc::new(Call::new(messages.len()));
        for (index, message) in messages.iter().enumerate() {
            if let Err(error) = self.enqueue(&producer, &call, index, message, begun).await {
                // What comes after it must not overtake it.
                for rest in index..messages.len() {
                    call.settle(rest, Some(error.clone()));
                }
                break;
            }
        }
        let (unacknowledged, first) = call.outcome().await;
        let Some((first, error)) = first else { return Ok(()) };
        let replaced = self.replace_when_unusable(&producer);
        let cause = match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownTopicOrPartition) => {
                StreamError::UnknownTopic { topic: messages[first].topic.clone() }
            }
            Some(RDKafkaErrorCode::MessageSizeTooLarge) => StreamError::TooLarge {
                topic: messages[first].topic.clone(),
                size_bytes: messages[first].size_bytes(),
                limit_bytes: MESSAGE_BYTES_MAX,
            },
            _ => client_library::explain(&self.at, "publish", begun.elapsed(), &error),
        };
        let retry = replaced || cause.is_transient();
        Err(PublishError { messages: messages.len(), unacknowledged, first, retry, cause })
    }

    /// Puts a message into the library's queue, waiting for room as long as the message itself might wait.
    async fn enqueue(
        &self,
        producer: &Producer,
        call: &Arc<Call>,
        index: usize,
        message: &Outgoing,
        begun: Instant,
    ) -> Result<(), KafkaError> {
        loop {
            let mut headers = OwnedHeaders::new_with_capacity(message.headers.len() + 1);
            for (key, value) in message.sent_headers() {
                headers = headers.insert(Header { key, value: Some(value) });
            }
            let ticket = Box::new(Ticket { index, call: Arc::clone(call) });
            let mut record = BaseRecord::with_opaque_to(&message.topic, ticket)
                .key(message.key.as_slice())
                .payload(message.payload.as_slice())
                .headers(headers);
            record.timestamp = message.timestamp_ms;
            match producer.send(record) {
                Ok(()) => return Ok(()),
                Err((error, _)) => {
                    let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
                    if !full || begun.elapsed() >= self.delivery_timeout {
                        return Err(error);
                    }
                }
            }
            tokio::time::sleep(FULL_PAUSE).await;
        }
    }

    /// After a fatal error an idempotent producer refuses everything; a new one begins a new life.
    fn replace_when_unusable(&self, failed: &Arc<Producer>) -> bool {
        let Some((code, reason)) = failed.client().fatal_error() else {
            return false;
        };
        let mut producer = self.producer.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&producer, failed) {
            tracing::warn!(%code, reason, "the Kafka producer cannot go on and is replaced");
            match make(&self.config) {
                Ok(new) => *producer = Arc::new(new),
                Err(error) => {
                    tracing::error!(%error, "failed to replace the Kafka producer");
                    return false;
                }
            }
        }
        true
    }
}

fn make(config: &ClientConfig) -> Result<Producer> {
    Producer::from_config_and_context(config, Deliveries).map_err(setting)
}

/// Making a client fails only when a setting is not understood.
pub(super) fn setting(error: KafkaError) -> StreamError {
    match error {
        KafkaError::ClientConfig(_, detail, name, value) => {
            StreamError::Setting { name, detail: format!("{detail}, the value is `{value}`") }
        }
        other => StreamError::Setting { name: "brokers".into(), detail: other.to_string() },
    }
}
