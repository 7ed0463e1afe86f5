//! The lane of whole declarations, with what is known besides them.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clearance::{Context, clear};
use jiff::civil::{Date, date};
use message::Reading;
use rulebook::Rulebook;
use vocabulary::origin_certificate::CertificateItem;
use vocabulary::{
    CriterionHit, Decision, Declaration, Facts, Lane, OriginCertificate, Outcome, RoutedBranch, TaxCodeStatus,
    TraderFacts,
};

static RULEBOOK: LazyLock<Rulebook> =
    LazyLock::new(|| Rulebook::load(&workspace().join("rules")).unwrap_or_else(|errors| panic!("{errors}")));

const DAY: Date = date(2026, 11, 23);

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(name: &str) -> Declaration {
    let path = workspace().join("schemas/declaration/1.0/samples-valid").join(name);
    match message::read_declaration(&std::fs::read(path).unwrap()) {
        Reading::Read { declaration, findings } if findings.is_empty() => declaration,
        reading => panic!("{name}: {reading:?}"),
    }
}

/// What is known of the samples' importer, and nothing else.
fn trader_alone() -> Facts {
    let trader = TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    Facts { traders: vec![trader], ..Facts::default() }
}

fn decide(declaration: &Declaration, facts: &Facts) -> Decision {
    let context = Context {
        rules: RULEBOOK.in_force_on(DAY),
        facts: facts.for_case(declaration.declarant()),
        registered_at: DAY.at(9, 0, 0, 0),
        number: None,
        draw: 800_000,
    };
    let decision = clear(declaration, Vec::new(), &context);
    assert_eq!(decision.outcome, Outcome::Accepted, "{:?} {:?}", decision.findings, decision.gaps);
    decision
}

fn hit<'d>(decision: &'d Decision, id: &str) -> Option<&'d CriterionHit> {
    decision.routing.iter().find(|hit| hit.criterion.contains(&format!("/{id}@")))
}

fn branch(first: &str, number: &str, lane: Lane) -> RoutedBranch {
    RoutedBranch { first_declaration: first.to_owned(), number: number.to_owned(), lane }
}

#[test]
fn a_later_branch_takes_the_strictest_lane_of_those_before_it() {
    const FIRST: &str = "108399733040";
    let second = sample("a12-second-branch.xml");
    let after = |branches: Vec<RoutedBranch>| decide(&second, &Facts { branches, ..trader_alone() });
    assert_eq!(after(vec![]).lane, Some(Lane::Green));
    assert_eq!(after(vec![branch(FIRST, FIRST, Lane::Green)]).lane, Some(Lane::Green));

    let yellow = after(vec![branch(FIRST, FIRST, Lane::Yellow)]);
    assert_eq!(yellow.lane, Some(Lane::Yellow));
    let why = &hit(&yellow, "branch-of-yellow-consignment").unwrap().because.en;
    assert_eq!(
        why,
        "a branch of the same consignment was routed to yellow before: because consignment_lane = yellow and \
         consignment_branch = 108399733040"
    );

    let branches = vec![
        branch(FIRST, FIRST, Lane::Yellow),
        branch(FIRST, "108399733051", Lane::Red),
        branch(FIRST, "108399733062", Lane::Red),
    ];
    let red = after(branches.clone());
    assert_eq!(red.lane, Some(Lane::Red));
    let why = &hit(&red, "branch-of-red-consignment").unwrap().because.en;
    assert!(why.ends_with("consignment_branch = 108399733051"), "{why}");
    // Neither the order in which branches are known nor strangers among them change anything.
    let mut others: Vec<RoutedBranch> = branches.iter().rev().cloned().collect();
    others.push(branch("108399799990", "108399799990", Lane::Red));
    assert_eq!(after(others).routing, red.routing);
    assert_eq!(after(vec![branch("108399799990", "108399799990", Lane::Red)]).lane, Some(Lane::Green));
    // What was kept with the decision is enough to derive it again.
    assert_eq!(decide(&second, &red.facts), red);
}

#[test]
fn the_first_branch_and_a_declaration_by_itself_follow_nobody() {
    let branches = vec![branch("F", "108399733040", Lane::Red), branch("108399733040", "108399733040", Lane::Red)];
    let facts = Facts { branches, ..trader_alone() };
    assert_eq!(hit(&decide(&sample("a12-machinery.xml"), &facts), "branch-of-red-consignment"), None);
    assert_eq!(hit(&decide(&sample("a12-first-branch.xml"), &facts), "branch-of-red-consignment"), None);
}

#[test]
fn a_branch_that_is_decided_again_does_not_follow_itself() {
    let mut second = sample("a12-second-branch.xml");
    second.number = Some("108399733051".into());
    let branches = vec![branch("108399733040", "108399733051", Lane::Red)];
    assert_eq!(decide(&second, &Facts { branches, ..trader_alone() }).lane, Some(Lane::Green));
}

#[test]
fn an_electronic_certificate_has_to_have_been_received() {
    let declaration = sample("a11-atiga-form-d.xml");
    let item = &declaration.goods_items[0];
    let certificate = OriginCertificate {
        form: item.certificate_form.as_ref().unwrap().to_string(),
        number: item.certificate_number.as_ref().unwrap().to_string(),
        issued_on: item.certificate_date.unwrap(),
        issuing_country: item.origin.as_ref().unwrap().to_string(),
        items: vec![CertificateItem {
            line: 1,
            commodity_code: item.commodity_code.as_ref().unwrap()[..6].to_owned(),
            criterion: "RVC 45%".to_owned(),
            remaining: item.quantity.unwrap(),
            unit: item.quantity_unit.as_ref().unwrap().to_string(),
            ..CertificateItem::default()
        }],
        ..OriginCertificate::default()
    };
    let missing = decide(&declaration, &trader_alone());
    assert_eq!(missing.lane, Some(Lane::Yellow));
    let why = &hit(&missing, "electronic-certificate-not-received").unwrap().because.en;
    assert!(why.starts_with("line 1: the certificate is exchanged electronically and has not been received"), "{why}");
    assert!(why.contains("certificate_received = false"), "{why}");
    let other = OriginCertificate { number: "another".to_owned(), ..certificate.clone() };
    let with = |certificates| decide(&declaration, &Facts { certificates, ..trader_alone() });
    assert!(hit(&with(vec![other]), "electronic-certificate-not-received").is_some());
    assert_eq!(hit(&with(vec![certificate]), "electronic-certificate-not-received"), None);
}
