//! Numbers and codes as people write them: what is read, what is refused or doubted, and the value that the mend names.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use clearance::{Context, clear};
use jiff::civil::{Date, date};
use message::{Reading, read_declaration, write_declaration};
use support::*;
use vocabulary::{CaseFacts, Decision, Declaration, Finding, Outcome, Severity};

/// What is decided of a declaration in whose document texts were replaced.
#[track_caller]
fn decide_document(declaration: &Declaration, changes: &[(&str, &str)], on: Date) -> Decision {
    let mut document = write_declaration(declaration);
    for (old, new) in changes {
        replace(&mut document, old, new);
    }
    let Reading::Read { declaration, findings } = read_declaration(document.as_bytes()) else { panic!("{document}") };
    let trader = trader();
    let context = Context {
        rules: RULEBOOK.in_force_on(on),
        registered_at: on.at(9, 30, 0, 0),
        number: None,
        draw: 999_999,
        facts: CaseFacts { trader: Some(&trader), ..CaseFacts::default() },
    };
    clear(&declaration, findings, &context)
}

fn valves() -> Declaration {
    with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1200", "PCE", "10")])
}

fn of<'d>(decision: &'d Decision, code: &str) -> &'d Finding {
    let found = decision.findings.iter().find(|finding| finding.code == code);
    found.unwrap_or_else(|| panic!("no {code} in {:#?}", decision.findings))
}

/// The finding that some changes of the document of valves lead to.
#[track_caller]
fn found(changes: &[(&str, &str)], code: &str) -> Finding {
    of(&decide_document(&valves(), changes, DAY), code).clone()
}

#[test]
fn dong_have_no_decimals_however_many_zeros() {
    for (written, meant) in [
        ("12000.000", "12000"),
        ("900.000", "900000"),
        ("12.500", "12500"),
        ("900.00", "900"),
        ("900.0", "900"),
        ("2500000.50", "2500001"),
    ] {
        let few = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "90", "PCE", "10")]);
        let decision = decide_document(&few, &[("\"USD\">900<", &format!("\"VND\">{written}<"))], DAY);
        let finding = of(&decision, "dong_with_decimals");
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.value.as_deref(), Some(written));
        assert_eq!(finding.suggestions, [meant], "{written}");
        assert!(finding.mend.en.contains(meant) && finding.mend.vi.contains(meant), "{:?}", finding.mend);
    }
    // A value that the lines contradict is no mend.
    assert!(found(&[("\"USD\">12000<", "\"VND\">900.00<")], "dong_with_decimals").suggestions.is_empty());
    let whole = decide_document(&valves(), &[("\"USD\">12000<", "\"VND\">12000<")], DAY);
    assert!(!whole.findings.iter().any(|finding| finding.code == "dong_with_decimals"), "{:#?}", whole.findings);
}

#[test]
fn other_currencies_without_decimals_are_told_by_the_list() {
    let finding = found(&[("\"USD\">12000<", "\"JPY\">900.000<")], "amount_with_decimals");
    assert_eq!((finding.severity, &*finding.suggestions), (Severity::Error, &["900000".to_owned()][..]));
    let finding = found(&[("\"USD\">12000<", "\"KRW\">12000.50<")], "amount_with_decimals");
    assert_eq!((finding.severity, finding.suggestions.len()), (Severity::Warning, 0));
}

#[test]
fn what_looks_like_thousands_is_doubted_with_both_readings() {
    let finding = found(&[("\"USD\">12000<", "\"USD\">12.000<")], "thousands_doubtful");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.message.en.ends_with("12.000 is read as 12, the point standing before decimals"));
    assert!(finding.mend.en.contains("12000") && finding.mend.vi.contains("12000"), "{:?}", finding.mend);
    found(&[(">500<", ">1.250<")], "thousands_doubtful");
    for silent in ["12000.50", "12000.000", "0.125", "12.0000"] {
        let written = format!("\"USD\">{silent}<");
        let decision = decide_document(&valves(), &[("\"USD\">12000<", &written)], DAY);
        assert!(!decision.findings.iter().any(|finding| finding.code == "thousands_doubtful"), "{silent}");
    }
}

#[test]
fn what_is_counted_has_no_fractions() {
    let finding = found(&[("unitCode=\"PCE\">1200<", "unitCode=\"PCE\">1.2<")], "quantity_not_whole");
    assert_eq!(finding.severity, Severity::Warning);
    assert!(finding.mend.en.starts_with("read as 1.2; thousands are written without a sign, as 1200"));
    let whole = decide_document(&valves(), &[("unitCode=\"PCE\">1200<", "unitCode=\"PCE\">1200.00<")], DAY);
    assert_eq!(whole.outcome, Outcome::Accepted, "{:#?}", whole.findings);
    assert!(whole.findings.is_empty(), "{:#?}", whole.findings);
}

#[test]
fn tariff_codes_are_eight_digits_of_the_tariff() {
    for (written, meant) in [
        ("8481.80.99", &["84818099"][..]),
        ("8481809900", &["84818099"]),
        ("84818099AB", &["84818099"]),
        // The digits are there, and the tariff has no such line.
        ("8481.80.01", &[]),
        ("848180", &[]),
    ] {
        let change = format!(">{written}<");
        let decision = decide_document(&valves(), &[(">84818099<", &change)], DAY);
        let finding = &decision.findings[0];
        assert_eq!(finding.suggestions, meant, "{written}: {:?}", finding.mend);
        assert!(finding.mend.en.contains("848180"), "{written}: {:?}", finding.mend);
    }
}

#[test]
fn codes_are_recognised_by_the_characters_that_were_meant() {
    for (old, new, field, meant) in [
        (">A12<", ">А12<", "ICB", "A12"),
        (">A12<", ">a12<", "ICB", "A12"),
        (">CN<", ">uk<", "EPO", "GB"),
        (">CIF<", ">DPU<", "IP2", "DAT"),
        ("\"USD\">", "\"US$\">", "IP3", "USD"),
        ("\"USD\">", "\"VNĐ\">", "IP3", "VND"),
        ("unitCode=\"KGM\"", "unitCode=\"KG\"", "GWT", "KGM"),
        ("unitCode=\"CT\"", "unitCode=\"CTN\"", "NOT", "CT"),
        (">0100233488<", ">100233488<", "IMC", "0100233488"),
        (">0100233488<", ">0100233488-001<", "IMC", "0100233488001"),
        (">0100233488<", ">0100 233 488<", "IMC", "0100233488"),
        (">2026-11-20<", ">20/11/2026<", "ARR", "2026-11-20"),
        (">B01<", ">MFN<", "ORS", "B01"),
    ] {
        let decision = decide_document(&valves(), &[(old, new)], DAY);
        let found = decision.findings.iter().find(|finding| finding.field.as_deref() == Some(field));
        let found = found.unwrap_or_else(|| panic!("{new}: {:#?}", decision.findings));
        assert_eq!(found.suggestions, [meant], "{new}: {:?}", found.mend);
        assert!(found.mend.en.contains(meant) && found.mend.vi.contains(meant), "{new}: {:?}", found.mend);
    }
    // A code in small letters that no list has is offered to nobody.
    let decision = decide_document(&valves(), &[(">A12<", ">z99<")], DAY);
    assert!(decision.findings[0].suggestions.is_empty(), "{:#?}", decision.findings[0]);
}

#[test]
fn the_code_of_the_rate_is_named_by_goods_and_day() {
    let with_code = |hs: &str, unit: &str, code: &str| {
        let item = with_taxes(&[(code, None)], line(hs, "CN", "B01", "1200", unit, "10"));
        with_lines(import("A12"), vec![item])
    };
    let next_year = date(2027, 1, 4);
    for (hs, unit, code, on, finding, meant) in [
        // Valves bear 8 % while the cut holds.
        ("84818099", "PCE", "VB195", DAY, "E0120", &["VB245"][..]),
        ("84818099", "PCE", "VB999", DAY, "E0118", &["VB245"]),
        ("84818099", "PCE", "VB901", DAY, "E1959", &["VB245"]),
        ("84818099", "PCE", "VB245", next_year, "E0120", &["VB901"]),
        ("84818099", "PCE", "VB195", next_year, "E0120", &["VB901"]),
        // Goods of metal are not among what was cut.
        ("72083700", "KGM", "VB245", DAY, "E1959", &["VB901"]),
    ] {
        let decision = decide_document(&with_code(hs, unit, code), &[], on);
        let found = of(&decision, finding);
        assert_eq!(found.suggestions, meant, "{hs} {code} on {on}: {:?}", found.mend);
        assert!(meant.iter().all(|code| found.mend.en.contains(code) && found.mend.vi.contains(code)));
    }
    // An exemption is nobody's guess.
    let decision = decide_document(&with_code("84818099", "PCE", "VK999"), &[], DAY);
    assert!(of(&decision, "E0118").mend.vi.contains("bảng mã") || !of(&decision, "E0118").suggestions.is_empty());
}
