//! What a declaration's next step depends on.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use vocabulary::{DeclarationNumber, Direction, Lane, Security, State};

use super::event::Event;

/// Where a declaration stands, and what its next step depends on. It is the sum of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub state: State,
    /// When the state began, or what was declared in advance was last edited; in Vietnam's time.
    pub since: DateTime,
    /// Import or export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// The number that customs gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<DeclarationNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<Lane>,
    /// What is owed, in whole dong.
    pub owed: Decimal,
    /// What has been paid, in whole dong; of tax first, and then of interest.
    pub paid: Decimal,
    /// The interest on what was paid late, as far as it was counted, in whole dong.
    #[serde(default, skip_serializing_if = "Decimal::is_zero")]
    pub interest: Decimal,
    /// The day up to which interest was counted, or of the last payment after clearance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interest_until: Option<Date>,
    /// What was paid since release or clearance, the oldest first, one for each day: interest runs on what was open on each
    /// day. All else of `paid` was paid before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid_later: Vec<DatedPayment>,
    /// What stands in for payment.
    #[serde(default, skip_serializing_if = "is_none")]
    pub security: Security,
    /// When it was registered; on this day's rules it is decided, and decided again when it is amended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered_at: Option<DateTime>,
    /// The day of release before clearance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_on: Option<Date>,
    /// The day of clearance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_on: Option<Date>,
    /// The day on which the goods passed the supervision area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<Date>,
    /// The last day for what has to follow: the tax that is guaranteed or deferred, the official value after release,
    /// the result of an inspection in storage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// The declared day of arrival of an import, once it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival_on: Option<Date>,
}

/// What was paid on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedPayment {
    pub on: Date,
    /// In whole dong, of all payments of the day.
    pub amount: Decimal,
}

fn is_none(security: &Security) -> bool {
    *security == Security::None
}

impl Standing {
    /// Of a declaration of which nothing is kept.
    pub fn draft(at: DateTime) -> Self {
        Self {
            state: State::Draft,
            since: at,
            direction: None,
            number: None,
            lane: None,
            owed: Decimal::ZERO,
            paid: Decimal::ZERO,
            interest: Decimal::ZERO,
            interest_until: None,
            paid_later: Vec::new(),
            security: Security::None,
            registered_at: None,
            released_on: None,
            cleared_on: None,
            passed_on: None,
            due_on: None,
            arrival_on: None,
        }
    }

    /// What is owed and not paid, with the interest that was counted.
    pub fn open(&self) -> Decimal {
        (self.owed + self.interest - self.paid).max(Decimal::ZERO)
    }

    /// The tax that is not paid.
    pub fn open_tax(&self) -> Decimal {
        (self.owed - self.paid).max(Decimal::ZERO)
    }

    /// Where a cleared declaration stands while no amendment of it is checked.
    fn cleared_state(&self) -> State {
        if self.passed_on.is_some() { State::ThroughSupervision } else { State::Cleared }
    }

    /// Whether payment stands in the way of clearance no more: nothing is owed, or it is guaranteed or deferred.
    pub fn is_settled(&self) -> bool {
        self.open().is_zero() || self.security != Security::None
    }

    /// The same declaration after an event.
    #[must_use]
    pub fn after(&self, event: &Event, at: DateTime) -> Self {
        let mut next = self.clone();
        let mut enter = |state: State| {
            if next.state != state {
                next.state = state;
                next.since = at;
            }
        };
        match event {
            Event::Rejected => enter(State::Rejected),
            Event::Referred => enter(State::Referred),
            Event::PreRegistered { number, direction, owed } | Event::Edited { number, direction, owed } => {
                enter(State::PreRegistered);
                next.since = at;
                (next.number, next.direction, next.owed) = (*number, *direction, *owed);
            }
            Event::Registered { number, direction, lane, owed, security, due_on, arrival_on } => {
                enter(State::of_lane(*lane));
                next.registered_at = Some(at);
                (next.number, next.direction, next.lane) = (*number, *direction, Some(*lane));
                (next.owed, next.security, next.due_on) = (*owed, *security, *due_on);
                next.arrival_on = *arrival_on;
            }
            Event::Amended { number, lane, owed_after, security, arrival_on, .. } => {
                let under_check = matches!(
                    self.state,
                    State::AwaitingPayment | State::DocumentCheck | State::AmendmentInstructed | State::Examination
                );
                if under_check {
                    enter(State::of_lane(*lane));
                } else if self.state == State::AmendmentCheck {
                    // A later amendment takes the place of the one that was checked; whether it is checked is told next.
                    enter(self.cleared_state());
                }
                (next.number, next.lane) = (Some(*number), Some(*lane));
                (next.owed, next.security, next.arrival_on) = (*owed_after, *security, *arrival_on);
            }
            Event::InterestCounted { amount, until, .. } => {
                next.interest += *amount;
                next.interest_until = next.interest_until.max(Some(*until));
            }
            Event::InterestTakenBack { amount, .. } => next.interest -= *amount,
            Event::InterestUnknown { .. } => {}
            Event::PaymentReceived { amount, .. } => {
                next.paid += *amount;
                if next.state.is_cleared() || next.released_on.is_some() {
                    next.interest_until = next.interest_until.max(Some(at.date()));
                    next.pay_later(at.date(), *amount);
                }
            }
            Event::PaymentAwaited => enter(State::AwaitingPayment),
            Event::AmendmentHeld => enter(State::AmendmentCheck),
            Event::AmendmentAccepted => enter(self.cleared_state()),
            Event::AmendmentInstructed { due_on, .. } => {
                if self.state.is_cleared() {
                    // What is cleared stays so, and so does the day on which its taxes are due: interest runs from it.
                    next.since = at;
                } else {
                    enter(State::AmendmentInstructed);
                    (next.since, next.due_on) = (at, *due_on);
                }
            }
            Event::Rerouted { lane, .. } => {
                enter(State::of_lane(*lane));
                next.lane = Some(*lane);
            }
            Event::Released { due_on, .. } => {
                enter(State::ReleasedBeforePermit);
                (next.released_on, next.due_on) = (Some(at.date()), Some(*due_on));
            }
            Event::TakenToStorage { due_on } => {
                enter(State::TakenToStorage);
                next.due_on = Some(*due_on);
            }
            Event::Cleared { due_on } => {
                enter(State::Cleared);
                (next.cleared_on, next.due_on) = (Some(at.date()), *due_on);
            }
            Event::PassedSupervision => {
                if self.state != State::AmendmentCheck {
                    enter(State::ThroughSupervision);
                }
                next.passed_on = Some(at.date());
            }
            Event::Refused { .. } => enter(State::Refused),
            Event::Cancelled { .. } => enter(State::Cancelled),
            Event::Expired => enter(State::Expired),
            Event::DocumentsAccepted | Event::Examined | Event::DutyDifference { .. } | Event::AmendmentReferred => {}
        }
        next
    }

    fn pay_later(&mut self, on: Date, amount: Decimal) {
        match self.paid_later.binary_search_by_key(&on, |payment| payment.on) {
            Ok(same_day) => self.paid_later[same_day].amount += amount,
            Err(place) => self.paid_later.insert(place, DatedPayment { on, amount }),
        }
    }

    /// The same declaration after events, one after the other.
    #[must_use]
    pub fn after_all(&self, events: &[Event], at: DateTime) -> Self {
        events.iter().fold(self.clone(), |standing, event| standing.after(event, at))
    }

    /// Of the version that a later one takes the place of.
    #[must_use]
    pub fn superseded(&self, at: DateTime) -> Self {
        Self { state: State::Superseded, since: at, ..self.clone() }
    }
}
