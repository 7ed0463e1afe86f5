//! When the calendar acts next on a declaration.
//!
//! The calendar knows days, and not what happened in a port: an import is cancelled by it only where the declarant's own
//! day of arrival lies behind the term, a dossier is missing to it only where nothing has happened since registration.
//! Whoever knows more commands with the same commands.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};
use rulebook::{LimitKind, RulesInForce};
use vocabulary::{AutomaticCase, Direction, State};

use super::standing::Standing;

/// What the calendar commands next, and from when on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedCommand {
    /// The first moment at which it is carried out, in Vietnam's time.
    pub from: DateTime,
    /// The case of a cancellation; `None` for the end of the term for registration.
    pub case: Option<AutomaticCase>,
}

/// What the calendar commands next on a declaration that stands so, by the terms of some rules; `None` where it does not
/// act, or where the rules do not know the term.
pub fn next_of_time(standing: &Standing, rules: &RulesInForce<'_>) -> Option<TimedCommand> {
    let term = |day: Date, limit: LimitKind| {
        let days = i64::from(rules.limit(limit).ok()?.value);
        day.checked_add(days.days()).ok()
    };
    if standing.state == State::PreRegistered {
        let last = term(standing.since.date(), LimitKind::PreRegistrationDays)?;
        return Some(TimedCommand { from: beginning_after(last)?, case: None });
    }
    let case = case_of_time(standing)?;
    let last = term(standing.registered_at?.date(), LimitKind::AutomaticCancellationDays)?;
    if case == AutomaticCase::GoodsNotArrived && standing.arrival_on.is_none_or(|arrival| arrival <= last) {
        return None;
    }
    Some(TimedCommand { from: beginning_after(last)?, case: Some(case) })
}

/// The case in which the calendar cancels a declaration that stands so, once its time has come.
pub fn case_of_time(standing: &Standing) -> Option<AutomaticCase> {
    Some(match (standing.direction?, standing.state) {
        (
            Direction::Import,
            State::AwaitingPayment | State::DocumentCheck | State::AmendmentInstructed | State::Examination,
        ) => AutomaticCase::GoodsNotArrived,
        (Direction::Export, State::AwaitingPayment | State::Cleared | State::AmendmentCheck)
            if standing.passed_on.is_none() =>
        {
            AutomaticCase::NotMoved
        }
        (Direction::Export, State::DocumentCheck) if Some(standing.since) == standing.registered_at => {
            AutomaticCase::NoDossier
        }
        (Direction::Export, State::Examination) => AutomaticCase::NotPresented,
        _ => return None,
    })
}

/// The beginning of the day after a term's last day.
fn beginning_after(last: Date) -> Option<DateTime> {
    last.tomorrow().ok().map(|day| day.to_datetime(Time::midnight()))
}
