//! Processors, the broker and the database are ended, held and deceived while declarations are decided, and everything
//! comes out as if nothing had happened.
//!
//! ```text
//!   under_fire.rs    many declarations through a real Kafka into a real PostgreSQL, with everything killed in turn
//!   matrix.rs        each row of the failure matrix at its own fail point, on SQLite
//!       servers.rs     a broker and a database of our own, which may be killed
//!       processors.rs  `thongquan serve` as a process, with its log
//!       account.rs     what was decided, answered and paid in the end, and how that is checked
//! ```
//!
//! Only processes that the test started are signalled, by their ids.
#![cfg(unix)]

mod account;
#[path = "../common/mod.rs"]
mod common;
mod matrix;
mod processors;
mod servers;
mod under_fire;
