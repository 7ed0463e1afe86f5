//! Interest on what is paid late.
//!
//! Taxes are paid before clearance or release. What a guarantee, a deferral or an amendment leaves open beyond that bears
//! interest for each day (Law 107/2016/QH13 art. 9, Law 108/2025/QH15 art. 16).
//!
//! ```text
//!   payable ──────── a payment ──────── an amendment ────────► day
//!      └─ open tax ──────┴─ what is left ─────┤
//!                                             ├─ more tax: interest on what comes to it, from the beginning
//!                                             └─ less tax: counted again from the beginning, the difference taken back
//! ```
//!
//! So the interest is always that of the tax that is owed now. An amendment that an officer still checks counts already, as
//! its tax does: what raises the tax again brings the interest back with it.

use jiff::civil::Date;
use rulebook::{Provision, RulesInForce};
use rust_decimal::{Decimal, RoundingStrategy};
use vocabulary::Security;

use super::event::Event;
use super::standing::Standing;
use crate::settlement::{InterestUnknown, late_interest};

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
    counted_on(standing.open_tax(), since, until, rules)
}

/// The interest when an amendment changes the tax that is owed: what was open until today, and what the change brings or
/// takes back from the day on which the tax ought to have been paid.
pub(super) fn interest_on_amending(
    standing: &Standing,
    owed: Decimal,
    today: Date,
    rules: &RulesInForce<'_>,
) -> Vec<Event> {
    if owed >= standing.owed {
        let mut events = interest_until(standing, today, rules);
        events.extend(interest_on_more(standing, owed, today, rules));
        return events;
    }
    let lowered = Standing { owed, ..standing.clone() };
    let mut events: Vec<Event> = taken_back(&lowered, rules).into_iter().collect();
    events.extend(interest_until(&lowered, today, rules));
    events
}

/// The interest on what an amendment adds to the tax.
fn interest_on_more(standing: &Standing, owed: Decimal, until: Date, rules: &RulesInForce<'_>) -> Vec<Event> {
    let more = |paid| open(owed, paid) - open(standing.owed, paid);
    let stretches = stretches(standing, until, more).into_iter();
    stretches.flat_map(|stretch| counted_on(stretch.on, stretch.since, stretch.until, rules)).collect()
}

/// What was counted beyond the interest of the tax that is owed now.
fn taken_back(standing: &Standing, rules: &RulesInForce<'_>) -> Option<Event> {
    let until = standing.interest_until.filter(|_| !standing.interest.is_zero())?;
    let Ok(exact) = interest_from_the_beginning(standing, until, rules) else {
        return Some(Event::InterestUnknown { until });
    };
    let interest = whole(exact);
    (interest < standing.interest).then(|| Event::InterestTakenBack {
        amount: standing.interest - interest,
        tax: standing.owed,
        interest,
        until,
        rule: "life-cycle/amendments".to_owned(),
        law: rules.law(Provision::InterestTakenBack).to_string(),
    })
}

/// The interest on the tax that is owed, exact, as if it had been owed from the beginning.
fn interest_from_the_beginning(
    standing: &Standing,
    until: Date,
    rules: &RulesInForce<'_>,
) -> Result<Decimal, InterestUnknown> {
    let mut sum = Decimal::ZERO;
    for Stretch { since, until, on } in stretches(standing, until, |paid| open(standing.owed, paid)) {
        for part in late_interest(on, since, until, rules)? {
            sum = sum.checked_add(part.amount).ok_or(InterestUnknown::TooLarge)?;
        }
    }
    Ok(sum)
}

/// Days on which interest runs on the same amount: those after `since` and before `until`.
struct Stretch {
    since: Date,
    until: Date,
    on: Decimal,
}

/// The days from the one on which taxes were payable, by the amount that interest runs on, which follows from what had been
/// paid by then; none on which it runs on nothing.
fn stretches(standing: &Standing, until: Date, on: impl Fn(Decimal) -> Decimal) -> Vec<Stretch> {
    let Some(payable) = payable_until(standing) else { return Vec::new() };
    let later: Decimal = standing.paid_later.iter().map(|payment| payment.amount).sum();
    let mut paid = standing.paid - later;
    let mut since = payable;
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut add = |since: Date, until: Date, paid: Decimal| {
        let on = on(paid);
        match stretches.last_mut().filter(|last| last.on == on) {
            Some(last) => last.until = until,
            None => stretches.push(Stretch { since, until, on }),
        }
    };
    for payment in standing.paid_later.iter().take_while(|payment| payment.on < until) {
        // The day of a payment is the first on which it counts.
        if let Some(last) = payment.on.yesterday().ok().filter(|last| *last > since) {
            add(since, payment.on, paid);
            since = last;
        }
        paid += payment.amount;
    }
    add(since, until, paid);
    stretches.retain(|stretch| !stretch.on.is_zero());
    stretches
}

fn open(owed: Decimal, paid: Decimal) -> Decimal {
    (owed - paid).max(Decimal::ZERO)
}

fn counted_on(on: Decimal, since: Date, until: Date, rules: &RulesInForce<'_>) -> Vec<Event> {
    if on.is_zero() {
        return Vec::new();
    }
    let Ok(parts) = late_interest(on, since, until, rules) else {
        return vec![Event::InterestUnknown { until }];
    };
    let events = parts.into_iter().map(|part| Event::InterestCounted {
        amount: whole(part.amount),
        on,
        days: part.days,
        percent_per_day: part.percent_per_day,
        until,
        rule: part.citation.rule.to_string(),
        law: part.citation.law.to_string(),
    });
    events.collect()
}

fn whole(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
}
