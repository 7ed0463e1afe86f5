//! What the declarant is told, and what the bank tells us.

use jiff::civil::DateTime;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decision::DutyTotal;
use crate::finding::{Bilingual, Finding};
use crate::lane::Lane;

/// What a notice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// The declaration was not registered.
    Rejected,
    /// The declaration is kept under its number, and is to be registered.
    PreRegistered,
    /// The declaration was registered, with its lane and what is owed.
    Registered,
    /// What is owed has to be paid before the goods can be cleared.
    AwaitingPayment,
    /// A payment was booked.
    PaymentReceived,
    /// The goods are cleared.
    Cleared,
    /// An officer has the declaration, because the rulebook does not answer it.
    Referred,
    /// An officer asks for an amendment.
    AmendmentInstructed,
    /// The goods are to be examined after all.
    Rerouted,
    /// The goods are released before clearance (giải phóng hàng).
    Released,
    /// The goods may be taken to storage until a specialised inspection ends (đưa hàng về bảo quản).
    TakenToStorage,
    /// A later version stands in the declaration's place.
    Amended,
    /// The declaration is cancelled.
    Cancelled,
    /// What was asked for is refused, or an officer refuses the goods.
    Refused,
    /// What is owed has changed, with what it was before.
    DutyDifference,
    /// The goods passed the supervision area (qua khu vực giám sát): for exports the proof of export.
    ThroughSupervision,
    /// What was declared in advance was not registered in time, and is kept no longer.
    Expired,
}

impl NoticeKind {
    pub const ALL: [Self; 17] = [
        Self::Rejected,
        Self::PreRegistered,
        Self::Registered,
        Self::AwaitingPayment,
        Self::PaymentReceived,
        Self::Cleared,
        Self::Referred,
        Self::AmendmentInstructed,
        Self::Rerouted,
        Self::Released,
        Self::TakenToStorage,
        Self::Amended,
        Self::Cancelled,
        Self::Refused,
        Self::DutyDifference,
        Self::ThroughSupervision,
        Self::Expired,
    ];

    /// The word used in records and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::PreRegistered => "pre-registered",
            Self::Registered => "registered",
            Self::AwaitingPayment => "awaiting-payment",
            Self::PaymentReceived => "payment-received",
            Self::Cleared => "cleared",
            Self::Referred => "referred",
            Self::AmendmentInstructed => "amendment-instructed",
            Self::Rerouted => "rerouted",
            Self::Released => "released",
            Self::TakenToStorage => "taken-to-storage",
            Self::Amended => "amended",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::DutyDifference => "duty-difference",
            Self::ThroughSupervision => "through-supervision",
            Self::Expired => "expired",
        }
    }
}

/// Why something was refused, cancelled, or has to be amended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A stable code: that of the national system where it has one (E0399), ours otherwise.
    pub code: String,
    /// The reason in words, with the law.
    pub message: Bilingual,
}

/// A notice to the declarant. It never says why a lane was chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
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
    /// What was owed altogether before, where that has changed.
    pub previous_total_payable: Option<Decimal>,
    /// The identifier to pay under, where something is to be paid.
    pub payment_identifier: Option<String>,
    /// Why, where something was refused, cancelled, or has to be amended.
    pub reason: Option<Reason>,
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
    pub declaration_number: String,
    /// The bank's own reference of the debit.
    pub bank_reference: String,
    /// What was paid, in whole dong.
    pub amount: Decimal,
    /// When the account was debited, in Vietnam's time; the payment's date in law.
    pub debited_at: DateTime,
}
