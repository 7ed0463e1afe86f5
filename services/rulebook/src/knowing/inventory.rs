//! Every dated value of a rulebook, in one form: for surveys, for comparing two rulebooks, and for what comes next.
//!
//! ```text
//!   each subject of a Rulebook ──► list_into ──► Inventory ── tables ── rows ──► key, values by name, days, law, mark
//! ```

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cited::{Mark, Provenance, Versions};
use crate::hs_table::{CommodityCode, HsTable, ListedLines};

/// What a row is about: a line of the tariff, or a word such as a code, a currency or a rule's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A line of the tariff.
    Line(CommodityCode),
    /// Anything else, by its name.
    Word(Box<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(code) => code.fmt(f),
            Self::Word(word) => f.write_str(word),
        }
    }
}

/// The name of a value and the value as people write it. What is empty is left out.
pub type NamedValue = (Cow<'static, str>, String);

/// What holds for a key on some days.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    pub from: Date,
    /// The last day; `None` while no end is known.
    pub to: Option<Date>,
    /// Name of the instrument and the provision.
    pub law: Arc<str>,
    /// How well it is known.
    pub mark: Mark,
    /// The values by name, in the order of the file's columns.
    pub values: Vec<NamedValue>,
}

/// A table of the rulebook, named as its file without the ending, or as a part of it.
#[derive(Debug)]
pub struct Table {
    name: String,
    rows: Vec<Row>,
    values: Vec<Vec<NamedValue>>,
    provenances: Vec<Provenance>,
}

#[derive(Debug)]
struct Row {
    key: Key,
    value: usize,
    provenance: usize,
}

impl Table {
    /// Its name, such as `assessment/import-tariff`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many rows it has, versions counted apart.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// How many rows bear each mark, from the surest to the least sure; marks that none bears are left out.
    pub fn marks(&self) -> BTreeMap<Mark, usize> {
        let mut marks = BTreeMap::new();
        for row in &self.rows {
            *marks.entry(self.provenances[row.provenance].mark).or_default() += 1;
        }
        marks
    }

    /// The keys whose values change on a day: something begins on it, or ended the day before.
    pub fn changes(&self) -> BTreeMap<Date, Vec<&Key>> {
        let mut changes: BTreeMap<Date, Vec<&Key>> = BTreeMap::new();
        for row in &self.rows {
            let provenance = &self.provenances[row.provenance];
            let after = provenance.to.and_then(|to| to.tomorrow().ok());
            for day in [Some(provenance.from), after].into_iter().flatten() {
                let keys = changes.entry(day).or_default();
                if keys.last() != Some(&&row.key) {
                    keys.push(&row.key);
                }
            }
        }
        changes
    }

    /// The keys that have a value up to a day and none after it, by that last day.
    pub fn endings(&self) -> BTreeMap<Date, Vec<&Key>> {
        let mut endings: BTreeMap<Date, Vec<&Key>> = BTreeMap::new();
        for rows in self.rows.chunk_by(|a, b| a.key == b.key) {
            // The rows of a key stand by their first days and share none, so that the last one ends last.
            let last = rows.last().map(|row| (&row.key, self.provenances[row.provenance].to));
            if let Some((key, Some(to))) = last {
                endings.entry(to).or_default().push(key);
            }
        }
        endings
    }

    /// The keys by the law that they cite and the last day of doing so.
    pub fn laws(&self) -> BTreeMap<(&str, Option<Date>), Vec<&Key>> {
        let mut by_provenance: Vec<Vec<&Key>> = vec![Vec::new(); self.provenances.len()];
        for row in &self.rows {
            by_provenance[row.provenance].push(&row.key);
        }
        let mut laws: BTreeMap<(&str, Option<Date>), Vec<&Key>> = BTreeMap::new();
        for (provenance, keys) in self.provenances.iter().zip(by_provenance).filter(|(_, keys)| !keys.is_empty()) {
            laws.entry((&provenance.law, provenance.to)).or_default().extend(keys);
        }
        laws
    }

    /// Every key once, in order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.rows.chunk_by(|a, b| a.key == b.key).filter_map(|rows| Some(&rows.first()?.key))
    }

    /// The versions of a key, oldest first.
    pub fn versions(&self, key: &Key) -> Vec<Version> {
        let first = self.rows.partition_point(|row| row.key < *key);
        self.rows[first..].iter().take_while(|row| row.key == *key).map(|row| self.version(row)).collect()
    }

    /// Every key with its versions, oldest first, in the order of the keys.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, Vec<Version>)> {
        self.rows
            .chunk_by(|a, b| a.key == b.key)
            .filter_map(|rows| Some((&rows.first()?.key, rows.iter().map(|row| self.version(row)).collect())))
    }

    fn version(&self, row: &Row) -> Version {
        let provenance = &self.provenances[row.provenance];
        Version {
            from: provenance.from,
            to: provenance.to,
            law: provenance.law.clone(),
            mark: provenance.mark,
            values: self.values[row.value].clone(),
        }
    }

    /// The same rows with numbers that two tables share, so that they compare quickly.
    pub(crate) fn numbered<'a>(&'a self, numbers: &mut Numbers<'a>) -> Vec<(&'a Key, usize, usize)> {
        let values: Vec<usize> = self.values.iter().map(|value| number(&mut numbers.values, value)).collect();
        let provenances: Vec<usize> = self
            .provenances
            .iter()
            .map(|known| number(&mut numbers.provenances, (known.from, known.to, &*known.law, known.mark)))
            .collect();
        self.rows.iter().map(|row| (&row.key, values[row.value], provenances[row.provenance])).collect()
    }
}

/// Numbers that stand for values and provenances.
#[derive(Default)]
pub(crate) struct Numbers<'a> {
    values: HashMap<&'a Vec<NamedValue>, usize>,
    provenances: HashMap<(Date, Option<Date>, &'a str, Mark), usize>,
}

fn number<K: std::hash::Hash + Eq>(known: &mut HashMap<K, usize>, key: K) -> usize {
    let next = known.len();
    *known.entry(key).or_insert(next)
}

/// Everything that a rulebook says, table by table, in the order of the tables' names.
#[derive(Debug)]
pub struct Inventory {
    tables: BTreeMap<String, Table>,
}

impl Inventory {
    /// An inventory of nothing, for each subject to list what it says.
    pub(crate) fn new() -> Self {
        Self { tables: BTreeMap::new() }
    }

    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// A table by its name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Takes in what a table says of a key on some days.
    pub(crate) fn add(&mut self, name: impl Into<String>, key: Key, provenance: &Provenance, values: Vec<NamedValue>) {
        let table = self.named(name.into());
        table.values.push(values);
        table.provenances.push(provenance.clone());
        let (value, provenance) = (table.values.len() - 1, table.provenances.len() - 1);
        table.rows.push(Row { key, value, provenance });
    }

    pub(crate) fn add_word(
        &mut self,
        name: impl Into<String>,
        word: &str,
        provenance: &Provenance,
        values: Vec<NamedValue>,
    ) {
        self.add(name, Key::Word(word.into()), provenance, values);
    }

    pub(crate) fn add_versions<T>(
        &mut self,
        name: &str,
        word: &str,
        versions: &Versions<T>,
        read: impl Fn(&T) -> Vec<NamedValue>,
    ) {
        for (value, provenance) in &versions.0 {
            self.add_word(name, word, provenance, read(value));
        }
    }

    pub(crate) fn add_lines<V>(
        &mut self,
        name: impl Into<String>,
        lines: &HsTable<V>,
        read: impl Fn(&V) -> Vec<NamedValue>,
    ) {
        let table = self.named(name.into());
        let (values, provenances) = (table.values.len(), table.provenances.len());
        table.values.extend(lines.values().map(read));
        table.provenances.extend(lines.provenances().cloned());
        table.rows.extend(lines.numbered_rows().map(|(code, value, provenance)| Row {
            key: Key::Line(code),
            value: values + value,
            provenance: provenances + provenance,
        }));
    }

    /// A table that leaves out what it says nothing of.
    pub(crate) fn add_listed<V>(&mut self, name: &str, lines: &ListedLines<V>, read: impl Fn(&V) -> Vec<NamedValue>) {
        self.add_lines(name, &lines.rows, read);
        self.add_word(format!("{name}/lines-left-out"), "all", &lines.provenance, vec![text("borne", "no")]);
    }

    fn named(&mut self, name: String) -> &mut Table {
        self.tables.entry(name).or_insert_with_key(|name| Table {
            name: name.clone(),
            rows: Vec::new(),
            values: Vec::new(),
            provenances: Vec::new(),
        })
    }

    /// The rows of each table by key and first day.
    pub(crate) fn sorted(mut self) -> Self {
        for table in self.tables.values_mut() {
            let Table { rows, provenances, .. } = table;
            rows.sort_by(|a, b| {
                (&a.key, provenances[a.provenance].from).cmp(&(&b.key, provenances[b.provenance].from))
            });
        }
        self
    }
}

pub(crate) fn text(name: &'static str, value: &str) -> NamedValue {
    (Cow::Borrowed(name), value.to_owned())
}

pub(crate) fn number_of(number: &Decimal) -> String {
    vocabulary::duty::plain(*number)
}

pub(crate) fn number_text(name: &'static str, number: &Decimal) -> NamedValue {
    (Cow::Borrowed(name), number_of(number))
}

pub(crate) fn joined(parts: impl Iterator<Item = String>, between: &str) -> String {
    parts.collect::<Vec<_>>().join(between)
}

pub(crate) fn goods(prefixes: &[Box<str>]) -> NamedValue {
    text("hs", &words(prefixes, "/"))
}

pub(crate) fn words(words: &[Box<str>], between: &str) -> String {
    joined(words.iter().map(ToString::to_string), between)
}
