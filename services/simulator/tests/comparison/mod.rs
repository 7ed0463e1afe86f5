//! What clearance and the auditor say of one declaration, and where they differ.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clearance::{Context, clear};
use jiff::civil::date;
use rulebook::{CodeList, Rulebook, ScheduleKind};
use simulator::auditor::{Account, Auditor, Claimed, LOOKED_FOR, Opinion, PerUnit, TaxAccount, TaxRate, of};
use simulator::wild::Specimen;
use vocabulary::{Decision, Direction, DutyLine, Lane, Outcome, Rate};

pub(crate) static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::load(&folder()).unwrap_or_else(|errors| panic!("{errors}")));

pub(crate) static AUDITOR: LazyLock<Auditor> =
    LazyLock::new(|| Auditor::read(&folder()).unwrap_or_else(|error| panic!("{error}")));

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// What clearance decides.
pub(crate) fn decide(specimen: &Specimen) -> Decision {
    let context = Context {
        rules: RULEBOOK.in_force_on(specimen.day),
        facts: specimen.facts.for_case(specimen.declaration.declarant()),
        registered_at: specimen.day.at(9, 0, 0, 0),
        number: None,
        draw: 999_999,
    };
    clear(&specimen.declaration, Vec::new(), &context)
}

/// What the auditor thinks.
pub(crate) fn opinion(specimen: &Specimen) -> Opinion {
    let facts = specimen.facts.for_case(specimen.declaration.declarant());
    AUDITOR.opinion(&specimen.declaration, &facts, specimen.day)
}

/// A difference between the two.
#[derive(Debug)]
pub(crate) struct Difference {
    /// In what they differ, in a word.
    pub(crate) kind: String,
    /// What each says.
    pub(crate) detail: String,
}

/// The first thing in which the two differ.
pub(crate) fn difference(specimen: &Specimen, decision: &Decision) -> Option<Difference> {
    let opinion = opinion(specimen);
    let class = match (&opinion, decision.outcome) {
        (Opinion::Sound(account), Outcome::Accepted) => return accounts(account, decision),
        (Opinion::Refused(_), Outcome::Rejected) | (Opinion::Silent(_), Outcome::Referred) => return None,
        (Opinion::Sound(_), _) => "sound",
        (Opinion::Refused(_), _) => "refused",
        (Opinion::Silent(_), _) => "silent",
    };
    // A smaller declaration that is rejected for another reason would be another difference.
    let errors: BTreeSet<&str> =
        decision.findings.iter().filter(|finding| finding.is_error()).map(|finding| finding.code.as_str()).collect();
    let kind = format!("{} by clearance, {class} to the auditor {errors:?}", decision.outcome.as_str());
    let detail = match opinion {
        Opinion::Sound(_) => String::new(),
        Opinion::Refused(why) | Opinion::Silent(why) => why.join("; "),
    };
    Some(Difference { kind, detail })
}

fn accounts(account: &Account, decision: &Decision) -> Option<Difference> {
    for (item, assessed) in account.items.iter().zip(&decision.items) {
        let line = assessed.sequence;
        if item.customs_value != of(assessed.customs_value) {
            let (ours, theirs) = (assessed.customs_value, &item.customs_value);
            let detail = format!("line {line}: clearance {ours}, auditor {theirs}");
            return Some(Difference { kind: "customs value".into(), detail });
        }
        if item.taxes.len() != assessed.taxes.len() {
            let ours: Vec<&str> = assessed.taxes.iter().map(|tax| tax.duty_type.as_str()).collect();
            let theirs: Vec<&str> = item.taxes.iter().map(|tax| tax.duty_type.as_str()).collect();
            let detail = format!("line {line}: clearance {ours:?}, auditor {theirs:?}");
            return Some(Difference { kind: "taxes".into(), detail });
        }
        for (theirs, ours) in item.taxes.iter().zip(&assessed.taxes) {
            if !same(theirs, ours) {
                let detail = format!("line {line}: clearance {ours:#?}, auditor {theirs:#?}");
                return Some(Difference { kind: ours.duty_type.as_str().into(), detail });
            }
        }
    }
    let ours: BTreeSet<Claimed> = decision
        .claims
        .iter()
        .filter(|claim| LOOKED_FOR.contains(&claim.kind))
        .map(|claim| (claim.item, claim.kind))
        .collect();
    if account.claims != ours {
        let detail = format!("clearance {:#?}, auditor {:?}", decision.claims, account.claims);
        return Some(Difference { kind: "claims".into(), detail });
    }
    if !decision.claims.is_empty() && decision.lane == Some(Lane::Green) {
        return Some(Difference { kind: "a claim is green".into(), detail: format!("{:?}", decision.claims) });
    }
    let ours: Vec<_> = decision.totals.iter().map(|total| (total.duty_type, of(total.payable))).collect();
    if account.items.len() != decision.items.len()
        || account.totals != ours
        || account.total_payable != of(decision.total_payable)
    {
        let detail = format!("clearance {:#?}, auditor {:#?}", decision.totals, account.totals);
        return Some(Difference { kind: "totals".into(), detail });
    }
    None
}

fn same(theirs: &TaxAccount, ours: &DutyLine) -> bool {
    let same_unit = |theirs: &PerUnit, ours: &vocabulary::PerUnit| {
        theirs.amount == of(ours.amount) && *theirs.currency == *ours.currency && *theirs.unit == *ours.unit
    };
    let rate = match (&theirs.rate, &ours.rate) {
        (TaxRate::Percent(theirs), Rate::AdValorem(ours)) => *theirs == of(*ours),
        (TaxRate::PerUnit(theirs), Rate::Specific(ours)) => same_unit(theirs, ours),
        (TaxRate::Mixed(rate, theirs), Rate::Mixed(percent, per_unit)) => {
            *rate == of(*percent)
                && same_unit(theirs, per_unit)
                && ours.quantity.map(of).as_ref() == Some(&theirs.quantity)
        }
        (TaxRate::NotSubject, Rate::NotSubject) => true,
        _ => false,
    };
    rate && theirs.duty_type == ours.duty_type
        && theirs.base == of(ours.base)
        && theirs.amount == of(ours.amount)
        && theirs.relief == of(ours.relief)
        && theirs.payable == of(ours.payable)
}

/// Every kind of both directions, every term of delivery, every schedule with rates was accepted at least once.
pub(crate) fn assert_all_occurred(kinds: &BTreeSet<String>, terms: &BTreeSet<String>, schedules: &BTreeSet<String>) {
    let rules = RULEBOOK.in_force_on(date(2026, 11, 23));
    let left_out = |list: CodeList, seen: &BTreeSet<String>, wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        rules
            .codes(list)
            .map(|code| code.code().to_owned())
            .filter(|code| wanted(code) && !seen.contains(code))
            .collect()
    };
    let direction =
        |code: &str, direction| rules.declaration_kind(code).is_some_and(|kind| kind.value.direction == direction);
    // PAY is a step of amendment alone.
    let kind = |code: &str| code != "PAY" && (direction(code, Direction::Import) || direction(code, Direction::Export));
    assert_eq!(left_out(CodeList::DeclarationKinds, kinds, &kind), Vec::<String>::new());
    assert_eq!(left_out(CodeList::Incoterms, terms, &|_| true), Vec::<String>::new());
    let with_rates = |code: &str| {
        rules.lists().tariff_schedule(code).is_some_and(|schedule| match schedule.kind {
            ScheduleKind::Agreement(id) => !RULEBOOK.rates_of_agreement(id, rules.date()).is_empty(),
            ScheduleKind::Chapter98 => false,
            _ => true,
        })
    };
    assert_eq!(left_out(CodeList::TariffSchedules, schedules, &with_rates), Vec::<String>::new());
}
