//! Exemptions, reductions, thresholds and shares.

use jiff::civil::date;
use rust_decimal::Decimal;
use vocabulary::declaration::OtherTax;
use vocabulary::{Declaration, DutyType, GoodsItem, Outcome};

use super::support::*;
use super::{finding, tax};

fn in_dong(kind: &str, value: &str) -> Declaration {
    let item =
        GoodsItem { unit_price_currency: Some("VND".into()), ..line("84818099", "CN", "B01", "1", "PCE", value) };
    Declaration { invoice_currency: Some("VND".into()), ..with_lines(import(kind), vec![item]) }
}

fn duty(declaration: &Declaration) -> Decimal {
    tax(&decide(declaration), DutyType::ImportDuty).payable
}

#[test]
fn each_kind_of_shipment_has_its_threshold() {
    let express = |value| Declaration { cargo_class: Some("F".into()), ..in_dong("A11", value) };
    assert_eq!(duty(&express("1000000")), Decimal::ZERO);
    // 1,000,001 dong bear 100,000.1 dong.
    assert_eq!(duty(&express("1000001")), number("100000.1"));

    let gift = |value, class: &str| Declaration {
        cargo_class: Some("A".into()),
        party_class: Some(class.into()),
        ..in_dong("H11", value)
    };
    assert_eq!(duty(&gift("2000000", "2")), Decimal::ZERO);
    assert_eq!(duty(&gift("2000001", "2")), number("200000.1"));
    // A gift to an organisation has no threshold here.
    assert_eq!(duty(&gift("500000", "4")), number("50000"));
    finding(&decide(&gift("2000000", "2")), "gifts_of_the_year_not_counted");
}

#[test]
fn a_reduction_is_not_above_its_tax() {
    let reduced = |code: Option<&str>, amount: Option<&str>| {
        let item = GoodsItem {
            exemption_code: code.map(Into::into),
            reduction_amount: amount.map(number),
            ..line("84818099", "CN", "B01", "1000", "PCE", "10")
        };
        decide(&with_lines(import("A12"), vec![item]))
    };
    let decision = reduced(Some("XNG10"), Some("100000"));
    let duty = tax(&decision, DutyType::ImportDuty);
    assert_eq!((duty.amount, duty.relief, duty.payable), (number("26100000"), number("100000"), number("26000000")));
    assert!(duty.relief_citation.as_ref().unwrap().law.contains("107/2016"));
    assert_eq!(reduced(Some("XNG10"), Some("26100000")).outcome, Outcome::Accepted);
    for (decision, code) in [
        (reduced(Some("XNG10"), Some("26100001")), "E0280"),
        (reduced(Some("XNG10"), None), "E0281"),
        (reduced(None, Some("5")), "E0279"),
        (reduced(Some("XN900"), Some("5")), "E0279"),
    ] {
        assert_eq!(decision.outcome, Outcome::Rejected, "{code}");
        assert_eq!(finding(&decision, code).item, Some(1));
    }
    let other = |code: &str, amount| {
        let vat = OtherTax { code: Some("VB245".into()), exemption_code: Some(code.into()), reduction_amount: amount };
        let item = GoodsItem { other_taxes: vec![vat], ..line("84818099", "CN", "B01", "1000", "PCE", "10") };
        decide(&with_lines(import("A12"), vec![item]))
    };
    finding(&other("VM900", Some(number("5"))), "E0291");
}

#[test]
fn codes_have_days() {
    let item = with_taxes(&[("VB245", None)], line("84818099", "CN", "B01", "1000", "PCE", "10"));
    let declaration = with_lines(import("A12"), vec![item]);
    assert_eq!(decide_on(&declaration, date(2026, 12, 31)).outcome, Outcome::Accepted);
    finding(&decide_on(&declaration, date(2027, 1, 1)), "E0120");
}

#[test]
fn of_mixed_goods_the_taxable_share_bears_environmental_protection_tax() {
    let bags = |share: Option<&str>| {
        let item = GoodsItem {
            second_quantity: share.map(number),
            second_quantity_unit: share.map(|_| "KGM".into()),
            ..with_taxes(&[("MB31", None)], line("39232199", "CN", "B01", "100", "KGM", "5"))
        };
        decide(&with_lines(import("A11"), vec![item]))
    };
    let whole = bags(None);
    assert_eq!(tax(&whole, DutyType::EnvironmentalProtection).payable, number("5000000"));
    let share = bags(Some("70"));
    let taxed = tax(&share, DutyType::EnvironmentalProtection);
    assert_eq!((taxed.base, taxed.payable), (number("70"), number("3500000")));
    finding(&bags(Some("101")), "taxable_share_above_whole");
}

#[test]
fn fuels_bear_no_environmental_protection_tax_for_a_time() {
    let diesel = with_taxes(&[("MB03", None), ("VB901", None)], line("27101971", "SG", "B01", "1000", "LTR", "1"));
    let declaration = with_lines(import("A11"), vec![diesel]);
    for (day, expected) in [(date(2026, 9, 30), "0"), (date(2026, 12, 31), "0"), (date(2027, 1, 1), "2000000")] {
        let decision = decide_on(&declaration, day);
        assert_eq!(tax(&decision, DutyType::EnvironmentalProtection).payable, number(expected), "{day}");
    }
    // Before the resolution other amounts held, which the rulebook does not know: an officer's case, and no mistake.
    let before = decide_on(&declaration, date(2026, 4, 15));
    assert_eq!(before.outcome, Outcome::Referred, "{:#?}", before.findings);
    assert!(before.gaps.iter().any(|gap| gap.rule.contains("MB03")), "{:#?}", before.gaps);
}
