//! Interest on what is paid late.
//!
//! Taxes are paid before clearance or release. What a guarantee, a deferral or an amendment leaves open beyond that bears
//! interest for each day (Law 107/2016/QH13 art. 9, Law 108/2025/QH15 art. 16).

use jiff::civil::Date;
use rulebook::RulesInForce;
use rust_decimal::{Decimal, RoundingStrategy};
use vocabulary::Security;

use super::event::Event;
use super::standing::Standing;
use crate::settlement::late_interest;

/// The last day on which a declaration's taxes are paid without interest; `None` while they are not late yet.
pub fn payable_until(standing: &Standing) -> Option<Date> {
    match standing.security {
        // Until the day of the next month that the law gives to an authorised operator; from clearance on, where nothing was
        // open then and no day was given.
        Security::Deferred => standing.cleared_on.map(|cleared| standing.due_on.unwrap_or(cleared)),
        // Under a guarantee interest runs from clearance or release.
        Security::Guaranteed | Security::None => standing.released_on.or(standing.cleared_on),
    }
}

/// The interest on all tax that is open, which was not counted yet: an event for each rate that held. Nothing where nothing
/// is late.
pub fn interest_until(standing: &Standing, until: Date, rules: &RulesInForce<'_>) -> Vec<Event> {
    let Some(payable) = payable_until(standing) else { return Vec::new() };
    // A payment ends the day before it: what it left open bears interest from its own day on.
    let counted = standing.interest_until.and_then(|day| day.yesterday().ok());
    let since = counted.map_or(payable, |counted| counted.max(payable));
    interest(standing.open_tax(), since, until, rules)
}

/// The interest on tax that an amendment adds, from the day on which it ought to have been paid.
pub(super) fn interest_on_more(
    standing: &Standing,
    more: Decimal,
    until: Date,
    rules: &RulesInForce<'_>,
) -> Vec<Event> {
    payable_until(standing).map(|payable| interest(more, payable, until, rules)).unwrap_or_default()
}

fn interest(on: Decimal, since: Date, until: Date, rules: &RulesInForce<'_>) -> Vec<Event> {
    if on.is_zero() {
        return Vec::new();
    }
    let Ok(parts) = late_interest(on, since, until, rules) else {
        return vec![Event::InterestUnknown { until }];
    };
    let events = parts.into_iter().map(|part| Event::InterestCounted {
        amount: part.amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero),
        on,
        days: part.days,
        percent_per_day: part.percent_per_day,
        until,
        rule: part.citation.rule.to_string(),
        law: part.citation.law.to_string(),
    });
    events.collect()
}
