//! Whether a declaration's decision log is whole: every entry is there, as it was written, in its place.

use storage::LogEntry;

use crate::events::{LOG_BEGINNING, log_entry};

/// Where a log is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenChain {
    /// A declaration without a log.
    #[error("the decision log is empty")]
    Empty,
    /// An entry is missing, out of its place, or of another declaration.
    #[error("entry {sequence} of the decision log is missing or out of its place")]
    Missing {
        /// The sequence of the entry that should stand there.
        sequence: i64,
    },
    /// An entry does not follow on the one before it.
    #[error("entry {sequence} of the decision log does not follow on the one before it")]
    Unlinked {
        /// The sequence of the entry.
        sequence: i64,
    },
    /// An entry is not what its hash was made of.
    #[error("entry {sequence} of the decision log is not as it was written")]
    Changed {
        /// The sequence of the entry.
        sequence: i64,
    },
}

/// Verifies a declaration's decision log from its beginning.
///
/// The log of a later version may begin with the hash of the version before it; that of a first one begins with nothing.
///
/// # Errors
/// The first place where it is not whole.
pub fn verify(log: &[LogEntry]) -> Result<(), BrokenChain> {
    let first = log.first().ok_or(BrokenChain::Empty)?;
    let mut previous = if first.key.version > 1 { first.previous_hash } else { LOG_BEGINNING };
    for (sequence, entry) in (0..).zip(log) {
        if entry.sequence != sequence || entry.key != first.key {
            return Err(BrokenChain::Missing { sequence });
        }
        if entry.previous_hash != previous {
            return Err(BrokenChain::Unlinked { sequence });
        }
        let body = entry.body.clone();
        let expected = log_entry(&entry.key, sequence, entry.at_ms, &entry.kind, body, entry.previous_hash);
        if expected.hash != entry.hash {
            return Err(BrokenChain::Changed { sequence });
        }
        previous = entry.hash;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use storage::DeclarationKey;

    use super::*;

    fn log() -> Vec<LogEntry> {
        let key = DeclarationKey { declarant: "0100233488".into(), reference: "A-1".into(), version: 1 };
        let mut log: Vec<LogEntry> = Vec::new();
        for (sequence, kind) in [(0, "accepted"), (1, "payment"), (2, "cancel")] {
            let previous = log.last().map_or(LOG_BEGINNING, |entry| entry.hash);
            log.push(log_entry(&key, sequence, 5 + sequence, kind, b"{}".to_vec(), previous));
        }
        log
    }

    #[test]
    fn a_log_is_whole_or_says_where_it_is_not() {
        assert_eq!(verify(&log()), Ok(()));
        assert_eq!(verify(&[]), Err(BrokenChain::Empty));
        let broken = |change: fn(&mut Vec<LogEntry>)| {
            let mut log = log();
            change(&mut log);
            verify(&log).unwrap_err()
        };
        assert_eq!(broken(|log| drop(log.remove(1))), BrokenChain::Missing { sequence: 1 });
        assert_eq!(broken(|log| drop(log.remove(0))), BrokenChain::Missing { sequence: 0 });
        assert_eq!(broken(|log| log.swap(1, 2)), BrokenChain::Missing { sequence: 1 });
        assert_eq!(broken(|log| log[2].key.version = 2), BrokenChain::Missing { sequence: 2 });
        assert_eq!(broken(|log| log[1].body.push(b' ')), BrokenChain::Changed { sequence: 1 });
        assert_eq!(broken(|log| log[1].at_ms += 1), BrokenChain::Changed { sequence: 1 });
        assert_eq!(broken(|log| log[0].previous_hash[0] = 1), BrokenChain::Unlinked { sequence: 0 });
        // An entry that was written again, with a hash of its own, does not fit the one after it.
        let again = |log: &mut Vec<LogEntry>| {
            let entry = log[1].clone();
            log[1] = log_entry(&entry.key, 1, entry.at_ms, "refund", entry.body, entry.previous_hash);
        };
        assert_eq!(broken(again), BrokenChain::Unlinked { sequence: 2 });
    }
}
