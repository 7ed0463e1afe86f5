//! The lane of a declaration: how closely customs looks before it clears.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The lane that a declaration is routed to (WCO selectivity; Circular 38/2015 art. 19.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// Luồng xanh, 1: cleared once what is owed is settled.
    Green,
    /// Luồng vàng, 2: the documents are checked.
    Yellow,
    /// Luồng đỏ, 3: the documents, then the goods.
    Red,
}

impl Lane {
    /// Every lane, the strictest last.
    pub const ALL: [Self; 3] = [Self::Green, Self::Yellow, Self::Red];

    /// The national code: 1, 2 or 3.
    pub fn code(self) -> u8 {
        match self {
            Self::Green => 1,
            Self::Yellow => 2,
            Self::Red => 3,
        }
    }

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
