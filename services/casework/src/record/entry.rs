//! Derived identifiers and hashes: the same cause gives the same event, however often it is processed.

use sha2::{Digest as _, Sha256};
use storage::{DeclarationKey, LogEntry};

/// The hash that stands before the first entry of a declaration's log.
pub(crate) const LOG_BEGINNING: [u8; 32] = [0; 32];

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_entry_is_bound_to_the_one_before_it() {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let first = log_entry(&key, 0, 1, "registered", b"{}".to_vec(), LOG_BEGINNING);
        let second = log_entry(&key, 1, 2, "cleared", b"{}".to_vec(), first.hash);
        assert_ne!(second.hash, log_entry(&key, 1, 2, "cleared", b"{}".to_vec(), LOG_BEGINNING).hash);
        assert_ne!(second.hash, log_entry(&key, 1, 2, "cleared", b"{ }".to_vec(), first.hash).hash);
    }
}
