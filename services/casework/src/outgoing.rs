//! What goes out about a case: notices to declarants, answers to whoever commanded, and what could not be read.

pub(crate) mod answers;
mod envelope;
pub(crate) mod notices;

use storage::OutboxMessage;
use vocabulary::Notice;
use vocabulary::envelope::{DETAIL_HEADER, REASON_HEADER};
use vocabulary::topics::{Role, Topics};

use self::envelope::{envelope, outbox_message};
use crate::intake::arrival::Arrival;

/// Sends on what could not be read, as it came, with the reason.
pub(crate) fn unreadable(topics: &Topics, arrival: &Arrival, reason: &str, detail: &str) -> OutboxMessage {
    let source = &arrival.source;
    let envelope = envelope(arrival, 0, Role::Unreadable, "")
        .with(REASON_HEADER, reason)
        .with(DETAIL_HEADER, detail)
        .with("topic", source.topic.as_str())
        .with("partition", source.partition.to_string())
        .with("offset", source.offset.to_string());
    outbox_message(arrival, 0, &topics.unreadable, arrival.key(), envelope, arrival.payload().to_vec())
}

/// Puts notices into the outbox, and gives the first one back, to answer a repeat with.
pub(crate) fn send(topics: &Topics, arrival: &Arrival, outbox: &mut Vec<OutboxMessage>, notices: &[Notice]) -> Vec<u8> {
    let first = outbox.len();
    for (sequence, notice) in (0..).zip(notices) {
        outbox.push(notices::to_outbox(topics, arrival, sequence, notice));
    }
    outbox.get(first).map(|message| message.payload.clone()).unwrap_or_default()
}
