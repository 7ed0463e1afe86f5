//! What two rulebooks say differently, whatever their files look like.
//!
//! ```text
//!   old ──► inventory ─┐
//!                      ├──► row by row ──► changes: table, key, what held before, what holds after
//!   new ──► inventory ─┘
//! ```

use std::collections::BTreeSet;

use crate::knowing::inventory::{Inventory, Key, Numbers, Table, Version};

/// What is said differently of one key of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table, named as its file without the ending.
    pub table: String,
    /// What it is about.
    pub key: Key,
    /// The versions that only the old rulebook has, oldest first; none when the key is new.
    pub before: Vec<Version>,
    /// The versions that only the new rulebook has, oldest first; none when the key is gone.
    pub after: Vec<Version>,
    /// How many versions both have.
    pub kept: usize,
}

impl Change {
    /// The old rulebook says nothing of the key.
    pub fn is_addition(&self) -> bool {
        self.before.is_empty() && self.kept == 0
    }

    /// The new rulebook says nothing of the key.
    pub fn is_removal(&self) -> bool {
        self.after.is_empty() && self.kept == 0
    }
}

/// Everything that two rulebooks say differently, by table and key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Compares what two rulebooks say. How it is laid out over files and lines makes no difference, as long as tables
    /// keep their names; neither do comments and the layout of conditions.
    pub fn of(old: &Inventory, new: &Inventory) -> Self {
        let names: BTreeSet<&str> = old.tables().chain(new.tables()).map(Table::name).collect();
        let mut changes = Vec::new();
        for name in names {
            compare(name, old.table(name), new.table(name), &mut changes);
        }
        Self { changes }
    }
}

fn compare(name: &str, old: Option<&Table>, new: Option<&Table>, changes: &mut Vec<Change>) {
    let mut numbers = Numbers::default();
    let old_rows = old.map(|table| table.numbered(&mut numbers)).unwrap_or_default();
    let new_rows = new.map(|table| table.numbered(&mut numbers)).unwrap_or_default();
    let (mut old_rest, mut new_rest) = (&*old_rows, &*new_rows);
    while let Some(key) = [old_rest.first(), new_rest.first()].into_iter().flatten().map(|row| row.0).min() {
        let (old_of_key, rest) = split(old_rest, key);
        old_rest = rest;
        let (new_of_key, rest) = split(new_rest, key);
        new_rest = rest;
        if old_of_key == new_of_key {
            continue;
        }
        let before = old.map(|table| table.versions(key)).unwrap_or_default();
        let after = new.map(|table| table.versions(key)).unwrap_or_default();
        let kept = before.iter().filter(|version| after.contains(version)).count();
        let (only_before, only_after): (Vec<_>, Vec<_>) = (
            before.iter().filter(|version| !after.contains(version)).cloned().collect(),
            after.iter().filter(|version| !before.contains(version)).cloned().collect(),
        );
        // The same versions in another order say the same.
        if only_before.is_empty() && only_after.is_empty() {
            continue;
        }
        changes.push(Change { table: name.to_owned(), key: key.clone(), before: only_before, after: only_after, kept });
    }
}

type NumberedRow<'a> = (&'a Key, usize, usize);

/// The rows of a key, and those after them.
fn split<'r, 'a>(rows: &'r [NumberedRow<'a>], key: &Key) -> (&'r [NumberedRow<'a>], &'r [NumberedRow<'a>]) {
    let count = rows.iter().take_while(|row| row.0 == key).count();
    rows.split_at(count)
}
