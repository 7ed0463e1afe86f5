//! Duties and taxes by subject: a file for each.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

#[path = "../support/mod.rs"]
mod support;

mod balances;

mod codes;

mod quotas;

mod relief;

mod rounding;

mod settlement;

mod specific_duties;

mod trade_remedies;

use vocabulary::{Decision, DutyLine, DutyType, Finding, Outcome};

/// The finding of a code.
#[track_caller]
fn finding<'d>(decision: &'d Decision, code: &str) -> &'d Finding {
    let found = decision.findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("no {code} among {:#?} {:#?}", decision.findings, decision.gaps))
}

/// The duty line of a tax on the first goods item of an accepted declaration.
#[track_caller]
fn tax(decision: &Decision, duty_type: DutyType) -> &DutyLine {
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    decision.items[0].taxes.iter().find(|line| line.duty_type == duty_type).expect("the line bears the tax")
}
