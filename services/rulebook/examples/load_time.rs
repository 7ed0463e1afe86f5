//! Loads a rulebook and prints what it holds, how long that took and what the process keeps in memory.
//!
//! `cargo run --release -p rulebook --example load_time -- rules`

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use rulebook::Rulebook;

#[expect(clippy::print_stdout, reason = "an example talks to people")]
fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("rules"), PathBuf::from);
    let start = Instant::now();
    match Rulebook::load(&folder) {
        Ok(rulebook) => {
            println!("loaded in {} ms", start.elapsed().as_millis());
            println!("{:#?}", rulebook.source_summary());
            println!("content hash {}", rulebook.content_hash());
            // Linux alone tells this; elsewhere the line is left out.
            if let Ok(status) = std::fs::read_to_string("/proc/self/status")
                && let Some(resident) = status.lines().find(|line| line.starts_with("VmRSS"))
            {
                println!("{resident}");
            }
            ExitCode::SUCCESS
        }
        Err(errors) => {
            println!("{errors}");
            ExitCode::FAILURE
        }
    }
}
