//! Whether goods of a country have most-favoured-nation treatment.

use vocabulary::{Citation, RulebookGap};

/// Whether Viet Nam gives most-favoured-nation treatment to a country's goods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MfnRelation {
    /// It does.
    Yes(Citation),
    /// It does not.
    No(Citation),
    /// The rulebook does not say.
    Unknown(RulebookGap),
}

/// What the table of relations says of a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MfnWord {
    Yes,
    No,
    Unknown,
}
