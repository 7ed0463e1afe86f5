//! Lists of exempt goods and temporary movements: what is drawn on them, and no more.

use jiff::civil::date;
use vocabulary::{Balance, BalanceLine, Declaration, ExemptionList, Facts, GoodsItem, Outcome, TemporaryDeclaration};

use super::finding;
use super::support::*;

fn machine(quantity: &str) -> GoodsItem {
    GoodsItem {
        exemption_code: Some("XN310".into()),
        exemption_list: Some("000000000001".into()),
        exemption_list_line: Some(1),
        ..line("84818099", "CN", "B01", quantity, "PCE", "10")
    }
}

fn left(quantity: &str) -> BalanceLine {
    BalanceLine { line: 1, commodity_code: Some("84818099".into()), remaining: number(quantity), unit: "UNIT".into() }
}

fn list(line: BalanceLine) -> ExemptionList {
    ExemptionList {
        number: "000000000001".into(),
        holder: "0100233488".into(),
        expires_on: Some(DAY),
        lines: vec![line],
    }
}

fn with_list(list: ExemptionList, items: Vec<GoodsItem>) -> vocabulary::Decision {
    let facts = Facts { exemption_lists: vec![list], ..Facts::default() };
    decide_by(&RULEBOOK, &with_lines(import("A12"), items), DAY, &facts)
}

#[test]
fn a_list_is_drawn_on_line_by_line() {
    let decision = with_list(list(left("30")), vec![machine("10"), machine("20")]);
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert_eq!(decision.totals[0].payable, number("0"));
    let taken: Vec<_> = decision.write_offs.iter().map(|taken| (taken.item, taken.amount)).collect();
    assert_eq!(taken, [(Some(1), number("10")), (Some(2), number("20"))]);
    assert_eq!(decision.write_offs[0].balance, Balance::ExemptionList { number: "000000000001".into(), line: 1 });
    assert_eq!(decision.write_offs[0].unit, "UNIT");
    assert_eq!(decision.facts.exemption_lists.len(), 1);

    // The second line would take one too many.
    let decision = with_list(list(left("29.99")), vec![machine("10"), machine("20")]);
    let finding = finding(&decision, "E8206");
    assert_eq!((finding.item, decision.outcome), (Some(2), Outcome::Rejected));
    assert!(finding.message.en.contains("19.99 UNIT are left"), "{}", finding.message.en);
    assert!(decision.write_offs.is_empty());
}

#[test]
fn a_list_is_ones_own_in_force_and_of_these_goods() {
    let good = || list(left("100"));
    for (given, code) in [
        (ExemptionList { number: "000000000002".into(), ..good() }, "E8200"),
        (ExemptionList { holder: "0100109106".into(), ..good() }, "E8201"),
        (ExemptionList { expires_on: Some(DAY.yesterday().unwrap()), ..good() }, "E8202"),
        (ExemptionList { lines: vec![BalanceLine { line: 2, ..left("100") }], ..good() }, "E8203"),
        (list(BalanceLine { commodity_code: Some("84818091".into()), ..left("100") }), "E8204"),
        (list(BalanceLine { unit: "KGM".into(), ..left("100") }), "E8205"),
    ] {
        finding(&with_list(given, vec![machine("10")]), code);
    }
}

#[test]
fn a_code_draws_on_a_list_or_does_not() {
    let without = GoodsItem { exemption_list: None, exemption_list_line: None, ..machine("10") };
    finding(&with_list(list(left("100")), vec![without]), "E1031");
    let beside = GoodsItem { exemption_code: Some("XN210".into()), ..machine("10") };
    finding(&with_list(list(left("100")), vec![beside]), "E1032");
}

/// A re-export of valves that came in for a time.
fn return_of(quantity: &str) -> Declaration {
    let item = GoodsItem {
        origin: None,
        tariff_schedule: None,
        temporary_line: Some(1),
        ..line("84818099", "CN", "B01", quantity, "PCE", "10")
    };
    Declaration {
        kind: Some("G21".into()),
        temporary_declaration_number: Some(108_399_733_040),
        ..with_lines(export("SGSIN"), vec![item])
    }
}

fn temporary(line: BalanceLine) -> TemporaryDeclaration {
    TemporaryDeclaration {
        number: "108399733040".into(),
        holder: "0100233488".into(),
        due_on: Some(DAY),
        lines: vec![line],
    }
}

fn returned(declaration: &Declaration, temporary: TemporaryDeclaration) -> vocabulary::Decision {
    let facts = Facts { temporary_declarations: vec![temporary], ..Facts::default() };
    decide_by(&RULEBOOK, declaration, DAY, &facts)
}

#[test]
fn a_temporary_movement_is_discharged_line_by_line() {
    let decision = returned(&return_of("10"), temporary(left("10")));
    assert_eq!(decision.outcome, Outcome::Accepted, "{:#?}", decision.findings);
    assert_eq!(
        decision.write_offs[0].balance,
        Balance::TemporaryDeclaration { number: "108399733040".into(), line: 1 }
    );
    let good = || temporary(left("10"));
    for (given, code) in [
        (TemporaryDeclaration { number: "108399733041".into(), ..good() }, "E8300"),
        (TemporaryDeclaration { holder: "0100109106".into(), ..good() }, "E8301"),
        (TemporaryDeclaration { due_on: Some(date(2026, 11, 22)), ..good() }, "E8302"),
        (TemporaryDeclaration { lines: vec![BalanceLine { line: 2, ..left("10") }], ..good() }, "E8303"),
        (temporary(BalanceLine { commodity_code: Some("84818091".into()), ..left("10") }), "E8304"),
        (temporary(BalanceLine { unit: "KGM".into(), ..left("10") }), "E8305"),
        (temporary(left("9.99")), "E8306"),
    ] {
        finding(&returned(&return_of("10"), given), code);
    }
    let mut silent = return_of("10");
    silent.goods_items[0].temporary_line = None;
    finding(&returned(&silent, good()), "E8303");
    // Goods that stay for domestic use draw on the balance too.
    let stays = Declaration {
        temporary_declaration_number: Some(108_399_733_040),
        ..with_lines(import("A21"), vec![line("84818099", "CN", "B01", "10", "PCE", "10")])
    };
    finding(&returned(&stays, good()), "E8303");
}
