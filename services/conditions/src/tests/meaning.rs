//! What each part of the language means, in the order of the grammar page.

use rust_decimal::Decimal;

use super::{DECLARATION, Facts, ITEM, compiled, decide, formula};
use crate::Obstacle;
use crate::bounds::ELEMENTS_MAX;

fn check(source: &str, given: &str, expect: bool) {
    assert_eq!(decide(source, given), Ok(expect), "{source} given {given}");
}

/// A condition about the first goods item of a declaration.
fn check_item(source: &str, given: &str, expect: bool) {
    let declaration = Facts::read(given);
    let condition = compiled(source, &[DECLARATION, ITEM]);
    let outcome = condition.holds(&[&declaration, declaration.first_item()]);
    assert_eq!(outcome, Ok(expect), "{source} given {given}");
}

fn check_number(source: &str, given: &str, expect: Option<&str>) {
    let computed = formula(source, &[DECLARATION]).compute(&[&Facts::read(given)]);
    assert_eq!(computed, Ok(expect.map(|text| Decimal::from_str_exact(text).unwrap())), "{source} given {given}");
}

fn check_obstacle(source: &str, given: &str, expect: Obstacle, column: u32) {
    let error = decide(source, given).unwrap_err();
    assert_eq!((error.obstacle, error.position.column), (expect, column), "{source} given {given}");
}

#[test]
fn literals() {
    check("true", "", true);
    check("false", "", false);
    check("1.50 = 1.5", "", true);
    check("0.1 + 0.2 = 0.3", "", true);
    check("1_000_000 = 1000000", "", true);
    check("9007199254740993.11 = 9007199254740993.12", "", false);
    check(r#""a \"b\" \\" = "a \"b\" \\""#, "", true);
    check("2026-07-01 < 2026-07-02", "", true);
    check("\n  true # a comment, \"quoted\n and true\n", "", true);
    check("true # ends without a line", "", true);
}

#[test]
fn comparisons() {
    let given = "kind=A11 invoice_amount=1000.50 invoice_date=2026-06-30 incomplete=true";
    check("kind = \"A11\"", given, true);
    check("kind = \"a11\"", given, false);
    check("kind != \"A12\"", given, true);
    check("\"A11\" = kind", given, true);
    check("kind = kind", given, true);
    check("invoice_amount = 1000.5", given, true);
    check("invoice_amount != 1000.5", given, false);
    check("invoice_amount < 1000.50", given, false);
    check("invoice_amount <= 1000.50", given, true);
    check("invoice_amount > 1000.49", given, true);
    check("invoice_amount >= 1000.51", given, false);
    check("-invoice_amount < -1000", given, true);
    check("invoice_date < 2026-07-01", given, true);
    check("invoice_date >= 2026-07-01", given, false);
    check("invoice_date = 2026-06-30", given, true);
    check("incomplete", given, true);
    check("incomplete = true", given, true);
    check("incomplete != true", given, false);
    check("given(kind) = given(reference)", given, false);
    check("(invoice_amount > 1) = (kind = \"A11\")", given, true);
}

#[test]
fn lists_and_texts() {
    let given = "kind=A11 invoice_amount=2 invoice_date=2026-06-30 reference=CONTRACT_77/VN";
    check("kind in [\"A12\", \"A11\"]", given, true);
    check("kind in [\"A12\"]", given, false);
    check("kind in [\"A1\"]", given, false);
    check("kind not in [\"A12\"]", given, true);
    check("kind in [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"A11\",]", given, true);
    check("kind in [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"A\"]", given, false);
    check("invoice_amount in [1, 2.00]", given, true);
    check("-invoice_amount in [-2]", given, true);
    check("invoice_amount not in [1, 2]", given, false);
    check("invoice_date in [2026-06-29, 2026-06-30]", given, true);
    check("kind starts_with \"A1\"", given, true);
    check("kind starts_with [\"B\", \"A\", \"A12\"]", given, true);
    check("kind starts_with [\"A12\", \"A10\", \"A2\"]", given, false);
    check("kind not starts_with [\"B\"]", given, true);
    check("kind ends_with [\"0\", \"1\"]", given, true);
    check("reference ends_with \"/VN\"", given, true);
    check("reference not ends_with \"/VN\"", given, false);
    check("reference contains \"77\"", given, true);
    check("reference contains [\"78\", \"RACT \"]", given, true);
    check("reference not contains \"77\"", given, false);
    check("reference contains kind", given, false);
    check("kind starts_with kind and kind ends_with kind and kind contains kind", given, true);
    check("length(kind) = 3", given, true);
    check("length(\"thông quan\") = 10", given, true);
    check("all_digits(\"0102\") and not all_digits(kind)", given, true);
    check("all_digits(\"\")", given, false);
}

#[test]
fn named_lists() {
    let given = "| item origin=TH commodity_code=87042110";
    check_item("origin in list(high_risk_origins)", given, true);
    check_item("origin not in list(high_risk_origins)", given, false);
    check_item("origin in list(nothing)", given, false);
    check_item("origin not in list(nothing)", given, true);
    check_item("commodity_code starts_with list(vehicles)", given, true);
    check_item("commodity_code starts_with list(nothing)", given, false);
    check_item("commodity_code ends_with list(vehicles)", given, false);
}

#[test]
fn lists_that_hang_on_the_case_are_asked_of_the_outermost_record() {
    check("kind in list(kinds_of_the_day)", "kind=A12 reference=A11_A12", true);
    check("kind not in list(kinds_of_the_day)", "kind=A12 reference=A11_A12", false);
    check("kind in list(kinds_of_the_day)", "kind=A1 reference=A11_A12", false);
    check("kind not in list(kinds_of_the_day)", "kind=A1 reference=A11_A12", true);
    check("kind not in list(kinds_of_the_day)", "reference=A11", false);
    check("any(goods_items, origin in list(kinds_of_the_day))", "reference=CN | item origin=CN", true);
    check_item("origin in list(kinds_of_the_day)", "reference=CN | item origin=TH", false);
}

#[test]
fn decimals_are_counted_as_the_number_needs_them() {
    check("decimals(invoice_amount) = 2", "invoice_amount=1.50000", false);
    check("decimals(invoice_amount) = 1", "invoice_amount=1.50000", true);
    check("decimals(invoice_amount) = 0", "invoice_amount=1000", true);
    check("decimals(invoice_amount) >= 0", "", false);
}

#[test]
fn decimals_are_counted_as_they_were_written() {
    check("written_decimals(invoice_amount) = 3", "invoice_amount=900.000", true);
    check("written_decimals(invoice_amount) = 0", "invoice_amount=900000", true);
    check("invoice_amount = 900", "invoice_amount=900.000", true);
    check("round(invoice_amount, 0) = 3", "invoice_amount=2.5", true);
    check("round(-invoice_amount, 1) = -2.3", "invoice_amount=2.25", true);
    check("round(invoice_amount, 4) = 2.25", "invoice_amount=2.25", true);
}

#[test]
fn texts_mention_phrases_word_by_word() {
    let given = "kind=A11 reference=USED_machine_2005 invoice_date=2026-06-30";
    check("reference mentions \"used\"", given, true);
    check("reference mentions [\"new\", \"used machine\"]", given, true);
    check("reference mentions \"use\"", given, false);
    check("reference not mentions \"used\"", given, false);
    check("reference mentions \"used\" outside \"used machine\"", given, false);
    check("reference mentions [\"machine\"] outside [\"used\", \"2005\"]", given, true);
    check("oldest_year(reference) < year(invoice_date) - 10", given, true);
    check("oldest_year(kind) < 2100", given, false);
    check("year(invoice_date) = 2026", given, true);
}

#[test]
fn what_is_missing() {
    check("given(kind)", "kind=A11", true);
    check("given(kind)", "", false);
    check("missing(kind)", "", true);
    check("missing(kind)", "kind=A11", false);
    for comparison in [
        "kind = \"A11\"",
        "kind != \"A11\"",
        "kind in [\"A11\"]",
        "kind not in [\"A11\"]",
        "kind starts_with \"A\"",
        "kind not starts_with \"A\"",
        "kind not contains reference",
        "kind = kind",
        "all_digits(kind)",
        "kind mentions \"a\"",
        "kind not mentions \"a\"",
        "oldest_year(kind) >= 0",
        "year(invoice_date) >= 0",
        "written_decimals(invoice_amount) >= 0",
        "round(invoice_amount, 0) >= 0",
        "length(kind) >= 0",
        "invoice_amount < 1",
        "invoice_amount >= 1",
        "invoice_amount + 1 != 5",
        "invoice_amount not in [1]",
        "abs(-invoice_amount) >= 0",
        "min(1, invoice_amount) <= 1",
        "invoice_date != 2026-07-01",
        "days_between(invoice_date, 2026-07-01) != 0",
        "invoice_date not in [2026-07-01]",
        "incomplete",
        "incomplete = false",
        "incomplete != true",
        "invoice_amount / 0 = 1",
    ] {
        check(comparison, "", false);
        check(&format!("not ({comparison})"), "", true);
    }
}

#[test]
fn logic() {
    for (a, b) in [(false, false), (false, true), (true, false), (true, true)] {
        check(&format!("{a} and {b}"), "", a && b);
        check(&format!("{a} or {b}"), "", a || b);
        check(&format!("not {a} and {b}"), "", !a && b);
        check(&format!("not ({a} and {b})"), "", !(a && b));
        check(&format!("({a} or {b}) and ({b} or {a})"), "", a || b);
        check(&format!("{a} = {b}"), "", a == b);
    }
    check("not not true", "", true);
    check("not 1 = 2", "", true);
    check("true or 1 / 0 = 1", "", true);
    check("false and 1 / 0 = 1", "", false);
}

#[test]
fn arithmetic() {
    check_number("1 + 2 * 3", "", Some("7"));
    check_number("(1 + 2) * 3", "", Some("9"));
    check_number("10 - 3 - 2", "", Some("5"));
    check_number("12 / 4 / 3", "", Some("1"));
    check_number("2 * -3", "", Some("-6"));
    check_number("--3", "", Some("3"));
    check_number("1 / 8", "", Some("0.125"));
    check_number("abs(3 - 5.5)", "", Some("2.5"));
    check_number("min(3, 1, 2)", "", Some("1"));
    check_number("max(3, 1, 4.5)", "", Some("4.5"));
    check_number("days_between(2026-02-27, 2026-03-01)", "", Some("2"));
    check_number("days_between(2026-03-01, 2026-02-27)", "", Some("-2"));
    check_number("days_between(2024-02-28, 2024-03-01)", "", Some("2"));
    check_number("days_between(0001-01-01, 9999-12-31)", "", Some("3652058"));
    check_number("invoice_amount * exchange_rate", "invoice_amount=1000.50 exchange_rate=26100", Some("26113050"));
    check_number("invoice_amount * exchange_rate", "invoice_amount=1000.50", None);
    check_number("max(1, invoice_amount)", "", None);
}

#[test]
fn obstacles() {
    check_obstacle("true and invoice_amount / (1 - 1) = 1", "invoice_amount=1", Obstacle::DivisionByZero, 10);
    check_obstacle(
        "invoice_amount * 10 > 1",
        "invoice_amount=79228162514264337593543950335",
        Obstacle::TooManyDigits,
        1,
    );
    check_obstacle(
        "1 = 2 or\n  invoice_amount + 1 > 1",
        "invoice_amount=79228162514264337593543950335",
        Obstacle::TooManyDigits,
        3,
    );
    let large = "| item customs_value=79228162514264337593543950335 | item customs_value=1";
    check_obstacle("sum(goods_items, customs_value) > 1", large, Obstacle::TooManyDigits, 1);
    check_obstacle("any(goods_items, 1 / quantity > 1)", "| item quantity=0", Obstacle::DivisionByZero, 18);
    check("any(goods_items, 1 / quantity > 1)", "| item quantity=0.5 | item quantity=0", true);
}

#[test]
fn obstacles_of_the_program() {
    let condition = compiled("kind = \"A11\"", &[DECLARATION]);
    let none: [&Facts; 0] = [];
    assert_eq!(condition.holds(&none).unwrap_err().obstacle, Obstacle::WrongRecords);
    let mut declaration = Facts::read("");
    declaration.fields.insert(0, super::Fact::Bool(true));
    let error = condition.holds(&[&declaration]).unwrap_err();
    assert_eq!(error.obstacle, Obstacle::WrongType);
    assert_eq!(
        error.to_string(),
        "the record gave a value of another type than the schema promised, at line 1, column 1\n  1 | kind = \"A11\"\n    | ^^^^"
    );
}

#[test]
fn too_many_elements_are_not_gone_through() {
    let many = "| item origin=CN".repeat(60);
    let nested = "count(goods_items, any(declaration.goods_items, any(declaration.goods_items, origin = \"VN\"))) > 0";
    assert!(60_u32.pow(3) > ELEMENTS_MAX);
    check_obstacle(nested, &many, Obstacle::TooManyElements, 49);
    check(nested, &"| item origin=CN".repeat(20), false);
}

#[test]
fn collections() {
    let given = "kind=A11 invoice_currency=USD \
        | item origin=CN commodity_code=87032110 customs_value=100.5 quantity=2 | tax code=TB amount=5 | tax amount=1 \
        | item origin=VN commodity_code=22030099 customs_value=50 \
        | item origin=JP commodity_code=22030091 | tax code=VAT amount=7 \
        | permit number=P1 issued=2026-01-01";
    check("any(goods_items, commodity_code starts_with \"8703\" and origin in [\"CN\"])", given, true);
    check("any(goods_items, commodity_code starts_with \"8703\" and origin = \"JP\")", given, false);
    check("all(goods_items, length(commodity_code) = 8)", given, true);
    check("all(goods_items, given(quantity))", given, false);
    check("not any(goods_items, missing(origin))", given, true);
    check("any(goods_items, true)", "", false);
    check("all(goods_items, false)", "", true);
    check_number("count(goods_items)", given, Some("3"));
    check_number("count(goods_items)", "", Some("0"));
    check_number("count(goods_items, commodity_code starts_with \"22\")", given, Some("2"));
    check_number("sum(goods_items, customs_value)", given, Some("150.5"));
    check_number("sum(goods_items, customs_value * quantity)", given, Some("201.0"));
    check_number("sum(goods_items, customs_value)", "", Some("0"));
    check("any(goods_items, any(other_taxes, given(code)))", given, true);
    check("all(goods_items, any(other_taxes, given(code)))", given, false);
    check("any(goods_items, count(other_taxes) = 2 and count(other_taxes, missing(code)) = 1)", given, true);
    check_number("sum(goods_items, sum(other_taxes, amount))", given, Some("13"));
    check("any(goods_items, any(other_taxes, code = \"VAT\" and origin = \"JP\" and kind = \"A11\"))", given, true);
    check("any(goods_items, item.origin = \"VN\" and declaration.kind = \"A11\")", given, true);
    check("any(goods_items, any(permits, number = \"P1\" and origin = \"VN\"))", given, true);
    check("any(goods_items, count(declaration.goods_items) = 3)", given, true);
}

#[test]
fn names_in_reach() {
    let given = "reference=D kind=A11 | item reference=I origin=CN | item reference=J";
    check_item("declaration.reference = \"D\" and item.reference = \"I\"", given, true);
    check_item("kind = \"A11\" and origin = \"CN\"", given, true);
    check_item("count(goods_items) = 2 and count(other_taxes) = 0", given, true);
    // Within a quantifier the element comes first, though the item handed in has the name too.
    check_item("any(goods_items, reference = \"J\")", given, true);
    check_item("any(goods_items, item.reference = \"J\" and declaration.reference = \"D\")", given, true);
    check("reference = \"D\" and any(goods_items, reference = \"I\")", given, true);
}

#[test]
fn fields_read() {
    let condition = compiled(
        "kind = \"A\" and any(goods_items, origin = declaration.kind or any(other_taxes, exempt))",
        &[DECLARATION],
    );
    let fields: Vec<String> = condition.fields().map(ToString::to_string).collect();
    assert_eq!(fields, ["declaration.kind", "item.origin", "tax.exempt"]);
}

#[test]
fn canonical_form() {
    let check = |source: &str, expect: &str| {
        let condition = compiled(source, &[DECLARATION]);
        assert_eq!(condition.canonical(), expect);
        assert_eq!(compiled(expect, &[DECLARATION]).canonical(), expect);
    };
    check("((kind)=\"A11\")# note\n and(not  incomplete)", "kind = \"A11\" and not incomplete");
    check("(incomplete or true) and not (incomplete or false)", "(incomplete or true) and not (incomplete or false)");
    check("(1+(2*3))-(4-5) > -(1+invoice_amount)", "1 + 2 * 3 - (4 - 5) > -(1 + invoice_amount)");
    check("kind not in [\"a\\\"b\",] or true", "kind not in [\"a\\\"b\"] or true");
    check("(given(kind)=true) = (1<2)", "(given(kind) = true) = (1 < 2)");
    check("any( goods_items,origin in list( nothing ))", "any(goods_items, origin in list(nothing))");
}
