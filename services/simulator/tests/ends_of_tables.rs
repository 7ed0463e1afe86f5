//! The day after the last day of every table, and the day before the first: what is not entered is an officer's case, and
//! never a declarant's mistake. Copies of the rules are given an end or a beginning, and no declaration may have a mistake
//! that it does not have under the rules as they are. The auditor reads the same copies.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod comparison;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clearance::{Context, clear};
use comparison::RULEBOOK;
use jiff::civil::{Date, date};
use rulebook::Rulebook;
use simulator::auditor::{Auditor, Opinion};
use simulator::wild::{Specimen, Wild};
use vocabulary::{Decision, Facts, Outcome};

/// A day on which every table is entered, and the day after it.
const LAST: Date = date(2026, 11, 24);
const AFTER: Date = date(2026, 11, 25);
const WILD: usize = 250;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nothing is entered after the last day.
    End,
    /// Nothing is entered up to the last day.
    Beginning,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A copy of the rules in which the tables of some files are cut.
fn cut(name: &str, cut: Cut, is_cut: impl Fn(&str) -> bool) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cut-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    copy(&workspace().join("rules"), &folder, "", &|path, text| {
        // The law itself goes on, and so do the declarations that tests begin from. Conditions that end ask nothing any more,
        // which no declarant is blamed for, and the auditor is written from the law and not from them.
        let goes_on = ["law/", "tests/", "validation/", "selectivity/", "valuation/exchange-rates.toml"];
        let stays = goes_on.iter().any(|begins| path.starts_with(begins));
        // A block of holidays holds a whole year.
        let stays = stays || (cut == Cut::Beginning && path == "life-cycle/public-holidays.toml");
        // The rates of agreements end year by year as they are, and each year's block names a table of its own.
        let stays = stays || (cut == Cut::End && head_of(path) == "assessment/agreements.toml");
        if stays || !is_cut(&head_of(path)) {
            return text;
        }
        if path.ends_with(".toml") { blocks(&text, cut) } else { rows(&text, cut) }
    });
    let sealing = rulebook::Sealing::of(&folder).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
    folder
}

fn copy(from: &Path, to: &Path, name: &str, edit: &dyn Fn(&str, String) -> String) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        let path = if name.is_empty() { file.clone() } else { format!("{name}/{file}") };
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(&file), &path, edit);
        } else if path.ends_with(".toml") || path.ends_with(".csv") {
            fs::write(to.join(&file), edit(&path, fs::read_to_string(entry.path()).unwrap())).unwrap();
        }
    }
}

/// The file that gives a table its days.
fn head_of(path: &str) -> String {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match folder {
        "code-lists" => "code-lists/lists.toml".to_owned(),
        "origin" => "origin/tables.toml".to_owned(),
        "assessment/preferential" => "assessment/agreements.toml".to_owned(),
        _ => path.replace(".csv", ".toml"),
    }
}

fn day_of(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

/// A TOML file, each block of which that holds on both days ends on the last day, or begins after it.
fn blocks(text: &str, cut: Cut) -> String {
    let mut result = String::new();
    let mut block: Vec<&str> = Vec::new();
    // A block that begins after the end goes, with the blocks within it.
    let mut gone = None;
    for line in text.lines().chain(["["]) {
        if line.starts_with('[') {
            let head = block.first().filter(|head| head.starts_with('['));
            let name = head.map_or("", |head| head.trim_matches(['[', ']'])).to_owned();
            let is_within = gone.as_ref().is_some_and(|gone: &String| name.starts_with(&format!("{gone}.")));
            let key = |name: &str| block.iter().find_map(|line| day_of(line.strip_prefix(name)?.split('#').next()?));
            let (from, to) = (key("in_force_from ="), key("in_force_to ="));
            let is_later = cut == Cut::End && !name.is_empty() && from.is_some_and(|from| from > LAST);
            if is_later || is_within {
                gone = if is_later { Some(name) } else { gone };
                block.clear();
                block.push(line);
                continue;
            }
            gone = None;
            let holds = from.is_some_and(|from| from <= LAST) && to.is_none_or(|to| to >= AFTER);
            for line in block.drain(..) {
                let is_from = line.starts_with("in_force_from =");
                match cut {
                    Cut::End if holds && line.starts_with("in_force_to =") => continue,
                    Cut::Beginning if holds && is_from => result.push_str(&format!("in_force_from = {AFTER}\n")),
                    _ => result.push_str(&format!("{line}\n")),
                }
                if cut == Cut::End && holds && is_from {
                    result.push_str(&format!("in_force_to = {LAST}\n"));
                }
            }
        }
        block.push(line);
    }
    result
}

/// A table without the rows of the days that are cut off, and in which no row reaches beyond.
fn rows(text: &str, cut: Cut) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let (from, to) = (column("in_force_from"), column("in_force_to"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let day = |at: Option<usize>| at.and_then(|at| day_of(&record[at]));
        let (begins, ends) = (day(from), day(to));
        let is_off = match cut {
            // A version of a code that has days of its own may come later: others name it.
            Cut::End => begins.is_some_and(|begins| begins > LAST) && (ends.is_none() || column("code").is_none()),
            Cut::Beginning => ends.is_some_and(|ends| ends < AFTER),
        };
        if is_off {
            continue;
        }
        // A row that reaches over the cut is the table's.
        let cells = record.iter().enumerate().map(|(at, cell)| match cut {
            Cut::End if Some(at) == to && begins <= Some(LAST) && ends.is_some_and(|ends| ends > LAST) => "",
            Cut::Beginning if Some(at) == from && begins.is_some_and(|begins| begins < AFTER) => "",
            _ => cell,
        });
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The samples that are valid, and declarations of every kind.
fn specimens() -> Vec<Specimen> {
    let mut specimens = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(workspace().join("schemas/declaration/1.0/samples-valid"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let message::Reading::Read { declaration, .. } = message::read_declaration(&fs::read(file).unwrap()) else {
            panic!("a sample is no declaration");
        };
        specimens.push(Specimen { declaration, facts: Facts::default(), day: LAST });
    }
    let mut wild = Wild::new(7, &RULEBOOK, 0, 1);
    specimens.extend((0..WILD).map(|_| wild.specimen()));
    specimens
}

fn decide(rulebook: &Rulebook, specimen: &Specimen, day: Date) -> Decision {
    let context = Context {
        rules: rulebook.in_force_on(day),
        facts: specimen.facts.for_case(specimen.declaration.declarant()),
        registered_at: day.at(9, 0, 0, 0),
        number: None,
        draw: 999_999,
    };
    clear(&specimen.declaration, Vec::new(), &context)
}

/// The declarant's mistakes, each by its code and place.
fn mistakes(decision: &Decision) -> BTreeSet<String> {
    let errors = decision.findings.iter().filter(|finding| finding.is_error());
    errors.map(|finding| format!("{} {:?} {:?}", finding.code, finding.item, finding.field)).collect()
}

fn check(name: &str, of: Cut, is_cut: impl Fn(&str) -> bool) {
    let folder = cut(name, of, is_cut);
    let rulebook = Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{name}: {errors}"));
    let auditor = Auditor::read(&folder).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (within, beyond) = match of {
        Cut::End => (LAST, AFTER),
        Cut::Beginning => (AFTER, LAST),
    };
    let mut referred = 0;
    for specimen in specimens() {
        // Within, the copy says what the rules say.
        let (before, now) = (decide(&RULEBOOK, &specimen, within), decide(&rulebook, &specimen, within));
        assert_eq!((before.outcome, mistakes(&before)), (now.outcome, mistakes(&now)), "{name} on {within}");
        let (before, now) = (decide(&RULEBOOK, &specimen, beyond), decide(&rulebook, &specimen, beyond));
        let (known, found) = (mistakes(&before), mistakes(&now));
        let new: Vec<&String> = found.difference(&known).collect();
        assert!(
            new.is_empty(),
            "{name} on {beyond}: {new:?}\n{:#?}\n{}",
            now.findings,
            message::write_declaration(&specimen.declaration)
        );
        referred += usize::from(before.outcome == Outcome::Accepted && now.outcome == Outcome::Referred);
        // Where there is a mistake, either may see less of it now.
        if !known.is_empty() {
            continue;
        }
        let facts = specimen.facts.for_case(specimen.declaration.declarant());
        let opinion = auditor.opinion(&specimen.declaration, &facts, beyond);
        let agrees = matches!(
            (&opinion, now.outcome),
            (Opinion::Sound(_), Outcome::Accepted) | (Opinion::Silent(_), Outcome::Referred)
        );
        assert!(
            agrees,
            "{name} on {beyond}: {:?} {:?} {:?}, to the auditor {opinion:?}\n{}",
            now.outcome,
            mistakes(&now),
            now.gaps,
            message::write_declaration(&specimen.declaration)
        );
    }
    assert!(referred > 20, "{name}: {referred} went to an officer");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_day_after_the_last_day_of_everything_nobody_has_a_mistake() {
    check("everything-ends", Cut::End, |_| true);
}

#[test]
fn the_day_after_the_last_day_of_the_code_lists_nobody_has_a_mistake() {
    check("lists-end", Cut::End, |head| head == "code-lists/lists.toml");
}

/// Without a line of the tariff nothing else of a goods item is looked at, so that the others end by themselves here.
#[test]
fn the_day_after_the_last_day_of_the_other_tables_nobody_has_a_mistake() {
    check("all-but-the-tariff-end", Cut::End, |head| head != "assessment/import-tariff.toml");
    // The aliases of tax codes stand among the lists.
    let of_codes = ["assessment/tax-codes.toml", "code-lists/lists.toml"];
    check("tax-codes-end", Cut::End, |head| of_codes.contains(&head));
}

#[test]
fn the_day_before_the_first_day_of_everything_nobody_has_a_mistake() {
    check("everything-begins", Cut::Beginning, |_| true);
    check("all-but-the-tariff-begin", Cut::Beginning, |head| head != "assessment/import-tariff.toml");
}

/// The last days that the rules have now.
#[test]
fn after_the_last_days_of_the_rules_nobody_has_a_mistake() {
    let auditor = Auditor::read(&workspace().join("rules")).unwrap();
    // The nomenclature ends with 2027; in the meantime nothing of the law has changed that a mistake could follow from.
    let days = [date(2027, 12, 31), date(2028, 1, 1), date(2199, 12, 31)];
    for specimen in specimens() {
        for pair in days.windows(2) {
            let (before, now) = (decide(&RULEBOOK, &specimen, pair[0]), decide(&RULEBOOK, &specimen, pair[1]));
            let (known, found) = (mistakes(&before), mistakes(&now));
            // A day of return that was declared passes by itself.
            if found.iter().any(|mistake| mistake.starts_with("E1111 ")) {
                continue;
            }
            let new: Vec<&String> = found.difference(&known).collect();
            assert!(new.is_empty(), "{}: {new:?} {:#?}", pair[1], now.findings);
            if !known.is_empty() {
                continue;
            }
            let facts = specimen.facts.for_case(specimen.declaration.declarant());
            let opinion = auditor.opinion(&specimen.declaration, &facts, pair[1]);
            let agrees = match now.outcome {
                Outcome::Referred => matches!(opinion, Opinion::Silent(_)),
                Outcome::Rejected => matches!(opinion, Opinion::Refused(_)),
                _ => false,
            };
            assert!(agrees, "{}: {opinion:?} {:?} {:?}", pair[1], now.outcome, mistakes(&now));
        }
    }
}
