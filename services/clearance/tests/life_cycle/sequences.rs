//! What no sequence of commands may do, and what time does by itself.

use std::collections::BTreeSet;

use clearance::life_cycle::{Circumstances, Command, Event, Standing, carry_out, next_of_time};
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use rust_decimal::Decimal;
use vocabulary::{AutomaticCase, CommandKind, Direction, Instruction, Security, State};

use crate::{AT, RULEBOOK, now, on, standing, with_commands};

/// A slow and obvious second account of a declaration: what was last owed, and what was paid.
#[derive(Default)]
struct Ledger {
    owed: Decimal,
    paid: Decimal,
    secured: bool,
}

impl Ledger {
    fn enter(&mut self, event: &Event) {
        match event {
            Event::Registered { owed, security, .. } => {
                (self.owed, self.secured) = (*owed, *security != Security::None)
            }
            Event::Amended { owed_after, security, .. } => {
                (self.owed, self.secured) = (*owed_after, *security != Security::None);
            }
            Event::PaymentReceived { amount, .. } => self.paid += amount,
            _ => {}
        }
    }

    fn settled(&self) -> bool {
        self.secured || self.paid >= self.owed
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_commands_clears_or_releases_what_is_not_settled(
        choices in proptest::collection::vec((0_usize..CommandKind::ALL.len(), 0_usize..8, 0_i64..6), 1..40)
    ) {
        let mut standing = Standing::draft(AT);
        let mut ledger = Ledger::default();
        let mut day = AT.date();
        for (kind, variant, days) in choices {
            day = day.checked_add(jiff::Span::new().days(days)).unwrap();
            let circumstances = on(day);
            let mut step = None;
            let mut at = 0;
            with_commands(CommandKind::ALL[kind], |command| {
                if at == variant {
                    step = Some(carry_out(&standing, command, &circumstances));
                }
                at += 1;
            });
            let Some(Ok(events)) = step else { continue };
            for event in &events {
                ledger.enter(event);
                if matches!(event, Event::Cleared { .. } | Event::Released { .. }) {
                    prop_assert!(ledger.settled(), "{event:?} with {} of {} paid", ledger.paid, ledger.owed);
                }
                standing = standing.after(event, circumstances.at);
            }
            prop_assert!(standing.number.is_none_or(|number| number.amendments() <= 9));
            if standing.state.is_registered() {
                prop_assert_eq!((standing.owed, standing.paid), (ledger.owed, ledger.paid));
            }
            let kept: Standing = serde_json::from_str(&serde_json::to_string(&standing).unwrap()).unwrap();
            prop_assert_eq!(&kept, &standing);
        }
    }
}

/// What the calendar commands next is refused until its time, and carried out from then on.
#[test]
fn the_calendar_acts_when_the_term_has_passed_and_not_before() {
    let mut acted = BTreeSet::new();
    for state in State::ALL {
        for direction in [Direction::Import, Direction::Export] {
            for arrival_on in [None, Some(date(2026, 11, 25)), Some(date(2027, 1, 10))] {
                let standing = Standing { direction: Some(direction), arrival_on, ..standing(state) };
                let Some(next) = next_of_time(&standing, &now().rules) else { continue };
                assert!(arrival_on == Some(date(2027, 1, 10)) || direction == Direction::Export || next.case.is_none());
                let instruction = next.case.map_or(Instruction::Expire, Instruction::CancelAutomatically);
                let command = Command::Instructed(&instruction);
                let at = |at: DateTime| Circumstances { at, rules: RULEBOOK.in_force_on(at.date()) };
                let before = next.from.checked_sub(jiff::Span::new().seconds(1)).unwrap();
                let early = carry_out(&standing, &command, &at(before)).unwrap_err();
                assert_eq!(early.code, "term_not_passed", "{state} {direction:?}");
                let events = carry_out(&standing, &command, &at(next.from)).unwrap();
                let after = standing.after_all(&events, next.from);
                assert_eq!(next_of_time(&after, &now().rules), None, "nothing is commanded twice");
                acted.insert((state, direction.as_str(), next.case.map(AutomaticCase::as_str)));
            }
        }
    }
    let expected = [
        (State::PreRegistered, "export", None),
        (State::PreRegistered, "import", None),
        (State::AwaitingPayment, "export", Some("not_moved")),
        (State::AwaitingPayment, "import", Some("goods_not_arrived")),
        (State::DocumentCheck, "export", Some("no_dossier")),
        (State::DocumentCheck, "import", Some("goods_not_arrived")),
        (State::AmendmentInstructed, "import", Some("goods_not_arrived")),
        (State::Examination, "export", Some("not_presented")),
        (State::Examination, "import", Some("goods_not_arrived")),
        (State::Cleared, "export", Some("not_moved")),
        (State::AmendmentCheck, "export", Some("not_moved")),
    ];
    assert_eq!(acted, BTreeSet::from(expected));
}
