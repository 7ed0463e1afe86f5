//! What does not go on at present, since when and why, for whoever asks whether the process is ready.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use storage::StreamPartition;

/// The parts of the work that are begun and do not come to an end.
#[derive(Debug, Default)]
pub struct Standstills(Mutex<BTreeMap<String, Begun>>);

#[derive(Debug)]
struct Begun {
    at: Instant,
    why: String,
}

/// A part of the work that does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standstill {
    /// The part: the outbox, or a partition.
    pub part: String,
    pub lasts: Duration,
    /// The last error; empty where the part hangs without one.
    pub why: String,
}

/// How a partition is called where it is told that it does not go on.
pub(crate) fn part_of(partition: &StreamPartition) -> String {
    format!("partition {} of {}", partition.partition, partition.topic)
}

impl Standstills {
    /// A part of the work is begun, or was begun before and meets an error.
    pub(crate) fn meets(&self, part: &str, why: &str) {
        let mut begun = self.begun();
        let entry = begun.entry(part.to_owned()).or_insert_with(|| Begun { at: Instant::now(), why: String::new() });
        why.clone_into(&mut entry.why);
    }

    /// It has come to its end, or a part of it has.
    pub(crate) fn goes_on(&self, part: &str) {
        self.begun().remove(part);
    }

    /// The part that has stood still longest.
    pub fn longest(&self) -> Option<Standstill> {
        let begun = self.begun();
        let (part, longest) = begun.iter().min_by_key(|(_, begun)| begun.at)?;
        // What waits for another part hangs without an error of its own.
        let whys = std::iter::once(longest).chain(begun.values()).map(|begun| &begun.why);
        let why = whys.into_iter().find(|why| !why.is_empty()).cloned().unwrap_or_default();
        Some(Standstill { part: part.clone(), lasts: longest.at.elapsed(), why })
    }

    fn begun(&self) -> MutexGuard<'_, BTreeMap<String, Begun>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_is_told_with_its_last_error() {
        let standstills = Standstills::default();
        assert_eq!(standstills.longest(), None);
        standstills.meets("the outbox", "");
        standstills.meets("partition 1", "disk full");
        assert_eq!(standstills.longest().unwrap().why, "disk full", "what waits for it");
        standstills.meets("the outbox", "no room");
        let longest = standstills.longest().unwrap();
        assert_eq!((longest.part.as_str(), longest.why.as_str()), ("the outbox", "no room"));
        standstills.goes_on("the outbox");
        assert_eq!(standstills.longest().unwrap().part, "partition 1");
        standstills.goes_on("partition 1");
        assert_eq!(standstills.longest(), None);
    }
}
