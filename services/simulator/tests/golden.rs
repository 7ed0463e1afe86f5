//! Golden scenarios: small declarations as data, each with a story and the figures that an expert expects of it.
//!
//! Every file of `tests/golden/` is one scenario. Its declaration is a sound one of `tests/golden/base/` with other
//! fields; it is decided on each of its days, by clearance and by the auditor, and both have to come to the figures.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod comparison;

mod scenario;

use comparison::{decide, difference};
use jiff::civil::date;
use rust_decimal::Decimal;
use scenario::{Expected, Scenario};
use simulator::wild::Specimen;
use vocabulary::{Decision, DutyType, Facts, Outcome, TaxCodeStatus, TraderFacts};

#[test]
fn every_scenario_ends_as_its_story_says() {
    let scenarios = scenario::all();
    assert!(scenarios.len() >= 25, "only {} scenarios were found", scenarios.len());
    let mut wrong = Vec::new();
    for scenario in &scenarios {
        for expected in &scenario.expected {
            if let Err(why) = check(scenario, expected) {
                wrong.push(format!("{}, {}: {why}\n    {}", scenario.name, expected.on, scenario.story));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the days are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn check(scenario: &Scenario, expected: &Expected) -> Result<(), String> {
    let trader = TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    let facts = Facts { traders: vec![trader], ..scenario.facts.clone() };
    let specimen = Specimen { declaration: scenario.declaration.clone(), facts, day: expected.on };
    let decision = decide(&specimen);
    if decision.outcome.as_str() != expected.outcome {
        return Err(format!("{}: {:#?} {:#?}", decision.outcome.as_str(), decision.findings, decision.gaps));
    }
    if let Some(code) = &expected.finding
        && !decision.findings.iter().any(|finding| finding.code == *code)
    {
        return Err(format!("no finding {code}: {:#?}", decision.findings));
    }
    if let Some(rule) = &expected.gap
        && !decision.gaps.iter().any(|gap| gap.rule.contains(rule.as_str()))
    {
        return Err(format!("no gap of {rule}: {:#?}", decision.gaps));
    }
    if let Some(difference) = difference(&specimen, &decision) {
        return Err(format!("the auditor differs: {difference:#?}"));
    }
    if decision.outcome == Outcome::Accepted { figures(&decision, expected) } else { Ok(()) }
}

fn figures(decision: &Decision, expected: &Expected) -> Result<(), String> {
    if decision.items.len() != expected.lines.len() {
        return Err(format!("{} lines are assessed", decision.items.len()));
    }
    for (assessed, line) in decision.items.iter().zip(&expected.lines) {
        let at = assessed.sequence;
        if assessed.customs_value != line.customs_value {
            return Err(format!("the customs value of line {at} is {}", assessed.customs_value));
        }
        let payable: Vec<(DutyType, _)> = assessed.taxes.iter().map(|tax| (tax.duty_type, tax.payable)).collect();
        if payable != line.payable {
            return Err(format!("line {at} owes {payable:?}"));
        }
        for (duty_type, rate) in &line.rates {
            let found = assessed.taxes.iter().find(|tax| tax.duty_type == *duty_type).map(|tax| tax.rate.to_string());
            if found.as_ref() != Some(rate) {
                return Err(format!("the rate of {duty_type} on line {at} is {found:?}"));
            }
        }
        for (duty_type, relief) in &line.relief {
            let found = assessed.taxes.iter().find(|tax| tax.duty_type == *duty_type).map(|tax| tax.relief);
            if found != Some(*relief) {
                return Err(format!("the relief of {duty_type} on line {at} is {found:?}"));
            }
        }
    }
    if decision.total_payable != expected.total {
        return Err(format!("{} dong are payable", decision.total_payable));
    }
    Ok(())
}

/// A hundred million dong that are paid ten days late: 0.03 % for each day.
#[test]
fn ten_days_late_cost_three_thousandths() {
    let (amount, days) = (Decimal::from(100_000_000), Decimal::TEN);
    let rules = comparison::RULEBOOK.in_force_on(date(2026, 11, 12));
    let parts = clearance::settlement::late_interest(amount, date(2026, 11, 1), date(2026, 11, 12), &rules).unwrap();
    let interest: Decimal = parts.iter().map(|part| part.amount).sum();
    assert_eq!(interest, Decimal::from(300_000));
    assert_eq!(interest, amount * Decimal::from(3) * days / Decimal::from(10_000));
}
