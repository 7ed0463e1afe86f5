//! What is paid late costs interest, counted once for each day.

use clearance::life_cycle::{Command, Event, Standing, State, carry_out, interest_until};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use vocabulary::{Declaration, Instruction, Lane, Security};

use crate::{RULEBOOK, accepted, amend, declaration, dong, on, reason, standing, trader};

const CLEARED_ON: Date = date(2026, 11, 3);

/// Cleared under a guarantee, with a hundred million dong open.
fn guaranteed() -> Standing {
    Standing {
        security: Security::Guaranteed,
        owed: dong(100_000_000),
        paid: Decimal::ZERO,
        cleared_on: Some(CLEARED_ON),
        due_on: Some(date(2026, 11, 30)),
        ..standing(State::Cleared)
    }
}

fn pay(standing: &Standing, amount: i64, day: Date) -> Standing {
    let command = Command::Pay { amount: dong(amount), by_declarant: true };
    standing.after_all(&carry_out(standing, &command, &on(day)).unwrap(), on(day).at)
}

#[test]
fn under_a_guarantee_interest_runs_from_clearance() {
    // Ten days lie between the third and the fourteenth: 0.03 % a day.
    let day = date(2026, 11, 14);
    let command = Command::Pay { amount: dong(100_000_000), by_declarant: true };
    let events = carry_out(&guaranteed(), &command, &on(day)).unwrap();
    let Event::InterestCounted { amount, on: tax, days, law, .. } = &events[0] else { panic!("{events:?}") };
    assert_eq!((*amount, *tax, *days), (dong(300_000), dong(100_000_000), 10));
    assert!(law.contains("108/2025"), "{law}");
    // The money pays the tax first; the interest stays open, and bears none itself.
    let paid = guaranteed().after_all(&events, on(day).at);
    assert_eq!((paid.open_tax(), paid.open(), paid.interest), (dong(0), dong(300_000), dong(300_000)));
    assert_eq!(interest_until(&paid, date(2027, 6, 1), &RULEBOOK.in_force_on(day)), []);
    let settled = pay(&paid, 300_000, date(2026, 12, 24));
    assert_eq!((settled.open(), settled.state), (dong(0), State::Cleared));
}

#[test]
fn each_day_is_counted_once_whatever_is_paid_on_it() {
    // Half of the tax after ten days, the other half after twenty more: 10 days on all, 20 on the half.
    let first = pay(&guaranteed(), 50_000_000, date(2026, 11, 14));
    assert_eq!(first.interest, dong(300_000));
    let again = pay(&first, 1, date(2026, 11, 14));
    assert_eq!(again.interest, dong(300_000));
    let second = pay(&again, 49_999_999, date(2026, 12, 4));
    assert_eq!(second.interest, dong(300_000 + 300_000));
    // Nothing before the day after clearance.
    assert_eq!(pay(&guaranteed(), 100_000_000, CLEARED_ON.tomorrow().unwrap()).interest, dong(0));
}

#[test]
fn a_deferral_bears_interest_after_its_day_alone() {
    let deferred = Standing { security: Security::Deferred, due_on: Some(date(2026, 12, 10)), ..guaranteed() };
    let in_time = pay(&deferred, 40_000_000, date(2026, 12, 1));
    assert_eq!(in_time.interest, dong(0));
    // From the eleventh to the twentieth, on what was left.
    assert_eq!(pay(&in_time, 60_000_000, date(2026, 12, 21)).interest, dong(180_000));
}

#[test]
fn what_an_amendment_adds_after_clearance_bears_interest_from_the_beginning() {
    let paid = Standing { security: Security::None, paid: dong(100_000_000), ..guaranteed() };
    let corrected = Declaration { notes: Some("corrected".into()), ..declaration() };
    let day = date(2026, 11, 14);
    let events = amend(&paid, &corrected, &accepted(Lane::Green, 110_000_000), day).unwrap();
    let amended = paid.after_all(&events, on(day).at);
    assert_eq!((amended.open_tax(), amended.interest), (dong(10_000_000), dong(30_000)));
    // Ten days more, on the same ten million.
    assert_eq!(pay(&amended, 10_000_000, date(2026, 11, 24)).interest, dong(30_000 + 30_000));
}

#[test]
fn what_is_not_cleared_bears_none_and_what_no_rule_counts_is_an_officers() {
    let awaiting = Standing { cleared_on: None, state: State::AwaitingPayment, ..guaranteed() };
    assert_eq!(interest_until(&awaiting, date(2027, 1, 1), &RULEBOOK.in_force_on(CLEARED_ON)), []);
    let before_the_rules = Standing { cleared_on: Some(date(2019, 1, 1)), ..guaranteed() };
    let until = date(2019, 2, 1);
    let events = interest_until(&before_the_rules, until, &RULEBOOK.in_force_on(until));
    assert_eq!(events, [Event::InterestUnknown { until }]);
}

#[test]
fn no_amendment_and_no_instruction_moves_the_day_from_which_interest_runs() {
    // An authorised operator that asks for a deferral only when the tax is raised, after clearance.
    let paid = Standing { security: Security::None, paid: dong(100_000_000), due_on: None, ..guaranteed() };
    let asking = Declaration { due_date_code: Some("C".into()), ..declaration() };
    let mut raised = accepted(Lane::Green, 110_000_000);
    raised.facts.traders = vec![trader(true)];
    let day = date(2026, 11, 14);
    let amended = paid.after_all(&amend(&paid, &asking, &raised, day).unwrap(), on(day).at);
    assert_eq!((amended.security, amended.interest), (Security::None, dong(30_000)));
    // One that had the deferral, and nothing open when it was cleared.
    let settled = Standing { security: Security::Deferred, ..paid };
    let amended = settled.after_all(&amend(&settled, &asking, &raised, day).unwrap(), on(day).at);
    assert_eq!(amended.interest, dong(30_000));
    // An officer who asks for another amendment gives no other term of payment with it.
    let deferred = Standing {
        security: Security::Deferred,
        due_on: Some(date(2026, 12, 10)),
        state: State::AmendmentCheck,
        ..guaranteed()
    };
    let command = Command::Instructed(&Instruction::InstructAmendment { reason: reason() });
    let instructed = deferred.after_all(&carry_out(&deferred, &command, &on(date(2026, 12, 30))).unwrap(), on(day).at);
    assert_eq!(instructed.due_on, Some(date(2026, 12, 10)));
    assert_eq!(pay(&instructed, 100_000_000, date(2026, 12, 21)).interest, dong(300_000));
}
