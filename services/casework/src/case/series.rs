//! Declaration numbers: who counts them, from where, and the draw that hangs on one.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use vocabulary::Direction;

/// How many series the numbers of declarations are dealt into, one for each partition of the lodged declarations.
///
/// Each partition counts by itself, in steps of this, so that numbers need no agreement between processors and are
/// the same when a partition is processed again. A topic can have no more partitions than this. It is a constant,
/// since another value would give a number twice.
pub const NUMBER_STRIPES: i64 = 64;

/// The counters of numbers from which on the generations of a log take theirs.
#[derive(Debug, Clone, Default)]
pub struct Generations(BTreeMap<i64, i64>);

impl Generations {
    /// By what is kept: each generation with the counter from which it numbers.
    pub fn new(kept: Vec<(i64, i64)>) -> Self {
        Self(kept.into_iter().collect())
    }

    /// Whether a generation is known; the first needs not to be kept.
    pub fn know(&self, generation: i64) -> bool {
        generation == 0 || self.0.contains_key(&generation)
    }

    /// The least counter that a generation may use.
    pub(crate) fn numbers_from(&self, generation: i64) -> i64 {
        self.0.range(..=generation).next_back().map_or(0, |(_, from)| *from)
    }
}

/// The counters of declaration numbers in one partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Series {
    /// The next counter of imports.
    pub import: i64,
    /// The next counter of exports.
    pub export: i64,
}

impl Series {
    pub(crate) fn next(&mut self, direction: Direction) -> &mut i64 {
        match direction {
            Direction::Import => &mut self.import,
            Direction::Export => &mut self.export,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_spread_and_hang_on_the_secret() {
        let draws: Vec<u32> = (0..10_000).map(|number| draw(b"secret", &number.to_string())).collect();
        assert!(draws.iter().all(|draw| *draw < 1_000_000));
        let below_a_tenth = draws.iter().filter(|draw| **draw < 100_000).count();
        assert!((900..1_100).contains(&below_a_tenth), "{below_a_tenth} of 10,000 fell into a tenth of the range");
        assert_ne!(draw(b"secret", "1"), draw(b"another", "1"));
    }
}
