//! How well the rows of the tables are known.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, Table};
use rulebook::{Inventory, Mark};

use crate::render::{LINES_AROUND, fitting_table};

/// A row for each table, long families of tables as one, and a sum.
pub(super) fn table(inventory: &Inventory) -> Table {
    let mut families: BTreeMap<String, (usize, BTreeMap<Mark, usize>)> = BTreeMap::new();
    let mut all: BTreeMap<Mark, usize> = BTreeMap::new();
    for table in inventory.tables() {
        let family = families.entry(family(table.name())).or_default();
        family.0 += 1;
        for (mark, count) in table.marks() {
            *family.1.entry(mark).or_default() += count;
            *all.entry(mark).or_default() += count;
        }
    }
    let mut page = fitting_table(LINES_AROUND);
    let mut header = vec!["table".to_owned(), "rows".to_owned()];
    header.extend(Mark::ALL.iter().map(|mark| mark.as_str().replace('_', " ")));
    page.set_header(header);
    for (family, (tables, marks)) in &families {
        let name = if *tables > 1 { format!("{family} ({tables} tables)") } else { family.clone() };
        page.add_row(row(name, marks));
    }
    page.add_row(row("all".to_owned(), &all));
    for column in 1..=Mark::ALL.len() + 1 {
        if let Some(column) = page.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    page
}

fn row(name: String, marks: &BTreeMap<Mark, usize>) -> Vec<String> {
    let count = |count: usize| if count == 0 { String::new() } else { vocabulary::duty::grouped(count.into()) };
    let mut row = vec![name, count(marks.values().sum())];
    row.extend(Mark::ALL.iter().map(|mark| count(marks.get(mark).copied().unwrap_or_default())));
    row
}

/// The folder of tables that are many and alike; otherwise the file, of which a table may be a part.
pub(super) fn family(table: &str) -> String {
    for folder in ["code-lists", "validation", "selectivity", "assessment/preferential"] {
        if table.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')) {
            return folder.to_owned();
        }
    }
    table.splitn(3, '/').take(2).collect::<Vec<_>>().join("/")
}
