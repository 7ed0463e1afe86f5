//! Messages of the stream as casework takes them.

use casework::{Arrival, Trace};
use storage::MessageSource;
use stream::Message;

/// What arrived with a message.
pub(crate) fn arrival_of(message: Message) -> Arrival {
    let source =
        MessageSource { topic: message.topic.to_string(), partition: message.partition, offset: message.offset };
    let trace = Trace::of(&source, &message.headers);
    let cause = message.header(stream::EVENT_ID_HEADER).map(stream::as_cause);
    let arrival = Arrival::new(source, message.timestamp_ms, message.key, message.payload);
    Arrival { generation: message.generation, trace, cause, ..arrival }
}
