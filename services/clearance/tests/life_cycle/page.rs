//! `LIFE_CYCLE.md`, written from what the code does: every state with every command.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clearance::life_cycle::{carry_out, law_of};
use rust_decimal::Decimal;
use vocabulary::{CommandKind, Direction, State};

use crate::{AT, dong, on, standing, with_commands};

/// The states that a command can lead to; empty when the state does not allow it.
fn leads_to(state: State, kind: CommandKind) -> BTreeSet<State> {
    let mut reached = BTreeSet::new();
    for paid in [Decimal::ZERO, dong(100)] {
        for direction in [Direction::Import, Direction::Export] {
            let mut standing = standing(state);
            standing.direction = Some(direction);
            if state.is_registered() {
                standing.paid = paid;
            }
            for days in [0, 1, 8, 30] {
                let circumstances = on(AT.date().checked_add(jiff::Span::new().days(days)).unwrap());
                with_commands(kind, |command| {
                    if let Ok(events) = carry_out(&standing, command, &circumstances) {
                        reached.insert(standing.after_all(&events, circumstances.at).state);
                    }
                });
            }
        }
    }
    reached
}

/// The page, written from what the code does.
fn page() -> String {
    let mut page = String::from(
        "# The life of a declaration\n\n\
         Written from `services/clearance/src/life_cycle`; `UPDATE_LIFE_CYCLE=1 cargo test --release -p clearance` writes \
         it anew.\n\n\
         ```text\n\
         draft ─┬─ pre_register ─► pre_registered ─┬─ expire ─► expired\n\
         \u{20}      │                                  └─ register ─┐\n\
         \u{20}      └─ lodge ────┬─► rejected                      │\n\
         \u{20}                   ├─► referred ─ decide ────────────┤\n\
         \u{20}                   └─────────────────────────────────┤\n\
         \u{20}                                 ┌── green ──────────┤\n\
         \u{20}                                 │      ┌── yellow ──┤\n\
         \u{20}                                 │      │     ┌─ red ┘\n\
         \u{20}                                 │      ▼     ▼\n\
         \u{20}                                 │  document_check ─ reroute ─► examination      ◄─► amendment_instructed\n\
         \u{20}                                 │      │    └───────┬───────────────┘\n\
         \u{20}                                 │      │            ▼\n\
         \u{20}                                 │      │  released_before_permit, taken_to_storage\n\
         \u{20}                                 ▼      ▼            │\n\
         \u{20}                             awaiting_payment ◄──────┤  owed, neither guaranteed nor deferred\n\
         \u{20}                                 │                   ▼\n\
         \u{20}                                 └─ pay ─────────► cleared ─ pass_supervision ─► through_supervision\n\
         ```\n\n\
         A registered declaration can be cancelled for the reasons that the law has, and refused by an officer who checks it. An amendment puts a new version in\n\
         its place, under a number whose last digit is one higher; the version before it is then superseded. After\n\
         clearance it goes to an officer's check when it rests on a claim, when its lane asks for one, or when it lowers what is owed by\n\
         more than a certificate that customs holds; the goods stay cleared meanwhile.\n\n\
         ## Who may do what\n\n\
         A dot where the state allows the command. Each command that it does not allow is refused with the reason and the\n\
         law, in English and Vietnamese, and changes nothing.\n\n| Command | By |",
    );
    for state in State::ALL {
        let _ = write!(page, " {state} |");
    }
    page.push_str("\n| --- | --- |");
    page.push_str(&" :-: |".repeat(State::ALL.len()));
    page.push('\n');
    for kind in CommandKind::ALL {
        let _ = write!(page, "| `{}` | {} |", kind.as_str(), kind.actor().as_str());
        for state in State::ALL {
            page.push_str(if leads_to(state, kind).is_empty() { "  |" } else { " • |" });
        }
        page.push('\n');
    }
    page.push_str("\n## Where each command leads\n\n| From | Command | To | Law |\n| --- | --- | --- | --- |\n");
    for state in State::ALL {
        for kind in CommandKind::ALL {
            let reached: Vec<&str> = leads_to(state, kind).into_iter().map(State::as_str).collect();
            if !reached.is_empty() {
                let law = on(AT.date()).rules.law(law_of(kind));
                let _ = writeln!(page, "| {state} | `{}` | {} | {} |", kind.as_str(), reached.join(", "), law);
            }
        }
    }
    page
}

#[test]
fn the_page_shows_what_the_code_does() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("LIFE_CYCLE.md");
    let page = page();
    if std::env::var_os("UPDATE_LIFE_CYCLE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&file).unwrap_or_default() == page,
        "LIFE_CYCLE.md is not what the code does; UPDATE_LIFE_CYCLE=1 cargo test --release -p clearance writes it anew"
    );
}

#[test]
fn states_that_end_a_life_allow_nothing() {
    for state in [State::Rejected, State::Refused, State::Cancelled, State::Expired, State::Superseded] {
        for kind in CommandKind::ALL {
            assert!(leads_to(state, kind).is_empty(), "{state} {}", kind.as_str());
        }
    }
}
