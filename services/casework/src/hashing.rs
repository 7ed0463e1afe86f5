//! Hashes by which documents are told apart, and how hashes are written.

use sha2::{Digest as _, Sha256};

/// The hash of a document as lodged, by which a repeat is told from a contradiction.
pub(crate) fn content_hash(payload: &[u8]) -> [u8; 32] {
    Sha256::digest(payload).into()
}

/// Lowercase hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
