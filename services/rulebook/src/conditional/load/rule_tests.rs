//! The tests that stand beside rules, and the sound declarations of `tests/` that they change.
//!
//! Both name fields as the vocabulary does. A value stands as TOML has it: texts and decimals between double quotes,
//! whole numbers and days without.

use conditions::nearest;
use conditions::{SeenValue, Type};
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::DeValue;
use vocabulary::{Declaration, Field, FieldId, Kind, Place, Scope, Text, Value};

use crate::conditional::rule_test::{Base, Change, Group, RuleTest, SupposedFacts};
use crate::conditional::schema;
use crate::conditional::subject::Supposed;
use crate::error::{Problems, did_you_mean};
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{self, Fault};

/// More elements than any group may have, so that a test can have one too many.
const ELEMENTS_MAX: usize = 99;

/// Reads the sound declarations of `tests/`.
pub(crate) fn bases(sources: &Sources, problems: &mut Problems) -> Vec<Base> {
    let mut bases = Vec::new();
    for path in sources.toml_files_under("tests/") {
        let Some(file) = TomlFile::open(sources, path, problems) else {
            continue;
        };
        let root = file.root();
        root.text("about", problems);
        let on = root.date("on", problems);
        let changes = root.section("declaration", problems).map(|section| record(&section, WHOLE, problems));
        let facts = root.optional_section("facts", problems).map(|section| facts(&section, problems));
        root.finish(problems);
        let (Some(on), Some(changes)) = (on, changes) else {
            continue;
        };
        let mut declaration = Declaration::default();
        changes.iter().for_each(|change| change.make(&mut declaration));
        let name = path.trim_start_matches("tests/").trim_end_matches(".toml").into();
        bases.push(Base { name, on, declaration, facts: facts.unwrap_or_default() });
    }
    bases
}

/// Reads the tests of a rule: its `[[rule.test]]`.
pub(crate) fn tests(rule: &Section<'_>, bases: &[Base], problems: &mut Problems) -> Box<[RuleTest]> {
    rule.optional_list("test", problems).iter().filter_map(|section| test(section, bases, problems)).collect()
}

fn test(section: &Section<'_>, bases: &[Base], problems: &mut Problems) -> Option<RuleTest> {
    let fires = section.truth("fires", problems);
    let of = section.text("of", problems);
    let on = section.optional_date("on", problems);
    let mut changes = match section.optional_section("given", problems) {
        Some(given) => record(&given, WHOLE, problems),
        None => Vec::new(),
    };
    changes.extend(without(section, WHOLE, problems));
    let facts = section.optional_section("facts", problems).map(|facts_of| facts(&facts_of, problems));
    section.finish(problems);
    let of = of?;
    let base = bases.iter().position(|base| *base.name == *of);
    if base.is_none() {
        let names = bases.iter().map(|base| &*base.name);
        let fault =
            Fault { message: format!("there is no declaration `{of}` in tests/"), hint: did_you_mean(of, names) };
        problems.add(section.error("of", fault));
    }
    Some(RuleTest {
        line: section.line(),
        fires: fires?,
        base: base?,
        on,
        changes: changes.into(),
        facts: facts.unwrap_or_default(),
    })
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Here {
    scope: Scope,
    item: Option<usize>,
    occurrence: Option<usize>,
}

const WHOLE: Here = Here { scope: Scope::Declaration, item: None, occurrence: None };

impl Here {
    fn place(self, field: FieldId) -> Place {
        Place { field, item: self.item, occurrence: self.occurrence }
    }

    fn group(self, of: Scope) -> Group {
        Group { item: self.item, of }
    }

    fn element(self, of: Scope, position: usize) -> Self {
        match of {
            Scope::GoodsItem => Self { scope: of, item: Some(position), occurrence: None },
            _ => Self { scope: of, item: self.item, occurrence: Some(position) },
        }
    }
}

/// What a section says of a record and of the groups below it.
fn record(section: &Section<'_>, here: Here, problems: &mut Problems) -> Vec<Change> {
    let mut changes = without(section, here, problems);
    for (name, value) in section.entries() {
        if name == "without" {
            continue;
        }
        if let Some(field) = here.scope.field(name) {
            match value_of(field.field(), value.get_ref()) {
                Ok(value) => changes.push(Change::Set(here.place(field), value)),
                Err(fault) => problems.add(section.error(name, fault)),
            }
        } else if let Some((_, of)) = group(here.scope, name) {
            changes.extend(elements(section, name, value, here, of, problems));
        } else {
            problems.add(section.error(name, unknown(here.scope, name)));
        }
    }
    changes
}

/// A repeated group by its name. The goods items may be called `items`, as conditions call one `item`.
fn group(scope: Scope, name: &str) -> Option<(conditions::CollectionSlot, Scope)> {
    schema::collection(scope, if name == "items" { "goods_items" } else { name })
}

fn unknown(scope: Scope, name: &str) -> Fault {
    let word = schema::word_of(scope);
    let hint = nearest(name, schema::declared_names(scope)).map_or_else(
        || "schemas/declaration/1.0/fields.md lists the fields".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Fault::new(format!("the record `{word}` has no field and no group `{name}`"), hint)
}

fn elements(
    section: &Section<'_>,
    name: &str,
    value: &Spanned<DeValue<'_>>,
    here: Here,
    of: Scope,
    problems: &mut Problems,
) -> Vec<Change> {
    let sections = section.sections_in(name, value);
    let Some(sections) = sections.filter(|sections| sections.len() <= ELEMENTS_MAX) else {
        let hint = format!("write a list of at most {ELEMENTS_MAX} sections, as [{{ ... }}, {{ ... }}]");
        problems.add(section.error(name, Fault::new(format!("`{name}` is a group"), hint)));
        return Vec::new();
    };
    let mut changes = Vec::new();
    for (position, element) in sections.iter().enumerate() {
        changes.push(Change::Reach(here.group(of), position));
        changes.extend(record(element, here.element(of, position), problems));
    }
    changes
}

/// What `without` takes away: fields and groups by their names.
fn without(section: &Section<'_>, here: Here, problems: &mut Problems) -> Vec<Change> {
    let mut changes = Vec::new();
    for name in section.texts("without", problems) {
        if let Some(field) = here.scope.field(name) {
            changes.push(Change::Clear(here.place(field)));
        } else if let Some((_, of)) = group(here.scope, name) {
            changes.push(Change::Empty(here.group(of)));
        } else {
            problems.add(section.error("without", unknown(here.scope, name)));
        }
    }
    changes
}

/// A value as the field's kind wants it.
fn value_of(field: &Field, value: &DeValue<'_>) -> Result<Value, Fault> {
    let (found, wanted) = match field.kind {
        Kind::Code { .. }
        | Kind::Digits { .. }
        | Kind::Listed { .. }
        | Kind::Ascii { .. }
        | Kind::Wide { .. }
        | Kind::OneOf { .. } => {
            (value.as_str().map(|text| Value::Text(Text::from(text))), "a text between double quotes")
        }
        Kind::Integer { .. } => {
            (integer(value).and_then(|text| text.parse().ok()).map(Value::Integer), "a whole number without quotes")
        }
        Kind::Decimal { .. } => (number(value).map(Value::Decimal), "a number between double quotes"),
        Kind::Date => (day(value).map(Value::Date), "a day without quotes, as 2026-11-24"),
    };
    found.ok_or_else(|| {
        Fault::new(format!("`{}` is of type {}", field.name, value.type_str()), format!("write {wanted}"))
    })
}

fn integer<'v>(value: &'v DeValue<'_>) -> Option<&'v str> {
    value.as_integer().filter(|integer| integer.radix() == 10).map(|integer| integer.as_str())
}

/// A number: whole ones may stand without quotes, others may not, since TOML's own are binary.
fn number(value: &DeValue<'_>) -> Option<Decimal> {
    let text = value.as_str().or_else(|| integer(value))?;
    values::decimal(text).ok()
}

fn day(value: &DeValue<'_>) -> Option<jiff::civil::Date> {
    values::date(&value.as_datetime()?.to_string()).ok()
}

/// What a section supposes: facts of the declaration as a whole, and of goods items under `items`.
fn facts(section: &Section<'_>, problems: &mut Problems) -> SupposedFacts {
    let mut supposed = SupposedFacts::default();
    for name in section.texts("without", problems) {
        match schema::supposable(Scope::Declaration).find(|(known, ..)| *known == name) {
            Some((_, fact, _)) => supposed.whole.push(Supposed { fact: *fact, value: None }),
            None => problems.add(section.error("without", unknown_fact(Scope::Declaration, name))),
        }
    }
    for (name, value) in section.entries() {
        match name {
            "without" => {}
            "items" => match section.sections_in(name, value).filter(|items| items.len() <= ELEMENTS_MAX) {
                Some(items) => {
                    for (position, item) in items.iter().enumerate() {
                        let of_item = each_fact(item, Scope::GoodsItem, problems);
                        supposed.items.extend(of_item.into_iter().map(|(fact, value)| (position, fact, value)));
                    }
                }
                None => {
                    let fault = Fault::new("`items` is a list of sections", "write items = [{ ... }]");
                    problems.add(section.error(name, fault));
                }
            },
            _ => {}
        }
    }
    let whole = each_fact(section, Scope::Declaration, problems).into_iter();
    supposed.whole.extend(whole.map(|(fact, value)| Supposed { fact, value: Some(value) }));
    supposed
}

fn each_fact(section: &Section<'_>, scope: Scope, problems: &mut Problems) -> Vec<(u16, SeenValue)> {
    let mut found = Vec::new();
    for (name, value) in section.entries() {
        if scope == Scope::Declaration && matches!(name, "without" | "items") {
            continue;
        }
        let Some((_, fact, kind)) = schema::supposable(scope).find(|(known, ..)| *known == name) else {
            problems.add(section.error(name, unknown_fact(scope, name)));
            continue;
        };
        let value = value.get_ref();
        let (seen, wanted) = match kind {
            Type::Text => (value.as_str().map(|text| SeenValue::Text(text.to_owned())), "a text between double quotes"),
            Type::Number => (number(value).map(SeenValue::Number), "a whole number, or another between double quotes"),
            Type::Date => (day(value).map(SeenValue::Date), "a day without quotes, as 2026-11-24"),
            Type::Bool => (value.as_bool().map(SeenValue::Bool), "true or false"),
        };
        match seen {
            Some(seen) => found.push((*fact, seen)),
            None => {
                let message = format!("`{name}` is of type {}", value.type_str());
                problems.add(section.error(name, Fault::new(message, format!("write {wanted}"))));
            }
        }
    }
    found
}

fn unknown_fact(scope: Scope, name: &str) -> Fault {
    let names: Vec<&str> = schema::supposable(scope).map(|(known, ..)| *known).collect();
    Fault { message: format!("`{name}` is no fact that a test may suppose"), hint: did_you_mean(name, names) }
}
