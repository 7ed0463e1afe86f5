//! What the benches share: the rulebook, documents of a size, libxml2 to measure against, runs between real servers, and
//! aims beside what was found.

use std::path::PathBuf;
use std::sync::Arc;

use clearance::Context;
use jiff::civil::{Date, date};
use rulebook::Rulebook;
use simulator::Workload;
use vocabulary::{CaseFacts, DeclarationNumber, Direction, TraderFacts};

pub mod aims;
pub mod libxml2;
pub mod many_rules;
pub mod site;

/// The day that the benches clear on.
pub const ON: Date = date(2026, 11, 23);

pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The rulebook of the workspace.
///
/// # Panics
/// When it cannot be loaded: a bench has nothing to measure then.
pub fn rulebook() -> Arc<Rulebook> {
    match Rulebook::load(&workspace().join("rules")) {
        Ok(rulebook) => Arc::new(rulebook),
        Err(errors) => panic!("the rulebook cannot be loaded: {errors}"),
    }
}

/// What a declaration is cleared under: the rules of [`ON`], and the last of the traders as its declarant.
pub fn circumstances<'a>(rulebook: &'a Rulebook, traders: &'a [TraderFacts]) -> Context<'a> {
    Context {
        rules: rulebook.in_force_on(ON),
        facts: CaseFacts { trader: traders.last(), ..CaseFacts::default() },
        registered_at: ON.at(10, 0, 0, 0),
        number: DeclarationNumber::new(Direction::Import, 1).ok(),
        draw: 500_000,
    }
}

/// Different sound documents with so many goods items each.
pub fn documents(rulebook: &Arc<Rulebook>, items: usize, count: usize) -> Vec<Vec<u8>> {
    let mut workload = Workload::new(1, rulebook.clone(), ON);
    (0..count).map(|_| message::write_declaration(&workload.declaration(Some(items))).into_bytes()).collect()
}
