//! Customs values: what lowers one is refused, or a claim that an officer sees, and each mend leads on.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use support::*;
use vocabulary::declaration::{Adjustment, AdjustmentReference};
use vocabulary::{ClaimKind, Decision, Declaration, Finding, GoodsItem, Outcome};

/// 1,200 valves at 10 dollars.
fn valves() -> GoodsItem {
    line("84818099", "CN", "B01", "1200", "PCE", "10")
}

fn imported(change: impl FnOnce(&mut Declaration)) -> Declaration {
    let mut declaration = with_lines(import("A11"), vec![valves(), valves()]);
    change(&mut declaration);
    declaration
}

/// Talc of 61,000 dollars, which bears 30 %.
fn exported(terms: &str, total: Option<&str>) -> Declaration {
    let talc = GoodsItem { origin: None, tariff_schedule: None, ..line("25262010", "VN", "", "61000", "KGM", "1") };
    let mut declaration = with_lines(export("USLAX"), vec![talc]);
    declaration.terms_of_delivery = Some(terms.into());
    declaration.total_value_amount = total.map(number);
    declaration.total_value_currency = total.map(|_| "USD".into());
    declaration
}

fn by_hand(item: &mut GoodsItem, value: &str) {
    item.customs_value = Some(number(value));
    item.customs_value_currency = Some("USD".into());
}

fn adjustment(title: &str, class: &str, amount: &str, shared_over: Option<&str>) -> Adjustment {
    Adjustment {
        title: Some(title).filter(|title| !title.is_empty()).map(Into::into),
        class: Some(class.into()),
        currency: Some("USD".into()),
        amount: Some(number(amount)),
        allocation_total: shared_over.map(number),
    }
}

fn name(item: &mut GoodsItem, adjustment: u64) {
    item.adjustment_references.push(AdjustmentReference { number: Some(adjustment) });
}

fn freight(declaration: &mut Declaration, class: &str, amount: Option<&str>, currency: &str) {
    declaration.terms_of_delivery = Some("FOB".into());
    declaration.freight_class = Some(class.into());
    declaration.freight_amount = amount.map(number);
    declaration.freight_currency = amount.map(|_| currency.into());
    insurance(declaration, "A", Some("40"));
}

fn insurance(declaration: &mut Declaration, class: &str, amount: Option<&str>) {
    declaration.insurance_class = Some(class.into());
    declaration.insurance_amount = amount.map(number);
    declaration.insurance_currency = amount.map(|_| "USD".into());
}

/// The claims on values of an accepted declaration: the line, and the words.
#[track_caller]
fn claimed(declaration: &Declaration) -> Vec<(Option<u32>, String)> {
    let decision = decide(declaration);
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?} {:#?}", decision.findings, decision.gaps);
    let values = decision.claims.into_iter().filter(|claim| claim.kind == ClaimKind::Value);
    values.map(|claim| (claim.item, claim.message.en)).collect()
}

#[track_caller]
fn assert_claimed(declaration: &Declaration, item: Option<u32>, words: &[&str]) {
    let claims = claimed(declaration);
    let fits = |(of, message): &&(Option<u32>, String)| *of == item && words.iter().all(|word| message.contains(word));
    assert!(claims.iter().any(|claim| fits(&claim)), "{words:?} {claims:#?}");
}

#[track_caller]
fn error(decision: &Decision, code: &str) -> Finding {
    assert_eq!(decision.outcome, Outcome::Rejected, "{code}: {:#?}", decision.gaps);
    let found = decision.findings.iter().find(|finding| finding.is_error() && finding.code == code);
    found.unwrap_or_else(|| panic!("{code}: {:#?}", decision.findings)).clone()
}

#[test]
fn what_the_invoice_gives_is_no_claim() {
    assert_eq!(claimed(&imported(|_| {})), []);
    assert_eq!(claimed(&imported(|declaration| freight(declaration, "A", Some("900"), "USD"))), []);
    assert_eq!(claimed(&exported("FOB", None)), []);
    assert_eq!(claimed(&exported("FOB", Some("61000"))), []);
}

#[test]
fn a_value_that_the_system_computes_is_not_entered() {
    let one_dollar = imported(|declaration| by_hand(&mut declaration.goods_items[0], "1"));
    let finding = error(&decide(&one_dollar), "value_by_hand_not_wanted");
    assert!(finding.mend.en.contains("leave the customs value"), "{}", finding.mend.en);
    // The mend: leave it out.
    assert_eq!(claimed(&imported(|_| {})), []);
}

#[test]
fn a_value_by_hand_below_the_invoice_is_a_claim_that_names_both() {
    let with = |value: &str| {
        imported(|declaration| {
            declaration.valuation_method = Some("9".into());
            declaration.goods_items.iter_mut().for_each(|item| by_hand(item, "12000"));
            by_hand(&mut declaration.goods_items[1], value);
        })
    };
    assert_eq!(claimed(&with("12000")), []);
    assert_eq!(claimed(&with("11999.9999")), [], "what rounding explains");
    assert_claimed(&with("11999"), Some(2), &["313173900", "313200000", "less"]);
    assert_claimed(&with("1"), Some(2), &["26100", "313200000"]);
    assert_eq!(claimed(&with("13200")), [], "up to a tenth more");
    assert_claimed(&with("13200.01"), Some(2), &["more"]);
}

#[test]
fn a_special_method_is_explained_by_its_kinds() {
    let special = |kind: &str| {
        let mut declaration = imported(|declaration| declaration.valuation_method = Some("T".into()));
        declaration.kind = Some(kind.into());
        declaration.goods_items.iter_mut().for_each(|item| by_hand(item, "12000"));
        declaration
    };
    assert_eq!(claimed(&special("E21")), []);
    assert_claimed(&special("A11"), None, &["method T", "A11"]);
}

#[test]
fn deductions_and_additions_to_some_lines_are_claims() {
    let with = |entered: Adjustment, named: bool| {
        imported(|declaration| {
            declaration.adjustments.push(entered);
            if named {
                name(&mut declaration.goods_items[0], 1);
            }
        })
    };
    assert_claimed(&with(adjustment("U", "SB", "300", None), false), None, &["300 USD", "work after import"]);
    assert_eq!(claimed(&with(adjustment("E", "AD", "300", None), false)), []);
    assert_claimed(&with(adjustment("E", "AD", "300", None), true), None, &["300 USD", "some of the lines"]);
}

#[test]
fn an_adjustment_is_shared_over_its_lines() {
    let with = |entered: Adjustment, named: bool, total: Option<&str>| {
        imported(|declaration| {
            declaration.adjustments.push(entered);
            declaration.allocation_total = total.map(number);
            if named {
                name(&mut declaration.goods_items[0], 1);
            }
        })
    };
    // A dollar over 1.5 dollars takes thousands off; a royalty over a million is next to nothing.
    let less = error(&decide(&with(adjustment("G", "SB", "1", Some("1.5")), true, None)), "R1099");
    assert!(less.mend.en.contains("enter 12000"), "{}", less.mend.en);
    error(&decide(&with(adjustment("E", "AD", "5000", Some("1000000")), false, None)), "R1099");
    error(&decide(&with(adjustment("E", "AD", "5000", Some("24000")), true, None)), "R1099");
    assert_eq!(claimed(&with(adjustment("E", "AD", "5000", Some("24000")), false, None)), []);
    // Of a consignment of 30,000 the lines of other declarations can have 6,000.
    error(&decide(&with(adjustment("E", "AD", "5000", Some("18001")), true, Some("30000"))), "R1099");
    assert_claimed(&with(adjustment("E", "AD", "5000", Some("18000")), true, Some("30000")), None, &["30000", "24000"]);
}

#[test]
fn what_dilutes_or_shows_more_is_a_claim() {
    assert_claimed(&imported(|of| of.allocation_total = Some(number("48000"))), None, &["48000", "24000"]);
    assert_claimed(&imported(|of| of.invoice_amount = Some(number("24024.01"))), None, &["24024.01 USD", "24000"]);
    assert_eq!(claimed(&imported(|of| of.invoice_amount = Some(number("24024")))), [], "a thousandth more");
    assert_claimed(&imported(|of| of.price_kind = Some("B".into())), None, &["nothing is paid"]);
    assert_claimed(&imported(|of| of.price_kind = Some("C".into())), None, &["some of the goods are not paid"]);
}

#[test]
fn freight_and_insurance_that_a_price_lacks() {
    let with = |class: &str, amount: &str, currency: &str| {
        imported(|declaration| freight(declaration, class, Some(amount), currency))
    };
    assert_eq!(claimed(&with("A", "120", "USD")), []);
    assert_claimed(&with("A", "119", "USD"), None, &["119 USD", "0.5 %"]);
    assert_claimed(&with("A", "900", "VND"), None, &["900 VND"]);
    assert_claimed(&with("C", "900", "USD"), None, &["class C"]);
    for (class, amount) in [("D", None), ("A", Some("0.01"))] {
        let mut declaration = with("A", "900", "USD");
        insurance(&mut declaration, class, amount);
        assert_claimed(&declaration, None, &["insurance"]);
    }
    // Goods for which nothing is paid are carried too.
    let unpaid = imported(|declaration| {
        declaration.terms_of_delivery = Some("FOB".into());
        declaration.price_kind = Some("B".into());
    });
    error(&decide(&unpaid), "R0028");
}

#[test]
fn freight_by_weight_asks_for_the_value_of_each_line() {
    let mut declaration = imported(|declaration| freight(declaration, "D", None, "USD"));
    error(&decide(&declaration), "R0031");
    declaration.goods_items.iter_mut().for_each(|item| by_hand(item, "12500"));
    assert_claimed(&declaration, Some(1), &["by weight or volume"]);
    assert_claimed(&declaration, None, &["lacks freight"]);
}

#[test]
fn a_total_by_hand_says_what_it_does() {
    let mut declaration = imported(|declaration| declaration.adjustments.push(adjustment("", "DP", "5000", None)));
    error(&decide(&declaration), "total_by_hand_without_values");
    declaration.valuation_method = Some("8".into());
    declaration.goods_items.iter_mut().for_each(|item| by_hand(item, "12000"));
    let decision = decide(&declaration);
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert!(decision.findings.iter().any(|finding| finding.code == "total_by_hand_unused"));
}

#[test]
fn the_value_of_an_export_stands_against_its_price() {
    let differs = error(&decide(&exported("FOB", Some("1"))), "total_value_differs");
    assert!(differs.mend.en.contains("61000 USD"), "{}", differs.mend.en);
    error(&decide(&exported("CIF", Some("70000"))), "total_value_above_price");
    for terms in ["CIF", "EXW", "FCA"] {
        error(&decide(&exported(terms, None)), "total_value_missing");
    }
    assert_claimed(&exported("CIF", Some("50000")), None, &["61000 USD", "50000 USD"]);
    assert_eq!(claimed(&exported("CIF", Some("61000"))), []);
    assert_claimed(&exported("EXW", Some("60000")), None, &["60000 USD"]);
    assert_eq!(claimed(&exported("EXW", Some("62000"))), []);
    // On goods that bear no duty carriage is expected.
    let duty_free = |total: &str| {
        let mut declaration = exported("CIF", Some(total));
        declaration.goods_items[0].commodity_code = Some("84818099".into());
        declaration.goods_items[0].quantity_unit = Some("PCE".into());
        declaration.goods_items[0].unit_price_unit = Some("PCE".into());
        declaration
    };
    assert_eq!(claimed(&duty_free("50000")), []);
    assert_claimed(&duty_free("40000"), None, &["40000 USD"]);
    let mut by_line = exported("FOB", None);
    by_hand(&mut by_line.goods_items[0], "1");
    assert_claimed(&by_line, Some(1), &["26100", "1592100000"]);
}

#[test]
fn a_price_in_another_currency_than_its_invoice_is_refused() {
    error(&decide(&imported(|of| of.invoice_currency = Some("VND".into()))), "unit_price_in_another_currency");
}

/// A mixed invoice with a line free of charge, and a wholly free one: the mend of each fault, applied, leads to no other.
#[test]
fn the_mends_of_free_goods_lead_out_of_the_circle() {
    let nothing = |item: &mut GoodsItem| {
        item.invoice_value = Some(number("0"));
        item.unit_price = Some(number("0"));
    };
    let mend = |item: &mut GoodsItem| {
        (item.invoice_value, item.unit_price) = (None, None);
        (item.unit_price_currency, item.unit_price_unit) = (None, None);
        by_hand(item, "200");
    };
    for (kind, lines, invoice) in [("C", 1..2, "12000"), ("A", 1..2, "12000"), ("B", 0..2, "0"), ("A", 0..2, "0")] {
        let mut declaration = imported(|declaration| {
            declaration.price_kind = Some(kind.into());
            declaration.invoice_amount = Some(number(invoice));
            declaration.goods_items[lines.clone()].iter_mut().for_each(nothing);
        });
        let finding = error(&decide(&declaration), "E0415");
        for words in ["leave invoice value and unit price out", "art. 8 to 12", "price kind C", "or B"] {
            assert!(finding.mend.en.contains(words), "{}", finding.mend.en);
        }
        declaration.goods_items[lines.clone()].iter_mut().for_each(mend);
        if kind == "A" {
            // What the mend says of the price kind, forgotten, is said again.
            error(&decide(&declaration), if lines.len() == 1 { "free_goods_price_kind" } else { "E0351" });
            declaration.price_kind = Some(if lines.len() == 1 { "C" } else { "B" }.into());
        }
        let free = u32::try_from(lines.start + 1).unwrap();
        assert_claimed(&declaration, Some(free), &["5220000", "no invoice value"]);
        assert_eq!(claimed(&declaration).len(), lines.len(), "{kind}");
    }
}
