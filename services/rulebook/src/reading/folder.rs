//! The rule files of a folder as bytes, bounded in number and size.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{Problems, whole_file};

/// A table of every commodity code with a dozen columns has 2 MB.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;
const ALL_BYTES_MAX: u64 = 64 * 1024 * 1024;
const FILES_MAX: usize = 2_000;
const DEPTH_MAX: usize = 6;

/// The bytes of every `.toml` and `.csv` file below a folder, by path.
pub(crate) fn read_files(folder: &Path, problems: &mut Problems) -> BTreeMap<String, Vec<u8>> {
    let mut reader = Reader { problems, files: BTreeMap::new(), bytes: 0 };
    reader.folder(folder, "", 0);
    reader.files
}

struct Reader<'a> {
    problems: &'a mut Problems,
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, name: &str, depth: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.complain(name, &format!("the folder cannot be read: {error}")),
        };
        if depth > DEPTH_MAX {
            return self.complain(name, "the folders are nested too deep");
        }
        for entry in entries {
            let Ok(entry) = entry else {
                self.complain(name, "an entry of the folder cannot be read");
                continue;
            };
            let entry_name = entry.file_name();
            let Some(entry_name) = entry_name.to_str() else {
                self.complain(name, "the folder holds a name that is not UTF-8");
                continue;
            };
            if entry_name.starts_with('.') {
                continue;
            }
            let path = if name.is_empty() { entry_name.to_owned() } else { format!("{name}/{entry_name}") };
            if entry.path().is_dir() {
                self.folder(&entry.path(), &path, depth + 1);
            } else if entry_name.ends_with(".toml") || entry_name.ends_with(".csv") {
                self.file(&entry.path(), path);
            }
        }
    }

    fn file(&mut self, place: &Path, path: String) {
        let length = match fs::metadata(place) {
            Ok(metadata) if !metadata.is_file() => return self.complain(&path, "it is no plain file"),
            Ok(metadata) => metadata.len(),
            Err(error) => return self.complain(&path, &format!("the file cannot be read: {error}")),
        };
        if length > FILE_BYTES_MAX {
            return self.complain(&path, &format!("the file has {length} bytes, more than {FILE_BYTES_MAX}"));
        }
        if self.files.len() >= FILES_MAX || self.bytes + length > ALL_BYTES_MAX {
            return self
                .complain(&path, &format!("the rulebook has more than {FILES_MAX} files or {ALL_BYTES_MAX} bytes"));
        }
        match fs::read(place) {
            Ok(bytes) => {
                self.bytes += length;
                self.files.insert(path, bytes);
            }
            Err(error) => self.complain(&path, &format!("the file cannot be read: {error}")),
        }
    }

    fn complain(&mut self, path: &str, message: &str) {
        let path = if path.is_empty() { "." } else { path };
        self.problems.add(whole_file(path.to_owned(), message));
    }
}
