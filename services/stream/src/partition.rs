//! Which partition a key belongs to.

/// The partition of a key among `partitions`, from 0: the one that Kafka's own clients choose, by a murmur2 hash of the
/// key with the sign taken off. Both logs use it, so a key stays in its partition when one log is copied to the other.
///
/// A topic has at least one partition; for a number below that the answer is 0.
pub fn partition_of(key: &[u8], partitions: i32) -> i32 {
    if partitions <= 1 {
        return 0;
    }
    (murmur2(key) & 0x7fff_ffff) as i32 % partitions
}

/// The 32-bit murmur2 hash with the seed that Kafka fixed.
fn murmur2(bytes: &[u8]) -> u32 {
    const SEED: u32 = 0x9747_b28c;
    const MULTIPLIER: u32 = 0x5bd1_e995;
    const SHIFT: u32 = 24;

    // Kafka's length is a 32-bit integer, and no key comes near its limit.
    let mut hash = SEED ^ bytes.len() as u32;
    let mut words = bytes.chunks_exact(4);
    for word in &mut words {
        let mut mixed = u32::from_le_bytes([word[0], word[1], word[2], word[3]]).wrapping_mul(MULTIPLIER);
        mixed ^= mixed >> SHIFT;
        hash = hash.wrapping_mul(MULTIPLIER) ^ mixed.wrapping_mul(MULTIPLIER);
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes that Kafka's Java client gives, as signed integers.
    #[test]
    fn hashes_are_those_of_kafkas_java_client() {
        for (key, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, hash, "{key}");
        }
    }

    #[test]
    fn every_key_has_a_partition_within_range() {
        for number in 0..1_000_u32 {
            let partition = partition_of(&number.to_be_bytes(), 7);
            assert!((0..7).contains(&partition));
        }
        assert_eq!(partition_of(b"", 1), 0);
        assert_eq!(partition_of(b"anything", 0), 0);
    }
}
