//! What holds for every declaration: asked of wild ones from a fixed seed.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod comparison;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use comparison::{RULEBOOK, decide, difference};
use jiff::civil::date;
use rust_decimal::Decimal;
use simulator::wild::{Specimen, Wild};
use vocabulary::declaration::OtherTax;
use vocabulary::field::{Kind, Record, Value};
use vocabulary::{CaseFacts, Decision, Declaration, Direction, DutyType, GoodsItem, Outcome, Rate};

const SEED: u64 = 41;

fn decide_on(specimen: &Specimen) -> Decision {
    decide(specimen)
}

/// So many wild declarations that are accepted, with their decisions.
fn accepted(seed: u64, count: usize) -> Vec<(Specimen, Decision)> {
    let mut wild = Wild::new(seed, &RULEBOOK, 0, 1);
    let specimens = std::iter::repeat_with(|| wild.specimen()).map(|specimen| {
        let decision = decide_on(&specimen);
        (specimen, decision)
    });
    specimens.filter(|(_, decision)| decision.outcome == Outcome::Accepted).take(count).collect()
}

fn renumber(declaration: &mut Declaration) {
    for (sequence, item) in (1..).zip(&mut declaration.goods_items) {
        item.sequence = Some(sequence);
    }
}

/// Whether nothing of the declaration is shared out over its lines, so that no line hangs on another.
fn shares_nothing_out(declaration: &Declaration) -> bool {
    declaration.freight_amount.is_none()
        && declaration.insurance_amount.is_none()
        && declaration.adjustments.is_empty()
        && declaration.total_value_amount.is_none()
}

fn total_of(decision: &Decision, duty_type: DutyType) -> Decimal {
    decision.totals.iter().filter(|total| total.duty_type == duty_type).map(|total| total.payable).sum()
}

#[test]
fn the_order_of_lines_changes_no_figure() {
    let mut turned = 0;
    for (specimen, decision) in accepted(SEED, 1_500) {
        let lines = specimen.declaration.goods_items.len();
        if lines < 2 {
            continue;
        }
        let mut other = specimen.clone();
        other.declaration.goods_items.reverse();
        other.declaration.goods_items.rotate_left(lines / 3);
        renumber(&mut other.declaration);
        let again = decide_on(&other);
        assert_eq!(again.totals, decision.totals);
        assert_eq!(again.total_payable, decision.total_payable);
        let mut items = decision.items.clone();
        items.reverse();
        items.rotate_left(lines / 3);
        for (was, is) in items.iter().zip(&again.items) {
            assert_eq!((was.customs_value, &was.taxes), (is.customs_value, &is.taxes));
        }
        turned += 1;
    }
    assert!(turned > 500);
}

#[test]
fn a_line_split_in_two_owes_the_same() {
    let (mut exact, mut rounded) = (0, 0);
    for (mut specimen, _) in accepted(SEED + 1, 2_000) {
        // The unit price is there to check the value; a half of each would check nothing else.
        for item in &mut specimen.declaration.goods_items {
            item.unit_price = None;
            item.unit_price_currency = None;
            item.unit_price_unit = None;
        }
        let decision = decide_on(&specimen);
        // Half of a value of next to nothing may round to nothing, which is no customs value.
        let Some(split) = split_first(&specimen).filter(|_| decision.items[0].customs_value >= Decimal::ONE) else {
            continue;
        };
        let again = decide_on(&split);
        assert_eq!(again.outcome, Outcome::Accepted, "{:#?}", again.findings);
        let value = |decision: &Decision, lines: usize| -> Decimal {
            decision.items.iter().take(lines).map(|item| item.customs_value).sum()
        };
        let apart = (value(&decision, 1) - value(&again, 2)).abs();
        // Two roundings at the fourth decimal stand in place of one.
        assert!(apart <= Decimal::new(1, 4), "{apart}");
        for duty_type in DutyType::ALL {
            let difference = (total_of(&decision, duty_type) - total_of(&again, duty_type)).abs();
            if apart.is_zero() {
                assert!(difference.is_zero(), "{duty_type}: {difference}");
            } else {
                assert!(difference <= Decimal::ONE, "{duty_type}: {difference}");
            }
        }
        if apart.is_zero() { exact += 1 } else { rounded += 1 }
    }
    assert!(exact > 500 && rounded > 10, "{exact} exact, {rounded} rounded");
}

/// The same with its first line in two; `None` where it cannot be split so that every part has its field's decimals.
fn split_first(specimen: &Specimen) -> Option<Specimen> {
    let mut split = specimen.clone();
    // Dong are whole.
    let decimals = |currency: &Option<vocabulary::Text>| if currency.as_deref() == Some("VND") { 0 } else { 4 };
    let of_invoice = decimals(&split.declaration.invoice_currency);
    let items = &mut split.declaration.goods_items;
    if items.len() >= 50 {
        return None;
    }
    let first = items.first_mut()?;
    // A reduction is of a line, up to its tax: halves of it are another declaration.
    if first.reduction_amount.is_some() {
        return None;
    }
    let mut second = first.clone();
    let halve = |first: &mut Option<Decimal>, second: &mut Option<Decimal>, decimals: u32| {
        let Some(whole) = *first else { return Some(()) };
        let half = (whole / Decimal::from(2)).trunc_with_scale(decimals);
        (!half.is_zero()).then(|| {
            *first = Some(half);
            *second = Some(whole - half);
        })
    };
    halve(&mut first.quantity, &mut second.quantity, 2)?;
    halve(&mut first.second_quantity, &mut second.second_quantity, 2)?;
    halve(&mut first.invoice_value, &mut second.invoice_value, of_invoice)?;
    let by_hand = decimals(&first.customs_value_currency);
    halve(&mut first.customs_value, &mut second.customs_value, by_hand)?;
    items.insert(1, second);
    renumber(&mut split.declaration);
    Some(split)
}

#[test]
fn another_line_lowers_no_tax_where_nothing_is_shared_out() {
    let mut asked = 0;
    let others = accepted(SEED + 2, 400);
    for (specimen, decision) in accepted(SEED + 3, 6_000) {
        let declaration = &specimen.declaration;
        if !shares_nothing_out(declaration) || declaration.goods_items.len() >= 50 {
            continue;
        }
        let line = others
            .iter()
            .filter(|(other, _)| {
                other.declaration.kind == declaration.kind && other.day == specimen.day
                    || other.declaration.direction() == declaration.direction()
                        && other.day.year() == specimen.day.year()
            })
            .flat_map(|(other, _)| &other.declaration.goods_items)
            .nth(asked % 37);
        let Some(line) = line else { continue };
        let mut more = specimen.clone();
        let mut line = GoodsItem { adjustment_references: Vec::new(), ..line.clone() };
        line.unit_price_currency.clone_from(&declaration.invoice_currency);
        more.declaration.invoice_amount =
            declaration.invoice_amount.map(|amount| amount + line.invoice_value.unwrap_or_default());
        more.declaration.allocation_total = None;
        more.declaration.goods_items.push(line);
        renumber(&mut more.declaration);
        let again = decide_on(&more);
        if again.outcome != Outcome::Accepted {
            continue;
        }
        for (was, is) in decision.items.iter().zip(&again.items) {
            assert_eq!(was.customs_value, is.customs_value);
            for (was, is) in was.taxes.iter().zip(&is.taxes) {
                assert_eq!((was.duty_type, &was.rate), (is.duty_type, &is.rate));
                // More goods may lift the shipment above the threshold of small ones, and never bring it below.
                assert!(is.payable >= was.payable, "{was:#?} {is:#?}");
            }
        }
        asked += 1;
    }
    assert!(asked > 100, "{asked}");
}

#[test]
fn a_dearer_line_owes_no_less_where_nothing_is_shared_out() {
    let mut asked = 0;
    for (specimen, decision) in accepted(SEED + 4, 1_500) {
        if !shares_nothing_out(&specimen.declaration) {
            continue;
        }
        let mut dearer = specimen.clone();
        let item = &mut dearer.declaration.goods_items[0];
        item.unit_price = None;
        item.unit_price_currency = None;
        item.unit_price_unit = None;
        let more = Decimal::from(1_000);
        item.invoice_value = item.invoice_value.map(|value| value + more);
        item.customs_value = item.customs_value.map(|value| value + more);
        dearer.declaration.invoice_amount = dearer.declaration.invoice_amount.map(|amount| amount + more);
        dearer.declaration.allocation_total = None;
        let again = decide_on(&dearer);
        if again.outcome != Outcome::Accepted {
            continue;
        }
        for total in &decision.totals {
            assert!(total_of(&again, total.duty_type) >= total.payable, "{:#?} {:#?}", decision.totals, again.totals);
        }
        asked += 1;
    }
    assert!(asked > 300, "{asked}");
}

#[test]
fn zero_and_the_widest_values_are_right_or_refused() {
    let mut outcomes = [0; 3];
    for (at, (specimen, _)) in accepted(SEED + 5, 400).into_iter().enumerate() {
        let fields = Declaration::SCOPE.fields().len() + GoodsItem::SCOPE.fields().len();
        // Each declaration asks a few of the fields, and all of them together every field many times.
        for field in (0..fields).filter(|field| (field + at) % 3 == 0) {
            for extreme in [Extreme::Zero, Extreme::Least, Extreme::Widest] {
                let mut other = specimen.clone();
                if !put(&mut other.declaration, field, extreme) {
                    continue;
                }
                let decision = decide_on(&other);
                if let Some(difference) = difference(&other, &decision) {
                    panic!("{difference:#?}\n{}", message::write_declaration(&other.declaration));
                }
                match decision.outcome {
                    Outcome::Accepted => outcomes[0] += 1,
                    Outcome::Rejected => outcomes[1] += 1,
                    _ => outcomes[2] += 1,
                }
            }
        }
    }
    assert!(outcomes[0] > 500 && outcomes[1] > 200, "{outcomes:?}");
}

#[test]
fn fifty_lines_of_the_widest_values_are_refused() {
    let (mut specimen, _) = accepted(SEED + 6, 200)
        .into_iter()
        .find(|(specimen, _)| specimen.declaration.direction() == Some(Direction::Import))
        .unwrap();
    let mut widest = specimen.declaration.goods_items[0].clone();
    for index in 0..GoodsItem::SCOPE.fields().len() {
        put_in(&mut widest, index, Extreme::Widest);
    }
    widest.unit_price_unit = None;
    widest.other_taxes = vec![OtherTax { code: Some("G088".into()), ..OtherTax::default() }; 5];
    for kept in 0..2 {
        widest.customs_value = widest.customs_value.filter(|_| kept == 0);
        specimen.declaration.goods_items = vec![widest.clone(); 50];
        renumber(&mut specimen.declaration);
        let decision = decide_on(&specimen);
        assert_eq!(decision.outcome, Outcome::Rejected);
        assert!(difference(&specimen, &decision).is_none());
    }
}

#[derive(Debug, Clone, Copy)]
enum Extreme {
    Zero,
    /// The smallest value above zero that the field can hold.
    Least,
    Widest,
}

/// Puts an extreme into the `n`-th field of the declaration or its first line, if it is a declared number.
fn put(declaration: &mut Declaration, n: usize, extreme: Extreme) -> bool {
    let of_header = Declaration::SCOPE.fields().len();
    if n < of_header {
        put_in(declaration, n, extreme)
    } else {
        put_in(&mut declaration.goods_items[0], n - of_header, extreme)
    }
}

fn put_in<R: Record>(record: &mut R, n: usize, extreme: Extreme) -> bool {
    let Kind::Decimal { length, scale } = R::SCOPE.fields()[n].kind else { return false };
    let index = u16::try_from(n).unwrap();
    if record.value(index).is_none() {
        return false;
    }
    let scale = u32::try_from(scale).unwrap();
    let digits = u32::try_from(length).unwrap() - 1;
    let value = match extreme {
        Extreme::Zero => Decimal::ZERO,
        Extreme::Least => Decimal::new(1, scale),
        Extreme::Widest => Decimal::from_i128_with_scale(10_i128.pow(digits) - 1, scale),
    };
    record.set(index, Value::Decimal(value))
}

#[test]
fn a_decision_derived_again_is_the_same_byte_for_byte() {
    for (specimen, decision) in accepted(SEED + 7, 300) {
        let first = serde_json::to_string(&decision).unwrap();
        assert_eq!(first, serde_json::to_string(&decide_on(&specimen)).unwrap());

        // From the document as it was lodged, and the facts that are kept with the decision.
        let document = message::write_declaration(&specimen.declaration);
        let message::Reading::Read { declaration, findings } = message::read_declaration(document.as_bytes()) else {
            panic!("unreadable: {document}");
        };
        assert!(findings.is_empty(), "{document}\n{findings:#?}");
        assert_eq!(declaration, specimen.declaration);
        let kept: CaseFacts<'_> = decision.facts.for_case(declaration.declarant());
        let again = clearance::clear(
            &declaration,
            Vec::new(),
            &clearance::Context {
                rules: RULEBOOK.in_force_on(decision.registered_on),
                facts: kept,
                registered_at: decision.registered_on.at(9, 0, 0, 0),
                number: decision.number,
                draw: decision.draw.unwrap(),
            },
        );
        assert_eq!(first, serde_json::to_string(&again).unwrap());
    }
}

/// Every decision reads back as it was, and is written as the same bytes again: those of all outcomes, with every part that
/// a decision has. A tax that goods are not subject to is the one thing that is written like another, a rate of 0 %.
#[test]
fn a_decision_reads_back_and_is_written_as_the_same_bytes() {
    let mut outcomes: BTreeMap<Outcome, usize> = BTreeMap::new();
    let (mut rates, mut parts) = (HashSet::new(), BTreeSet::new());
    let mut wild = Wild::new(SEED + 9, &RULEBOOK, 0, 1);
    for at in 0..3_000_u32 {
        let mut specimen = wild.specimen();
        // Some that are refused, and some of a day on which the rulebook is silent.
        match at % 10 {
            0 => specimen.declaration.kind = Some("Z99".into()),
            1 => specimen.declaration.goods_items[0].commodity_code = None,
            2 => specimen.day = date(2035, 5, 5),
            _ => {}
        }
        let mut decision = decide_on(&specimen);
        let written = serde_json::to_vec(&decision).unwrap();
        let read: Decision = serde_json::from_slice(&written).unwrap();
        assert_eq!(String::from_utf8_lossy(&serde_json::to_vec(&read).unwrap()), String::from_utf8_lossy(&written));
        for tax in decision.items.iter_mut().flat_map(|item| &mut item.taxes) {
            rates.insert(std::mem::discriminant(&tax.rate));
            if tax.rate == Rate::NotSubject {
                tax.rate = Rate::AdValorem(Decimal::ZERO);
            }
        }
        // Where in terms of our fields a finding stands is not kept.
        decision.findings.iter_mut().for_each(|finding| finding.place = None);
        assert_eq!(read, decision);
        *outcomes.entry(decision.outcome).or_default() += 1;
        let shown: serde_json::Value = serde_json::from_slice(&written).unwrap();
        parts.extend(shown.as_object().unwrap().keys().cloned());
        parts.extend(
            shown["items"].as_array().unwrap().iter().flat_map(|item| item.as_object().unwrap().keys().cloned()),
        );
    }
    let many = |outcome| outcomes.get(&outcome).copied().unwrap_or_default() > 100;
    assert!([Outcome::Accepted, Outcome::Rejected, Outcome::Referred].into_iter().all(many), "{outcomes:?}");
    assert_eq!(rates.len(), 4, "each kind of rate");
    for part in ["claims", "write_offs", "facts", "preference"] {
        assert!(parts.contains(part), "none has {part}: {parts:?}");
    }
}

#[test]
fn the_comparison_notices_a_single_figure() {
    let (specimen, decision) = accepted(SEED + 8, 50)
        .into_iter()
        .find(|(specimen, decision)| decision.total_payable > Decimal::ZERO && specimen.day < date(2027, 1, 1))
        .unwrap();
    assert!(difference(&specimen, &decision).is_none());
    let least = Decimal::new(1, 8);
    let wrong: [fn(&mut Decision, Decimal); 7] = [
        |decision, least| decision.items[0].customs_value += least,
        |decision, least| decision.items[0].taxes[0].base += least,
        |decision, least| decision.items[0].taxes[0].amount += least,
        |decision, least| decision.items[0].taxes[0].relief += least,
        |decision, least| decision.items[0].taxes[0].payable += least,
        |decision, _| decision.totals[0].payable += Decimal::ONE,
        |decision, _| decision.total_payable += Decimal::ONE,
    ];
    for change in wrong {
        let mut decision = decision.clone();
        change(&mut decision, least);
        assert!(difference(&specimen, &decision).is_some());
    }
    let mut refused = decision.clone();
    refused.outcome = Outcome::Rejected;
    assert!(difference(&specimen, &refused).is_some());
}
