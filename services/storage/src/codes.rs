//! Small numbers in place of words, where every row would repeat them. A number means the same for good: a word that comes new
//! takes the next one, and none is ever given again.
//!
//! The indexes of both schemas name states by these numbers.

use vocabulary::{Direction, Lane, Outcome, State};

use crate::error::StorageError;
use crate::query::Row;

/// The declarations that nobody waits for any more are in none of the lists of what waits; the indexes of those lists have
/// this condition word for word.
pub(crate) const OPEN: &str = "state NOT IN (1, 2, 11, 12, 14, 15, 16, 17)";

/// The condition on what lists hold, and numbers find; the indexes have it word for word.
pub(crate) const CURRENT: &str = "state <> 17";

/// The number of a state.
pub(crate) fn of_state(state: State) -> i64 {
    match state {
        State::Draft => 1,
        State::Rejected => 2,
        State::Referred => 3,
        State::PreRegistered => 4,
        State::AwaitingPayment => 5,
        State::DocumentCheck => 6,
        State::AmendmentInstructed => 7,
        State::Examination => 8,
        State::ReleasedBeforePermit => 9,
        State::TakenToStorage => 10,
        State::Cleared => 11,
        State::ThroughSupervision => 12,
        State::AmendmentCheck => 13,
        State::Refused => 14,
        State::Cancelled => 15,
        State::Expired => 16,
        State::Superseded => 17,
    }
}

/// The number of an outcome.
pub(crate) fn of_outcome(outcome: Outcome) -> i64 {
    match outcome {
        Outcome::Accepted => 1,
        Outcome::Rejected => 2,
        Outcome::Unreadable => 3,
        Outcome::Referred => 4,
    }
}

/// The number of a direction.
pub(crate) fn of_direction(direction: Direction) -> i64 {
    match direction {
        Direction::Import => 1,
        Direction::Export => 2,
    }
}

/// The number of a lane, which is the one that declarations bear.
pub(crate) fn of_lane(lane: Lane) -> i64 {
    lane.code().into()
}

/// The state that stands in the column `state`.
///
/// # Errors
/// When no state has this number.
pub(crate) fn state(row: &Row) -> Result<State, StorageError> {
    known("state", row.integer("state")?, State::ALL, of_state)
}

/// The outcome that stands in the column `outcome`.
///
/// # Errors
/// When no outcome has this number.
pub(crate) fn outcome(row: &Row) -> Result<Outcome, StorageError> {
    known("outcome", row.integer("outcome")?, Outcome::ALL, of_outcome)
}

/// The direction that stands in the column `direction`; nothing where the document does not say.
///
/// # Errors
/// When no direction has this number.
pub(crate) fn direction(row: &Row) -> Result<Option<Direction>, StorageError> {
    let code = row.optional_integer("direction")?;
    code.map(|code| known("direction", code, Direction::ALL, of_direction)).transpose()
}

/// The lane that stands in the column `lane`.
///
/// # Errors
/// When no lane has this number.
pub(crate) fn lane(row: &Row) -> Result<Option<Lane>, StorageError> {
    let code = row.optional_integer("lane")?;
    code.map(|code| known("lane", code, Lane::ALL, of_lane)).transpose()
}

fn known<T: Copy, const N: usize>(
    what: &str,
    code: i64,
    all: [T; N],
    code_of: fn(T) -> i64,
) -> Result<T, StorageError> {
    let unknown = || StorageError::Unreadable { detail: format!("the {what} {code}: run a newer program") };
    all.into_iter().find(|one| code_of(*one) == code).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept everywhere has these numbers. A line is added, and none is ever changed.
    const KEPT: &str = "state draft 1, state rejected 2, state referred 3, state pre_registered 4, state awaiting_payment 5, \
        state document_check 6, state amendment_instructed 7, state examination 8, state released_before_permit 9, \
        state taken_to_storage 10, state cleared 11, state through_supervision 12, state amendment_check 13, state refused 14, \
        state cancelled 15, state expired 16, state superseded 17, outcome accepted 1, outcome rejected 2, \
        outcome unreadable 3, outcome referred 4, direction import 1, direction export 2, lane green 1, lane yellow 2, \
        lane red 3";

    #[test]
    fn numbers_never_change() {
        let states = State::ALL.map(|state| format!("state {} {}", state.as_str(), of_state(state)));
        let outcomes = Outcome::ALL.map(|outcome| format!("outcome {} {}", outcome.as_str(), of_outcome(outcome)));
        let directions = Direction::ALL.map(|one| format!("direction {} {}", one.as_str(), of_direction(one)));
        let lanes = Lane::ALL.map(|lane| format!("lane {} {}", lane.as_str(), of_lane(lane)));
        let all = [states.to_vec(), outcomes.to_vec(), directions.to_vec(), lanes.to_vec()].concat();
        assert_eq!(all.join(", "), KEPT);
    }

    #[test]
    fn the_indexes_leave_out_what_nobody_waits_for_any_more() {
        let ended = [
            State::Draft,
            State::Rejected,
            State::Cleared,
            State::ThroughSupervision,
            State::Refused,
            State::Cancelled,
            State::Expired,
            State::Superseded,
        ];
        let codes = ended.map(|state| of_state(state).to_string()).join(", ");
        assert_eq!(OPEN, format!("state NOT IN ({codes})"));
        assert_eq!(CURRENT, format!("state <> {}", of_state(State::Superseded)));
        for schema in [include_str!("postgres/schema.sql"), include_str!("sqlite/schema.sql")] {
            for condition in [OPEN, CURRENT] {
                assert_eq!(schema.matches(condition).count(), if condition == OPEN { 2 } else { 3 });
            }
        }
    }
}
