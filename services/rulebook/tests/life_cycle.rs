//! Terms, reasons and frozen fields, as the law has them.

use std::path::Path;

use jiff::civil::date;
use rulebook::{FrozenFrom, LimitKind, Mark, ReasonFor, RegistrationChange, Rulebook};

fn rulebook() -> Rulebook {
    Rulebook::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules"))
        .unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn terms_have_their_days_and_their_law() {
    let rulebook = rulebook();
    let rules = rulebook.in_force_on(date(2026, 11, 24));
    let limit = |kind| rules.limit(kind).map(|limit| limit.value).unwrap();
    assert_eq!(limit(LimitKind::PreRegistrationDays), 7);
    assert_eq!(limit(LimitKind::AutomaticCancellationDays), 15);
    assert_eq!(limit(LimitKind::AmendmentsMost), 9);
    assert_eq!(limit(LimitKind::DeferralDayOfNextMonth), 10);
    let seven = rules.limit(LimitKind::PreRegistrationDays).unwrap();
    assert_eq!(&*seven.citation.law, "Circular 38/2015/TT-BTC, art. 18.6");
    assert_eq!(seven.mark, Mark::Verified);
    // The day before the circular, nothing is known, and that is a gap.
    let before = rulebook.in_force_on(date(2015, 3, 31));
    assert_eq!(&*before.limit(LimitKind::PreRegistrationDays).unwrap_err().code, "value_not_in_rulebook_on_date");
    assert!(rulebook.in_force_on(date(2015, 4, 1)).limit(LimitKind::PreRegistrationDays).is_ok());
    for change in RegistrationChange::ALL {
        assert!(rules.change_note(change).is_ok(), "{change:?}");
    }
}

#[test]
fn working_days_pass_over_weekends_and_holidays() {
    let rulebook = rulebook();
    let later = |day, count| rulebook.in_force_on(day).working_days_later(count);
    assert_eq!(later(date(2026, 11, 24), 5), Ok(date(2026, 12, 1)));
    // The new year of the moon.
    assert_eq!(later(date(2026, 2, 13), 1), Ok(date(2026, 2, 23)));
    assert!(later(date(2026, 12, 31), 1).is_err());
}

#[test]
fn more_fields_are_frozen_later() {
    let rulebook = rulebook();
    let rules = rulebook.in_force_on(date(2026, 11, 24));
    let count = |at| rules.frozen_fields(at).count();
    let at = [FrozenFrom::Registration, FrozenFrom::Release, FrozenFrom::Clearance].map(count);
    assert!(at[0] > 10 && at[0] < at[1] && at[1] < at[2], "{at:?}");
    assert!(rules.change_reasons(ReasonFor::Cancellation).contains(&"FRZ"));
    assert!(rules.change_reason("FRZ").is_some_and(|reason| reason.value.given_for == ReasonFor::Cancellation));
}
