//! What tests share that change a copy of the rules.
#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::Path;

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Says that the files of a changed copy are meant to be so.
pub(crate) fn seal(folder: &Path) {
    let sealing = rulebook::Sealing::of(folder).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
}
