//! How amounts of dong are rounded.

/// Which amounts are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingKind {
    /// The customs value of a goods item.
    CustomsValueOfLine,
    /// The sum of one tax over a declaration.
    TaxTotal,
}

impl RoundingKind {
    pub const ALL: [Self; 2] = [Self::CustomsValueOfLine, Self::TaxTotal];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CustomsValueOfLine => "customs_value_of_line",
            Self::TaxTotal => "tax_total",
        }
    }
}

/// Where the amounts of a tax are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundingPolicy {
    /// Each goods item's amount by itself.
    PerLine,
    /// The sum over the declaration, once.
    PerTotal,
}

/// How an amount of dong is rounded: half up, at so many decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// Decimals that are kept.
    pub decimals: u32,
    pub policy: RoundingPolicy,
}
