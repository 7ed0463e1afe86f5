//! Declarations as people lodge them, whole documents, with what must come of each.
//!
//! `tests/field/` holds the documents, and beside them a table for each subject: a block for each case, with the day, the
//! outcome, and what else has to hold of the decision. What is accepted or referred, the auditor has to see likewise.

mod comparison;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clearance::{Context, clear};
use comparison::{RULEBOOK, difference};
use jiff::civil::Date;
use message::Reading;
use rust_decimal::Decimal;
use serde::Deserialize;
use simulator::wild::Specimen;
use vocabulary::{Decision, Facts, Lane, Outcome, TaxCodeStatus, TraderFacts};

/// A table of cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// A document, and what must come of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The name of the document, without its ending.
    file: String,
    /// The day of registration.
    on: toml::value::Datetime,
    outcome: String,
    /// The code of a finding that is made.
    finding: Option<String>,
    /// Words of the finding's mend, in English.
    #[serde(default)]
    mend: Vec<String>,
    /// What is payable altogether.
    payable: Option<String>,
    /// The customs value of each line.
    #[serde(default)]
    customs_values: Vec<String>,
    /// The kinds of the claims that are made, and no others.
    #[serde(default)]
    claims: Vec<String>,
    /// The lane that a trader of level 2 gets whom the draw leaves alone.
    lane: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field")
}

fn trader() -> TraderFacts {
    TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

#[test]
fn every_case_comes_out_as_it_must() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for case in &table.case {
            count += 1;
            if let Err(why) = check(case) {
                wrong.push(format!("{} on {}: {why}", case.file, case.on));
            }
        }
    }
    assert!(count > 15, "only {count} cases were found");
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn check(case: &Case) -> Result<(), String> {
    let path = folder().join(format!("{}.xml", case.file));
    let document = std::fs::read(&path).map_err(|error| error.to_string())?;
    let (declaration, findings) = match message::read_declaration(&document) {
        Reading::Read { declaration, findings } => (declaration, findings),
        Reading::Unreadable(findings) => {
            let said = findings.iter().any(|finding| case.finding.as_ref().is_none_or(|code| *code == finding.code));
            let right = said && case.outcome == "unreadable";
            return if right { Ok(()) } else { Err(format!("unreadable: {findings:#?}")) };
        }
    };
    let day: Date = case.on.to_string().parse().map_err(|error| format!("{error}"))?;
    let facts = Facts { traders: vec![trader()], ..Facts::default() };
    let context = Context {
        rules: RULEBOOK.in_force_on(day),
        facts: facts.for_case(declaration.declarant()),
        registered_at: day.at(9, 0, 0, 0),
        number: None,
        draw: 500_000,
    };
    let decision = clear(&declaration, findings, &context);
    holds(case, &decision)?;
    let specimen = Specimen { declaration, facts: facts.clone(), day };
    match difference(&specimen, &decision) {
        Some(difference) if decision.outcome != Outcome::Rejected => {
            Err(format!("the auditor differs: {difference:#?}"))
        }
        _ => Ok(()),
    }
}

fn holds(case: &Case, decision: &Decision) -> Result<(), String> {
    if decision.outcome.as_str() != case.outcome {
        return Err(format!("{}: {:#?} {:#?}", decision.outcome.as_str(), decision.findings, decision.gaps));
    }
    if let Some(code) = &case.finding {
        let mends: Vec<&str> = decision
            .findings
            .iter()
            .filter(|finding| finding.code == *code)
            .map(|finding| finding.mend.en.as_str())
            .collect();
        if !mends.iter().any(|mend| case.mend.iter().all(|words| mend.contains(words.as_str()))) {
            return Err(format!("no finding {code} with that mend: {:#?}", decision.findings));
        }
    }
    if decision.outcome != Outcome::Accepted {
        return Ok(());
    }
    let number = |text: &String| Decimal::from_str_exact(text).map_err(|error| error.to_string());
    if let Some(payable) = &case.payable
        && decision.total_payable != number(payable)?
    {
        return Err(format!("{} dong are payable", decision.total_payable));
    }
    let values: Vec<Decimal> = decision.items.iter().map(|item| item.customs_value).collect();
    let expected = case.customs_values.iter().map(number).collect::<Result<Vec<_>, _>>()?;
    if !expected.is_empty() && values != expected {
        return Err(format!("the customs values are {values:?}"));
    }
    let made: BTreeSet<&str> = decision.claims.iter().map(|claim| claim.kind.as_str()).collect();
    if made != case.claims.iter().map(String::as_str).collect() {
        return Err(format!("the claims are {:#?}", decision.claims));
    }
    if !made.is_empty() && decision.lane == Some(Lane::Green) {
        return Err("a claim is green".to_owned());
    }
    match (&case.lane, decision.lane) {
        (Some(expected), Some(lane)) if lane.as_str() != expected => Err(format!("the lane is {}", lane.as_str())),
        _ => Ok(()),
    }
}
