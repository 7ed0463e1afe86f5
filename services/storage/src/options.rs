//! How a database is used, whichever it is.

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
