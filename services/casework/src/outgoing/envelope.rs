//! The envelope of what goes out: CloudEvents' headers around a payload, under an id that hangs on its cause alone.

use sha2::{Digest as _, Sha256};
use storage::OutboxMessage;
use vocabulary::envelope::{CAUSE_HEADER, Envelope, REPEATED_HEADER, SUBJECT_HEADER};
use vocabulary::topics::Role;

use crate::hashing::hex;
use crate::intake::arrival::Arrival;

/// The id of the `sequence`-th event that the message at a place in the stream caused. A stream that went back to a copy of
/// itself gives a place to one message in each of its generations.
pub(crate) fn event_id(generation: i64, topic: &str, partition: i32, offset: i64, sequence: i32) -> String {
    let mut hasher = Sha256::new();
    hasher.update(topic.as_bytes());
    hasher.update([0]);
    hasher.update(partition.to_be_bytes());
    hasher.update(offset.to_be_bytes());
    hasher.update(sequence.to_be_bytes());
    if generation != 0 {
        hasher.update(generation.to_be_bytes());
    }
    hex(&hasher.finalize()[..16])
}

/// What every message says of itself: what it is, when it was decided, what caused it, and the trace that it belongs to.
pub(super) fn envelope(arrival: &Arrival, sequence: i32, role: Role, kind: &str) -> Envelope {
    let mut envelope = Envelope::new(role, kind, "thongquan", arrival.at);
    if let Some(cause) = &arrival.cause {
        envelope = envelope.with(CAUSE_HEADER, cause.as_str());
    }
    for (name, value) in arrival.trace.carried_on(&arrival.source, sequence) {
        envelope = envelope.with(&name, value);
    }
    envelope
}

/// The envelope of a first answer that is given again.
pub(super) fn repeated(arrival: &Arrival, role: Role, subject: &str) -> Envelope {
    envelope(arrival, 0, role, "repeated").with(SUBJECT_HEADER, subject).with(REPEATED_HEADER, "true")
}

/// A message that waits to be sent, as the `sequence`-th that an arrival caused.
pub(super) fn outbox_message(
    arrival: &Arrival,
    sequence: i32,
    topic: &str,
    key: Vec<u8>,
    envelope: Envelope,
    payload: Vec<u8>,
) -> OutboxMessage {
    let source = arrival.source();
    OutboxMessage {
        event_id: event_id(arrival.generation, &source.topic, source.partition, source.offset, sequence),
        source,
        sequence,
        at_ms: arrival.at_ms,
        topic: topic.to_owned(),
        key,
        headers: envelope.texts(),
        payload,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_hangs_on_its_cause_alone() {
        let id = event_id(0, "declarations.lodged", 3, 17, 0);
        assert_eq!(id.len(), 32);
        assert_eq!(id, event_id(0, "declarations.lodged", 3, 17, 0));
        for other in [
            event_id(0, "declarations.lodged", 3, 17, 1),
            event_id(0, "declarations.lodged", 3, 18, 0),
            event_id(0, "declarations.lodged", 4, 17, 0),
            event_id(0, "payments.settled", 3, 17, 0),
            event_id(1, "declarations.lodged", 3, 17, 0),
        ] {
            assert_ne!(id, other);
        }
    }
}
