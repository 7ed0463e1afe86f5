//! Each row of the failure matrix, on SQLite with the embedded log, and on Kafka and PostgreSQL where the environment
//! names them; and each once more without its safeguard, when the same checks have to fail.
//!
//! ```text
//!   table.rs    the rows: what goes wrong, the safeguard, and what the checks say without it (FAULTS.md)
//!   rows.rs     what happens in each row
//!   site.rs     a backlog, the processors that fail on it, and what has to come of it
//! ```
//!
//! Processors are processes, ended at a place of their way (`faults::Place`), so that nothing hangs on time. Only
//! processes that the test started are signalled, by their ids.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "../../../thongquan/tests/common/account.rs"]
mod account;
#[path = "../../../thongquan/tests/common/balances.rs"]
mod balances;
#[path = "../../../thongquan/tests/common/mod.rs"]
mod common;
#[path = "../../../thongquan/tests/common/processors.rs"]
mod processors;
#[path = "../../../thongquan/tests/common/raw.rs"]
mod raw;
mod rows;
#[path = "../../../thongquan/tests/common/servers.rs"]
mod servers;
mod site;
mod table;

/// The processor that fails on purpose.
const PROGRAM: (&str, &[&str]) = (env!("CARGO_BIN_EXE_faults"), &[]);
