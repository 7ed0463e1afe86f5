//! Documents as compressed bytes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use zstd::bulk::{Compressor, Decompressor};

use crate::error::StorageError;

/// The quickest level: documents are written once and seldom read.
const LEVEL: i32 = 1;
/// How many bytes at the end of a document tell it from most others of its length.
const HASHED_BYTES: usize = 256;
/// More than any document that was compressed here can hold.
const DOCUMENT_BYTES_MAX: usize = 64 << 20;

thread_local! {
    // A context is a good part of the cost, so each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn compress(document: &[u8]) -> Result<Vec<u8>, StorageError> {
    let refused = |error: std::io::Error| StorageError::refused(format!("a document cannot be compressed: {error}"));
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = Some(Compressor::new(LEVEL).map_err(refused)?);
        }
        match compressor {
            Some(compressor) => compressor.compress(document).map_err(refused),
            None => Err(StorageError::refused("no compression context")),
        }
    })
}

/// What was compressed for one batch. The first entry of a declaration's log holds the very bytes of its decision, which
/// are compressed once for both.
#[derive(Default)]
pub(crate) struct Compressed<'a>(HashMap<Bytes<'a>, Vec<u8>>);

impl<'a> Compressed<'a> {
    /// Compresses bytes unless they are compressed already.
    pub(crate) fn add(&mut self, bytes: &'a [u8]) -> Result<(), StorageError> {
        if let Entry::Vacant(entry) = self.0.entry(Bytes(bytes)) {
            entry.insert(compress(bytes)?);
        }
        Ok(())
    }

    /// What was added, compressed; nothing where it was not.
    pub(crate) fn of(&self, bytes: &'a [u8]) -> &[u8] {
        self.0.get(&Bytes(bytes)).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Bytes that are equal when all of them are, and of which the length and the end make the hash: hashing all of a
/// decision would cost a good part of compressing it.
#[derive(PartialEq, Eq)]
struct Bytes<'a>(&'a [u8]);

impl Hash for Bytes<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let end = self.0.len().saturating_sub(HASHED_BYTES);
        self.0.len().hash(hasher);
        self.0[end..].hash(hasher);
    }
}

pub(crate) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, StorageError> {
    let unreadable =
        |error: std::io::Error| StorageError::Unreadable { detail: format!("a compressed document: {error}") };
    let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size > DOCUMENT_BYTES_MAX {
        return Err(StorageError::Unreadable { detail: format!("a compressed document claims {size} bytes") });
    }
    Decompressor::new().and_then(|mut decompressor| decompressor.decompress(bytes, size)).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back() {
        for document in [&b""[..], b"<a/>", &[7; 100_000]] {
            assert_eq!(decompress(&compress(document).unwrap()).unwrap(), document);
        }
        assert!(decompress(b"no frame").is_err());
    }

    #[test]
    fn equal_bytes_are_compressed_once() {
        let (first, again, other) = (vec![7; 1_000], vec![7; 1_000], vec![8; 1_000]);
        let mut compressed = Compressed::default();
        for bytes in [&first, &again, &other] {
            compressed.add(bytes).unwrap();
        }
        assert_eq!(compressed.0.len(), 2);
        assert_eq!(decompress(compressed.of(&again)).unwrap(), first);
        assert_eq!(decompress(compressed.of(&other)).unwrap(), other);
    }
}
