//! Documents as compressed bytes.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};

use crate::error::StorageError;

/// The quickest level: documents are written once and seldom read.
const LEVEL: i32 = 1;
/// More than any document that was compressed here can hold.
const DOCUMENT_BYTES_MAX: usize = 64 << 20;

thread_local! {
    // A context is a good part of the cost, so each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// Compresses a document.
pub(crate) fn compress(document: &[u8]) -> Result<Vec<u8>, StorageError> {
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

/// Decompresses a document.
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
}
