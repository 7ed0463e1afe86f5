//! What the declarant is told, and what the bank tells us.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use crate::decision::{DutyTotal, Lane};
use crate::finding::Finding;

/// What a notice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// The declaration was not registered.
    Rejected,
    /// The declaration was registered, with its lane and what is owed.
    Registered,
    /// What is owed has to be paid before the goods can be cleared.
    AwaitingPayment,
    /// The goods are cleared.
    Cleared,
    /// An officer has the declaration, because the rulebook does not answer it.
    Referred,
}

impl NoticeKind {
    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Registered => "registered",
            Self::AwaitingPayment => "awaiting-payment",
            Self::Cleared => "cleared",
            Self::Referred => "referred",
        }
    }
}

/// A notice to the declarant. It never says why a lane was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it says.
    pub kind: NoticeKind,
    /// The declarant's tax code.
    pub declarant: String,
    /// The declarant's reference.
    pub reference: String,
    /// The version of the reference.
    pub version: u32,
    /// When it was decided, in Vietnam's time.
    pub issued_at: DateTime,
    /// The declaration's number, once it has one.
    pub number: Option<String>,
    /// The lane, once it has one.
    pub lane: Option<Lane>,
    /// What is owed of each tax.
    pub totals: Vec<DutyTotal>,
    /// What is owed altogether, in whole dong.
    pub total_payable: Option<Decimal>,
    /// The identifier to pay under, where something is to be paid.
    pub payment_identifier: Option<String>,
    /// What is wrong, or worth saying.
    pub findings: Vec<Finding>,
}

/// A bank's word that something was paid. Repeats of the same (payer, identifier, bank reference) are one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentConfirmation {
    /// The payer's tax code.
    pub payer: String,
    /// The identifier that the notice gave (mã định danh khoản phải nộp).
    pub payment_identifier: String,
    /// The declaration's number.
    pub declaration_number: String,
    /// The bank's own reference of the debit.
    pub bank_reference: String,
    /// What was paid, in whole dong.
    pub amount: Decimal,
    /// When the account was debited, in Vietnam's time; the payment's date in law.
    pub debited_at: DateTime,
}
