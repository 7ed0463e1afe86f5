//! What is said of a condition that has been decided.

use super::{DECLARATION, Facts, compiled};
use crate::Obstacle;

/// Each part with its outcome and what it saw, a line each.
fn explained(source: &str, given: &str) -> Vec<String> {
    let reasons = compiled(source, &[DECLARATION]).explain(&[&Facts::read(given)]).unwrap();
    let lines = reasons.iter().map(|reason| {
        let seen = reason.seen.iter().map(|seen| match &seen.value {
            Some(value) => format!(" {}={value}", seen.what),
            None => format!(" {} missing", seen.what),
        });
        let outcome = match &reason.holds {
            Ok(truth) => truth.to_string(),
            Err(error) => error.obstacle.to_string(),
        };
        format!("{} -> {outcome};{}", reason.part, seen.collect::<String>())
    });
    lines.collect()
}

#[test]
fn parts_and_values() {
    let source = "invoice_currency in [\"USD\"] and (invoice_amount > 5 and not incomplete)\n and missing(kind)";
    assert_eq!(
        explained(source, "invoice_currency=USD invoice_amount=3.50"),
        [
            "invoice_currency in [\"USD\"] -> true; declaration.invoice_currency=USD",
            "invoice_amount > 5 -> false; declaration.invoice_amount=3.50",
            "not incomplete -> true; declaration.incomplete missing",
            "missing(kind) -> true; declaration.kind missing",
        ]
    );
    assert_eq!(
        explained("days_between(invoice_date, 2026-07-01) > 2 or kind = \"A\"", "invoice_date=2026-06-20"),
        ["days_between(invoice_date, 2026-07-01) > 2 or kind = \"A\" -> true; declaration.invoice_date=2026-06-20 \
             declaration.kind missing",]
    );
}

#[test]
fn elements_that_speak_for_the_outcome() {
    let given = "kind=A11 | item origin=VN | item origin=CN customs_value=7 | tax code=TB | tax code=VAT | item customs_value=2";
    assert_eq!(
        explained("any(goods_items, origin = \"CN\" and declaration.kind = \"A11\")", given),
        [
            "any(goods_items, origin = \"CN\" and declaration.kind = \"A11\") -> true; goods_items[2].origin=CN declaration.kind=A11"
        ]
    );
    assert_eq!(
        explained("all(declaration.goods_items, given(origin))", given),
        ["all(declaration.goods_items, given(origin)) -> false; goods_items[3].origin missing"]
    );
    assert_eq!(
        explained("any(goods_items, any(other_taxes, code = \"VAT\"))", given),
        ["any(goods_items, any(other_taxes, code = \"VAT\")) -> true; goods_items[2].other_taxes[2].code=VAT"]
    );
    assert_eq!(
        explained("any(goods_items, count(other_taxes) > 1)", given),
        ["any(goods_items, count(other_taxes) > 1) -> true; goods_items[2]: count(other_taxes)=2"]
    );
    assert_eq!(
        explained("sum(goods_items,\n customs_value) > 8", given),
        ["sum(goods_items,\n customs_value) > 8 -> true; sum(goods_items, customs_value)=9"]
    );
    let many = "| item origin=CN".repeat(9);
    let named = explained("any(goods_items, origin = \"CN\")", &many);
    assert!(named[0].ends_with("goods_items[5].origin=CN"), "{named:?}");
}

#[test]
fn what_could_not_be_decided() {
    let lines = explained("kind = \"A\" and invoice_amount / 0 > 1", "invoice_amount=4");
    assert_eq!(
        lines,
        [
            "kind = \"A\" -> false; declaration.kind missing",
            "invoice_amount / 0 > 1 -> division by zero; declaration.invoice_amount=4",
        ]
    );
    let none: [&Facts; 0] = [];
    let error = compiled("true", &[DECLARATION]).explain(&none).unwrap_err();
    assert_eq!(error.obstacle, Obstacle::WrongRecords);
}

/// The statements of a condition that holds, joined.
fn stated(source: &str, given: &str) -> String {
    let condition = compiled(source, &[DECLARATION]);
    let declaration = Facts::read(given);
    assert_eq!(condition.holds(&[&declaration]), Ok(true), "{source}");
    let reasons = condition.explain(&[&declaration]).unwrap();
    reasons.into_iter().map(|reason| reason.statement).collect::<Vec<_>>().join(" and ")
}

#[test]
fn statements_for_people() {
    let given = "kind=A11 invoice_amount=21000000000.50 invoice_date=2026-06-20 \
        | item commodity_code=76041010 origin=CN customs_value=1234567 | item customs_value=8 | permit number=7";
    for (source, expected) in [
        ("invoice_amount > 20_000_000_000", "invoice_amount = 21,000,000,000.5 > 20,000,000,000"),
        ("declaration.invoice_amount >= 999", "declaration.invoice_amount = 21,000,000,000.5 >= 999"),
        ("count(permits) = 1 and kind = \"A11\"", "count(permits) = 1 and kind = A11"),
        ("kind in [\"A11\", \"A12\"]", "kind = A11, in [\"A11\", \"A12\"]"),
        ("kind starts_with\n \"A\"", "kind = A11, starts_with \"A\""),
        ("not incomplete", "incomplete is not declared"),
        ("missing(arrival_date) and given(invoice_date)", "arrival_date is not declared and invoice_date = 2026-06-20"),
        (
            "sum(goods_items, customs_value) < invoice_amount",
            "(sum(goods_items, customs_value) = 1,234,575) < (invoice_amount = 21,000,000,000.5)",
        ),
        ("invoice_amount * 2 > 100", "invoice_amount * 2 > 100, where declaration.invoice_amount = 21,000,000,000.5"),
        (
            "any(goods_items, origin = \"CN\" and commodity_code starts_with \"7604\")",
            "any(goods_items, origin = \"CN\" and commodity_code starts_with \"7604\"), where goods_items[1].origin = CN, \
             goods_items[1].commodity_code = 76041010",
        ),
    ] {
        assert_eq!(stated(source, given), expected, "{source}");
    }
}

#[test]
fn a_long_list_is_cut_in_a_statement() {
    let list: Vec<String> = (0..400).map(|number| format!("\"A{number}\"")).collect();
    let statement = stated(&format!("kind in [{}]", list.join(", ")), "kind=A11");
    assert!(statement.starts_with("kind = A11, in [\"A0\", \"A1\"") && statement.ends_with('…'), "{statement}");
    assert!(statement.chars().count() < 140, "{statement}");
}
