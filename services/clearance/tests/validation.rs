//! What validation finds by itself, where a rule of `rules/validation` cannot say it: each check once firing and once
//! silent, on the sound declarations that the tests of rules change.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use clearance::{Context, clear};
use jiff::civil::Date;
use rulebook::{CodeList, Provision, Rulebook};
use vocabulary::declaration::{Adjustment, Attachment, OtherTax, Transit};
use vocabulary::{
    CaseFacts, Decision, Declaration, DeclarationNumber, Direction, Outcome, Record as _, Scope, TaxCodeStatus,
    TraderFacts, Value,
};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

fn base(name: &str) -> (Declaration, Date) {
    let (_, on, declaration) = RULEBOOK.test_bases().find(|(known, ..)| *known == name).unwrap();
    (declaration.clone(), on)
}

fn decide(declaration: &Declaration, on: Date) -> Decision {
    let trader = TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    let direction = declaration.direction().unwrap_or(Direction::Import);
    let context = Context {
        rules: RULEBOOK.in_force_on(on),
        registered_at: on.at(9, 30, 0, 0),
        number: Some(DeclarationNumber::new(direction, 8_300_001).unwrap()),
        draw: 500_000,
        facts: CaseFacts { trader: Some(&trader), ..CaseFacts::default() },
    };
    clear(declaration, Vec::new(), &context)
}

fn codes(decision: &Decision) -> BTreeSet<&str> {
    decision.findings.iter().map(|finding| finding.code.as_str()).collect()
}

/// What is found in a sound declaration that was changed.
fn found(name: &str, change: impl FnOnce(&mut Declaration)) -> Decision {
    let (mut declaration, on) = base(name);
    change(&mut declaration);
    decide(&declaration, on)
}

#[track_caller]
fn check_fires(code: &str, name: &str, change: impl FnOnce(&mut Declaration)) -> Decision {
    let decision = found(name, change);
    assert!(codes(&decision).contains(code), "{code} is not in {:#?}", decision.findings);
    decision
}

#[track_caller]
fn check_silent(code: &str, name: &str, change: impl FnOnce(&mut Declaration)) {
    let decision = found(name, change);
    assert!(!codes(&decision).contains(code), "{code} is in {:#?}", decision.findings);
}

fn taxes(codes: &[&str]) -> Vec<OtherTax> {
    codes.iter().map(|code| OtherTax { code: Some((*code).into()), ..OtherTax::default() }).collect()
}

fn transit(location: &str, arrival: i8, departure: i8) -> Transit {
    let day = |day| Some(jiff::civil::date(2026, 11, day));
    Transit { location: Some(location.into()), arrival_date: day(arrival), departure_date: day(departure) }
}

#[test]
fn the_declarations_that_tests_change_are_sound() {
    for (name, on, declaration) in RULEBOOK.test_bases() {
        let decision = decide(declaration, on);
        assert_eq!(decision.outcome, Outcome::Accepted, "{name}: {:#?} {:#?}", decision.findings, decision.gaps);
        assert!(decision.findings.is_empty(), "{name}: {:#?}", decision.findings);
    }
}

#[test]
fn every_coded_field_knows_a_code_that_is_in_no_list() {
    let mut checked = 0;
    for (code, field, _) in RULEBOOK.coded_fields() {
        let known = field.field();
        for (name, has) in [("import", known.import_id), ("export", known.export_id)] {
            if has.is_none() {
                continue;
            }
            let decision = found(name, |declaration| {
                let wrong = Value::Text("?~".into());
                // On these terms freight and insurance may be entered.
                declaration.terms_of_delivery = Some("FOB".into());
                let taken = match field.scope {
                    Scope::Declaration => declaration.set(field.index, wrong),
                    Scope::GoodsItem => declaration.goods_items[0].set(field.index, wrong),
                    Scope::Adjustment => {
                        declaration.adjustments.push(Adjustment::default());
                        declaration.adjustments[0].set(field.index, wrong)
                    }
                    Scope::Attachment => {
                        declaration.attachments.push(Attachment::default());
                        declaration.attachments[0].set(field.index, wrong)
                    }
                    other => panic!("no test sets a field of {other:?}"),
                };
                assert!(taken, "{}", known.name);
            });
            let finding = decision.findings.iter().find(|finding| finding.code == code && finding.value.is_some());
            let finding = finding.unwrap_or_else(|| panic!("{name} {}: {:#?}", known.name, decision.findings));
            assert_eq!(finding.value.as_deref(), Some("?~"));
            assert!(!finding.mend.en.is_empty() && !finding.mend.vi.is_empty());
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn an_unknown_code_is_mended_by_what_people_write_for_one_and_never_by_its_spelling() {
    let decision = check_fires("S0089", "import", |declaration| declaration.terms_of_delivery = Some("FOV".into()));
    let finding = decision.findings.iter().find(|finding| finding.code == "S0089").unwrap();
    assert!(finding.mend.en.starts_with("look the code up in the list «terms of delivery»"), "{}", finding.mend.en);
    assert_eq!(finding.message.en, "FOV is no code of the list «terms of delivery» on 2026-11-23");
    assert!(finding.suggestions.is_empty());
    let decision = check_fires("S0089", "import", |declaration| declaration.terms_of_delivery = Some("DPU".into()));
    let finding = decision.findings.iter().find(|finding| finding.code == "S0089").unwrap();
    assert_eq!(finding.suggestions, ["DAT"]);
    assert!(finding.mend.en.starts_with("enter DAT (delivered at terminal); the national list has no DPU"));
    let decision = check_fires("S1063", "import", |declaration| declaration.taxpayer = Some("X".into()));
    let finding = decision.findings.iter().find(|finding| finding.code == "S1063").unwrap();
    assert_eq!(finding.mend.en, "enter one of 1, 2");
    assert!(RULEBOOK.coded_fields().any(|(_, _, list)| list == CodeList::Countries));
}

#[test]
fn taxes_of_a_line_stand_in_their_order() {
    check_fires("R0184", "import", |declaration| declaration.goods_items[0].other_taxes = taxes(&["VB901", "G061"]));
    check_silent("R0184", "import", |declaration| declaration.goods_items[0].other_taxes = taxes(&["G061", "VB901"]));
}

#[test]
fn places_of_a_bonded_transport_stand_in_the_order_of_their_days() {
    check_fires("R1070", "import", |declaration| {
        declaration.transits = vec![transit("01PRA02", 24, 26), transit("18BCA01", 25, 27)];
    });
    check_silent("R1070", "import", |declaration| {
        declaration.transits = vec![transit("01PRA02", 24, 25), transit("18BCA01", 25, 27)];
    });
}

#[test]
fn a_warehouse_belongs_to_an_office() {
    check_fires("S0053", "import", |declaration| declaration.warehouse = Some("99ZZA01".into()));
    check_silent("S0053", "import", |declaration| declaration.warehouse = Some("01B1A02".into()));
    check_fires("S0054", "import", |declaration| {
        declaration.customs_office = None;
        declaration.warehouse = None;
    });
    check_fires("S0054", "import", |declaration| declaration.customs_office = Some("99ZZ".into()));
    check_silent("S0054", "import", |declaration| declaration.customs_office = None);
}

#[test]
fn who_declares_is_known_by_a_tax_code() {
    check_fires("S0061", "import", |declaration| declaration.importer_code = None);
    check_fires("S0061", "export", |declaration| declaration.exporter_code = None);
    check_silent("S0061", "import", |_| {});
    let person = |class: &'static str| {
        move |declaration: &mut Declaration| {
            declaration.importer_code = Some("001085012345".into());
            declaration.party_class = Some(class.into());
        }
    };
    check_fires("tax_code_invalid", "import", person("4"));
    check_silent("tax_code_invalid", "import", person("2"));
}

#[test]
fn a_kind_is_one_of_the_direction() {
    check_fires("S0055", "import", |declaration| declaration.kind = Some("B11".into()));
    check_fires("S0055", "import", |declaration| declaration.kind = Some("Z99".into()));
    check_silent("S0055", "import", |_| {});
}

#[test]
fn goods_and_their_units_are_those_of_the_tariff() {
    check_fires("S0173", "import", |declaration| declaration.goods_items[0].commodity_code = Some("84818001".into()));
    check_fires("E0270", "import", |declaration| {
        declaration.goods_items[1].quantity_unit = Some("LTR".into());
        declaration.goods_items[1].unit_price_unit = Some("LTR".into());
    });
    check_silent("S0173", "import", |_| {});
    check_silent("E0270", "import", |_| {});
}

#[test]
fn tax_codes_are_known_apply_to_their_tax_and_stand_once() {
    let with = |codes: &'static [&'static str]| {
        move |declaration: &mut Declaration| declaration.goods_items[0].other_taxes = taxes(codes)
    };
    check_fires("E0118", "import", with(&["VB999"]));
    check_fires("E0119", "import", with(&["XN210"]));
    check_fires("R0163", "import", with(&["VB901", "VB245"]));
    for code in ["E0118", "E0119", "R0163"] {
        check_silent(code, "import", |_| {});
    }
}

#[test]
fn a_field_of_the_other_form_is_found() {
    check_fires("field_of_the_other_direction", "export", |declaration| declaration.container_count = Some(1));
    check_silent("field_of_the_other_direction", "export", |_| {});
}

#[test]
fn what_the_reader_finds_cites_the_law_in_words() {
    let rules = RULEBOOK.in_force_on(Date::constant(2026, 11, 24));
    for name in message::PROVISIONS {
        let known = Provision::ALL.iter().find(|provision| provision.name() == name);
        assert!(known.is_some(), "rules/law/citations.toml has no `{name}`");
    }
    let message::Reading::Read { declaration, findings } = message::read_declaration(
        b"<Declaration xmlns='urn:thongquan:declaration:1'><FunctionCode>9</FunctionCode><Colour/></Declaration>",
    ) else {
        panic!("unreadable")
    };
    assert!(findings.len() > 1 && findings.iter().all(|finding| finding.law == message::PROVISIONS[0]));
    let context = Context {
        rules,
        registered_at: rules.date().at(9, 30, 0, 0),
        number: None,
        draw: 0,
        facts: CaseFacts::default(),
    };
    let decision = clear(&declaration, findings.clone(), &context);
    let law = rules.law(Provision::DeclarationForm);
    let found = decision.findings.iter().filter(|finding| *finding.law == **law).count();
    assert!(law.contains("38/2015/TT-BTC") && found >= findings.len(), "{:?}", decision.findings);
    assert!(decision.findings.iter().all(|finding| finding.law.contains(' ')));
}
