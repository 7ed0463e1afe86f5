//! How much was done since the start, and what does not go on: counted by those who work, read by those who watch; and how
//! long those wait whom something keeps from going on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use storage::Batch;
use stream::Role;

use crate::clock::StreamTimes;
use crate::standstills::Standstills;

/// How long what failed waits before it is tried again, which grows from one to the other.
pub(crate) const RETRY_WAIT_MIN: Duration = Duration::from_millis(50);
pub(crate) const RETRY_WAIT_MAX: Duration = Duration::from_secs(5);

/// How much was done since the start.
#[derive(Debug, Default)]
pub struct Progress {
    /// Messages committed, of every kind.
    pub messages: AtomicU64,
    /// Lodged messages committed: declarations, repeats, and what could not be read.
    pub lodged: AtomicU64,
    pub decided: AtomicU64,
    pub payments: AtomicU64,
    pub commands: AtomicU64,
    /// Messages kept without a decision.
    pub kept: AtomicU64,
    /// Transactions.
    pub batches: AtomicU64,
    /// What does not go on.
    pub standstills: Standstills,
    /// Which times the messages bear that arrive.
    pub stream_times: StreamTimes,
}

impl Progress {
    pub(crate) fn count(&self, batch: &Batch, role: Role) {
        let messages = u64::try_from(batch.next - batch.expected).unwrap_or(0);
        self.messages.fetch_add(messages, Ordering::Relaxed);
        if role == Role::Lodged {
            self.lodged.fetch_add(messages, Ordering::Relaxed);
        }
        self.decided.fetch_add(batch.declarations.len() as u64, Ordering::Relaxed);
        self.payments.fetch_add(batch.payments.len() as u64, Ordering::Relaxed);
        self.commands.fetch_add(batch.commands.len() as u64, Ordering::Relaxed);
        self.kept.fetch_add(batch.kept.len() as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }
}
