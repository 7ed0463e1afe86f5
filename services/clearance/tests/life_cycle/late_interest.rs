//! What is paid late costs interest, counted once for each day.

use clearance::life_cycle::{Command, Event, Standing, State, carry_out, interest_until, payable_until};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use vocabulary::{Decision, Declaration, Instruction, Lane, Security};

use crate::{RULEBOOK, accepted, amend, claim, declaration, dong, on, reason, standing, trader};

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

/// Amends so that another tax is owed.
fn owing(standing: &Standing, owed: i64, day: Date) -> (Standing, Vec<Event>) {
    let corrected = Declaration { notes: Some("corrected".into()), ..declaration() };
    let events = amend(standing, &corrected, &accepted(Lane::Green, owed), day).unwrap();
    (standing.after_all(&events, on(day).at), events)
}

/// A hundred million open for ten days, half of it for ten more.
fn half_paid() -> Standing {
    pay(&guaranteed(), 50_000_000, date(2026, 11, 14))
}

#[test]
fn interest_follows_the_tax_down_from_the_beginning() {
    let day = date(2026, 11, 24);
    let (lowered, events) = owing(&half_paid(), 60_000_000, day);
    let Event::InterestTakenBack { amount, tax, interest, until, law, .. } = &events[1] else { panic!("{events:?}") };
    assert_eq!((*amount, *tax, *interest), (dong(120_000), dong(60_000_000), dong(180_000)));
    assert_eq!(*until, date(2026, 11, 14));
    assert!(law.contains("108/2025"), "{law}");
    // What ran on since is counted on what is open of the lower tax alone.
    assert_eq!((lowered.interest, lowered.open()), (dong(180_000 + 30_000), dong(10_000_000 + 210_000)));
    // Where nothing is owed any more, nothing was late.
    let (nothing, _) = owing(&half_paid(), 0, day);
    assert_eq!((nothing.interest, nothing.open()), (dong(0), dong(0)));
    // Interest that was paid is the payer's again.
    let settled = pay(&pay(&half_paid(), 50_000_000, day), 450_000, day);
    assert_eq!((settled.open(), settled.interest), (dong(0), dong(450_000)));
    let (lowered, _) = owing(&settled, 60_000_000, date(2026, 12, 24));
    let excess = lowered.paid - lowered.owed - lowered.interest;
    assert_eq!((lowered.interest, excess), (dong(210_000), dong(40_000_000 + 240_000)));
}

#[test]
fn lowering_the_tax_and_raising_it_again_saves_no_interest() {
    let day = date(2026, 11, 24);
    let never_amended = dong(300_000 + 150_000);
    assert_eq!(owing(&half_paid(), 100_000_000, day).0.interest, never_amended);
    for back_on in [day, date(2026, 11, 30)] {
        for low in [0, 1, 49_999_999, 60_000_000, 99_999_999] {
            let (lowered, _) = owing(&half_paid(), low, day);
            let (raised, _) = owing(&lowered, 100_000_000, back_on);
            let (straight, _) = owing(&half_paid(), 100_000_000, back_on);
            assert_eq!(raised.interest, straight.interest, "{low} until {back_on}");
        }
    }
    // A lower tax that rests on a claim waits for an officer, who does not accept it.
    let claimed = Decision { claims: vec![claim()], ..accepted(Lane::Green, 60_000_000) };
    let corrected = Declaration { notes: Some("claimed".into()), ..declaration() };
    let events = amend(&half_paid(), &corrected, &claimed, day).unwrap();
    let held = half_paid().after_all(&events, on(day).at);
    assert_eq!(held.state, State::AmendmentCheck);
    let command = Command::Instructed(&Instruction::InstructAmendment { reason: reason() });
    let instructed = held.after_all(&carry_out(&held, &command, &on(day)).unwrap(), on(day).at);
    assert_eq!(owing(&instructed, 100_000_000, day).0.interest, never_amended);
}

#[test]
fn what_was_paid_too_much_lowers_no_interest_of_the_days_before() {
    let overpaid = pay(&guaranteed(), 150_000_000, date(2026, 11, 14));
    // Thirty million more were owed for ten days, until the money was there.
    let (raised, events) = owing(&overpaid, 130_000_000, date(2026, 12, 14));
    assert!(matches!(events[1], Event::InterestCounted { days: 10, .. }), "{events:?}");
    assert_eq!(raised.interest, dong(300_000 + 90_000));
}

/// A slow account of the interest on a tax, day by day: in ten-thousandths of a dong, three for each dong that is open.
fn day_by_day(owed: Decimal, paid: &[(Date, Decimal)], payable: Date, until: Date) -> Decimal {
    let mut sum = Decimal::ZERO;
    let mut day = payable.tomorrow().unwrap();
    while day < until {
        let paid_by_then: Decimal = paid.iter().filter(|(on, _)| *on <= day).map(|(_, amount)| *amount).sum();
        sum += (owed - paid_by_then).max(Decimal::ZERO) * dong(3);
        day = day.tomorrow().unwrap();
    }
    sum / dong(10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_interest_is_that_of_the_tax_that_is_owed_counted_by_day(
        deferred in any::<bool>(),
        early in any::<bool>(),
        steps in proptest::collection::vec((0_usize..4, 0_i64..200_000_000, 0_i64..25), 1..20)
    ) {
        // The law that says what a day costs was replaced on the first of July.
        let cleared_on = if early { date(2026, 6, 20) } else { CLEARED_ON };
        let due_on = Some(date(2026, 12, 10));
        let security = if deferred { Security::Deferred } else { Security::Guaranteed };
        let mut standing = Standing { cleared_on: Some(cleared_on), due_on, security, ..guaranteed() };
        let payable = payable_until(&standing).unwrap();
        let (mut paid, mut counts, mut day) = (Vec::new(), 0_u32, cleared_on);
        for (kind, amount, days) in steps {
            day = day.checked_add(jiff::Span::new().days(days)).unwrap();
            let step = match kind {
                0 | 1 => carry_out(&standing, &Command::Pay { amount: dong(amount), by_declarant: true }, &on(day)),
                _ => {
                    let mut decision = accepted(Lane::Green, amount);
                    if kind == 3 {
                        decision.claims = vec![claim()];
                    }
                    let changed = Declaration { notes: Some("changed".into()), ..declaration() };
                    amend(&standing, &changed, &decision, day)
                }
            };
            let Ok(events) = step else { continue };
            for event in &events {
                match event {
                    Event::PaymentReceived { amount, .. } => paid.push((day, *amount)),
                    Event::InterestCounted { .. } => counts += 1,
                    Event::InterestTakenBack { tax, interest, until, .. } => {
                        let exact = day_by_day(*tax, &paid, payable, *until);
                        prop_assert!((*interest - exact).abs() * dong(2) <= Decimal::ONE, "{interest} and {exact}");
                        counts = 1;
                    }
                    Event::InterestUnknown { .. } => prop_assert!(false, "{:?}", event),
                    _ => {}
                }
            }
            standing = standing.after_all(&events, on(day).at);
            let kept: Standing = serde_json::from_str(&serde_json::to_string(&standing).unwrap()).unwrap();
            prop_assert_eq!(&kept, &standing);
            // What was not counted yet is counted with it; each count is rounded to a whole dong.
            let open = interest_until(&standing, day, &RULEBOOK.in_force_on(day));
            let so_far = standing.after_all(&open, on(day).at).interest;
            let exact = day_by_day(standing.owed, &paid, payable, day);
            let most = Decimal::from(counts + u32::try_from(open.len()).unwrap()) / dong(2);
            prop_assert!((so_far - exact).abs() <= most, "{so_far} and {exact} after {events:?}");
        }
    }
}
