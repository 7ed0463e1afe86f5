//! What a run between real servers needs: a database of its own, made-up documents, a processor as a process, and the
//! notices, as a declarant's system reads them.
//!
//! ```text
//!   Documents ──► publish_all, Pace ──► broker ──► Serve ──► broker ──► Notices
//!                                                    │
//!                                                 Database          Process, Machine: what all of them used
//! ```
#![allow(clippy::unwrap_used, reason = "a bench stops at trouble")]

mod backlog;
mod database;
mod documents;
mod machine;
mod notices;
mod pace;
mod processes;
mod serve;

use std::sync::Arc;
use std::time::Duration;

use stream::{Outgoing, Stream, TopicSpec};
use tokio::task::JoinSet;

pub use self::backlog::{Backlog, Lodged, Phase};
pub use self::database::{Database, Sizes};
pub use self::documents::Documents;
pub use self::machine::{Machine, cores};
pub use self::notices::Notices;
pub use self::pace::{Latencies, Pace};
pub use self::processes::{Parts, Process, Spent};
pub use self::serve::{Serve, Surroundings};

/// Messages of one call to publish, and how many calls are under way.
const PUBLISHED_AT_ONCE: usize = 1_000;
const CALLS_UNDER_WAY: usize = 4;

/// The addresses of Kafka and PostgreSQL, as `deploy/dev/servers env` names them; `None` where either is not named.
pub fn servers() -> Option<(String, String)> {
    Some((std::env::var("THONGQUAN_TEST_KAFKA").ok()?, std::env::var("THONGQUAN_TEST_POSTGRES").ok()?))
}

/// The number that a variable of the environment holds, or another where it is not set.
///
/// # Panics
/// When it is set to something else than a number.
pub fn setting(name: &str, otherwise: usize) -> usize {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} is not a number: {value}")),
        Err(_) => otherwise,
    }
}

/// How many a second.
pub fn a_second(count: usize, took: Duration) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / took.as_micros().max(1)).unwrap()
}

/// Makes topics with so many partitions each.
pub async fn make_topics(stream: &Arc<dyn Stream>, names: &[&str], partitions: i32) {
    let spec = |name: &&str| TopicSpec { name: (*name).to_owned(), partitions, replication: 1 };
    let specs: Vec<TopicSpec> = names.iter().map(spec).collect();
    stream.ensure_topics(&specs).await.unwrap();
}

/// Publishes messages as fast as the broker acknowledges them.
pub async fn publish_all(stream: &Arc<dyn Stream>, messages: Vec<Outgoing>) {
    let mut calls = JoinSet::new();
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        if calls.len() == CALLS_UNDER_WAY {
            calls.join_next().await.unwrap().unwrap();
        }
        let part: Vec<Outgoing> = messages.by_ref().take(PUBLISHED_AT_ONCE).collect();
        let stream = stream.clone();
        calls.spawn(async move { stream.publish(part).await.unwrap() });
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap();
    }
}
