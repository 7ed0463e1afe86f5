//! What customs is known to have granted, drawn on by several cases of one batch.

use std::path::{Path, PathBuf};

use rulebook::Rulebook;
use storage::MessageSource;
use vocabulary::TaxCodeStatus;
use vocabulary::topics::Topics;

use super::*;
use crate::case::found::Found;
use crate::case::series::{Generations, Series};
use crate::intake::arrival::Arrival;
use crate::intake::lodgement::Lodgement;
use crate::matters::plan;
use crate::turn::Grounds;

/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rulebook() -> Rulebook {
    Rulebook::load(&workspace().join("rules")).unwrap_or_else(|errors| panic!("{errors}"))
}

fn facts(file: &str) -> Facts {
    let file = workspace().join("schemas/facts/1.0").join(file);
    toml::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// Fifty air conditioners on a Form D, under a reference.
fn sample(reference: &str) -> Declaration {
    let file = workspace().join("schemas/declaration/1.0/samples-valid/a11-atiga-form-d.xml");
    let document = std::fs::read(file).unwrap();
    let message::Reading::Read { mut declaration, .. } = message::read_declaration(&document) else {
        panic!("the sample is no declaration");
    };
    declaration.reference = Some(reference.into());
    declaration
}

fn lodged(declaration: &Declaration, offset: i64) -> Lodgement {
    let source = MessageSource { topic: "declarations.lodged".to_owned(), partition: 0, offset };
    let payload = message::write_declaration(declaration).into_bytes();
    Lodgement::read(Arrival::new(source, BEGINNING_MS + offset, Some(b"0100233488".to_vec()), Some(payload)))
}

/// What a database would give back of facts, with something else left of every line where that is said.
fn found(facts: &Facts, left: Option<i64>) -> Prefetched {
    let kept = facts_to_keep(facts).unwrap();
    let mut prefetched = Prefetched { traders: kept.traders.into_iter().collect(), ..Prefetched::default() };
    for fact in kept.facts {
        let remaining = fact.grants.iter().map(|grant| (grant.line, left.map_or(grant.granted, Decimal::from)));
        let row = FactRow { document: fact.document, remaining: remaining.collect() };
        prefetched.facts.insert(fact.key, row);
    }
    prefetched
}

/// Decides declarations in one batch.
fn decide(rulebook: &Rulebook, declarations: &[Declaration], prefetched: Prefetched) -> Plan {
    let grounds = Grounds {
        rulebook,
        selectivity_secret: b"a secret for tests",
        topics: &Topics::new(""),
        generations: &Generations::default(),
    };
    let lodgements: Vec<Lodgement> =
        (0..).zip(declarations).map(|(offset, document)| lodged(document, offset)).collect();
    plan(&lodgements, Found::new(prefetched), grounds, Series::default()).0
}

/// Reference, version, entry of the log, what was left before and after.
fn written_off(plan: &Plan) -> Vec<(&str, u32, i64, i64, i64)> {
    let whole = |quantity: Decimal| i64::try_from(quantity).unwrap();
    plan.write_offs
        .iter()
        .map(|write_off| {
            let key = &write_off.declaration;
            let (before, after) = (whole(write_off.before), whole(write_off.after));
            (key.reference.as_str(), key.version, write_off.log_sequence, before, after)
        })
        .collect()
}

fn outcomes(plan: &Plan) -> Vec<(&str, &str)> {
    plan.declarations.iter().map(|new| (new.lodged.key.reference.as_str(), new.stand.outcome.as_str())).collect()
}

fn following(declaration: &Declaration, version: u64, function: &str, number: &str, reason: &str) -> Declaration {
    Declaration {
        version: Some(version),
        function: Some(function.into()),
        number: Some(number.into()),
        change_reason_code: Some(reason.into()),
        change_reason: Some("weighed again".into()),
        ..declaration.clone()
    }
}

#[test]
fn every_kind_of_fact_comes_back_with_what_is_left() {
    let facts = facts("sample.toml");
    let (certificate, guarantee) = (&facts.certificates[0], &facts.guarantees[0]);
    let mut declaration = sample("A");
    declaration.goods_items[0].certificate_form = Some(certificate.form.as_str().into());
    // As another printer spaces it.
    let number = certificate.number.replace('-', " - ").to_lowercase();
    assert!(certificate.is_named(&certificate.form, &number));
    declaration.goods_items[0].certificate_number = Some(number.as_str().into());
    declaration.goods_items[0].exemption_list = Some(facts.exemption_lists[0].number.as_str().into());
    declaration.temporary_declaration_number = Some(facts.temporary_declarations[0].number.parse().unwrap());
    declaration.guarantee_bank = Some(guarantee.bank.as_str().into());
    declaration.guarantee_year = Some(guarantee.year.into());
    declaration.guarantee_sign = Some(guarantee.sign.as_str().into());
    declaration.guarantee_number = Some(guarantee.number.as_str().into());
    declaration.first_declaration_number = Some(facts.branches[0].first_declaration.as_str().into());

    let case = |left| {
        let book = FactBook::new(&mut found(&facts, left));
        book.case(&declaration, "0100233488", &Plan::default(), &[]).facts
    };
    assert_eq!(case(None), Facts { traders: Vec::new(), ..facts.clone() });
    let used = case(Some(1));
    assert_eq!(used.certificates[0].items[0].remaining, Decimal::ONE);
    assert_eq!(used.exemption_lists[0].lines[0].remaining, Decimal::ONE);
    assert_eq!(used.temporary_declarations[0].lines[0].remaining, Decimal::ONE);
    assert_eq!(used.guarantees[0].remaining, Decimal::ONE);
    let book = FactBook::new(&mut found(&facts, None));
    let other = book.case(&sample("B"), "0100233488", &Plan::default(), &[]).facts;
    assert!(other.is_empty(), "a declaration sees what it names: {other:?}");
    // All that the case is made of is looked up.
    let mut names = Names::default();
    names.extend(&declaration, "0100233488");
    let (names, branches) = names.into_lists();
    let kept = facts_to_keep(&facts).unwrap();
    let mut expected: Vec<Name> = kept.facts.into_iter().map(|fact| (fact.key.kind, fact.key.name)).collect();
    expected.sort();
    assert_eq!((names, branches.len()), (expected, 1));
}

#[test]
fn declarations_of_one_batch_see_what_those_before_them_left() {
    let rulebook = rulebook();
    let mut facts = facts("a11-atiga-form-d.toml");
    facts.certificates[0].items[0].remaining = Decimal::from(120);
    let plan = decide(&rulebook, &[sample("A"), sample("B"), sample("C")], found(&facts, None));
    assert_eq!(outcomes(&plan), [("A", "accepted"), ("B", "accepted"), ("C", "rejected")]);
    assert_eq!(written_off(&plan), [("A", 1, 0, 120, 70), ("B", 1, 0, 70, 20)]);
    let third: serde_json::Value = serde_json::from_slice(&plan.log[2].body).unwrap();
    assert_eq!(third["findings"][0]["code"], "certificate_quantity_exceeded");
    // What was left then is kept with the decision, which is derived from it again.
    assert_eq!(third["facts"]["certificates"][0]["items"][0]["remaining"], "20");
}

#[test]
fn an_amendment_and_a_cancellation_give_back_what_was_taken() {
    let rulebook = rulebook();
    let facts = facts("a11-atiga-form-d.toml");
    let first = sample("A");
    let alone = decide(&rulebook, std::slice::from_ref(&first), found(&facts, None));
    let number = alone.declarations[0].stand.number.unwrap().to_string();
    let mut amended = following(&first, 2, "4", &number, "ERR");
    amended.gross_mass = amended.gross_mass.map(|mass| mass + Decimal::ONE);
    let mut batch = vec![first, amended, sample("B")];
    let plan = decide(&rulebook, &batch, found(&facts, None));
    assert_eq!(outcomes(&plan), [("A", "accepted"), ("A", "accepted"), ("B", "rejected")]);
    let amending = [("A", 1, 0, 50, 0), ("A", 1, 1, 0, 50), ("A", 2, 0, 50, 0)];
    assert_eq!(written_off(&plan), amending);

    let number = plan.declarations[1].stand.number.unwrap().to_string();
    batch.extend([following(&batch[0], 3, "1", &number, "FRZ"), sample("C")]);
    let plan = decide(&rulebook, &batch, found(&facts, None));
    assert_eq!(outcomes(&plan).last(), Some(&("C", "accepted")));
    let cancelling = [("A", 2, 1, 0, 50), ("C", 1, 0, 50, 0)];
    assert_eq!(written_off(&plan), [&amending[..], &cancelling[..]].concat());
}

#[test]
fn what_is_declared_in_advance_takes_nothing_before_it_is_registered() {
    let rulebook = rulebook();
    let facts = facts("a11-atiga-form-d.toml");
    let advance = Declaration { stage: Some("pre-registration".into()), ..sample("A") };
    let plan = decide(&rulebook, std::slice::from_ref(&advance), found(&facts, None));
    assert_eq!(plan.declarations[0].stand.state.as_str(), "pre_registered");
    assert!(plan.write_offs.is_empty(), "{:?}", plan.write_offs);
    let number = plan.declarations[0].stand.number.unwrap().to_string();
    let registering = Declaration {
        stage: Some("registration".into()),
        version: Some(2),
        number: Some(number.as_str().into()),
        ..advance.clone()
    };
    let plan = decide(&rulebook, &[advance, registering], found(&facts, None));
    assert_eq!(written_off(&plan), [("A", 1, 1, 50, 0)], "{:?}", plan.declarations[0].stand.state);
}

#[test]
fn branches_follow_the_strictest_of_those_before_them() {
    let plan_of = |declarations: &[Declaration], prefetched: Prefetched| decide(&rulebook(), declarations, prefetched);
    let trader = vocabulary::TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    let mut facts = facts("a11-atiga-form-d.toml");
    facts.traders = vec![trader];
    facts.certificates[0].items[0].remaining = Decimal::from(500);
    let branch = |reference: &str, first: &str, number: u64| Declaration {
        first_declaration_number: Some(first.into()),
        branch_number: Some(number),
        branch_total: Some(3),
        ..sample(reference)
    };
    let first = branch("A", "F", 1);
    let plan = plan_of(std::slice::from_ref(&first), found(&facts, None));
    let number = plan.declarations[0].stand.number.unwrap().to_string();
    assert_eq!(plan.declarations[0].searched.first_stem, Some(stem(&number)));
    let lane = plan.declarations[0].stand.lane.unwrap();
    assert_ne!(lane, vocabulary::Lane::Red, "alone it is not red");
    assert_eq!(plan.declarations[0].searched.flagged_goods.is_empty(), lane == vocabulary::Lane::Green);

    // The first of them in the same batch, and another that the database knows.
    let mut prefetched = found(&facts, None);
    let name = ("0100233488".to_owned(), stem(&number));
    let red = BranchRow { number: "100000009990".parse().unwrap(), lane: vocabulary::Lane::Red };
    prefetched.branches.insert(name, vec![red]);
    let plan = plan_of(&[first, branch("B", &number, 2)], prefetched);
    assert_eq!(plan.declarations[1].stand.lane, Some(vocabulary::Lane::Red), "{:?}", outcomes(&plan));
    assert_eq!(plan.declarations[1].searched.flagged_goods, ["84151020"], "what is stopped is found by its goods");
    let decision: serde_json::Value = serde_json::from_slice(&plan.log[1].body).unwrap();
    let branches = decision["facts"]["branches"].as_array().unwrap();
    let numbers: Vec<_> = branches.iter().map(|branch| branch["number"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), 2, "{branches:?}");
    assert!(numbers.contains(&number.as_str()) && numbers.contains(&"100000009990"), "{numbers:?}");
}
