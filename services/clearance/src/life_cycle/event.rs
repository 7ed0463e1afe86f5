//! What happened to a declaration.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use vocabulary::{DeclarationNumber, Direction, Lane, Reason, Security};

/// One step of a declaration's life. Events are kept and never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// It was not registered.
    Rejected,
    /// The rulebook does not answer it: an officer has it.
    Referred,
    /// It is kept under its number.
    PreRegistered {
        number: Option<DeclarationNumber>,
        /// Import or export.
        direction: Option<Direction>,
        /// What would be owed, in whole dong.
        owed: Decimal,
    },
    /// What was declared in advance was declared anew.
    Edited {
        /// The number, which stays.
        number: Option<DeclarationNumber>,
        /// Import or export.
        direction: Option<Direction>,
        /// What would be owed, in whole dong.
        owed: Decimal,
    },
    /// It is registered and routed.
    Registered {
        number: Option<DeclarationNumber>,
        /// Import or export.
        direction: Option<Direction>,
        lane: Lane,
        /// What is owed, in whole dong.
        owed: Decimal,
        /// What stands in for payment.
        security: Security,
        /// The last day of payment under a guarantee.
        due_on: Option<Date>,
        /// The declared day of arrival of an import.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrival_on: Option<Date>,
    },
    /// A later version stands in its place, under a number whose last digit is one higher.
    Amended {
        /// The number from now on.
        number: DeclarationNumber,
        /// The lane, which is never a lighter one than before.
        lane: Lane,
        /// What was owed, in whole dong.
        owed_before: Decimal,
        /// What is owed, in whole dong.
        owed_after: Decimal,
        /// What stands in for payment.
        security: Security,
        /// Whether the rules on penalties apply (Circular 38/2015 art. 20).
        penalty_rules_apply: bool,
        /// The declared day of arrival of an import.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrival_on: Option<Date>,
    },
    /// The rulebook does not answer the amended declaration: an officer has the amendment, and the declaration stands.
    AmendmentReferred,
    /// What is owed has changed.
    DutyDifference {
        /// What was owed, in whole dong.
        before: Decimal,
        /// What is owed, in whole dong.
        after: Decimal,
    },
    /// What is owed grows by interest on what is paid late (Law 108/2025/QH15 art. 16).
    InterestCounted {
        /// The interest, in whole dong.
        amount: Decimal,
        /// The tax that it runs on, in whole dong.
        on: Decimal,
        /// For how many days.
        days: u32,
        /// Per cent of the tax for each day.
        percent_per_day: Decimal,
        /// The day up to which it is counted, which does not count itself.
        until: Date,
        rule: String,
        law: String,
    },
    /// The tax that interest was counted on is lower: what was counted too much is not owed.
    InterestTakenBack {
        /// How much less it is, in whole dong.
        amount: Decimal,
        /// The tax that is owed, in whole dong.
        tax: Decimal,
        /// The interest that it bears, counted from the beginning, in whole dong.
        interest: Decimal,
        /// The day up to which it was counted, which does not count itself.
        until: Date,
        rule: String,
        law: String,
    },
    /// The rulebook does not say what paying late costs: an officer says it.
    InterestUnknown {
        /// The day up to which it would be counted.
        until: Date,
    },
    /// A payment was booked.
    PaymentReceived {
        /// The amount, in dong.
        amount: Decimal,
        /// What is still open, in dong.
        open: Decimal,
        /// What was paid beyond what is owed, in dong: the payer's to claim back.
        excess: Decimal,
    },
    /// What is owed has to be paid next.
    PaymentAwaited,
    /// What a cleared declaration's amendment rests on has to be checked by an officer.
    AmendmentHeld,
    /// An officer accepted what an amendment after clearance rests on.
    AmendmentAccepted,
    /// An officer accepted the documents.
    DocumentsAccepted,
    /// An officer examined the goods.
    Examined,
    /// An officer asked for an amendment.
    AmendmentInstructed {
        /// What has to be amended, and why.
        reason: Reason,
        /// The last day for it; `None` where the rulebook does not know the year's holidays.
        due_on: Option<Date>,
    },
    /// It goes by a stricter lane.
    Rerouted {
        /// The lane from now on.
        lane: Lane,
        /// Why; for customs.
        reason: Reason,
    },
    /// The goods are released before clearance.
    Released {
        /// A waits for classification, B for the value, C for something else.
        reason_code: String,
        /// The last day for the official value, code or quantity.
        due_on: Date,
    },
    /// The goods may be taken to storage.
    TakenToStorage {
        /// The last day for the result of the inspection.
        due_on: Date,
    },
    /// The goods are cleared.
    Cleared {
        /// The last day of payment, where it is guaranteed or deferred.
        due_on: Option<Date>,
    },
    /// The goods passed the supervision area.
    PassedSupervision,
    /// An officer refused the declaration.
    Refused { reason: Reason },
    /// The declaration is cancelled.
    Cancelled { reason: Reason },
    /// What was declared in advance is no longer kept for registration.
    Expired,
}

impl Event {
    /// The word used in records.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Referred => "referred",
            Self::PreRegistered { .. } => "pre_registered",
            Self::Edited { .. } => "edited",
            Self::Registered { .. } => "registered",
            Self::Amended { .. } => "amended",
            Self::AmendmentReferred => "amendment_referred",
            Self::DutyDifference { .. } => "duty_difference",
            Self::InterestCounted { .. } => "interest_counted",
            Self::InterestTakenBack { .. } => "interest_taken_back",
            Self::InterestUnknown { .. } => "interest_unknown",
            Self::PaymentReceived { .. } => "payment_received",
            Self::PaymentAwaited => "payment_awaited",
            Self::AmendmentHeld => "amendment_held",
            Self::AmendmentAccepted => "amendment_accepted",
            Self::DocumentsAccepted => "documents_accepted",
            Self::Examined => "examined",
            Self::AmendmentInstructed { .. } => "amendment_instructed",
            Self::Rerouted { .. } => "rerouted",
            Self::Released { .. } => "released",
            Self::TakenToStorage { .. } => "taken_to_storage",
            Self::Cleared { .. } => "cleared",
            Self::PassedSupervision => "passed_supervision",
            Self::Refused { .. } => "refused",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired => "expired",
        }
    }
}
