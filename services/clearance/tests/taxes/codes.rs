//! What is declared of a tax against what the rules say: for each finding the line that fires it, beside a sound one that
//! differs in that alone.

use std::sync::LazyLock;

use rulebook::Rulebook;
use vocabulary::declaration::{Adjustment, OtherTax};
use vocabulary::{Decision, Declaration, Facts, GoodsItem, Outcome, Severity};

use super::support::*;

/// The rules, with a country that has no most-favoured-nation treatment and a code that reduces VAT: the law knows both,
/// and the rules name neither so far.
static RULES: LazyLock<Rulebook> = LazyLock::new(|| {
    rulebook_with("declared-codes", |path, text| match path {
        "assessment/mfn-relations.csv" => replace(text, "KP,unknown,", "KP,no,"),
        "assessment/tax-codes.csv" => text.push_str("VMG10,vat,reduce,,,,,VAT reduced,giảm thuế GTGT,,,,\n"),
        "assessment/code-uses.csv" => {
            text.push_str("VMG10,*,,,dossier,the decision on the reduction,quyết định giảm thuế,,,,\n");
        }
        _ => {}
    })
});

fn decide_line(kind: &str, item: GoodsItem) -> Decision {
    decide_by(&RULES, &with_lines(import(kind), vec![item]), DAY, &Facts::default())
}

fn valve() -> GoodsItem {
    line("84818099", "CN", "B01", "1000", "PCE", "10")
}

/// Whether a finding of a code is among those of a decision.
fn fires(decision: &Decision, code: &str) -> bool {
    decision.findings.iter().any(|finding| finding.code == code)
}

#[track_caller]
fn fires_alone(wrong: &Decision, sound: &Decision, code: &str) {
    assert!(fires(wrong, code), "no {code} among {:#?} {:#?}", wrong.findings, wrong.gaps);
    let error = wrong.findings.iter().any(|finding| finding.code == code && finding.severity == Severity::Error);
    assert_eq!(wrong.outcome, if error { Outcome::Rejected } else { Outcome::Accepted }, "{:#?}", wrong.gaps);
    assert!(!fires(sound, code), "{code} fires on a sound line");
    assert_eq!(sound.outcome, Outcome::Accepted, "{:#?} {:#?}", sound.findings, sound.gaps);
}

#[test]
fn codes_of_a_tax_are_what_the_line_bears() {
    let with = |codes: &[(&str, Option<&str>)]| decide_line("A43", with_taxes(codes, valve()));
    // A rate where an exemption belongs, another rate than the tariff's, a tax that the goods do not bear.
    fires_alone(&with(&[("VB245", Some("VB901"))]), &with(&[("VB245", Some("VM900"))]), "E0117");
    fires_alone(&with(&[("VB901", None)]), &with(&[("VB245", None)]), "E1959");
    fires_alone(&with(&[("TB050", None)]), &with(&[]), "tax_not_borne");
    // A line whose VAT depends on the goods takes the rates that it may have.
    let horse =
        |code: &str| decide_line("A12", with_taxes(&[(code, None)], line("01012100", "CN", "B01", "2", "UNIT", "900")));
    fires_alone(&horse("VB185"), &horse("VB901"), "E1964");
}

#[test]
fn reductions_of_other_taxes_have_their_amount_and_no_more() {
    let reduced = |amount: Option<&str>| {
        let vat = OtherTax {
            code: Some("VB245".into()),
            exemption_code: Some("VMG10".into()),
            reduction_amount: amount.map(number),
        };
        decide_line("A12", GoodsItem { other_taxes: vec![vat], ..valve() })
    };
    fires_alone(&reduced(None), &reduced(Some("22968000")), "E0293");
    fires_alone(&reduced(Some("22968001")), &reduced(Some("22968000")), "E0292");
}

#[test]
fn taxes_by_quantity_find_a_quantity_in_their_unit() {
    let oil = |second: Option<(&str, &str)>| {
        let item = GoodsItem {
            second_quantity: second.map(|(quantity, _)| number(quantity)),
            second_quantity_unit: second.map(|(_, unit)| unit.into()),
            ..with_taxes(&[("MB06", None)], line("27101946", "SG", "B01", "1000", "KGM", "2"))
        };
        decide_line("A11", item)
    };
    fires_alone(&oil(None), &oil(Some(("1100", "LTR"))), "E0844");
    let car = |unit: &str| {
        let item = GoodsItem {
            specific_rate_code: Some("TD101".into()),
            ..with_taxes(&[("TB201", None)], line("87032191", "JP", "B15", "1", unit, "9000"))
        };
        decide_line("A11", item)
    };
    assert!(fires(&car("KGM"), "E0814"), "{:#?}", car("KGM").findings);
    assert!(!fires(&car("UNIT"), "E0814"), "{:#?}", car("UNIT").findings);
}

#[test]
fn schedules_fit_the_origin_and_the_day() {
    let of = |origin: &str, schedule: &str| decide_line("A12", line("84818099", origin, schedule, "1000", "PCE", "10"));
    fires_alone(&of("CN", "B99"), &of("CN", "B01"), "E1004");
    fires_alone(&of("KP", "B01"), &of("KP", "B03"), "E1006");
    fires_alone(&of("CN", "B03"), &of("KP", "B03"), "ordinary_rate_not_needed");
    let not_subject = |code: Option<&str>| {
        decide_line(
            "A12",
            GoodsItem { exemption_code: code.map(Into::into), tariff_schedule: Some("B30".into()), ..valve() },
        )
    };
    fires_alone(&not_subject(None), &not_subject(Some("XNK90")), "not_subject_code_missing");
}

#[test]
fn values_are_above_zero_and_fit_their_fields() {
    let deducted = |amount: &str| {
        let declaration = Declaration {
            adjustments: vec![Adjustment {
                title: Some("G".into()),
                class: Some("SB".into()),
                currency: Some("USD".into()),
                amount: Some(number(amount)),
                ..Adjustment::default()
            }],
            ..with_lines(import("A12"), vec![valve()])
        };
        decide_by(&RULES, &declaration, DAY, &Facts::default())
    };
    fires_alone(&deducted("10000"), &deducted("9999.9999"), "E0252");
    // The field of a line's customs value holds seventeen digits.
    let worth = |unit_price: &str| {
        // Goods of an export-processing enterprise bear no tax whose own field could be too narrow.
        let item = GoodsItem {
            exemption_code: Some("XNK32".into()),
            ..with_taxes(&[("VK130", None)], line("84818099", "CN", "B30", "1000", "PCE", unit_price))
        };
        decide_line("E11", item)
    };
    fires_alone(&worth("3831417625"), &worth("3831417624"), "amount_too_large");
}

#[test]
fn a_number_that_customs_never_gave_is_doubted() {
    let named = |number: &str| {
        let declaration = Declaration { number: Some(number.into()), ..with_lines(import("A12"), vec![valve()]) };
        decide_by(&RULES, &declaration, DAY, &Facts::default())
    };
    fires_alone(&named("108399733050"), &named("108399733040"), "number_doubtful");
    fires_alone(&named("308399733040"), &named("108399733040"), "number_doubtful");
}
