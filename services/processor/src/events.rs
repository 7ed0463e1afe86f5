//! Derived identifiers and hashes: the same cause gives the same event, however often it is processed.

use sha2::{Digest as _, Sha256};
use storage::{DeclarationKey, LogEntry};

/// The hash that stands before the first entry of a declaration's log.
pub(crate) const LOG_BEGINNING: [u8; 32] = [0; 32];

/// The hash of a document as lodged, by which a repeat is told from a contradiction.
pub(crate) fn content_hash(payload: &[u8]) -> [u8; 32] {
    Sha256::digest(payload).into()
}

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

/// The random number of selectivity, 0 to 999,999, drawn for a declaration number.
///
/// Six digits of a hash are not quite evenly spread over a million, by less than one part in 10^13.
pub(crate) fn draw(secret: &[u8], number: &str) -> u32 {
    let mut hasher = Sha256::new();
    hasher.update((secret.len() as u64).to_be_bytes());
    hasher.update(secret);
    hasher.update(number.as_bytes());
    let hash = hasher.finalize();
    let mut head = [0; 8];
    head.copy_from_slice(&hash[..8]);
    u32::try_from(u64::from_be_bytes(head) % 1_000_000).unwrap_or(0)
}

/// An entry of the decision log, bound to the one before it by its hash.
pub(crate) fn log_entry(
    key: &DeclarationKey,
    sequence: i64,
    at_ms: i64,
    kind: &str,
    body: Vec<u8>,
    previous_hash: [u8; 32],
) -> LogEntry {
    let mut hasher = Sha256::new();
    hasher.update(previous_hash);
    for part in [key.declarant.as_bytes(), key.reference.as_bytes(), kind.as_bytes(), &body] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(key.version.to_be_bytes());
    hasher.update(sequence.to_be_bytes());
    hasher.update(at_ms.to_be_bytes());
    let hash = hasher.finalize().into();
    LogEntry { key: key.clone(), sequence, at_ms, kind: kind.to_owned(), body, previous_hash, hash }
}

/// Lowercase hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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

    #[test]
    fn draws_are_spread_and_hang_on_the_secret() {
        let draws: Vec<u32> = (0..10_000).map(|number| draw(b"secret", &number.to_string())).collect();
        assert!(draws.iter().all(|draw| *draw < 1_000_000));
        let below_a_tenth = draws.iter().filter(|draw| **draw < 100_000).count();
        assert!((900..1_100).contains(&below_a_tenth), "{below_a_tenth} of 10,000 fell into a tenth of the range");
        assert_ne!(draw(b"secret", "1"), draw(b"another", "1"));
    }

    #[test]
    fn a_log_entry_is_bound_to_the_one_before_it() {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let first = log_entry(&key, 0, 1, "registered", b"{}".to_vec(), LOG_BEGINNING);
        let second = log_entry(&key, 1, 2, "cleared", b"{}".to_vec(), first.hash);
        assert_ne!(second.hash, log_entry(&key, 1, 2, "cleared", b"{}".to_vec(), LOG_BEGINNING).hash);
        assert_ne!(second.hash, log_entry(&key, 1, 2, "cleared", b"{ }".to_vec(), first.hash).hash);
    }
}
