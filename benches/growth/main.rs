//! How time and memory grow: with goods items, with rules, with declarations stored, with partitions, with processors. Each
//! curve's exponent is fitted, all of them are drawn on one page, and the run fails when one grows worse than it may.
//!
//! `cargo bench --workspace --bench growth` prints the tables and writes `benches/growth.svg`. Where THONGQUAN_TEST_KAFKA and
//! THONGQUAN_TEST_POSTGRES name no servers, only items and rules are measured, and nothing is written.
//! THONGQUAN_GROWTH_STORED is the greatest number of declarations stored (1,000,000), THONGQUAN_GROWTH_BACKLOG the backlog
//! for partitions and processors (10,000); THONGQUAN_GROWTH_ONLY names the parts to be measured, with commas between them.
//!
//! ```text
//!   items, rules           in this process, one core; memory by an allocator that counts
//!   stored                 `storage` between this process and PostgreSQL
//!   partitions, processors `thongquan serve` between Kafka and PostgreSQL
//! ```
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops at trouble")]
#![allow(clippy::float_arithmetic, reason = "exponents are fitted; no money is reckoned")]
#![allow(unreachable_pub, reason = "the modules of a bench are seen by it alone")]

mod allocation;
mod alone;
mod curve;
mod drawing;
mod served;
mod stored;

use benches::site::{Serve, servers};
use benches::workspace;

use crate::curve::Panel;

fn main() {
    let only = std::env::var("THONGQUAN_GROWTH_ONLY").unwrap_or_default();
    let wanted = |part: &str| only.is_empty() || only.split(',').any(|name| name == part);
    let mut panels = Vec::new();
    if wanted("items") {
        panels.push(alone::items());
    }
    if wanted("rules") {
        panels.push(alone::rules());
    }
    let servers = servers();
    if let Some((kafka, postgres)) = &servers {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        if wanted("stored") {
            panels.push(runtime.block_on(stored::stored(postgres)));
        }
        if wanted("partitions") || wanted("processors") {
            Serve::build();
        }
        if wanted("partitions") {
            panels.push(runtime.block_on(served::partitions(kafka, postgres)));
        }
        if wanted("processors") {
            panels.push(runtime.block_on(served::processors(kafka, postgres)));
        }
    } else {
        println!("stored, partitions, processors: skipped, no servers are named");
    }
    panels.iter().for_each(|panel| println!("{panel}"));
    if servers.is_some() && only.is_empty() {
        let page = workspace().join("benches/growth.svg");
        std::fs::write(&page, drawing::page(&panels)).unwrap();
        println!("drawn in {}", page.display());
    } else {
        let page = std::env::temp_dir().join("growth-in-part.svg");
        std::fs::write(&page, drawing::page(&panels)).unwrap();
        println!("in part, so drawn in {} alone", page.display());
    }
    let worse: Vec<String> = panels.iter().flat_map(Panel::worse).collect();
    assert!(worse.is_empty(), "grows worse than it may: {}", worse.join("; "));
}

/// Says what is being measured.
pub fn say(what: &str) {
    eprintln!("growth: {what}");
}
