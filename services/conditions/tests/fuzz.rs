//! Thousands of spoilt conditions, from a seed: the compiler never panics, points into the source, and what it lets
//! pass is decided within bounds and as its canonical form is. That programs mean what they should is tested beside the
//! code, against the obvious evaluator.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::fs;
use std::path::Path;

use conditions::{
    CollectionSlot, Condition, ConditionError, EvaluationError, FieldSlot, Formula, Limits, Position, Record, Schema,
    Scope, Type, Value,
};
use jiff::civil::date;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rust_decimal::Decimal;

const SEED: u64 = 20_261_123;
const SOURCES: usize = 60_000;

/// A schema in which nearly every name means something, and its words say what.
struct AnyName;

/// Beginnings of the names that elements have; the declaration has all others.
const OF_ELEMENTS: [&str; 10] =
    ["commodity", "origin", "quantity", "unit", "item_", "certificate", "preference", "position", "repeated", "class"];

const RECORDS: Scope = Scope(0);
const GROUPS: [&str; 4] = ["goods_items", "other_taxes", "adjustments", "permits"];

impl Schema for AnyName {
    fn scope_name(&self, scope: Scope) -> &str {
        if scope == RECORDS { "declaration" } else { "item" }
    }
    fn field(&self, scope: Scope, name: &str) -> Option<(FieldSlot, Type)> {
        let of_element = OF_ELEMENTS.iter().any(|beginning| name.starts_with(beginning));
        if GROUPS.contains(&name) || name.len() > 60 || of_element == (scope == RECORDS) {
            return None;
        }
        let sum: u16 = name.bytes().map(u16::from).sum();
        let kind = match name {
            "preference_claimed" | "trader_known" | "repeated" => Type::Bool,
            _ if name.contains("date") || name.ends_with("_on") => Type::Date,
            _ if [
                "amount", "value", "draw", "level", "quantity", "number", "total", "score", "payable", "position",
            ]
            .iter()
            .any(|part| name.contains(part)) =>
            {
                Type::Number
            }
            _ => Type::Text,
        };
        Some((FieldSlot(sum), kind))
    }
    fn collection(&self, scope: Scope, name: &str) -> Option<(CollectionSlot, Scope)> {
        let slot = GROUPS.iter().position(|group| *group == name).filter(|slot| (*slot == 1) == (scope != RECORDS))?;
        Some((CollectionSlot(u16::try_from(slot).ok()?), Scope(1)))
    }
    fn names(&self, _: Scope) -> Vec<String> {
        ["commodity_code", "origin", "invoice_amount", "goods_items"].map(str::to_owned).to_vec()
    }
    fn list(&self, name: &str) -> Option<Vec<String>> {
        (name.len() < 8).then(|| vec!["CN".to_owned(), "84".to_owned(), String::new()])
    }
    fn list_names(&self) -> Vec<String> {
        vec!["risky".to_owned()]
    }
}

/// A record whose values hang on its own number and the field's, among them missing ones and ones of a wrong type.
#[derive(Clone, Copy)]
struct Odd(u64);

impl Record for Odd {
    fn value(&self, slot: FieldSlot) -> Option<Value<'_>> {
        let mixed = (self.0 ^ u64::from(slot.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        Some(match mixed % 11 {
            0 | 1 => return None,
            2 => Value::Text(""),
            3 => Value::Text("CN"),
            4 => Value::Text("84818099"),
            5 => Value::Number(Decimal::ZERO),
            6 => Value::Number(Decimal::MAX),
            7 => Value::Number(Decimal::new(-15, 1)),
            8 => Value::Date(date(2026, 11, 23)),
            9 => Value::Date(date(-9999, 1, 1)),
            _ => Value::Bool(mixed & 64 == 0),
        })
    }
    fn count(&self, collection: CollectionSlot) -> usize {
        // More than may be gone through where they stand within each other.
        if collection.0 == 0 { 70 } else { 3 }
    }
    fn element(&self, collection: CollectionSlot, index: usize) -> Option<Self> {
        let number = self.0.wrapping_mul(31).wrapping_add(u64::from(collection.0)).wrapping_add(index as u64);
        // A collection may end before it said it would.
        (number % 97 != 0).then_some(Self(number))
    }
}

/// Every condition of the real rules.
fn conditions_of_the_rules() -> Vec<String> {
    fn gather(folder: &Path, found: &mut Vec<String>) {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                gather(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let text = fs::read_to_string(&path).unwrap();
                found
                    .extend(text.split("when = '''").skip(1).filter_map(|rest| Some(rest.split_once("'''")?.0.into())));
            }
        }
    }
    let mut found = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules"), &mut found);
    found
}

const PIECES: [&str; 52] = [
    " and ",
    " or ",
    " not ",
    "(",
    ")",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "\\",
    "#",
    "\n",
    "_",
    ".",
    "-",
    "+",
    "*",
    " / 0",
    "=",
    " != ",
    "<",
    ">=",
    " in ",
    " not in ",
    " starts_with ",
    " ends_with ",
    " contains ",
    "given(",
    "missing(",
    "any(",
    "all(",
    "count(",
    "sum(",
    "min(",
    "max(",
    "abs(",
    "length(",
    "all_digits(",
    "days_between(",
    "goods_items",
    "origin",
    "invoice_amount",
    "arrival_date",
    "trader_known",
    "2026-02-30",
    "79228162514264337593543950335",
    "1_0.0_0",
    "true",
    "\"CN\"",
    "list(risky)",
    "Đồng\u{0301}",
];

fn spoil(source: &mut String, others: &[String], rng: &mut ChaCha12Rng) {
    let at = source.floor_char_boundary(rng.random_range(0..=source.len()));
    match rng.random_range(0..8) {
        0..=2 => source.insert_str(at, PIECES.choose(rng).unwrap()),
        3 => {
            let end = source.floor_char_boundary((at + rng.random_range(0..20)).min(source.len()));
            source.replace_range(at..end, "");
        }
        4 => {
            let other = others.choose(rng).unwrap();
            *source = format!("({source}) {} ({other})", ["and", "or"].choose(rng).unwrap());
        }
        5 => *source = format!("any(goods_items, {source})"),
        6 => {
            let depth = rng.random_range(1..60);
            *source = format!("{}{source}{}", "(".repeat(depth), ")".repeat(depth));
        }
        _ => {
            let end = source.floor_char_boundary((at + rng.random_range(0..40)).min(source.len()));
            let again = source[at..end].to_owned();
            source.insert_str(at, &again.repeat(rng.random_range(1..4)));
        }
    }
}

fn lies_within(position: &Position, source: &str) -> bool {
    let lines: Vec<&str> = source.split('\n').collect();
    let line = (position.line as usize).checked_sub(1).and_then(|line| lines.get(line).copied());
    line.is_some_and(|line| {
        let length = line.chars().count();
        position.column >= 1 && position.length >= 1 && position.column as usize <= length + 1
    })
}

fn errors_point_into(errors: &[ConditionError], source: &str) {
    assert!(!errors.is_empty(), "refused without a reason: {source}");
    for error in errors {
        assert!(lies_within(&error.position, source), "{:?}\n{source}", error.position);
        assert!(!error.to_string().is_empty());
    }
}

fn same(a: &Result<bool, EvaluationError>, b: &Result<bool, EvaluationError>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => a == b,
        (Err(a), Err(b)) => a.obstacle == b.obstacle,
        _ => false,
    }
}

#[test]
fn no_source_harms_the_compiler_and_no_program_the_evaluator() {
    let sources = conditions_of_the_rules();
    assert!(sources.len() > 60, "{} conditions were found in the rules", sources.len());
    let scopes = [RECORDS, Scope(1)];
    let limits = Limits::default();
    let mut rng = ChaCha12Rng::seed_from_u64(SEED);
    let (mut compiled, mut refused) = (0, 0);
    for _ in 0..SOURCES {
        let mut source = sources.choose(&mut rng).unwrap().clone();
        for _ in 0..rng.random_range(0..4) {
            spoil(&mut source, &sources, &mut rng);
        }
        if let Err(errors) = Formula::compile(&source, &scopes, &AnyName, &limits) {
            errors_point_into(&errors, &source);
        }
        let condition = match Condition::compile(&source, &scopes, &AnyName, &limits) {
            Ok(condition) => condition,
            Err(errors) => {
                refused += 1;
                errors_point_into(&errors, &source);
                continue;
            }
        };
        compiled += 1;
        let records = [Odd(rng.random()), Odd(rng.random())];
        let outcome = condition.holds(&records);
        if let Err(error) = &outcome {
            assert!(lies_within(&error.position, &source), "{error}\n{source}");
        }
        assert!(same(&outcome, &condition.holds(&records)), "{source}");
        let reasons = condition.explain(&records).unwrap();
        if outcome == Ok(true) {
            assert!(reasons.iter().all(|reason| reason.holds == Ok(true) && !reason.statement.is_empty()), "{source}");
        }
        // The canonical form is longer where it puts in parentheses or blanks, and may then break the bound on bytes.
        if let Ok(canonical) = Condition::compile(condition.canonical(), &scopes, &AnyName, &limits) {
            assert_eq!(canonical.canonical(), condition.canonical(), "{source}");
            assert!(same(&outcome, &canonical.holds(&records)), "{source}\n{}", condition.canonical());
        } else {
            assert!(condition.canonical().len() > limits.source_bytes, "{source}\n{}", condition.canonical());
        }
    }
    assert!(compiled > SOURCES / 10 && refused > SOURCES / 10, "{compiled} compiled, {refused} refused");
}
