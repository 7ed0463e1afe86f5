//! Guarantees, and interest on tax paid late.

use clearance::settlement::{InterestUnknown, late_interest};
use jiff::civil::date;
use rust_decimal::Decimal;
use vocabulary::{Balance, Declaration, Facts, Guarantee, Outcome};

use super::finding;
use super::support::*;

/// Valves that bear 49,068,000 dong, to be guaranteed.
fn guaranteed(due_date_code: &str) -> Declaration {
    Declaration {
        due_date_code: Some(due_date_code.into()),
        guarantee_bank: Some("01201001".into()),
        guarantee_year: Some(2026),
        guarantee_sign: Some("BL".into()),
        guarantee_number: Some("0000001".into()),
        ..with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")])
    }
}

fn guarantee(general: bool, remaining: &str) -> Guarantee {
    Guarantee {
        bank: "01201001".into(),
        year: 2026,
        sign: "BL".into(),
        number: "0000001".into(),
        holder: "0100233488".into(),
        general,
        expires_on: Some(DAY),
        remaining: number(remaining),
    }
}

fn decided(code: &str, guarantee: Guarantee) -> vocabulary::Decision {
    decide_by(&RULEBOOK, &guaranteed(code), DAY, &Facts { guarantees: vec![guarantee], ..Facts::default() })
}

#[test]
fn a_guarantee_covers_all_that_is_owed_or_nothing() {
    for (code, general, short) in [("A", false, "E7009"), ("B", true, "E7026")] {
        let enough = decided(code, guarantee(general, "49068000"));
        assert_eq!(enough.outcome, Outcome::Accepted, "{:#?}", enough.findings);
        let taken = &enough.write_offs[0];
        assert_eq!((taken.amount, taken.unit.as_str()), (number("49068000"), "VND"));
        assert!(matches!(&taken.balance, Balance::Guarantee { number, .. } if number == "0000001"));
        assert_eq!(enough.facts.guarantees.len(), 1, "what was consulted is kept");

        let one_short = decided(code, guarantee(general, "49067999"));
        assert_eq!(one_short.outcome, Outcome::Rejected);
        assert!(finding(&one_short, short).message.en.contains("1 too few"));
        assert!(one_short.write_offs.is_empty());
    }
}

#[test]
fn a_guarantee_is_there_ones_own_in_force_and_of_its_kind() {
    let good = || guarantee(false, "49068000");
    for (given, code) in [
        (Guarantee { number: "0000002".into(), ..good() }, "E7000"),
        (Guarantee { holder: "0100109106".into(), ..good() }, "E7001"),
        (Guarantee { expires_on: Some(DAY.yesterday().unwrap()), ..good() }, "E7002"),
        (Guarantee { general: true, ..good() }, "E7003"),
    ] {
        finding(&decided("A", given), code);
    }
    // Whoever pays at once needs none.
    let mut cash = guaranteed("D");
    cash.guarantee_bank = None;
    cash.guarantee_year = None;
    cash.guarantee_sign = None;
    cash.guarantee_number = None;
    let decision = decide(&cash);
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert!(decision.write_offs.is_empty());
}

#[test]
fn interest_is_counted_by_the_day() {
    let amount = number("100000000");
    let rules = RULEBOOK.in_force_on(date(2026, 11, 12));
    let interest = |due, paid| late_interest(amount, due, paid, &rules).unwrap();
    // From the day after the due day to the day before the payment: ten days.
    let ten = interest(date(2026, 11, 1), date(2026, 11, 12));
    assert_eq!((ten.len(), ten[0].days, ten[0].amount), (1, 10, number("300000")));
    assert!(ten[0].citation.law.contains("108/2025"));
    for paid in [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)] {
        assert_eq!(interest(date(2026, 11, 1), paid), Vec::new(), "{paid}");
    }
    // Each law for its own days.
    let both = interest(date(2026, 6, 28), date(2026, 7, 4));
    assert_eq!(both.iter().map(|part| part.days).collect::<Vec<_>>(), [2, 3]);
    assert!(both[0].citation.law.contains("38/2019") && both[1].citation.law.contains("108/2025"));
    let unknown = late_interest(amount, date(2019, 1, 1), date(2019, 2, 1), &rules);
    assert!(matches!(unknown, Err(InterestUnknown::Gap(_))));
    let huge = late_interest(Decimal::MAX, date(2026, 11, 1), date(2026, 11, 12), &rules);
    assert_eq!(huge, Err(InterestUnknown::TooLarge));
}
