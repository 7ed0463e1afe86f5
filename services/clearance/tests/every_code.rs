//! Each finding that clearance makes by itself is spoken of in a test: one that nobody fires is one that nobody knows.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            rust_files(&entry, files);
        } else if entry.extension().is_some_and(|ending| ending == "rs" || ending == "toml") {
            files.push(entry);
        }
    }
}

fn text_of(folder: &str) -> String {
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// The first quoted word after each place where a finding is made, and every quoted national code.
fn codes(source: &str) -> BTreeSet<String> {
    let national = |word: &str| {
        word.len() == 5 && word.starts_with(['E', 'R', 'S']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    };
    let word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') && word.contains('_');
    let quoted = source.split('"').skip(1).step_by(2).filter(|word| national(word)).map(str::to_owned);
    let made = source.split("problem(").skip(1).filter_map(|rest| {
        let (before, rest) = rest.split_once('"')?;
        let code = rest.split('"').next()?;
        (before.trim().is_empty() && word(code)).then(|| code.to_owned())
    });
    quoted.chain(made).collect()
}

#[test]
fn every_finding_is_spoken_of_in_a_test() {
    let known = codes(&text_of("src"));
    assert!(known.len() > 60, "{} codes are too few to be all", known.len());
    let tests = [text_of("tests"), text_of("../simulator/tests"), text_of("../thongquan/tests")].concat();
    let silent: Vec<&String> = known.iter().filter(|code| !tests.contains(&format!("\"{code}\""))).collect();
    assert!(silent.is_empty(), "no test speaks of {silent:?}");
}
