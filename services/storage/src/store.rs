//! Everything that is kept, as the sum of its roles, and how a database is opened.

use crate::database::Database;
use crate::{Accounts, Archive, Calendar, Exchange, FactStore, Ledger, Sessions, Subscriptions, Upkeep};

/// How a database is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections, at most. SQLite always writes through one.
    pub connections_max: u32,
    /// Whether an older schema is brought up to date; otherwise it is refused.
    pub migrate: bool,
    /// Called when all of a batch is written and its transaction is open yet. Fault tests end their process there;
    /// nothing else sets it.
    pub before_commit: Option<fn()>,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections_max: 8, migrate: true, before_commit: None }
    }
}

/// Everything that is kept. Who needs one role of it asks for that role alone.
pub trait Store:
    Ledger + Archive + FactStore + Calendar + Upkeep + Accounts + Sessions + Subscriptions + Exchange + 'static
{
}

impl Store for Database {}
