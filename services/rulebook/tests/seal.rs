//! A table that ends at the end of a row looks whole, and is refused all the same.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::copy;
use rulebook::{Rulebook, SealChangeKind, Sealing};

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "csv" || ending == "toml") {
            files.push(path);
        }
    }
    files
}

/// The text up to the end of a row, or of a block, somewhere before its end: the last one, and one in the middle.
fn cuts(text: &str, is_table: bool) -> Vec<&str> {
    let end = if is_table { "\n" } else { "\n\n" };
    let ends: Vec<usize> = text.match_indices(end).map(|(at, _)| at + 1).filter(|at| at + 1 < text.len()).collect();
    let of = [ends.last(), ends.get(ends.len() / 2)];
    of.into_iter().flatten().map(|at| &text[..*at]).collect()
}

#[test]
fn the_rules_are_sealed() {
    let sealing = Sealing::of(&rules()).unwrap_or_else(|errors| panic!("{errors}"));
    let said: Vec<String> = sealing.changes().iter().map(|change| format!("{}: {change}", change.file)).collect();
    assert!(sealing.is_written(), "run `thongquan rules seal` after a change of the rules: {said:#?}");
}

#[test]
fn every_file_that_is_cut_or_gone_differs_from_its_seal() {
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    let mut tried = 0;
    for file in files_below(folder.path()).into_iter().filter(|file| !file.ends_with("seal.toml")) {
        let name = file.strip_prefix(folder.path()).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        for cut in cuts(&text, name.ends_with(".csv")) {
            fs::write(&file, cut).unwrap();
            let sealing = Sealing::of(folder.path()).unwrap();
            let [change] = sealing.changes() else { panic!("{name}: {:?}", sealing.changes()) };
            assert_eq!(change.file, name);
            tried += 1;
        }
        fs::remove_file(&file).unwrap();
        let sealing = Sealing::of(folder.path()).unwrap();
        assert!(matches!(sealing.changes()[0].kind, SealChangeKind::Gone { .. }), "{name}: {:?}", sealing.changes());
        fs::write(&file, text).unwrap();
    }
    assert!(tried > 100, "{tried} cuts");
    assert!(Sealing::of(folder.path()).unwrap().changes().is_empty());
}

/// What is cut so that every block and every row is whole is loaded by nobody.
#[test]
fn cut_rules_are_refused_with_the_file_and_the_mend() {
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    for name in
        ["assessment/special-consumption-tax.csv", "assessment/preferential/acfta.csv", "selectivity/goods.toml"]
    {
        let file = folder.path().join(name);
        let text = fs::read_to_string(&file).unwrap();
        for cut in cuts(&text, name.ends_with(".csv")) {
            fs::write(&file, cut).unwrap();
            let errors = Rulebook::load(folder.path()).unwrap_err();
            let said = errors.errors.iter().find(|error| error.file == name).unwrap_or_else(|| panic!("{errors}"));
            assert!(said.message.contains("seal") && said.hint.as_ref().unwrap().contains("rules seal"), "{said}");
        }
        fs::write(&file, text).unwrap();
    }
    // A file that nobody missed: rules are found by looking through their folder.
    fs::remove_file(folder.path().join("validation/dates.toml")).unwrap();
    let errors = Rulebook::load(folder.path()).unwrap_err();
    assert_eq!(errors.errors.len(), 1, "{errors}");
    assert_eq!(errors.errors[0].file, "validation/dates.toml");
    fs::copy(rules().join("validation/dates.toml"), folder.path().join("validation/dates.toml")).unwrap();
    // And the seal itself.
    fs::remove_file(folder.path().join("seal.toml")).unwrap();
    assert!(Rulebook::load(folder.path()).unwrap_err().to_string().contains("seal.toml"));
}

#[test]
fn what_is_sealed_is_loaded_and_has_the_same_hash() {
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    fs::remove_file(folder.path().join("seal.toml")).unwrap();
    let sealing = Sealing::of(folder.path()).unwrap();
    assert!(!sealing.is_written() && sealing.changes().len() == sealing.files());
    sealing.write().unwrap();
    assert!(Sealing::of(folder.path()).unwrap().is_written());
    let hash =
        |folder: &Path| Rulebook::load(folder).unwrap_or_else(|errors| panic!("{errors}")).content_hash().to_owned();
    assert_eq!(hash(folder.path()), hash(&rules()));
}
