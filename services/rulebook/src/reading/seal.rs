//! The seal of a folder of rules: what each of its files holds, so that one that was cut off, half copied or lost is refused.
//!
//! A table that ends at the end of a row, and a list of blocks that ends at the end of a block, look whole to whoever reads
//! them. So `seal.toml` says of every file how long it is and what its bytes hash to. Whoever changes a rule seals the folder
//! again, and is shown what differs from the seal before.
//!
//! ```text
//!   edit ──► Sealing::of ──► changes, shown ──► write ──► seal.toml ──► load: every file as it was sealed, or refused
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::{Problems, RuleError, RuleErrors, whole_file};
use crate::reading::folder::read_files;

/// The file with the seal.
pub(crate) const SEAL: &str = "seal.toml";
/// Hexadecimal digits that tell a last line from another.
const LAST_DIGITS: usize = 12;
const HEAD: &str = "# What each file of the rules holds, so that one that was cut off, half copied or lost is refused when the rules are\n\
                    # loaded. `thongquan rules seal` writes this file after a change; where two changes meet here, run it again.\n";
const MEND: &str = "where the change is meant, run `thongquan rules seal --rules FOLDER`, which shows it; otherwise copy the file again";

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    /// Lines, the header of a table not counted.
    length: usize,
    /// What the last line hashes to.
    last: String,
    sha256: String,
}

impl Content {
    fn of(path: &str, bytes: &[u8]) -> Self {
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let last = lines.clone().next_back().unwrap_or_default();
        let header = usize::from(path.ends_with(".csv"));
        let mut last = hexadecimal(last);
        last.truncate(LAST_DIGITS);
        Self { length: lines.count().saturating_sub(header), last, sha256: hexadecimal(bytes) }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the lines of a file are called.
fn lines_of(path: &str) -> &'static str {
    if path.ends_with(".csv") { "rows" } else { "lines" }
}

/// What a seal says, by file.
type Contents = BTreeMap<String, Content>;

fn contents_of(files: &BTreeMap<String, Vec<u8>>) -> Contents {
    files.iter().map(|(path, bytes)| (path.clone(), Content::of(path, bytes))).collect()
}

/// Reads a seal; `None` where it is none.
fn parse(text: &str) -> Option<Contents> {
    let table: toml::Table = text.parse().ok()?;
    table
        .into_iter()
        .map(|(path, block)| {
            let text = |name: &str| Some(block.get(name)?.as_str()?.to_owned());
            let length = block.get(lines_of(&path))?.as_integer()?;
            let content =
                Content { length: usize::try_from(length).ok()?, last: text("last")?, sha256: text("sha256")? };
            Some((path, content))
        })
        .collect()
}

/// Each file has a block, between whose changing lines stands its name: changes of two files never meet in one place.
fn written(contents: &Contents) -> String {
    let mut text = HEAD.to_owned();
    for (path, Content { length, last, sha256 }) in contents {
        text.push_str(&format!(
            "\n[\"{path}\"]\n{} = {length}\nlast = \"{last}\"\nsha256 = \"{sha256}\"\n",
            lines_of(path)
        ));
    }
    text
}

/// Holds files against their seal.
pub(crate) fn check(seal: Option<&[u8]>, files: &BTreeMap<String, Vec<u8>>, problems: &mut Problems) {
    let wrong = |path: &str, message: String| RuleError {
        hint: Some(MEND.to_owned()),
        ..whole_file(path.to_owned(), &message)
    };
    let Some(seal) = seal else {
        return problems
            .add(wrong(SEAL, "the file is missing, so that nobody can tell whether the rules are whole".into()));
    };
    let Some(sealed) = std::str::from_utf8(seal).ok().and_then(parse) else {
        return problems.add(wrong(SEAL, "the file is no seal: it was cut off, or written by hand".into()));
    };
    for change in changes(&sealed, &contents_of(files)) {
        problems.add(wrong(&change.file, change.to_string()));
    }
}

/// How a file differs from what its seal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealChange {
    /// The file, relative to the folder.
    pub file: String,
    pub kind: SealChangeKind,
}

/// In what a file differs from its seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealChangeKind {
    /// The seal does not know it.
    New {
        /// Its lines, or rows of a table.
        length: usize,
    },
    /// It is gone.
    Gone {
        /// The lines that it had.
        length: usize,
    },
    /// It is shorter, and ends otherwise: as a file does that was cut off.
    Shorter {
        /// The lines that it had.
        before: usize,
        /// The lines that it has.
        now: usize,
    },
    /// Something else in it is another.
    Changed {
        /// The lines that it had.
        before: usize,
        /// The lines that it has.
        now: usize,
    },
}

impl SealChange {
    /// Whether rules are fewer now, as after a copy that did not come to its end.
    pub fn is_loss(&self) -> bool {
        matches!(self.kind, SealChangeKind::Gone { .. } | SealChangeKind::Shorter { .. })
    }
}

impl fmt::Display for SealChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = lines_of(&self.file);
        match self.kind {
            SealChangeKind::New { length } => write!(f, "the file is not in the seal; it has {length} {lines}"),
            SealChangeKind::Gone { length } => {
                write!(f, "the file is missing; the seal knows it with {length} {lines}")
            }
            SealChangeKind::Shorter { before, now } => {
                write!(f, "the file has {now} {lines}, was sealed with {before}, and ends otherwise: it looks cut off")
            }
            SealChangeKind::Changed { before, now } if before == now => {
                write!(f, "the file has the {now} {lines} that it was sealed with, and they say something else")
            }
            SealChangeKind::Changed { before, now } => {
                write!(f, "the file has {now} {lines} and was sealed with {before}")
            }
        }
    }
}

fn changes(sealed: &Contents, now: &Contents) -> Vec<SealChange> {
    let files: BTreeSet<&String> = sealed.keys().chain(now.keys()).collect();
    let kind = |file: &str| match (sealed.get(file), now.get(file)) {
        (None, Some(now)) => Some(SealChangeKind::New { length: now.length }),
        (Some(before), None) => Some(SealChangeKind::Gone { length: before.length }),
        (Some(before), Some(now)) if before.sha256 == now.sha256 => None,
        (Some(before), Some(now)) if now.length < before.length && now.last != before.last => {
            Some(SealChangeKind::Shorter { before: before.length, now: now.length })
        }
        (Some(before), Some(now)) => Some(SealChangeKind::Changed { before: before.length, now: now.length }),
        (None, None) => None,
    };
    files.into_iter().filter_map(|file| Some(SealChange { file: file.clone(), kind: kind(file)? })).collect()
}

/// A folder about to be sealed: what its files hold, beside what the seal says that is there.
#[derive(Debug)]
pub struct Sealing {
    folder: PathBuf,
    files: usize,
    changes: Vec<SealChange>,
    text: String,
    is_written: bool,
}

impl Sealing {
    /// Reads the rule files of a folder, whether or not they are sound, and its seal, if it has one.
    ///
    /// # Errors
    /// Every file that cannot be read.
    pub fn of(folder: &Path) -> Result<Self, RuleErrors> {
        let mut problems = Problems::default();
        let mut files = read_files(folder, &mut problems);
        problems.into_result()?;
        let seal = files.remove(SEAL);
        let seal = seal.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let now = contents_of(&files);
        let changes = changes(&seal.and_then(parse).unwrap_or_default(), &now);
        let text = written(&now);
        let is_written = seal == Some(text.as_str());
        Ok(Self { folder: folder.to_owned(), files: now.len(), changes, text, is_written })
    }

    /// How many files are sealed.
    pub fn files(&self) -> usize {
        self.files
    }

    /// Each file that differs from what the seal says, in the order of their names.
    pub fn changes(&self) -> &[SealChange] {
        &self.changes
    }

    /// Whether the seal that is there says all of this already.
    pub fn is_written(&self) -> bool {
        self.is_written
    }

    /// Writes the seal, wholly or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self) -> io::Result<()> {
        // What begins with a point is no rule file.
        let unfinished = self.folder.join(format!(".{SEAL}.{}", std::process::id()));
        let mut file = fs::File::create(&unfinished)?;
        let written = file.write_all(self.text.as_bytes()).and_then(|()| file.sync_all());
        let named = written.and_then(|()| fs::rename(&unfinished, self.folder.join(SEAL)));
        if named.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
        of.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn what_was_sealed_is_known_again_and_everything_else_is_told() {
        let sound = files(&[("a.csv", "x,y\n1,2\n3,4\n5,6\n"), ("b.toml", "[a]\nb = 1\n\n[c]\nd = 2\n")]);
        let sealed = parse(&written(&contents_of(&sound))).unwrap();
        assert_eq!(sealed, contents_of(&sound));
        assert_eq!((sealed["a.csv"].length, sealed["b.toml"].length), (3, 4));
        for (of, kind) in [
            ([("a.csv", "x,y\n1,2\n3,4\n")].as_slice(), SealChangeKind::Shorter { before: 3, now: 2 }),
            (&[("a.csv", "x,y\n1,2\n5,6\n")], SealChangeKind::Changed { before: 3, now: 2 }),
            (&[("a.csv", "x,y\n1,2\n3,4\n5,7\n")], SealChangeKind::Changed { before: 3, now: 3 }),
            (&[("a.csv", "x,y\n")], SealChangeKind::Shorter { before: 3, now: 0 }),
            (&[("a.csv", "")], SealChangeKind::Shorter { before: 3, now: 0 }),
            (&[("b.toml", "[a]\nb = 1\n")], SealChangeKind::Shorter { before: 4, now: 2 }),
            (&[("c.toml", "e = 3\n")], SealChangeKind::New { length: 1 }),
        ] {
            let mut now = sound.clone();
            now.extend(files(of));
            let changes = changes(&sealed, &contents_of(&now));
            assert_eq!(changes, [SealChange { file: of[0].0.to_owned(), kind }]);
        }
        let mut less = sound.clone();
        less.remove("b.toml");
        let gone = changes(&sealed, &contents_of(&less));
        assert!(gone[0].is_loss() && gone[0].kind == SealChangeKind::Gone { length: 4 });
    }

    #[test]
    fn a_seal_that_is_no_seal_is_refused() {
        let sound = files(&[("a.csv", "x\n1\n")]);
        let whole = written(&contents_of(&sound));
        let refused = |seal: Option<&str>| {
            let mut problems = Problems::default();
            check(seal.map(str::as_bytes), &sound, &mut problems);
            problems.count()
        };
        assert_eq!(refused(Some(&whole)), 0);
        for seal in
            [None, Some(""), Some("[\"a.csv\"]\nrows = 1\n"), Some(&whole[..whole.len() - 4]), Some("<<<<<<< HEAD")]
        {
            assert_eq!(refused(seal), 1, "{seal:?}");
        }
    }
}
