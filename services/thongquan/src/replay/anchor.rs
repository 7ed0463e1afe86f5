//! The ends of all chains, kept where whoever can write the database cannot: what is cut off since is missed.
//!
//! ```text
//!   ["0100233488","A-1",1,0,"9c41…"]      declarant, reference, version, sequence and hash of the last entry
//!   …
//!   {"declarations":1,"digest":"5e0b…"}   over all lines before it
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use storage::DeclarationKey;

use super::Record;
use super::verdict::Verdict;
use crate::Failure;

/// The end of a chain.
type End = (String, String, u32, i64, String);

#[derive(Serialize, Deserialize)]
struct Trailer {
    declarations: usize,
    digest: String,
}

/// The ends of the chains that were met, and those that have to be.
pub(super) struct Anchor {
    lines: String,
    count: usize,
    hasher: Sha256,
    /// What an earlier run kept and has not been met yet; `None` where there is none to be held against.
    wanted: Option<BTreeMap<DeclarationKey, (i64, String)>>,
    held_against: Option<usize>,
}

impl Anchor {
    /// Held against a file, where one is named.
    pub(super) fn new(against: Option<&Path>) -> Result<Self, Failure> {
        let wanted = against.map(read).transpose()?;
        let held_against = wanted.as_ref().map(BTreeMap::len);
        Ok(Self { lines: String::new(), count: 0, hasher: Sha256::new(), wanted, held_against })
    }

    /// Takes the end of a chain in; says what is wrong where an earlier run saw another.
    pub(super) fn meet(&mut self, record: &Record) -> Option<String> {
        let key = record.row.key();
        let last = record.entries().last();
        let end: End = (
            key.declarant.clone(),
            key.reference.clone(),
            key.version,
            last.map_or(-1, |entry| entry.sequence),
            last.map(|entry| hex(&entry.hash)).unwrap_or_default(),
        );
        let line = format!("{}\n", serde_json::to_string(&end).unwrap_or_default());
        self.hasher.update(&line);
        self.lines.push_str(&line);
        self.count += 1;
        let (sequence, hash) = self.wanted.as_mut()?.remove(key)?;
        let entry = record.entries().iter().find(|entry| entry.sequence == sequence);
        match entry {
            Some(entry) if hex(&entry.hash) == hash => None,
            Some(_) => Some(format!("entry {sequence} of its decision log is not the one that the anchor holds")),
            None => Some(format!(
                "its decision log has no entry {sequence} any more, which the anchor holds: its end was cut off"
            )),
        }
    }

    /// What has to be there and was not met.
    pub(super) fn missing(&mut self) -> Vec<Verdict> {
        let missing = self.wanted.take().unwrap_or_default();
        let gone = |key| Verdict::of_fault(key, "it is gone: the anchor holds the end of its decision log".to_owned());
        missing.into_keys().map(gone).collect()
    }

    /// The digest over the ends that were met.
    pub(super) fn digest(&self) -> String {
        hex(&self.hasher.clone().finalize())
    }

    /// How many declarations were wanted.
    pub(super) fn held_against(&self) -> Option<usize> {
        self.held_against
    }

    /// Writes the ends into a file, all of it or nothing.
    pub(super) fn keep(&self, file: &Path) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::to(&format!("keep the anchor in {}", file.display()), &error);
        let trailer = Trailer { declarations: self.count, digest: self.digest() };
        let text = format!("{}{}\n", self.lines, serde_json::to_string(&trailer).unwrap_or_default());
        let mut unfinished = file.as_os_str().to_owned();
        unfinished.push(".unfinished");
        std::fs::write(&unfinished, text).map_err(failed)?;
        std::fs::rename(&unfinished, file).map_err(failed)
    }
}

fn read(file: &Path) -> Result<BTreeMap<DeclarationKey, (i64, String)>, Failure> {
    let wrong = |what: &str| Failure::usage(format!("{} is no anchor that can be used: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    let (lines, trailer) = text.trim_end().rsplit_once('\n').unwrap_or(("", text.trim_end()));
    let cut = "its last line, the digest, is missing; take the file as `--anchor` wrote it";
    let trailer: Trailer = serde_json::from_str(trailer).map_err(|_| wrong(cut))?;
    let mut hasher = Sha256::new();
    let mut ends = BTreeMap::new();
    for line in lines.lines() {
        hasher.update(line);
        hasher.update("\n");
        let (declarant, reference, version, sequence, hash): End =
            serde_json::from_str(line).map_err(|_| wrong("a line of it cannot be read"))?;
        ends.insert(DeclarationKey { declarant, reference, version }, (sequence, hash));
    }
    if hex(&hasher.finalize()) != trailer.digest || ends.len() != trailer.declarations {
        return Err(wrong(
            "its digest is that of other content, so it was changed; take the file as `--anchor` wrote it",
        ));
    }
    Ok(ends)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
