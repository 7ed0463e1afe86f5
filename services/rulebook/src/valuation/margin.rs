//! The margins within which declared values agree.

/// How far declared values may lie apart before somebody has to explain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarginKind {
    /// Dong by which a value by hand may be below what the invoice gives: what rounding explains.
    ValueByHandBelow,
    /// Per cent by which a value by hand may be above what the invoice gives.
    ValueByHandAbove,
    /// Per cent of the price that freight comes to at least, where the price lacks it.
    FreightAtLeast,
    /// Per cent of the price that insurance comes to at least, where the price lacks it.
    InsuranceAtLeast,
    /// Per cent of the price that carriage abroad comes to at most, on an export that bears no duty.
    CarriageAtExport,
    /// Per cent by which the invoice may be above the sum of the lines.
    InvoiceAboveLines,
}

impl MarginKind {
    pub const ALL: [Self; 6] = [
        Self::ValueByHandBelow,
        Self::ValueByHandAbove,
        Self::FreightAtLeast,
        Self::InsuranceAtLeast,
        Self::CarriageAtExport,
        Self::InvoiceAboveLines,
    ];

    /// The word used in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValueByHandBelow => "value_by_hand_below",
            Self::ValueByHandAbove => "value_by_hand_above",
            Self::FreightAtLeast => "freight_at_least",
            Self::InsuranceAtLeast => "insurance_at_least",
            Self::CarriageAtExport => "carriage_at_export",
            Self::InvoiceAboveLines => "invoice_above_lines",
        }
    }

    /// What the margin is counted in, as rule files name it.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::ValueByHandBelow => "dong",
            _ => "percent",
        }
    }
}
