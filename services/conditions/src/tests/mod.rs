//! Tests of the whole language, on a small made-up declaration.

mod explanation;
mod index;
mod meaning;
mod messages;
mod properties;
mod random;
mod reference;

use std::collections::BTreeMap;

use crate::{
    CollectionSlot, Condition, ConditionError, EvaluationError, FieldSlot, Formula, Limits, ListSlot, Record, Schema,
    Scope, Type, Value,
};

pub(crate) const DECLARATION: Scope = Scope(0);
pub(crate) const ITEM: Scope = Scope(1);
pub(crate) const TAX: Scope = Scope(2);
pub(crate) const PERMIT: Scope = Scope(3);

type Fields = &'static [(&'static str, Type)];
type Collections = &'static [(&'static str, Scope)];

/// Name, fields and collections of each kind of record.
pub(crate) const SCOPES: [(&str, Fields, Collections); 4] = [
    (
        "declaration",
        &[
            ("kind", Type::Text),
            ("invoice_currency", Type::Text),
            ("invoice_amount", Type::Number),
            ("exchange_rate", Type::Number),
            ("invoice_date", Type::Date),
            ("arrival_date", Type::Date),
            ("incomplete", Type::Bool),
            ("reference", Type::Text),
        ],
        &[("goods_items", ITEM), ("permits", PERMIT)],
    ),
    (
        "item",
        &[
            ("commodity_code", Type::Text),
            ("origin", Type::Text),
            ("customs_value", Type::Number),
            ("quantity", Type::Number),
            ("expiry", Type::Date),
            ("used", Type::Bool),
            ("reference", Type::Text),
        ],
        &[("other_taxes", TAX)],
    ),
    ("tax", &[("code", Type::Text), ("amount", Type::Number), ("exempt", Type::Bool)], &[]),
    ("permit", &[("number", Type::Text), ("issued", Type::Date)], &[]),
];

/// The made-up declaration's schema, with two lists.
pub(crate) struct Sample;

impl Schema for Sample {
    fn scope_name(&self, scope: Scope) -> &str {
        SCOPES[usize::from(scope.0)].0
    }
    fn field(&self, scope: Scope, name: &str) -> Option<(FieldSlot, Type)> {
        let index = SCOPES[usize::from(scope.0)].1.iter().position(|field| field.0 == name)?;
        Some((FieldSlot(u16::try_from(index).unwrap()), SCOPES[usize::from(scope.0)].1[index].1))
    }
    fn collection(&self, scope: Scope, name: &str) -> Option<(CollectionSlot, Scope)> {
        let index = SCOPES[usize::from(scope.0)].2.iter().position(|collection| collection.0 == name)?;
        Some((CollectionSlot(u16::try_from(index).unwrap()), SCOPES[usize::from(scope.0)].2[index].1))
    }
    fn names(&self, scope: Scope) -> Vec<String> {
        let (_, fields, collections) = SCOPES[usize::from(scope.0)];
        let names = fields.iter().map(|field| field.0).chain(collections.iter().map(|collection| collection.0));
        names.map(str::to_owned).collect()
    }
    fn list(&self, name: &str) -> Option<Vec<String>> {
        let texts: &[&str] = match name {
            "high_risk_origins" => &["TH", "CN", "CN"],
            "vehicles" => &["8704", "8703", "87"],
            "nothing" => &[],
            "with_gap" => &["87", ""],
            _ => return None,
        };
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }
    fn asked_list(&self, name: &str) -> Option<ListSlot> {
        (name == "kinds_of_the_day").then_some(ListSlot(7))
    }
    fn list_names(&self) -> Vec<String> {
        ["high_risk_origins", "vehicles", "nothing", "with_gap"].map(str::to_owned).to_vec()
    }
}

/// A record whose fields are kept by their place.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facts {
    pub(crate) scope: u16,
    pub(crate) fields: BTreeMap<u16, Fact>,
    pub(crate) collections: BTreeMap<u16, Vec<Facts>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fact {
    Text(String),
    Number(rust_decimal::Decimal),
    Date(jiff::civil::Date),
    Bool(bool),
}

impl Record for &Facts {
    fn value(&self, slot: FieldSlot) -> Option<Value<'_>> {
        Some(match self.fields.get(&slot.0)? {
            Fact::Text(text) => Value::Text(text),
            Fact::Number(number) => Value::Number(*number),
            Fact::Date(date) => Value::Date(*date),
            Fact::Bool(truth) => Value::Bool(*truth),
        })
    }
    fn count(&self, collection: CollectionSlot) -> usize {
        self.collections.get(&collection.0).map_or(0, Vec::len)
    }
    fn element(&self, collection: CollectionSlot, index: usize) -> Option<Self> {
        self.collections.get(&collection.0)?.get(index)
    }
    /// On this record's day there are the kinds that its reference names.
    fn in_list(&self, list: ListSlot, text: &str) -> bool {
        let reference = self.value(FieldSlot(7));
        list == ListSlot(7)
            && matches!(reference, Some(Value::Text(named)) if named.split(' ').any(|kind| kind == text))
    }
}

impl Facts {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope: scope.0, ..Self::default() }
    }

    /// Reads `kind=A11 invoice_amount=5 | item origin=CN | tax code=TB | permit number=7`. What follows the first bar
    /// belongs to the declaration, a tax to the item before it. An underscore in a text stands for a space.
    pub(crate) fn read(given: &str) -> Self {
        let mut segments = given.split('|');
        let mut declaration = Self::new(DECLARATION);
        declaration.set_fields(segments.next().unwrap());
        for segment in segments {
            let (word, fields) = segment.trim().split_once(' ').unwrap_or((segment.trim(), ""));
            let (owner, slot, scope) = match word {
                "item" => (&mut declaration, 0, ITEM),
                "permit" => (&mut declaration, 1, PERMIT),
                "tax" => (declaration.collections.get_mut(&0).unwrap().last_mut().unwrap(), 0, TAX),
                other => panic!("what is a {other}?"),
            };
            let mut element = Self::new(scope);
            element.set_fields(fields);
            owner.collections.entry(slot).or_default().push(element);
        }
        declaration
    }

    fn set_fields(&mut self, fields: &str) {
        for field in fields.split_ascii_whitespace() {
            let (name, value) = field.split_once('=').unwrap();
            let (slot, kind) = Sample.field(Scope(self.scope), name).unwrap();
            let fact = match kind {
                Type::Text => Fact::Text(value.replace('_', " ")),
                Type::Number => Fact::Number(rust_decimal::Decimal::from_str_exact(value).unwrap()),
                Type::Date => Fact::Date(value.parse().unwrap()),
                Type::Bool => Fact::Bool(value.parse().unwrap()),
            };
            self.fields.insert(slot.0, fact);
        }
    }

    /// The first goods item.
    pub(crate) fn first_item(&self) -> &Self {
        &self.collections[&0][0]
    }
}

pub(crate) fn compile(source: &str, scopes: &[Scope]) -> Result<Condition, Vec<ConditionError>> {
    Condition::compile(source, scopes, &Sample, &Limits::default())
}

/// Compiles what has to be right.
pub(crate) fn compiled(source: &str, scopes: &[Scope]) -> Condition {
    compile(source, scopes).unwrap_or_else(|errors| panic!("{source}\n{}", shown(&errors)))
}

pub(crate) fn formula(source: &str, scopes: &[Scope]) -> Formula {
    Formula::compile(source, scopes, &Sample, &Limits::default())
        .unwrap_or_else(|errors| panic!("{source}\n{}", shown(&errors)))
}

pub(crate) fn shown(errors: &[ConditionError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Decides a condition about a declaration.
pub(crate) fn decide(source: &str, given: &str) -> Result<bool, EvaluationError> {
    compiled(source, &[DECLARATION]).holds(&[&Facts::read(given)])
}
