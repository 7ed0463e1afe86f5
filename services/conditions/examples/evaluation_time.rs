//! How long a condition takes to decide: `cargo run --release -p conditions --example evaluation_time`.

use std::hint::black_box;
use std::io::{Write, stdout};
use std::time::Instant;

use conditions::{CollectionSlot, Condition, FieldSlot, Limits, Record, Schema, Scope, Type, Value};
use rust_decimal::Decimal;

const DECLARATION: Scope = Scope(0);
const ITEM: Scope = Scope(1);

struct Declaration {
    compliance_level: Option<Decimal>,
    items: Vec<Item>,
}

struct Item {
    commodity_code: Option<String>,
    origin: Option<String>,
    customs_value: Option<Decimal>,
}

#[derive(Clone, Copy)]
enum Facts<'a> {
    Declaration(&'a Declaration),
    Item(&'a Item),
}

impl Record for Facts<'_> {
    fn value(&self, slot: FieldSlot) -> Option<Value<'_>> {
        match (self, slot.0) {
            (Self::Declaration(declaration), 0) => declaration.compliance_level.map(Value::Number),
            (Self::Item(item), 0) => item.commodity_code.as_deref().map(Value::Text),
            (Self::Item(item), 1) => item.origin.as_deref().map(Value::Text),
            (Self::Item(item), 2) => item.customs_value.map(Value::Number),
            _ => None,
        }
    }

    fn count(&self, _: CollectionSlot) -> usize {
        if let Self::Declaration(declaration) = self { declaration.items.len() } else { 0 }
    }

    fn element(&self, _: CollectionSlot, index: usize) -> Option<Self> {
        if let Self::Declaration(declaration) = self { declaration.items.get(index).map(Self::Item) } else { None }
    }
}

struct Names;

impl Schema for Names {
    fn scope_name(&self, scope: Scope) -> &str {
        if scope == DECLARATION { "declaration" } else { "item" }
    }
    fn field(&self, scope: Scope, name: &str) -> Option<(FieldSlot, Type)> {
        Some(match (scope, name) {
            (DECLARATION, "compliance_level") => (FieldSlot(0), Type::Number),
            (ITEM, "commodity_code") => (FieldSlot(0), Type::Text),
            (ITEM, "origin") => (FieldSlot(1), Type::Text),
            (ITEM, "customs_value") => (FieldSlot(2), Type::Number),
            _ => return None,
        })
    }
    fn collection(&self, scope: Scope, name: &str) -> Option<(CollectionSlot, Scope)> {
        (scope == DECLARATION && name == "goods_items").then_some((CollectionSlot(0), ITEM))
    }
    fn names(&self, _: Scope) -> Vec<String> {
        Vec::new()
    }
    fn list(&self, _: &str) -> Option<Vec<String>> {
        None
    }
    fn list_names(&self) -> Vec<String> {
        Vec::new()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Every fourth item is a car from China or Thailand that fulfils all four parts.
    let item = |number: usize| Item {
        commodity_code: Some(if number % 4 < 2 { "87032110" } else { "84818099" }.to_owned()),
        origin: Some(["CN", "JP", "TH", "KR"][number % 4].to_owned()),
        customs_value: Some(Decimal::from(1_000_000_001_u64)),
    };
    let declarations: Vec<Declaration> = (0..16)
        .map(|number| Declaration {
            compliance_level: Some(Decimal::from(2)),
            items: (number..number + 6).map(item).collect(),
        })
        .collect();
    let four = "commodity_code starts_with \"8703\" and origin in [\"CN\", \"TH\"] \
        and customs_value > 1_000_000_000 and compliance_level <= 2";
    time("a goods item by four parts", four, &[DECLARATION, ITEM], &declarations, |declaration| {
        [Facts::Declaration(declaration), Facts::Item(&declaration.items[0])]
    })?;
    let prefixes: Vec<String> = (8401..8549).map(|heading| format!("\"{heading}\"")).collect();
    let any_of = format!("commodity_code starts_with [{}]", prefixes.join(", "));
    time("a goods item by 148 prefixes", &any_of, &[DECLARATION, ITEM], &declarations, |declaration| {
        [Facts::Declaration(declaration), Facts::Item(&declaration.items[0])]
    })?;
    time(
        "any of six goods items by four parts",
        &format!("any(goods_items, {four})"),
        &[DECLARATION],
        &declarations,
        |declaration| [Facts::Declaration(declaration)],
    )?;
    time(
        "a sum over six goods items",
        "sum(goods_items, customs_value * 2) > 5",
        &[DECLARATION],
        &declarations,
        |declaration| [Facts::Declaration(declaration)],
    )
}

/// Prints the nanoseconds of one decision, and how many came out true.
fn time<'d, const N: usize>(
    what: &str,
    source: &str,
    scopes: &[Scope],
    declarations: &'d [Declaration],
    records: impl Fn(&'d Declaration) -> [Facts<'d>; N],
) -> Result<(), Box<dyn std::error::Error>> {
    const ROUNDS: usize = 500_000;
    let condition = Condition::compile(source, scopes, &Names, &Limits::default())
        .map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))?;
    let started = Instant::now();
    let mut held = 0_usize;
    for _ in 0..ROUNDS {
        for declaration in declarations {
            held += usize::from(black_box(&condition).holds(&records(black_box(declaration)))?);
        }
    }
    let decisions = ROUNDS * declarations.len();
    let each = started.elapsed().as_nanos() * 10 / decisions as u128;
    writeln!(stdout(), "{what}: {}.{} ns, {} % true", each / 10, each % 10, held * 100 / decisions)?;
    Ok(())
}
