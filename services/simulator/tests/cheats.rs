//! Whoever types a code, an origin or a value that lowers a tax is refused, or seen by an officer.
//!
//! Honest declarations of goods that bear different taxes are changed in one field at a time, to everything that the
//! rules know for it. Nothing that is green afterwards may owe less than the honest one.

#![allow(clippy::print_stdout, reason = "a test tells what it skips")]

mod comparison;

use std::collections::BTreeMap;
use std::path::Path;

use clearance::{Context, clear};
use comparison::RULEBOOK;
use jiff::civil::{Date, date};
use message::Reading;
use rulebook::{CodeList, RulesInForce};
use rust_decimal::Decimal;
use vocabulary::declaration::{Adjustment, OtherTax};
use vocabulary::{Decision, Declaration, DutyType, Facts, GoodsItem, Lane, Outcome, TaxCodeStatus, Text, TraderFacts};

const DAY: Date = date(2026, 11, 24);

/// Documents of honest declarations, with what is replaced in them to make them so.
const HONEST: [(&str, &[(&str, &str)]); 6] = [
    ("28a-vk900-valve", &[("<OtherTax><TypeCode>VK900</TypeCode></OtherTax>", "")]),
    (
        "07c-e31-rum-tb020",
        &[
            ("<CurrentCode>E31", "<CurrentCode>A11"),
            ("<Exemption><Code>XN210</Code></Exemption>", ""),
            ("<OtherTax><TypeCode>VK120</TypeCode></OtherTax>", ""),
        ],
    ),
    ("10a-ev-without-code", &[]),
    ("28d-mk900-lubricant", &[("27101944", "27101946"), ("MK900", "MB06")]),
    ("04e-vb245-plastic-3901", &[]),
    ("09a-express-900k", &[]),
];

fn honest(name: &str, changes: &[(&str, &str)]) -> Declaration {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/field/{name}.xml"));
    let mut text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (old, new) in changes {
        assert!(text.contains(old), "{name} has no {old}");
        text = text.replace(old, new);
    }
    match message::read_declaration(text.as_bytes()) {
        Reading::Read { declaration, findings } if findings.is_empty() => declaration,
        other => panic!("{name}: {other:#?}"),
    }
}

fn decide(declaration: &Declaration) -> Decision {
    let trader = TraderFacts {
        tax_code: declaration.declarant().unwrap_or_default().to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level: 2,
        authorised_operator: false,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    };
    let facts = Facts { traders: vec![trader], ..Facts::default() };
    let context = Context {
        rules: RULEBOOK.in_force_on(DAY),
        facts: facts.for_case(declaration.declarant()),
        registered_at: DAY.at(9, 0, 0, 0),
        number: None,
        draw: 800_000,
    };
    clear(declaration, Vec::new(), &context)
}

/// Every change that somebody may try, with its words.
fn attempts(honest: &Declaration, rules: &RulesInForce<'_>) -> Vec<(String, Declaration)> {
    let mut attempts = Vec::new();
    let mut try_header = |what: String, change: &dyn Fn(&mut Declaration)| {
        let mut changed = honest.clone();
        change(&mut changed);
        attempts.push((what, changed));
    };
    let text = |code: &str| Some(Text::from(code));
    let codes: Vec<String> =
        DutyType::ALL.into_iter().flat_map(|tax| rules.taxes().codes(tax)).map(|code| code.code().to_owned()).collect();
    for code in &codes {
        try_header(format!("exemption code {code}"), &|changed| {
            changed.goods_items[0].exemption_code = text(code);
        });
        try_header(format!("exemption code {code} and schedule B30"), &|changed| {
            changed.goods_items[0].exemption_code = text(code);
            changed.goods_items[0].tariff_schedule = text("B30");
        });
        try_header(format!("reduction by {code}"), &|changed| {
            changed.goods_items[0].exemption_code = text(code);
            changed.goods_items[0].reduction_amount = Some(Decimal::from(1_000_000));
        });
        try_header(format!("other tax {code}"), &|changed| {
            changed.goods_items[0].other_taxes.push(OtherTax { code: text(code), ..OtherTax::default() });
        });
        try_header(format!("other tax {code} alone"), &|changed| {
            changed.goods_items[0].other_taxes = vec![OtherTax { code: text(code), ..OtherTax::default() }];
        });
        try_header(format!("exemption {code} of each other tax"), &|changed| {
            for tax in &mut changed.goods_items[0].other_taxes {
                tax.exemption_code = text(code);
            }
        });
        try_header(format!("reduction {code} of each other tax"), &|changed| {
            for tax in &mut changed.goods_items[0].other_taxes {
                tax.exemption_code = text(code);
                tax.reduction_amount = Some(Decimal::from(1_000_000));
            }
        });
    }
    for kind in rules.codes(CodeList::DeclarationKinds) {
        for limited in [false, true] {
            try_header(format!("kind {} (term {limited})", kind.code()), &|changed| {
                changed.kind = text(kind.code());
                changed.temporary_limit_date = limited.then(|| date(2027, 2, 1));
                changed.notes = text("To khai xuat khau 305254403660");
            });
        }
        try_header(format!("kind {} by an earlier declaration", kind.code()), &|changed| {
            changed.kind = text(kind.code());
            changed.temporary_declaration_number = Some(305_254_403_660);
            changed.goods_items[0].temporary_line = Some(1);
        });
        for (duty, vat) in [("XN210", "VK120"), ("XN012", "VK110"), ("XNK32", "VK130"), ("XN900", "VK900")] {
            try_header(format!("kind {} with {duty} and {vat}", kind.code()), &|changed| {
                changed.kind = text(kind.code());
                changed.temporary_limit_date = Some(date(2027, 2, 1));
                changed.goods_items[0].exemption_code = text(duty);
                changed.goods_items[0].other_taxes.push(OtherTax { code: text(vat), ..OtherTax::default() });
            });
        }
    }
    let forms: Vec<&str> = rules.codes(CodeList::OriginCertificates).map(|form| form.code()).collect();
    for schedule in rules.codes(CodeList::TariffSchedules) {
        for origin in
            ["CN", "KR", "JP", "VN", "MY", "TH", "SG", "DE", "GB", "US", "AU", "MX", "CL", "RU", "IN", "LA", "KH", "CU"]
        {
            try_header(format!("schedule {} of {origin}", schedule.code()), &|changed| {
                changed.goods_items[0].tariff_schedule = text(schedule.code());
                changed.goods_items[0].origin = text(origin);
            });
            for form in &forms {
                try_header(format!("schedule {} of {origin} by form {form}", schedule.code()), &|changed| {
                    let item = &mut changed.goods_items[0];
                    item.tariff_schedule = text(schedule.code());
                    item.origin = text(origin);
                    item.certificate_form = text(form);
                    item.certificate_number = text("ANY26000001");
                    item.certificate_date = Some(date(2026, 11, 1));
                    changed.loading_place = Some(Text::from(format!("{origin}ZZZ")));
                });
            }
        }
    }
    for class in rules.codes(CodeList::CargoClasses) {
        for person in ["1", "2", "3", "4"] {
            try_header(format!("cargo class {} to {person}", class.code()), &|changed| {
                changed.cargo_class = text(class.code());
                changed.party_class = text(person);
            });
        }
    }
    for method in rules.codes(CodeList::ValuationClasses) {
        for kind in rules.codes(CodeList::PriceKinds) {
            try_header(format!("method {}, price {}, value by hand", method.code(), kind.code()), &|changed| {
                changed.valuation_method = text(method.code());
                changed.price_kind = text(kind.code());
                let currency = changed.invoice_currency.clone();
                by_hand(&mut changed.goods_items[0], currency);
            });
            try_header(
                format!("method {}, price {}, nothing but a value by hand", method.code(), kind.code()),
                &|changed| {
                    changed.valuation_method = text(method.code());
                    changed.price_kind = text(kind.code());
                    let currency = changed.invoice_currency.clone();
                    let item = &mut changed.goods_items[0];
                    by_hand(item, currency);
                    item.invoice_value = None;
                    item.unit_price = None;
                },
            );
        }
    }
    for name in rules.codes(CodeList::AdjustmentNames) {
        for class in ["AD", "SB", "IP", "DP"] {
            try_header(format!("adjustment {} {class}", name.code()), &|changed| {
                changed.adjustments.push(Adjustment {
                    title: text(name.code()),
                    class: text(class),
                    currency: changed.invoice_currency.clone(),
                    amount: changed.invoice_amount.map(|amount| (amount / Decimal::TWO).trunc()),
                    ..Adjustment::default()
                });
            });
        }
    }
    attempts
}

fn by_hand(item: &mut GoodsItem, currency: Option<Text>) {
    item.customs_value = Some(Decimal::ONE);
    item.customs_value_currency = currency;
}

#[test]
fn nothing_that_is_typed_lowers_a_tax_unseen() {
    let rules = RULEBOOK.in_force_on(DAY);
    let mut unseen = Vec::new();
    let (mut tried, mut outcomes) = (0, BTreeMap::new());
    for (name, changes) in HONEST {
        let honest = honest(name, changes);
        let owed = decide(&honest);
        assert_eq!(owed.outcome, Outcome::Accepted, "{name}: {:#?} {:#?}", owed.findings, owed.gaps);
        assert!(owed.total_payable > Decimal::ZERO, "{name} owes nothing");
        for (what, changed) in attempts(&honest, &rules) {
            tried += 1;
            let decision = decide(&changed);
            *outcomes.entry((decision.outcome, decision.lane)).or_insert(0) += 1;
            if decision.lane == Some(Lane::Green) && decision.total_payable < owed.total_payable {
                let (less, honest) = (decision.total_payable, owed.total_payable);
                unseen.push(format!("{name}: {what}: {less} in place of {honest}, green"));
            }
        }
    }
    println!("{tried} attempts: {outcomes:?}");
    assert!(tried > 10_000, "{tried}");
    let shown: Vec<&String> = unseen.iter().take(60).collect();
    assert!(unseen.is_empty(), "{} lower a tax unseen:\n{shown:#?}", unseen.len());
}
