//! No mend leads to another refusal: every value that a finding suggests is put where it belongs, and what comes of it is
//! looked at. The finding has to be gone, and nothing else may be wrong at its place that was not wrong before.
//!
//! The declarations are the cases from the field, the faulty samples of the schema, and wild ones from a seed, whose values
//! are spoilt in the ways in which people spoil them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod comparison;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clearance::{Context, clear};
use comparison::RULEBOOK;
use jiff::civil::Date;
use message::{Reading, read_declaration, write_declaration};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rust_decimal::Decimal;
use simulator::wild::Wild;
use vocabulary::{
    Decision, Declaration, Facts, Finding, Kind, Place, Record as _, Scope, TaxCodeStatus, TraderFacts, Value, records,
};

/// The day of the cases from the field.
const FIELD_DAY: Date = jiff::civil::date(2026, 11, 24);
/// The first working day of the year after.
const NEXT_YEAR: Date = jiff::civil::date(2027, 1, 4);

/// A document, decided on a day with what is known.
struct Case {
    name: String,
    document: Vec<u8>,
    facts: Facts,
    day: Date,
    /// What was wrong, by place and code, before anything was spoilt: no mend has to answer for it.
    already: BTreeSet<(Place, String)>,
}

impl Case {
    fn decide(&self, document: &[u8]) -> Option<(Declaration, Decision)> {
        let Reading::Read { declaration, findings } = read_declaration(document) else { return None };
        let context = Context {
            rules: RULEBOOK.in_force_on(self.day),
            facts: self.facts.for_case(declaration.declarant()),
            registered_at: self.day.at(9, 0, 0, 0),
            number: None,
            draw: 999_999,
        };
        let decision = clear(&declaration, findings, &context);
        Some((declaration, decision))
    }
}

fn known_trader(tax_code: &str) -> Facts {
    let trader = TraderFacts {
        tax_code: tax_code.to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    Facts { traders: vec![trader], ..Facts::default() }
}

fn folder(path: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "xml"));
    files.sort();
    files
}

fn cases_of(path: &str, days: &[Date]) -> Vec<Case> {
    let case = |file: &PathBuf, day: &Date| Case {
        name: format!("{} on {day}", file.file_name().unwrap().to_string_lossy()),
        document: std::fs::read(file).unwrap(),
        facts: known_trader("0100233488"),
        day: *day,
        already: BTreeSet::new(),
    };
    folder(path).iter().flat_map(|file| days.iter().map(move |day| case(file, day))).collect()
}

/// The declaration with a value at a place: in place of what stands there, or, for a code that is missing among the other
/// taxes of a line, before it.
fn mended(declaration: &Declaration, finding: &Finding, place: Place, value: &str) -> Declaration {
    let mut mended = declaration.clone();
    let typed = match place.field.field().kind {
        Kind::Integer { .. } => Value::Integer(value.parse().unwrap()),
        Kind::Decimal { .. } => Value::Decimal(Decimal::from_str_exact(value).unwrap()),
        Kind::Date => Value::Date(value.parse().unwrap()),
        _ => Value::Text(value.into()),
    };
    if place.field.scope == Scope::OtherTax && finding.value.is_none() {
        let taxes = &mut mended.goods_items[place.item.unwrap()].other_taxes;
        taxes.insert(place.occurrence.unwrap(), Default::default());
        assert!(taxes[place.occurrence.unwrap()].set(place.field.index, typed));
    } else {
        records::set(&mut mended, place.field, place.into(), typed);
    }
    mended
}

/// Every error by its place and code.
fn errors(decision: &Decision) -> BTreeSet<(Place, String)> {
    let errors = decision.findings.iter().filter(|finding| finding.is_error());
    errors.filter_map(|finding| Some((finding.place?, finding.code.clone()))).collect()
}

/// What is wrong at a place: the codes of findings with their rules.
fn wrong_at(decision: &Decision, place: Place) -> BTreeSet<(&str, &str)> {
    let here = decision.findings.iter().filter(|finding| finding.place == Some(place));
    here.map(|finding| (&*finding.code, &*finding.rule)).collect()
}

/// Follows every suggestion of a case, and says where one leads.
fn follow(case: &Case, followed: &mut BTreeMap<String, usize>, circles: &mut Vec<String>) {
    let Some((declaration, before)) = case.decide(&case.document) else { return };
    for finding in &before.findings {
        let Some(place) = finding.place else { continue };
        for value in &finding.suggestions {
            *followed.entry(finding.code.clone()).or_default() += 1;
            assert!(finding.mend.en.contains(value) && finding.mend.vi.contains(value), "{}: {finding:#?}", case.name);
            // Who writes RMB for one currency writes it for the others too.
            let alike = before.findings.iter().filter(|other| {
                other.value.is_some() && other.value == finding.value && other.suggestions.contains(value)
            });
            let mut mend = mended(&declaration, finding, place, value);
            for other in alike {
                if let Some(there) = other.place {
                    mend = mended(&mend, other, there, value);
                }
            }
            let document = write_declaration(&mend);
            let Some((_, after)) = case.decide(document.as_bytes()) else {
                circles.push(format!("{}: {} with {value} cannot be read", case.name, finding.code));
                continue;
            };
            let (was, is) = (wrong_at(&before, place), wrong_at(&after, place));
            let still = is.contains(&(&*finding.code, &*finding.rule));
            // An amount that its fields cannot hold is wrong however it is written.
            let errors = after.findings.iter().filter(|found| {
                found.is_error() && found.place == Some(place) && !found.rule.ends_with("/field-widths")
            });
            let new: Vec<_> = errors
                .filter(|found| !was.contains(&(&*found.code, &*found.rule)))
                .filter(|found| !case.already.contains(&(place, found.code.clone())))
                // What is missing beside the value, and what customs holds of an earlier declaration, is seen only once the
                // value can be read.
                .filter(|found| found.value.is_some() && !found.rule.starts_with("assessment/temporary-movements"))
                .collect();
            if still || !new.is_empty() {
                circles.push(format!(
                    "{}: {} at {:?} suggests {value}, and then there is {is:?}\n  {}\n  {:?}",
                    case.name, finding.code, place, finding.mend.en, new
                ));
            }
        }
    }
}

fn assert_no_circle(cases: &[Case], least: &[&str]) {
    let (mut followed, mut circles) = (BTreeMap::new(), Vec::new());
    for case in cases {
        follow(case, &mut followed, &mut circles);
    }
    println!("{} cases; suggestions followed: {followed:?}", cases.len());
    assert!(circles.is_empty(), "{} mends lead to another refusal:\n{}", circles.len(), {
        circles.truncate(10);
        circles.join("\n")
    });
    for code in least {
        assert!(followed.contains_key(*code), "no case suggests a value for {code}");
    }
}

#[test]
fn of_the_cases_from_the_field() {
    let cases = cases_of("tests/field", &[FIELD_DAY, NEXT_YEAR]);
    assert_no_circle(
        &cases,
        &["E1070", "E0120", "E1959", "S0104", "S0089", "S0090", "dong_with_decimals", "value_malformed"],
    );
}

#[test]
fn of_the_faulty_samples() {
    let cases = cases_of("../../schemas/declaration/1.0/samples-faulty", &[FIELD_DAY, NEXT_YEAR]);
    assert_no_circle(&cases, &[]);
}

/// Ways in which people spoil a value.
fn spoilt(value: &str, chance: &mut ChaCha12Rng) -> String {
    let looks = [
        ('A', 'А'),
        ('B', 'В'),
        ('C', 'С'),
        ('E', 'Е'),
        ('H', 'Н'),
        ('K', 'К'),
        ('M', 'М'),
        ('O', 'О'),
        ('1', '１'),
        ('0', '０'),
    ];
    match chance.random_range(0..8) {
        0 => value.to_lowercase(),
        1 => value
            .chars()
            .map(|sign| looks.iter().find(|(plain, _)| *plain == sign).map_or(sign, |(_, like)| *like))
            .collect(),
        2 => format!("{value}\u{200B}"),
        3 => format!("\u{A0}{value}"),
        4 if value.len() == 8 => format!("{}.{}.{}", &value[..4], &value[4..6], &value[6..]),
        4 | 5 if value.len() >= 8 => format!("{value}00"),
        5 => value.replace('-', "/"),
        6 => value.replace('.', ","),
        _ => value.strip_prefix('0').unwrap_or(value).to_owned(),
    }
}

/// A document one of whose values is spoilt, or replaced by what people write for it.
fn spoil(document: &str, chance: &mut ChaCha12Rng) -> String {
    let aliases =
        ["UK", "RMB", "DPU", "KG", "PCS", "SP", "VNĐ", "US$", "VB195", "VB225", "900.000", "12.000", "B99", "X99"];
    let values: Vec<(usize, usize)> = document
        .match_indices('>')
        .filter_map(|(at, _)| {
            let length = document[at + 1..].find('<')?;
            let value = &document[at + 1..at + 1 + length];
            (!value.trim().is_empty() && value.is_ascii()).then_some((at + 1, length))
        })
        .collect();
    let Some(&(at, length)) = values.choose(chance) else { return document.to_owned() };
    let value = &document[at..at + length];
    let other = match chance.random_range(0..4) {
        0 => (*aliases.choose(chance).unwrap()).to_owned(),
        _ => spoilt(value, chance),
    };
    format!("{}{other}{}", &document[..at], &document[at + length..])
}

#[test]
fn of_wild_declarations() {
    let mut wild = Wild::new(20_261_128, &RULEBOOK, 0, 1);
    let mut chance = ChaCha12Rng::seed_from_u64(20_261_128);
    let mut cases = Vec::new();
    for number in 0..1500 {
        let specimen = wild.specimen();
        let mut document = write_declaration(&specimen.declaration);
        let sound = Case {
            name: format!("wild declaration {number}"),
            document: document.clone().into_bytes(),
            facts: specimen.facts,
            day: specimen.day,
            already: BTreeSet::new(),
        };
        let already = sound.decide(&sound.document).map(|(_, decision)| errors(&decision)).unwrap_or_default();
        for _ in 0..number % 4 {
            document = spoil(&document, &mut chance);
        }
        // A declaration that is spoilt nowhere answers for all of its mends.
        let already = if number % 4 == 0 { BTreeSet::new() } else { already };
        cases.push(Case { document: document.into_bytes(), already, ..sound });
    }
    let least = ["E1070", "E1964", "value_malformed", "value_too_long"];
    assert_no_circle(&cases, &least);
}
