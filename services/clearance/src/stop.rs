//! Why a declaration goes no further.

use vocabulary::{Finding, RulebookGap};

/// Why a declaration is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The declarant mends it.
    Rejected(Vec<Finding>),
    /// An officer and the rule keeper act; with warnings, if there are any.
    Referred(Vec<RulebookGap>, Vec<Finding>),
}
