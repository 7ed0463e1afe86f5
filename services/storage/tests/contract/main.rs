//! What both databases promise, asked of both in the same words, role by role.
//!
//! PostgreSQL is asked when THONGQUAN_TEST_POSTGRES names a server, as `deploy/dev/test` does; each test gets a database
//! of its own.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod accounts;
mod archive;
mod calendar;
mod exchange;
mod facts;
mod ledger;
mod outbox;
mod schema;
mod subscriptions;
mod support;
