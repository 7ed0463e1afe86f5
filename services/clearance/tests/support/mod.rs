//! Small sound declarations to begin from, and how they are decided.

#![allow(dead_code, reason = "each test file uses what it needs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clearance::{Context, clear};
use jiff::civil::{Date, date};
use rulebook::Rulebook;
use rust_decimal::Decimal;
use vocabulary::declaration::{Bill, OtherTax};
use vocabulary::{CaseFacts, Decision, Declaration, DutyType, Facts, GoodsItem, Outcome, TaxCodeStatus, TraderFacts};

pub(crate) static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| load(&rules()));

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn load(folder: &Path) -> Rulebook {
    Rulebook::load(folder).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The rules with some files changed: for examples whose rates are not those of the day. `edit` gets the path of each
/// file, with its text, and may change the text.
pub(crate) fn rulebook_with(name: &str, edit: impl Fn(&str, &mut String)) -> Rulebook {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("rules-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    copy(&rules(), &folder, "", &edit);
    seal(&folder);
    let rulebook = load(&folder);
    fs::remove_dir_all(&folder).unwrap();
    rulebook
}

/// Says that the files of a folder of rules are meant to be so.
fn seal(folder: &Path) {
    let sealing = rulebook::Sealing::of(folder).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
}

fn copy(from: &Path, to: &Path, name: &str, edit: &impl Fn(&str, &mut String)) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let file = entry.file_name().into_string().unwrap();
        let path = if name.is_empty() { file.clone() } else { format!("{name}/{file}") };
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(file), &path, edit);
        } else {
            let before = fs::read_to_string(entry.path()).unwrap();
            let mut text = before.clone();
            edit(&path, &mut text);
            fs::write(to.join(file), text).unwrap();
        }
    }
}

/// Puts new text in the place of old text that must be there.
#[track_caller]
pub(crate) fn replace(text: &mut String, old: &str, new: &str) {
    assert!(text.contains(old), "`{old}` is not in the file");
    *text = text.replacen(old, new, 1);
}

/// A day on which a dollar is 26,100 dong in the sample rates.
pub(crate) const DAY: Date = date(2026, 11, 23);

pub(crate) fn number(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

pub(crate) fn trader() -> TraderFacts {
    TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

/// A sound import of goods in dollars on CIF terms, without lines.
pub(crate) fn import(kind: &str) -> Declaration {
    Declaration {
        function: Some("9".into()),
        reference: Some("GOLDEN-1".into()),
        version: Some(1),
        direction: Some("IM".into()),
        stage: Some("both".into()),
        kind: Some(kind.into()),
        transport_mode: Some("3".into()),
        party_class: Some("4".into()),
        customs_office: Some("01PR".into()),
        customs_subsection: Some("00".into()),
        importer_code: Some("0100233488".into()),
        importer_name: Some("Công ty Mẫu".into()),
        importer_address: Some("Phú Thọ".into()),
        consignor_name: Some("SAMPLE LTD".into()),
        consignor_address_1: Some("1 SAMPLE ROAD".into()),
        consignor_country: Some("CN".into()),
        package_quantity: Some(10),
        package_unit: Some("CT".into()),
        gross_mass: Some(number("500")),
        gross_mass_unit: Some("KGM".into()),
        transport_means_code: Some("9999".into()),
        transport_means_name: Some("SAMPLE VOYAGER".into()),
        arrival_date: Some(date(2026, 11, 20)),
        unloading_place: Some("VNHPH".into()),
        loading_place: Some("CNSHA".into()),
        invoice_class: Some("A".into()),
        invoice_number: Some("INV-1".into()),
        invoice_date: Some(date(2026, 11, 1)),
        payment_terms: Some("TTR".into()),
        price_kind: Some("A".into()),
        terms_of_delivery: Some("CIF".into()),
        invoice_currency: Some("USD".into()),
        valuation_method: Some("6".into()),
        taxpayer: Some("1".into()),
        due_date_code: Some("D".into()),
        bills: vec![Bill { number: Some("SMPL000000001".into()) }],
        ..Declaration::default()
    }
}

pub(crate) fn line(
    code: &str,
    origin: &str,
    schedule: &str,
    quantity: &str,
    unit: &str,
    unit_price: &str,
) -> GoodsItem {
    let (quantity, unit_price) = (number(quantity), number(unit_price));
    GoodsItem {
        commodity_code: Some(code.into()),
        goods_description: Some("Hàng mẫu".into()),
        origin: Some(origin.into()),
        tariff_schedule: Some(schedule.into()),
        quantity: Some(quantity),
        quantity_unit: Some(unit.into()),
        invoice_value: Some(quantity * unit_price),
        unit_price: Some(unit_price),
        unit_price_currency: Some("USD".into()),
        unit_price_unit: Some(unit.into()),
        ..GoodsItem::default()
    }
}

pub(crate) fn with_certificate(form: &str, item: GoodsItem) -> GoodsItem {
    GoodsItem {
        certificate_form: Some(form.into()),
        certificate_number: Some("SMPL26100001".into()),
        certificate_date: Some(date(2026, 11, 10)),
        ..item
    }
}

pub(crate) fn with_taxes(codes: &[(&str, Option<&str>)], item: GoodsItem) -> GoodsItem {
    let other_taxes = codes
        .iter()
        .map(|(code, exemption)| OtherTax {
            code: Some((*code).into()),
            exemption_code: exemption.map(Into::into),
            ..OtherTax::default()
        })
        .collect();
    GoodsItem { other_taxes, ..item }
}

pub(crate) fn with_lines(mut declaration: Declaration, items: Vec<GoodsItem>) -> Declaration {
    declaration.goods_items = items;
    for (sequence, item) in (1..).zip(&mut declaration.goods_items) {
        item.sequence = Some(sequence);
    }
    declaration.invoice_amount = Some(declaration.goods_items.iter().filter_map(|item| item.invoice_value).sum());
    declaration
}

pub(crate) fn decide_on(declaration: &Declaration, day: Date) -> Decision {
    decide_by(&RULEBOOK, declaration, day, &Facts::default())
}

/// Decides by a rulebook, on a day, with what is known besides the declaration.
pub(crate) fn decide_by(rulebook: &Rulebook, declaration: &Declaration, day: Date, facts: &Facts) -> Decision {
    let trader = trader();
    let context = Context {
        rules: rulebook.in_force_on(day),
        facts: CaseFacts { trader: Some(&trader), ..facts.for_case(None) },
        registered_at: day.at(9, 0, 0, 0),
        number: None,
        draw: 999_999,
    };
    clear(declaration, Vec::new(), &context)
}

pub(crate) fn decide(declaration: &Declaration) -> Decision {
    decide_on(declaration, DAY)
}

/// Checks the customs value of the first line, the payable amount of each of its taxes, and the total.
#[track_caller]
pub(crate) fn check(decision: &Decision, customs_value: &str, payable: &[(DutyType, &str)], total: &str) {
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    let item = &decision.items[0];
    assert_eq!(item.customs_value, number(customs_value), "customs value");
    let found: Vec<(DutyType, Decimal)> = item.taxes.iter().map(|line| (line.duty_type, line.payable)).collect();
    let expected: Vec<(DutyType, Decimal)> = payable.iter().map(|(duty, amount)| (*duty, number(amount))).collect();
    assert_eq!(found, expected);
    assert_eq!(decision.total_payable, number(total), "total");
}

#[track_caller]
pub(crate) fn check_rejected(decision: &Decision, code: &str) {
    assert_eq!(decision.outcome, Outcome::Rejected, "{:#?}", decision.gaps);
    let codes: Vec<&str> = decision.findings.iter().map(|finding| finding.code.as_str()).collect();
    assert!(codes.contains(&code), "{codes:?}");
}

/// A sound export in dollars on FOB terms, without lines.
pub(crate) fn export(destination: &str) -> Declaration {
    Declaration {
        direction: Some("EX".into()),
        kind: Some("B11".into()),
        party_class: None,
        importer_code: None,
        importer_name: None,
        importer_address: None,
        exporter_code: Some("0100233488".into()),
        exporter_name: Some("Công ty Mẫu".into()),
        exporter_address: Some("Phú Thọ".into()),
        consignor_name: None,
        consignor_address_1: None,
        consignor_country: None,
        consignee_name: Some("SAMPLE BUYER".into()),
        consignee_address_1: Some("2 SAMPLE STREET".into()),
        consignee_country: Some(destination[..2].into()),
        arrival_date: None,
        departure_date: Some(date(2026, 11, 25)),
        unloading_place: None,
        loading_place: Some("VNHPH".into()),
        final_destination: Some(destination.into()),
        terms_of_delivery: Some("FOB".into()),
        valuation_method: None,
        bills: Vec::new(),
        ..import("B11")
    }
}
