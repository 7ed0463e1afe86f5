//! The life of a declaration after its decision: pure transitions from a state and a command to events.
//!
//! ```text
//! Lodged -> Rejected | Referred | registered -> green:  AwaitingPayment -> Cleared
//!                                              yellow: DocumentCheck
//!                                              red:    Examination
//! ```

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use vocabulary::{Decision, Lane, Outcome};

/// Where a declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Not registered; the declarant lodges again.
    Rejected,
    /// An officer has it, because the rulebook does not answer it.
    Referred,
    /// Registered and green, and something is owed (Law 107/2016 art. 9: taxes are paid before clearance).
    AwaitingPayment,
    /// Registered and yellow: an officer checks the documents.
    DocumentCheck,
    /// Registered and red: an officer checks the documents, then the goods.
    Examination,
    /// Cleared (thông quan, Law 54/2014 art. 37).
    Cleared,
}

impl State {
    /// Every state, in the order of the picture above.
    pub const ALL: [Self; 6] =
        [Self::Rejected, Self::Referred, Self::AwaitingPayment, Self::DocumentCheck, Self::Examination, Self::Cleared];

    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Referred => "referred",
            Self::AwaitingPayment => "awaiting_payment",
            Self::DocumentCheck => "document_check",
            Self::Examination => "examination",
            Self::Cleared => "cleared",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no state of a declaration")]
pub struct UnknownState(pub String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(word: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownState(word.to_owned()))
    }
}

/// The state that a decision puts a declaration in.
pub fn after_decision(decision: &Decision) -> State {
    match (decision.outcome, decision.lane) {
        (Outcome::Accepted, Some(Lane::Green)) if decision.total_payable.is_zero() => State::Cleared,
        (Outcome::Accepted, Some(Lane::Green)) => State::AwaitingPayment,
        (Outcome::Accepted, Some(Lane::Yellow)) => State::DocumentCheck,
        (Outcome::Accepted, Some(Lane::Red)) => State::Examination,
        // An accepted declaration always has a lane; one without is an officer's case rather than anybody's guess.
        (Outcome::Referred | Outcome::Accepted, _) => State::Referred,
        (Outcome::Rejected | Outcome::Unreadable, _) => State::Rejected,
    }
}

/// What a payment did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentEffect {
    /// Less than what is owed has been paid so far.
    PartlyPaid,
    /// All that is owed is paid, and an officer still has the declaration.
    Settled,
    /// All that is owed is paid, and with that the goods are cleared.
    Cleared,
    /// More than what is owed has been paid: the rest is the payer's to claim back. The goods are cleared.
    ClearedOverpaid,
    /// More than what is owed has been paid, and an officer still has the declaration.
    Overpaid,
}

impl PaymentEffect {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PartlyPaid => "partly_paid",
            Self::Settled => "settled",
            Self::Cleared => "cleared",
            Self::ClearedOverpaid => "cleared_overpaid",
            Self::Overpaid => "overpaid",
        }
    }
}

/// Why a payment cannot be booked on a declaration in its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefusedPayment {
    /// The declaration was never registered, so it owes nothing.
    #[error("the declaration is not registered, so nothing is owed on it")]
    NotRegistered,
    /// Nothing was paid.
    #[error("the amount is not above zero")]
    NotAboveZero,
    /// Nothing is owed any more.
    #[error("nothing is owed on the declaration any more")]
    NothingOwed,
}

impl RefusedPayment {
    /// The word used in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRegistered => "not_registered",
            Self::NotAboveZero => "not_above_zero",
            Self::NothingOwed => "nothing_owed",
        }
    }
}

/// Books a payment: the state that follows, and what the payment did.
///
/// # Errors
/// Why it cannot be booked; the money is then the payer's to claim back, and the payment is kept all the same.
pub fn pay(
    state: State,
    owed: Decimal,
    paid_before: Decimal,
    amount: Decimal,
) -> Result<(State, PaymentEffect), RefusedPayment> {
    if amount <= Decimal::ZERO {
        return Err(RefusedPayment::NotAboveZero);
    }
    match state {
        State::Rejected | State::Referred => return Err(RefusedPayment::NotRegistered),
        State::Cleared => return Err(RefusedPayment::NothingOwed),
        State::AwaitingPayment | State::DocumentCheck | State::Examination => {}
    }
    if paid_before >= owed {
        return Err(RefusedPayment::NothingOwed);
    }
    let open = owed - paid_before;
    Ok(match (state, amount.cmp(&open)) {
        (_, std::cmp::Ordering::Less) => (state, PaymentEffect::PartlyPaid),
        (State::AwaitingPayment, std::cmp::Ordering::Equal) => (State::Cleared, PaymentEffect::Cleared),
        (State::AwaitingPayment, std::cmp::Ordering::Greater) => (State::Cleared, PaymentEffect::ClearedOverpaid),
        (_, std::cmp::Ordering::Equal) => (state, PaymentEffect::Settled),
        (_, std::cmp::Ordering::Greater) => (state, PaymentEffect::Overpaid),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_in_every_state() {
        use State::*;
        let dong = Decimal::from;
        let cases = [
            (AwaitingPayment, 0, 100, Ok((Cleared, PaymentEffect::Cleared))),
            (AwaitingPayment, 0, 40, Ok((AwaitingPayment, PaymentEffect::PartlyPaid))),
            (AwaitingPayment, 40, 60, Ok((Cleared, PaymentEffect::Cleared))),
            (AwaitingPayment, 40, 61, Ok((Cleared, PaymentEffect::ClearedOverpaid))),
            (AwaitingPayment, 0, 0, Err(RefusedPayment::NotAboveZero)),
            (AwaitingPayment, 0, -1, Err(RefusedPayment::NotAboveZero)),
            (DocumentCheck, 0, 100, Ok((DocumentCheck, PaymentEffect::Settled))),
            (Examination, 0, 101, Ok((Examination, PaymentEffect::Overpaid))),
            (Examination, 100, 1, Err(RefusedPayment::NothingOwed)),
            (Cleared, 100, 1, Err(RefusedPayment::NothingOwed)),
            (Rejected, 0, 100, Err(RefusedPayment::NotRegistered)),
            (Referred, 0, 100, Err(RefusedPayment::NotRegistered)),
        ];
        for (state, before, amount, expected) in cases {
            assert_eq!(pay(state, dong(100), dong(before), dong(amount)), expected, "{state} {before} {amount}");
        }
    }

    #[test]
    fn states_are_written_and_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert!("paid".parse::<State>().is_err());
    }
}
