//! What keeps declarations from being lost, or dealt with twice.

/// A safeguard that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safeguard {
    /// The position moves when a batch is decided, and not when it is read.
    PositionOnDecision,
    /// Position, decisions, logs and outbox are one transaction.
    OneTransaction,
    /// The database ends a transaction that waits too long for its next statement. It is taken away in the database.
    IdleTransactionsEnd,
    /// After a lost answer the position is read again, which tells whether the commit took place.
    PositionReadAgain,
    /// The notices lie in the outbox, written in the transaction of the decisions.
    OutboxInTransaction,
    /// A notice leaves the outbox only when its publication is acknowledged.
    OutboxUntilAcknowledged,
    /// The id of an event hangs on its cause alone.
    DerivedEventIds,
    /// A commit asks whether its owner still has the partition: the epoch.
    EpochAsked,
    /// A commit asks whether the position is where its owner left it.
    PositionCompared,
    /// A position beyond the end of the log stops the partition, and is never reset.
    NoReset,
    /// Only what the content causes counts as refused; every other error of the database is waited out.
    PassingErrorsWait,
    /// A batch that the database refuses is halved down to the message that it refuses.
    Halving,
    /// What is left of a balance is compared when it is written off.
    BalancesCompared,
    /// A reference and version of a declarant is unique in the database.
    UniqueReference,
}

impl Safeguard {
    pub const ALL: [Self; 14] = [
        Self::PositionOnDecision,
        Self::OneTransaction,
        Self::IdleTransactionsEnd,
        Self::PositionReadAgain,
        Self::OutboxInTransaction,
        Self::OutboxUntilAcknowledged,
        Self::DerivedEventIds,
        Self::EpochAsked,
        Self::PositionCompared,
        Self::NoReset,
        Self::PassingErrorsWait,
        Self::Halving,
        Self::BalancesCompared,
        Self::UniqueReference,
    ];

    /// The name by which it is taken away.
    pub fn name(self) -> &'static str {
        match self {
            Self::PositionOnDecision => "position_on_decision",
            Self::OneTransaction => "one_transaction",
            Self::IdleTransactionsEnd => "idle_transactions_end",
            Self::PositionReadAgain => "position_read_again",
            Self::OutboxInTransaction => "outbox_in_transaction",
            Self::OutboxUntilAcknowledged => "outbox_until_acknowledged",
            Self::DerivedEventIds => "derived_event_ids",
            Self::EpochAsked => "epoch_asked",
            Self::PositionCompared => "position_compared",
            Self::NoReset => "no_reset",
            Self::PassingErrorsWait => "passing_errors_wait",
            Self::Halving => "halving",
            Self::BalancesCompared => "balances_compared",
            Self::UniqueReference => "unique_reference",
        }
    }
}
