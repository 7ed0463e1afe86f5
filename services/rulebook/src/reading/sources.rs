//! The rule files as bytes: bounded, read once, and named by their content.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use conditions::nearest;
use sha2::{Digest as _, Sha256};

use crate::error::{Problems, RuleError, whole_file};
use crate::reading::folder::read_files;
use crate::reading::seal::{self, SEAL};

/// All rule files of a folder, by path relative to it with `/` between the parts.
#[derive(Debug)]
pub(crate) struct Sources {
    files: BTreeMap<String, String>,
    used: RefCell<BTreeSet<String>>,
    /// A file that names other files could not be read.
    incomplete: Cell<bool>,
    hash: String,
}

impl Sources {
    /// Reads every `.toml` and `.csv` file below a folder, and holds them against the seal. Files of `changed` are taken as
    /// they stand there.
    pub(crate) fn read(folder: &Path, changed: &BTreeMap<String, String>, problems: &mut Problems) -> Self {
        let mut files = read_files(folder, problems);
        // What the seal says is no rule: the same rules have the same hash, whoever sealed them.
        let sealed = files.remove(SEAL);
        seal::check(sealed.as_deref(), &files, problems);
        files.extend(changed.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())));
        let hash = content_hash(&files);
        let mut texts = BTreeMap::new();
        for (path, bytes) in files {
            match String::from_utf8(bytes) {
                Ok(text) if text.contains('\r') => problems.add(RuleError {
                    line: line_of(&text, text.find('\r').unwrap_or_default()),
                    hint: Some("end lines with a line feed alone".into()),
                    ..whole_file(path, "a carriage return stands in the file")
                }),
                Ok(text) if text.starts_with('\u{feff}') => problems.add(RuleError {
                    line: Some(1),
                    hint: Some("save it as UTF-8 without a byte order mark".into()),
                    ..whole_file(path, "the file begins with a byte order mark")
                }),
                Ok(text) => {
                    texts.insert(path, text);
                }
                Err(error) => {
                    let at = error.utf8_error().valid_up_to();
                    let line = 1 + error.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count();
                    problems.add(RuleError {
                        line: u32::try_from(line).ok(),
                        hint: Some("save the file as UTF-8".into()),
                        ..whole_file(path, "the file is not UTF-8")
                    });
                }
            }
        }
        Self { files: texts, used: RefCell::default(), incomplete: Cell::new(false), hash }
    }

    /// SHA-256 over the sorted paths and bytes, as hexadecimal digits.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// How many files, and how many bytes in them.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.files.len(), self.files.values().map(String::len).sum())
    }

    /// The text of a file that the rulebook cannot do without.
    pub(crate) fn required(&self, path: &str, problems: &mut Problems) -> Option<&str> {
        self.mark_used(path);
        let text = self.files.get(path);
        if text.is_none() {
            problems.add(RuleError {
                hint: nearest(path, self.files.keys().map(String::as_str))
                    .filter(|found| *found != path)
                    .map(|found| format!("did you mean to call `{found}` so?")),
                ..whole_file(path.to_owned(), "the file is missing or cannot be read")
            });
        }
        text.map(String::as_str)
    }

    /// A rule names this file, whether or not it comes to be read.
    pub(crate) fn mark_used(&self, path: &str) {
        self.used.borrow_mut().insert(path.to_owned());
    }

    /// A file that names other files cannot be read, so that nothing can be said of those.
    pub(crate) fn set_incomplete(&self) {
        self.incomplete.set(true);
    }

    /// The TOML files of a folder, in the order of their names.
    pub(crate) fn toml_files_under(&self, folder: &str) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str).filter(move |path| path.starts_with(folder) && path.ends_with(".toml"))
    }

    /// Reports files that nothing reads: a misspelt name would otherwise leave the law unread without a word.
    /// `folders` are read by other means.
    pub(crate) fn report_unused(&self, folders: &[&str], problems: &mut Problems) {
        if self.incomplete.get() {
            return;
        }
        let used = self.used.borrow();
        for path in self.files.keys() {
            if used.contains(path) || folders.iter().any(|folder| path.starts_with(folder)) {
                continue;
            }
            problems.add(RuleError {
                hint: nearest(path, used.iter().map(String::as_str)).map(|found| format!("did you mean `{found}`?")),
                ..whole_file(path.clone(), "nothing reads this file")
            });
        }
    }
}

/// The line of a byte, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> Option<u32> {
    let before = text.as_bytes().get(..offset)?;
    u32::try_from(1 + before.iter().filter(|&&byte| byte == b'\n').count()).ok()
}

fn content_hash(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        // The lengths keep one file's end apart from the next one's name.
        hasher.update((path.len() as u64).to_le_bytes());
        hasher.update(path);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
