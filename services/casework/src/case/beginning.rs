//! The beginning of a declaration's life: its first decision, and what happens by it.
//!
//! What is accepted and cannot be registered, because the rulebook does not know a term that registration depends on, is an
//! officer's case. The decision itself says so, and why, so that the record agrees with where the declaration stands.

use clearance::life_cycle::{Circumstances, Command, Decided, Event, RefusedCommand, Standing, carry_out};
use clearance::refer;
use vocabulary::{Bilingual, Decision, Declaration, Outcome, RulebookGap};

use crate::intake::lodgement::Anew;

/// What a first decision comes to, and what happens by it.
pub(crate) fn begin(
    anew: Anew,
    declaration: &Declaration,
    decision: Decision,
    circumstances: &Circumstances<'_>,
) -> (Decision, Vec<Event>) {
    let decided = Decided { declaration, decision: &decision };
    let command = match anew {
        Anew::PreRegister => Command::PreRegister(decided),
        Anew::Lodge => Command::Lodge(decided),
    };
    let gap = match carry_out(&Standing::draft(circumstances.at), &command, circumstances) {
        Ok(events) if decision.outcome != Outcome::Accepted || events.first() != Some(&Event::Referred) => {
            return (decision, events);
        }
        Ok(_) => without_lane_gap(),
        Err(refused) => gap_of(refused),
    };
    (refer(decision, gap), vec![Event::Referred])
}

fn gap_of(refused: RefusedCommand) -> RulebookGap {
    let RefusedCommand { code, message, rule, .. } = refused;
    RulebookGap { code: code.into(), item: None, message, rule: rule.into() }
}

fn without_lane_gap() -> RulebookGap {
    RulebookGap {
        code: "lane_not_drawn".into(),
        item: None,
        message: Bilingual::new("no lane was found for the declaration", "không xác định được luồng của tờ khai"),
        rule: "selectivity".into(),
    }
}
