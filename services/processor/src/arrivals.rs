//! Messages of the stream as casework takes them.

use casework::{Arrival, Trace};
use storage::MessageSource;
use stream::Message;

/// Where a message lay.
pub(crate) fn source_of(message: &Message) -> MessageSource {
    MessageSource { topic: message.topic.to_string(), partition: message.partition, offset: message.offset }
}

/// The trace that a message belongs to.
pub(crate) fn trace_of(message: &Message) -> Trace {
    Trace::of(&source_of(message), &message.headers)
}

/// What arrived with a message.
pub(crate) fn arrival_of(message: &Message) -> Arrival {
    let (key, payload) = (message.key.clone(), message.payload.clone());
    let arrival = Arrival::new(source_of(message), message.timestamp_ms, key, payload);
    let cause = message.header(stream::EVENT_ID_HEADER).map(stream::as_cause);
    Arrival { generation: message.generation, trace: trace_of(message), cause, ..arrival }
}
