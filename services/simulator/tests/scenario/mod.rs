//! Reads golden scenarios. A scenario speaks in the names of the declaration's fields; a wrong name is an error.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rust_decimal::Decimal;
use toml::{Table, Value as Toml};
use vocabulary::declaration::{Adjustment, AdjustmentReference, Bill, OtherTax};
use vocabulary::field::{Kind, Record, Value};
use vocabulary::{Declaration, DutyType, Facts, GoodsItem};

/// A declaration, its story, and what is expected of it on some days.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) story: String,
    pub(crate) declaration: Declaration,
    /// What is known besides, beyond the trader.
    pub(crate) facts: Facts,
    pub(crate) expected: Vec<Expected>,
}

/// What is expected on a day.
pub(crate) struct Expected {
    pub(crate) on: Date,
    pub(crate) outcome: String,
    /// The code of a finding that is made.
    pub(crate) finding: Option<String>,
    /// A part of the rule on which the rulebook is silent.
    pub(crate) gap: Option<String>,
    pub(crate) lines: Vec<Line>,
    pub(crate) total: Decimal,
}

/// The figures of a line.
pub(crate) struct Line {
    pub(crate) customs_value: Decimal,
    /// Every tax of the line with what is payable, in the order of assessment.
    pub(crate) payable: Vec<(DutyType, Decimal)>,
    pub(crate) rates: Vec<(DutyType, String)>,
    pub(crate) relief: Vec<(DutyType, Decimal)>,
}

/// Every scenario, in the order of the files' names.
pub(crate) fn all() -> Vec<Scenario> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")).map(|path| read(path)).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn table(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(path: &Path) -> Scenario {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let file = table(path);
    for key in file.keys() {
        let known =
            ["story", "base", "declaration", "goods_items", "adjustments", "facts", "expected"].contains(&key.as_str());
        assert!(known, "{name}: `{key}` is no part of a scenario");
    }
    let base = table(&folder().join(format!("base/{}.toml", text(&file, "base"))));
    let mut declaration = Declaration::default();
    declaration.bills.push(Bill { number: Some("GLDN000001".into()) });
    fill(&mut declaration, &base, &name, &[]);
    if let Some(own) = file.get("declaration").and_then(Toml::as_table) {
        fill(&mut declaration, own, &name, &[]);
    }
    for own in tables(&file, "adjustments") {
        let mut adjustment = Adjustment::default();
        fill(&mut adjustment, own, &name, &[]);
        declaration.adjustments.push(adjustment);
    }
    for (sequence, own) in (1..).zip(tables(&file, "goods_items")) {
        let mut item = GoodsItem::default();
        fill(&mut item, own, &name, &["other_taxes", "adjustment_references"]);
        for tax in tables(own, "other_taxes") {
            let mut entered = OtherTax::default();
            fill(&mut entered, tax, &name, &[]);
            item.other_taxes.push(entered);
        }
        for reference in tables(own, "adjustment_references") {
            let mut named = AdjustmentReference::default();
            fill(&mut named, reference, &name, &[]);
            item.adjustment_references.push(named);
        }
        item.sequence = Some(sequence);
        item.goods_description.get_or_insert_with(|| "Hàng mẫu".into());
        declaration.goods_items.push(item);
    }
    if declaration.invoice_amount.is_none() {
        declaration.invoice_amount = Some(declaration.goods_items.iter().filter_map(|item| item.invoice_value).sum());
    }
    let expected: Vec<Expected> = tables(&file, "expected").into_iter().map(|own| read_expected(own, &name)).collect();
    assert!(!expected.is_empty(), "{name} expects nothing");
    let facts = file
        .get("facts")
        .cloned()
        .map_or_else(Facts::default, |facts| facts.try_into().unwrap_or_else(|error| panic!("{name}: {error}")));
    Scenario { name, story: text(&file, "story").to_owned(), declaration, facts, expected }
}

fn read_expected(own: &Table, name: &str) -> Expected {
    for key in own.keys() {
        let known = ["on", "outcome", "finding", "gap", "lines", "total"].contains(&key.as_str());
        assert!(known, "{name}: `{key}` is nothing to expect");
    }
    let optional = |key: &str| own.get(key).and_then(Toml::as_str).map(str::to_owned);
    let outcome = text(own, "outcome").to_owned();
    let total = if outcome == "accepted" { decimal(text(own, "total")) } else { Decimal::ZERO };
    Expected {
        on: own["on"].as_datetime().unwrap().to_string().parse().unwrap(),
        outcome,
        finding: optional("finding"),
        gap: optional("gap"),
        lines: tables(own, "lines").into_iter().map(|line| read_line(line, name)).collect(),
        total,
    }
}

fn read_line(own: &Table, name: &str) -> Line {
    let by_tax = |table: &Table| -> Vec<(DutyType, String)> {
        let named = |tax: &DutyType| table.get(tax.as_str()).map(|value| (*tax, value.as_str().unwrap().to_owned()));
        DutyType::ALL.iter().filter_map(named).collect()
    };
    let amounts = |table: &Table| by_tax(table).into_iter().map(|(tax, amount)| (tax, decimal(&amount))).collect();
    let part = |key: &str| own.get(key).and_then(Toml::as_table).cloned().unwrap_or_default();
    let (rates, relief) = (part("rate"), part("relief"));
    let known = |key: &str| DutyType::ALL.iter().any(|tax| tax.as_str() == key);
    for key in own.keys().filter(|key| !["customs_value", "rate", "relief"].contains(&key.as_str())) {
        assert!(known(key), "{name}: `{key}` is no tax");
    }
    for key in rates.keys().chain(relief.keys()) {
        assert!(known(key), "{name}: `{key}` is no tax");
    }
    Line {
        customs_value: decimal(text(own, "customs_value")),
        payable: amounts(own),
        rates: by_tax(&rates),
        relief: amounts(&relief),
    }
}

/// Sets the fields of a record that a table names.
fn fill<R: Record>(record: &mut R, own: &Table, name: &str, groups: &[&str]) {
    for (key, value) in own.iter().filter(|(key, _)| !groups.contains(&key.as_str())) {
        let field = R::SCOPE.field(key).unwrap_or_else(|| panic!("{name}: there is no field `{key}`"));
        let written = match value {
            Toml::String(text) => text.clone(),
            Toml::Integer(whole) => whole.to_string(),
            Toml::Datetime(day) => day.to_string(),
            other => panic!("{name}: `{key}` cannot be {other}"),
        };
        let value = match field.field().kind {
            Kind::Integer { .. } => Value::Integer(written.parse().unwrap()),
            Kind::Decimal { .. } => Value::Decimal(decimal(&written)),
            Kind::Date => Value::Date(written.parse().unwrap()),
            _ => Value::Text(written.as_str().into()),
        };
        assert!(record.set(field.index, value), "{name}: `{key}` cannot be `{written}`");
    }
}

fn tables<'t>(own: &'t Table, key: &str) -> Vec<&'t Table> {
    own.get(key).and_then(Toml::as_array).into_iter().flatten().map(|value| value.as_table().unwrap()).collect()
}

fn text<'t>(own: &'t Table, key: &str) -> &'t str {
    own.get(key).and_then(Toml::as_str).unwrap_or_else(|| panic!("`{key}` is missing or no text"))
}

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
