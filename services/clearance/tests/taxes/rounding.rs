//! Totals: what is rounded, and how many digits they may have.

use vocabulary::{DutyType, Facts, Outcome};

use super::finding;
use super::support::*;

/// Three lines of which each bears a duty that ends in half a dong.
fn halves() -> vocabulary::Declaration {
    let mut declaration = import("A12");
    declaration.invoice_currency = Some("VND".into());
    let items = (0..3).map(|_| {
        let mut item = line("84818099", "CN", "B01", "1", "PCE", "1000005");
        item.unit_price_currency = Some("VND".into());
        item
    });
    with_lines(declaration, items.collect())
}

#[test]
fn a_tax_is_rounded_once_or_on_each_line_as_the_rule_says() {
    let once = decide(&halves());
    assert_eq!(once.outcome, Outcome::Accepted, "{:#?}", once.findings);
    // Three times 100,000.5, and three times 88,000.44.
    assert_eq!(once.totals[0].payable, number("300002"));
    assert_eq!(once.totals[1].payable, number("264001"));

    let rulebook = rulebook_with("per-line", |path, text| {
        if path == "valuation/rounding.toml" {
            replace(text, "policy = \"per_total\"", "policy = \"per_line\"");
        }
    });
    let each = decide_by(&rulebook, &halves(), DAY, &Facts::default());
    assert_eq!(each.totals[0].payable, number("300003"));
    assert_eq!(each.totals[1].payable, number("264000"));
    let duty = &each.items[0].taxes[0];
    assert_eq!((duty.amount, duty.payable), (number("100000.5"), number("100001")));
    // The base of the next tax is exact all the same.
    assert_eq!(each.items[0].taxes[1].base, number("1100005.5"));
    for decision in [once, each] {
        for total in &decision.totals {
            let lines = decision.items.iter().flat_map(|item| &item.taxes);
            let sum: rust_decimal::Decimal =
                lines.filter(|line| line.duty_type == total.duty_type).map(|line| line.payable).sum();
            assert!((sum - total.payable).abs() <= number("0.5"), "{total:?}");
        }
    }
}

#[test]
fn amounts_that_their_fields_do_not_hold_are_split() {
    // Wine, whose taxes come to more than its value.
    let wine = |value: &str| {
        let mut item = line("22042111", "FR", "B01", "1", "LTR", "1");
        item.unit_price = None;
        item.unit_price_currency = None;
        item.unit_price_unit = None;
        item.invoice_value = Some(number(value));
        item
    };
    // A line's field of a tax has sixteen digits. 731.9 thousand million dollars are 19.1 million thousand million dong:
    // duty is half of it, special consumption tax 52.5 %.
    let decision = decide(&with_lines(import("A11"), vec![wine("731900000000")]));
    finding(&decision, "E0823");
    let decision = decide(&with_lines(import("A11"), vec![wine("804600000000")]));
    finding(&decision, "E0803");
    // A total has eleven: 7,662,836 dollars are 200,000,019,600 dong.
    let decision = decide(&with_lines(import("A11"), vec![wine("7662836")]));
    finding(&decision, "E1025");
    let decision = decide(&with_lines(import("A11"), vec![wine("4000000"), wine("4000000")]));
    finding(&decision, "E1025");
    finding(&decision, "E1027");
    let decision = decide(&with_lines(import("A11"), vec![wine("3500000"), wine("3500000")]));
    assert_eq!(decision.outcome, Outcome::Rejected);
    finding(&decision, "E1056");
    let decision = decide(&with_lines(import("A11"), vec![wine("1000000")]));
    assert_eq!(decision.totals[0].duty_type, DutyType::ImportDuty);
    assert_eq!(decision.outcome, Outcome::Accepted);
}
