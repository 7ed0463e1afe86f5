//! The calculation before lodging: an accepted declaration's figures are the decision's, and of others what can be found.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod support;

use clearance::Context;
use clearance::calculation::{Calculation, Figure, calculate};
use clearance::valuation::PartKind;
use rust_decimal::Decimal;
use support::*;
use vocabulary::{CaseFacts, Declaration, DutyType, Outcome};

use DutyType::{ImportDuty, Vat};

/// The circumstances of the day, with nothing known besides the declaration.
fn context() -> Context<'static> {
    Context {
        rules: RULEBOOK.in_force_on(DAY),
        facts: CaseFacts::default(),
        registered_at: DAY.at(9, 0, 0, 0),
        number: None,
        draw: 999_999,
    }
}

fn calculated(declaration: &Declaration) -> Calculation {
    calculate(declaration, Vec::new(), &context()).unwrap()
}

/// The lines of all samples, and what becomes of each when it is accepted.
#[test]
fn the_figures_of_an_accepted_declaration_are_the_decisions() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/declaration/1.0/samples-valid");
    let mut accepted = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let document = std::fs::read(file.unwrap().path()).unwrap();
        let message::Reading::Read { declaration, findings } = message::read_declaration(&document) else { panic!() };
        let decision = clearance::clear(&declaration, findings.clone(), &context());
        let calculation = calculate(&declaration, findings, &context()).unwrap();
        assert_eq!(decision.outcome == Outcome::Accepted, !calculation.provisional);
        if calculation.provisional {
            continue;
        }
        accepted += 1;
        assert!(calculation.is_complete() && calculation.notes.is_empty(), "{calculation:?}");
        assert_eq!(calculation.totals, decision.totals);
        assert_eq!(calculation.total_payable, decision.total_payable);
        for (item, decided) in calculation.items.iter().zip(&decision.items) {
            assert_eq!((item.sequence, item.customs_value), (decided.sequence, Some(decided.customs_value)));
            assert_eq!((&item.taxes, &item.preference), (&decided.taxes, &decided.preference));
            // The parts are the value, but for what rounding each of them moves.
            let sum: Decimal = item.value_parts.iter().map(|part| part.dong).sum();
            assert!((sum - decided.customs_value).abs() <= number("0.001"), "{item:?}");
        }
    }
    assert!(accepted >= 10, "{accepted}");
}

#[test]
fn a_mistake_that_no_figure_hangs_on_leaves_all_figures() {
    let sound = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    let faulty = Declaration { customs_office: Some("99ZZ".into()), ..sound.clone() };
    assert_eq!(decide(&faulty).outcome, Outcome::Rejected);
    let calculation = calculated(&faulty);
    assert!(calculation.provisional && calculation.is_complete());
    assert_eq!(calculation.total_payable, decide(&sound).total_payable);
}

#[test]
fn what_is_not_settled_is_left_out_with_what_stands_on_it() {
    // Oil bears an environmental protection tax by its code, which is missing; VAT stands on it.
    let oil = with_lines(import("A12"), vec![line("27101946", "SG", "B01", "20000", "LTR", "1.5")]);
    let calculation = calculated(&oil);
    let item = &calculation.items[0];
    let taxes: Vec<DutyType> = item.taxes.iter().map(|duty| duty.duty_type).collect();
    assert_eq!(taxes, [ImportDuty]);
    let left_out: Vec<Figure> = item.left_out.iter().map(|left| left.figure).collect();
    assert_eq!(left_out, [Figure::Tax(DutyType::EnvironmentalProtection), Figure::Tax(Vat)]);
    assert_eq!(calculation.total_payable, item.taxes[0].payable);

    // A code that the tariff does not have: the value alone.
    let unknown = with_lines(import("A12"), vec![line("84818001", "CN", "B01", "1000", "PCE", "10")]);
    let calculation = calculated(&unknown);
    assert_eq!(calculation.items[0].customs_value, Some(number("261000000")));
    assert_eq!(calculation.items[0].left_out[0].figure, Figure::Taxes);
}

#[test]
fn a_schedule_that_does_not_hold_leaves_the_usual_duty() {
    let item = with_certificate("E", line("84818099", "KH", "B05", "1000", "PCE", "10"));
    let claimed = with_lines(import("A12"), vec![item]);
    assert_eq!(decide(&claimed).outcome, Outcome::Rejected);
    let calculation = calculated(&claimed);
    assert!(calculation.is_complete(), "{calculation:?}");
    assert_eq!(calculation.total_payable, number("49068000"));
    assert!(calculation.items[0].notes[0].en.contains("MFN"), "{calculation:?}");
}

#[test]
fn an_unknown_currency_leaves_no_value_and_says_so() {
    let sound = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    let krona = Declaration { invoice_currency: Some("ISK".into()), ..sound };
    let calculation = calculated(&krona);
    let item = &calculation.items[0];
    assert_eq!((item.customs_value, item.taxes.len(), item.left_out[0].figure), (None, 0, Figure::CustomsValue));
    assert!(item.left_out[0].because.en.contains("ISK"), "{item:?}");
    assert_eq!(calculation.customs_value, Decimal::ZERO);
}

#[test]
fn the_parts_of_a_value_are_named() {
    let sound = with_lines(import("A12"), vec![line("84818099", "CN", "B01", "1000", "PCE", "10")]);
    let by_sea = Declaration {
        terms_of_delivery: Some("FOB".into()),
        freight_class: Some("A".into()),
        freight_amount: Some(number("100")),
        freight_currency: Some("USD".into()),
        ..sound
    };
    let parts = &calculated(&by_sea).items[0].value_parts;
    let parts: Vec<(PartKind, Decimal)> = parts.iter().map(|part| (part.kind, part.dong)).collect();
    assert_eq!(parts, [(PartKind::Invoice, number("261000000")), (PartKind::Freight, number("2610000"))]);
}
