//! Texts as packed bytes: each one frame, packed with a dictionary of what all of them have in common.
//!
//! ```text
//!   text ──► pack ──► frame (zstd, names its dictionary by id) ──► unpack ──► text
//!                       dictionary/32769 … the newest packs, every one ever shipped unpacks
//! ```
//!
//! Declarations, decisions and notices share most of what they consist of: the names of elements and fields, the words of
//! rules and of the law. A dictionary holds that once for all of them, so that a frame of ten kilobytes of text holds a few
//! hundred bytes. `thongquan dictionary` trains one. A dictionary that ever packed anything stays in this list for good.

use std::cell::RefCell;
use std::sync::LazyLock;

use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::{get_dict_id_from_frame, get_frame_content_size};

use crate::error::StorageError;

/// Every dictionary that ever packed anything, by its id, the newest last.
const DICTIONARIES: [(u32, &[u8]); 1] = [(32_769, include_bytes!("../dictionary/32769"))];

/// How large a dictionary is made, in bytes. A larger one packs no better.
const DICTIONARY_BYTES: usize = 32 << 10;
/// Where a dictionary has its id, in four bytes from the lowest, and what stands before it.
const DICTIONARY_ID_AT: usize = 4;
/// The quickest level: texts are written once and seldom read, and with a dictionary the slower ones win little.
const LEVEL: i32 = 1;
/// More than any text that was packed here can hold.
const TEXT_BYTES_MAX: usize = 256 << 20;

/// The dictionary that packs, prepared once.
static NEWEST: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARIES[DICTIONARIES.len() - 1].1, LEVEL));
/// The dictionaries that unpack, in the order of [`DICTIONARIES`].
static ALL: LazyLock<Vec<DecoderDictionary<'static>>> =
    LazyLock::new(|| DICTIONARIES.iter().map(|(_, dictionary)| DecoderDictionary::copy(dictionary)).collect());

thread_local! {
    // A context is a good part of the cost, so each thread keeps one.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs a text into a frame.
///
/// # Errors
/// When there is no memory for it.
pub(crate) fn pack(text: &[u8]) -> Result<Vec<u8>, StorageError> {
    let refused = |error: std::io::Error| StorageError::refused(format!("a text cannot be packed: {error}"));
    COMPRESSOR.with_borrow_mut(|compressor| {
        let compressor = match compressor {
            Some(compressor) => compressor,
            None => compressor.insert(Compressor::with_prepared_dictionary(&NEWEST).map_err(refused)?),
        };
        compressor.compress(text).map_err(refused)
    })
}

/// The text of a frame.
///
/// # Errors
/// When it is none, or was packed with a dictionary that this program does not have.
pub(crate) fn unpack(frame: &[u8]) -> Result<Vec<u8>, StorageError> {
    let unreadable = |error: std::io::Error| unreadable(format!("a packed text: {error}"));
    let size = get_frame_content_size(frame).ok().flatten().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if size > TEXT_BYTES_MAX {
        return Err(StorageError::Unreadable { detail: format!("a packed text claims {size} bytes") });
    }
    let dictionary = dictionary_of(frame)?;
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        let decompressor = match decompressor {
            Some(decompressor) => decompressor,
            None => decompressor.insert(Decompressor::new().map_err(unreadable)?),
        };
        match dictionary {
            Some(dictionary) => decompressor.set_prepared_dictionary(dictionary).map_err(unreadable)?,
            None => decompressor.set_dictionary(&[]).map_err(unreadable)?,
        }
        decompressor.decompress(frame, size).map_err(unreadable)
    })
}

/// The dictionary that a frame names; `None` where it names none.
fn dictionary_of(frame: &[u8]) -> Result<Option<&'static DecoderDictionary<'static>>, StorageError> {
    let Some(id) = get_dict_id_from_frame(frame) else { return Ok(None) };
    let known = DICTIONARIES.iter().position(|(known, _)| *known == id.get());
    known.and_then(|at| ALL.get(at)).map(Some).ok_or_else(|| {
        unreadable(format!(
            "a text was packed with dictionary {id}, which this program does not have: run a newer program"
        ))
    })
}

fn unreadable(detail: String) -> StorageError {
    StorageError::Unreadable { detail }
}

/// Several texts as one, each but the last after its length.
pub(crate) fn joined<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    let mut text = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum());
    for part in &parts[..N.saturating_sub(1)] {
        push_length(&mut text, part.len());
        text.extend_from_slice(part);
    }
    if let Some(last) = parts.last() {
        text.extend_from_slice(last);
    }
    text
}

/// Appends a length in four bytes. No text comes near what they hold.
pub(crate) fn push_length(text: &mut Vec<u8>, length: usize) {
    text.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
}

/// Appends a part after its length.
pub(crate) fn push_part(text: &mut Vec<u8>, part: &[u8]) {
    push_length(text, part.len());
    text.extend_from_slice(part);
}

/// What is left to be read of a text that is made of parts.
pub(crate) struct Parts<'t>(pub(crate) &'t [u8]);

impl<'t> Parts<'t> {
    /// The next so many bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub(crate) fn bytes(&mut self, length: usize) -> Result<&'t [u8], StorageError> {
        let broken = || unreadable("a packed text ends within one of its parts".to_owned());
        let (part, rest) = self.0.split_at_checked(length).ok_or_else(broken)?;
        self.0 = rest;
        Ok(part)
    }

    /// The next so many bytes, of a number.
    ///
    /// # Errors
    /// When there are fewer.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], StorageError> {
        self.bytes(N)?.try_into().map_err(|_| unreadable("a number in a packed text".to_owned()))
    }

    /// The next part, which stands after its length.
    ///
    /// # Errors
    /// When there are fewer bytes than it says.
    pub(crate) fn part(&mut self) -> Result<&'t [u8], StorageError> {
        let length = u32::from_le_bytes(self.array()?);
        self.bytes(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// The next part, which is text.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn text(&mut self) -> Result<String, StorageError> {
        String::from_utf8(self.part()?.to_vec()).map_err(|_| unreadable("a word in a packed text".to_owned()))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The id that the next dictionary gets.
pub fn next_dictionary_id() -> u32 {
    DICTIONARIES.iter().map(|(id, _)| id + 1).max().unwrap_or(32_769)
}

/// Makes a dictionary of what texts have in common, under an id.
///
/// # Errors
/// When there are too few texts to learn from.
pub fn train_dictionary(texts: &[Vec<u8>], id: u32) -> Result<Vec<u8>, StorageError> {
    let refused = |error: std::io::Error| StorageError::refused(format!("no dictionary can be made: {error}"));
    let mut dictionary = zstd::dict::from_samples(texts, DICTIONARY_BYTES).map_err(refused)?;
    dictionary
        .get_mut(DICTIONARY_ID_AT..DICTIONARY_ID_AT + 4)
        .ok_or_else(|| StorageError::refused("a dictionary without a header"))?
        .copy_from_slice(&id.to_le_bytes());
    Ok(dictionary)
}

/// How many bytes texts take that are packed with a dictionary, each in a frame of its own.
///
/// # Errors
/// When it is no dictionary.
pub fn packed_bytes(texts: &[Vec<u8>], dictionary: &[u8]) -> Result<usize, StorageError> {
    let refused = |error: std::io::Error| StorageError::refused(format!("the dictionary cannot be used: {error}"));
    let mut compressor = Compressor::with_dictionary(LEVEL, dictionary).map_err(refused)?;
    texts.iter().try_fold(0, |sum, text| Ok(sum + compressor.compress(text).map_err(refused)?.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        for text in [&b""[..], b"<a/>", &[7; 100_000]] {
            assert_eq!(unpack(&pack(text).unwrap()).unwrap(), text);
        }
        assert!(unpack(b"no frame").is_err());
    }

    #[test]
    fn every_dictionary_ever_shipped_unpacks() {
        for (id, dictionary) in DICTIONARIES {
            let mut compressor = Compressor::with_dictionary(LEVEL, dictionary).unwrap();
            let frame = compressor.compress(b"<Declaration/>").unwrap();
            assert_eq!(get_dict_id_from_frame(&frame).map(std::num::NonZeroU32::get), Some(id));
            assert_eq!(unpack(&frame).unwrap(), b"<Declaration/>");
        }
    }

    #[test]
    fn a_dictionary_that_is_not_there_is_named() {
        let mut unknown = DICTIONARIES[0].1.to_vec();
        unknown[DICTIONARY_ID_AT..DICTIONARY_ID_AT + 4].copy_from_slice(&40_000_u32.to_le_bytes());
        let frame = Compressor::with_dictionary(LEVEL, &unknown).unwrap().compress(b"<Declaration/>").unwrap();
        let error = unpack(&frame).unwrap_err().to_string();
        assert!(error.contains("dictionary 40000") && error.contains("run a newer program"), "{error}");
    }

    #[test]
    fn a_text_without_a_dictionary_is_read_after_one_with() {
        let plain = Compressor::new(LEVEL).unwrap().compress(b"<Declaration/>").unwrap();
        assert_eq!(unpack(&pack(b"<a/>").unwrap()).unwrap(), b"<a/>");
        assert_eq!(unpack(&plain).unwrap(), b"<Declaration/>");
    }

    #[test]
    fn parts_come_back_and_end_where_they_say() {
        let text = joined([b"one", b"", b"the rest"]);
        let mut parts = Parts(&text);
        assert_eq!((parts.part().unwrap(), parts.part().unwrap(), parts.0), (&b"one"[..], &b""[..], &b"the rest"[..]));
        assert!(Parts(&text[..5]).part().is_err());
    }

    #[test]
    fn a_dictionary_that_was_trained_bears_its_id() {
        let texts: Vec<Vec<u8>> =
            (0..2_000).map(|n| format!("<Line><Code>{n}</Code></Line>").repeat(8).into_bytes()).collect();
        let dictionary = train_dictionary(&texts, 32_800).unwrap();
        assert!(packed_bytes(&texts, &dictionary).unwrap() < texts.iter().map(Vec::len).sum::<usize>() / 4);
        assert_eq!(dictionary[DICTIONARY_ID_AT..DICTIONARY_ID_AT + 4], 32_800_u32.to_le_bytes());
    }
}
