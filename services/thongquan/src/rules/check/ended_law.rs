//! What still cites an instrument of law after its last day.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::AnsiColor;
use jiff::civil::Date;
use rulebook::{Inventory, Key, Rulebook};

use super::marks;

/// How many keys of a table are named.
const KEYS_NAMED_MAX: usize = 6;

/// A line for each instrument that has an end: every rule, and every provision that the program cites, which goes on
/// citing it.
pub(super) fn page(rulebook: &Rulebook, inventory: &Inventory) -> String {
    let yellow = AnsiColor::Yellow.on_default().bold();
    let mut page = String::new();
    for instrument in rulebook.instruments() {
        let Some(end) = instrument.in_force_to else { continue };
        let mut found: BTreeMap<String, Vec<&Key>> = BTreeMap::new();
        // An instrument that names another one in its own title goes on by itself.
        for table in inventory.tables().filter(|table| table.name() != "law/instruments") {
            for ((law, to), keys) in table.laws() {
                if goes_on_after(end, to) && instrument.is_cited_in(law) {
                    found.entry(marks::family(table.name())).or_default().extend(keys);
                }
            }
        }
        if found.is_empty() {
            continue;
        }
        let what: Vec<String> = found.iter().map(|(table, keys)| format!("{table} ({})", named(keys))).collect();
        let _ = writeln!(page, "{yellow}cited{yellow:#}    after {end}: {}: {}", instrument.name, what.join(", "));
    }
    page
}

fn goes_on_after(end: Date, to: Option<Date>) -> bool {
    to.is_none_or(|to| to > end)
}

fn named(keys: &[&Key]) -> String {
    if keys.len() > KEYS_NAMED_MAX {
        return format!("{} entries", keys.len());
    }
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(", ")
}
