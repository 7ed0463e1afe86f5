//! `rules/validation/COVERAGE.md` against the rules and the code: what it names is there, and nothing that bears a national
//! code is left out of it.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A row of the table.
struct Row {
    codes: BTreeSet<String>,
    places: Vec<Place>,
}

struct Place {
    word: String,
    file: String,
    codes: Vec<String>,
}

fn is_code(word: &str) -> bool {
    word.len() == 5 && word.starts_with(['S', 'R', 'E']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// `E0019..E0031, E0412` as single codes.
fn expanded(cell: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for part in cell.split(',').map(str::trim) {
        let (first, last) = part.split_once("..").unwrap_or((part, part));
        assert!(is_code(first) && is_code(last) && first <= last, "`{part}` is no code and no range");
        let number = |code: &str| code[1..].parse::<u32>().unwrap();
        codes.extend((number(first)..=number(last)).map(|number| format!("{}{number:04}", &first[..1])));
    }
    codes
}

fn place(item: &str) -> Place {
    let (head, tail) = item.split_once(':').unwrap_or((item, ""));
    let (word, file) = ["rules ", "clearance "]
        .iter()
        .find_map(|word| head.strip_prefix(word).map(|file| (word.trim(), file)))
        .unwrap_or((head, ""));
    let codes = if file.is_empty() { Vec::new() } else { tail.split_whitespace().map(str::to_owned).collect() };
    assert!(["rules", "clearance", "reader", "gap", "not here"].contains(&word), "`{item}` says nowhere");
    assert!(word != "not here" || tail.len() > 20, "`{item}` gives no reason");
    assert!(file.is_empty() || !codes.is_empty(), "`{item}` names no codes");
    assert!(codes.iter().all(|code| is_code(code)), "`{item}` names something else than codes");
    Place { word: word.to_owned(), file: file.to_owned(), codes }
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(workspace().join("rules/validation/COVERAGE.md")).unwrap();
    let rows: Vec<Row> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| Codes"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [codes, check, places] = cells[..] else { panic!("{line}") };
            assert!(!check.is_empty(), "{line}");
            Row { codes: expanded(codes), places: places.split(';').map(|item| place(item.trim())).collect() }
        })
        .collect();
    assert!(rows.len() > 90, "{} rows", rows.len());
    rows
}

/// The source files of `clearance` below a path, without tests.
fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The national codes between double quotes in a text.
fn codes_in(text: &str) -> BTreeSet<String> {
    text.split('"').filter(|word| is_code(word)).map(str::to_owned).collect()
}

fn codes_of_clearance(below: &str) -> BTreeSet<String> {
    let root = workspace().join("services/clearance/src").join(below);
    let mut files = Vec::new();
    if root.is_file() {
        files.push(root);
    } else {
        sources(&root, &mut files);
    }
    files.iter().flat_map(|file| codes_in(&fs::read_to_string(file).unwrap())).collect()
}

fn codes_of_rules(file: &str) -> BTreeSet<String> {
    let path = workspace().join(format!("rules/validation/{file}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().filter(|line| line.starts_with("code = ")).flat_map(codes_in).collect()
}

#[test]
fn what_the_table_names_is_there() {
    for row in rows() {
        for Place { word, file, codes } in row.places {
            let there = match word.as_str() {
                "rules" => codes_of_rules(&file),
                "clearance" => codes_of_clearance(&file),
                _ => continue,
            };
            for code in codes {
                assert!(there.contains(&code), "{word} {file} has no {code}");
            }
        }
    }
}

#[test]
fn every_national_code_has_its_row() {
    let covered: BTreeSet<String> = rows().into_iter().flat_map(|row| row.codes).collect();
    let mut borne = codes_of_clearance("");
    for entry in fs::read_dir(workspace().join("rules/validation")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            borne.extend(codes_of_rules(path.file_stem().unwrap().to_str().unwrap()));
        }
    }
    let left_out: Vec<&String> = borne.difference(&covered).collect();
    assert!(left_out.is_empty(), "no row of the table has {left_out:?}");
    assert!(borne.len() > 150, "{} codes", borne.len());
}

#[test]
fn every_rule_with_a_national_code_is_named_as_its_place() {
    let named: BTreeSet<(String, String)> = rows()
        .into_iter()
        .flat_map(|row| row.places)
        .filter(|place| place.word == "rules")
        .flat_map(|place| place.codes.into_iter().map(move |code| (place.file.clone(), code)))
        .collect();
    for entry in fs::read_dir(workspace().join("rules/validation")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for code in codes_of_rules(&file) {
            assert!(named.contains(&(file.clone(), code.clone())), "the table does not say that {file} has {code}");
        }
    }
}
