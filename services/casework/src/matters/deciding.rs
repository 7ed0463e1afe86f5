//! A declaration decided under a number of its partition, which is used up only when it is registered.

use vocabulary::{CaseFacts, Decision, Declaration, DeclarationNumber, Finding};

use crate::assess::{Circumstances, clear};
use crate::case::series::{NUMBER_STRIPES, draw};
use crate::intake::arrival::Arrival;
use crate::plan::Desk;

/// The next number of a declaration's direction in the partition of a message.
pub(crate) fn next_number(
    declaration: &Declaration,
    arrival: &Arrival,
    desk: &mut Desk<'_>,
) -> Option<DeclarationNumber> {
    let stripe = i64::from(arrival.source.partition);
    let from = desk.generations.numbers_from(arrival.generation);
    declaration.direction().and_then(|direction| {
        let next = desk.series.next(direction);
        *next = (*next).max(from);
        let counter = *next * NUMBER_STRIPES + stripe;
        u32::try_from(counter).ok().and_then(|counter| DeclarationNumber::new(direction, counter).ok())
    })
}

/// Uses the number up that a decision gave, if it gave one.
pub(crate) fn use_number(decision: &Decision, desk: &mut Desk<'_>) {
    if let Some(number) = decision.number {
        *desk.series.next(number.direction()) += 1;
    }
}

/// Decides one declaration under a number, on the rules of a day.
pub(crate) fn case_decision(
    declaration: &Declaration,
    findings: Vec<Finding>,
    facts: CaseFacts<'_>,
    registered_at: jiff::civil::DateTime,
    number: Option<DeclarationNumber>,
    desk: &Desk<'_>,
) -> Decision {
    // One draw for a declaration's whole life: amending it must not be a way to draw again.
    let draw = number.map_or(0, |number| draw(desk.selectivity_secret, &number.original().to_string()));
    let circumstances = Circumstances { facts, registered_at, number, draw };
    clear(declaration, findings, &circumstances, desk.rulebook)
}
