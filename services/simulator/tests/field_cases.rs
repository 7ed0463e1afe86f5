//! Cases from the field: what people who declare ran into, and what has to come of it.
//!
//! Every table of `tests/field/` is about one subject. A row names a document beside it, changes its text where it says
//! so, and says what is expected: each row stands for a kind, so that the neighbours of a case are rows too.

#![allow(clippy::print_stdout, reason = "a test tells what it skips")]

mod comparison;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clearance::{Context, clear};
use comparison::{Difference, RULEBOOK, difference};
use jiff::civil::{Date, date};
use message::Reading;
use rust_decimal::Decimal;
use serde::Deserialize;
use simulator::wild::Specimen;
use vocabulary::{Decision, Entitlement, Facts, Finding, Lane, Outcome, TaxCodeStatus, TraderFacts};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

/// What is lodged, and what is expected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The document, beside the table.
    file: String,
    /// What the row shows, where its file's name does not say it.
    #[serde(default)]
    story: String,
    /// Texts of the document that are replaced, each by the next.
    #[serde(default)]
    replace: Vec<[String; 2]>,
    /// The day of registration.
    on: Option<Date>,
    /// What the trader is entitled to.
    #[serde(default)]
    entitlements: Vec<String>,
    /// What is known besides.
    #[serde(default)]
    facts: Facts,
    /// accepted, rejected, referred or unreadable; any of several.
    outcome: Vec<String>,
    /// Codes of findings that are made.
    #[serde(default)]
    findings: Vec<String>,
    /// Codes of findings that are not made.
    #[serde(default)]
    no_findings: Vec<String>,
    /// Words of a message in either language.
    #[serde(default)]
    says: Vec<String>,
    /// Words of a mend in either language.
    #[serde(default)]
    mends: Vec<String>,
    /// Words that no mend has.
    #[serde(default)]
    no_mends: Vec<String>,
    /// Words of a gap.
    #[serde(default)]
    gaps: Vec<String>,
    /// Kinds of claims, each of which is made.
    claims: Option<Vec<String>>,
    /// The lane of an accepted one.
    lane: Option<Lane>,
    /// What is payable of each tax on all lines, by its word.
    #[serde(default)]
    payable: BTreeMap<String, Decimal>,
    /// What is payable altogether.
    total: Option<Decimal>,
    /// The customs values of the lines.
    #[serde(default)]
    values: Vec<Decimal>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field")
}

#[test]
fn every_case_ends_as_it_must() {
    let mut tables: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    tables.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    tables.sort();
    let (mut rows, mut wrong) = (0, Vec::new());
    for path in &tables {
        let text = std::fs::read_to_string(path).unwrap();
        let table: Table = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for case in &table.case {
            rows += 1;
            if let Err(why) = check(case) {
                wrong.push(format!("{name}: {} {:?} {}: {why}", case.file, case.replace, case.story));
            }
        }
    }
    println!("{rows} cases in {} tables", tables.len());
    assert!(rows > 0, "no case was found");
    assert!(wrong.is_empty(), "{} of {rows} cases are wrong:\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn check(case: &Case) -> Result<(), String> {
    let bytes = std::fs::read(folder().join(&case.file)).map_err(|error| format!("{}: {error}", case.file))?;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    for [old, new] in &case.replace {
        if !text.contains(old) {
            return Err(format!("`{old}` does not stand in the document"));
        }
        text = text.replace(old, new);
    }
    let document = if case.replace.is_empty() { bytes } else { text.into_bytes() };
    let on = case.on.unwrap_or(date(2026, 11, 24));
    let (decision, specimen) = match message::read_declaration(&document) {
        Reading::Unreadable(findings) => return unreadable(case, &findings),
        Reading::Read { declaration, findings } => {
            let mut facts = case.facts.clone();
            if let Some(declarant) = declaration.declarant()
                && facts.trader(declarant).is_none()
            {
                facts.traders.push(trader(declarant, &case.entitlements));
            }
            let specimen = Specimen { declaration, facts, day: on };
            (decide(&specimen, findings), specimen)
        }
    };
    let outcome = decision.outcome.as_str();
    let findings: Vec<String> = decision
        .findings
        .iter()
        .map(|finding| format!("{} at {:?}: {} | {}", finding.code, finding.field, finding.message.en, finding.mend.en))
        .collect();
    let claims: Vec<&str> = decision.claims.iter().map(|claim| claim.kind.as_str()).collect();
    let seen = format!("{outcome} {:?}, {findings:#?}, {:?}, claims {claims:?}", decision.lane, decision.gaps);
    if !case.outcome.iter().any(|wanted| wanted == outcome) {
        return Err(seen);
    }
    words(case, &decision.findings).map_err(|why| format!("{why}: {seen}"))?;
    for wanted in &case.gaps {
        if !decision.gaps.iter().any(|gap| format!("{gap:?}").contains(wanted.as_str())) {
            return Err(format!("no gap of `{wanted}`: {seen}"));
        }
    }
    if decision.outcome == Outcome::Accepted {
        figures(case, &decision).map_err(|why| format!("{why}: {seen}"))?;
        if let Some(wanted) = &case.claims {
            let missing = wanted.iter().find(|kind| !claims.contains(&kind.as_str()));
            let surplus = claims.iter().find(|kind| !wanted.iter().any(|wanted| wanted == *kind));
            if missing.is_some() || surplus.is_some() {
                return Err(format!("claims {wanted:?} are expected: {seen}"));
            }
        }
        if let Some(lane) = case.lane
            && decision.lane != Some(lane)
        {
            return Err(format!("the lane is not {lane}: {seen}"));
        }
        // What the reader refuses the auditor cannot see, so that it is asked of what is accepted.
        if let Some(Difference { kind, detail }) = difference(&specimen, &decision) {
            return Err(format!("the auditor differs in {kind}: {detail}"));
        }
    }
    Ok(())
}

fn unreadable(case: &Case, findings: &[Finding]) -> Result<(), String> {
    if !case.outcome.iter().any(|wanted| wanted == "unreadable") {
        return Err(format!("unreadable: {findings:#?}"));
    }
    words(case, findings)
}

fn words(case: &Case, findings: &[Finding]) -> Result<(), String> {
    let has = |code: &str| findings.iter().any(|finding| finding.code == code);
    if let Some(code) = case.findings.iter().find(|code| !has(code)) {
        return Err(format!("no finding {code}"));
    }
    if let Some(code) = case.no_findings.iter().find(|code| has(code)) {
        return Err(format!("a finding {code}"));
    }
    let message = |words: &str| {
        findings.iter().any(|finding| finding.message.en.contains(words) || finding.message.vi.contains(words))
    };
    let mend =
        |words: &str| findings.iter().any(|finding| finding.mend.en.contains(words) || finding.mend.vi.contains(words));
    if let Some(words) = case.says.iter().find(|words| !message(words)) {
        return Err(format!("no message says `{words}`"));
    }
    if let Some(words) = case.mends.iter().find(|words| !mend(words)) {
        return Err(format!("no mend says `{words}`"));
    }
    match case.no_mends.iter().find(|words| mend(words)) {
        Some(words) => Err(format!("a mend says `{words}`")),
        None => Ok(()),
    }
}

fn figures(case: &Case, decision: &Decision) -> Result<(), String> {
    for (word, wanted) in &case.payable {
        let lines = decision.items.iter().flat_map(|item| &item.taxes);
        let payable: Decimal = lines.filter(|tax| tax.duty_type.as_str() == word).map(|tax| tax.payable).sum();
        if payable != *wanted {
            return Err(format!("{payable} of {word} is payable, and not {wanted}"));
        }
    }
    if let Some(total) = case.total
        && decision.total_payable != total
    {
        return Err(format!("{} dong are payable, and not {total}", decision.total_payable));
    }
    let values: Vec<Decimal> = decision.items.iter().map(|item| item.customs_value).collect();
    if !case.values.is_empty() && values != case.values {
        return Err(format!("the customs values are {values:?}"));
    }
    Ok(())
}

/// A known enterprise of high compliance.
fn trader(tax_code: &str, entitlements: &[String]) -> TraderFacts {
    TraderFacts {
        tax_code: tax_code.to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: entitlements
            .iter()
            .map(|code| Entitlement { code: code.clone(), number: None, holds_from: None, holds_to: None })
            .collect(),
    }
}

/// A draw that no random criterion takes.
const UNDRAWN: u32 = 800_000;

fn decide(specimen: &Specimen, findings: Vec<Finding>) -> Decision {
    let context = Context {
        rules: RULEBOOK.in_force_on(specimen.day),
        facts: specimen.facts.for_case(specimen.declaration.declarant()),
        registered_at: specimen.day.at(9, 0, 0, 0),
        number: None,
        draw: UNDRAWN,
    };
    clear(&specimen.declaration, findings, &context)
}
