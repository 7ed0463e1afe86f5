//! More lines than a proof has goods for: who is served, whatever the order of the lines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use rulebook::Rulebook;
use rust_decimal::Decimal;
use vocabulary::{Balance, Outcome};

use crate::support::{RULEBOOK, line, number, replace, rulebook_with, with_certificate, with_lines};
use crate::{Case, certified, sound};

/// The rules with another treatment of a quantity that is exceeded.
fn exceeding(treatment: &str) -> Rulebook {
    rulebook_with(&format!("quantity-{treatment}"), |path, text| {
        if path == "origin/checks.toml" {
            let refuse = "[[certificate_quantity_exceeded]]\ntreatment = \"refuse\"";
            replace(text, refuse, &format!("[[certificate_quantity_exceeded]]\ntreatment = \"{treatment}\""));
        }
    })
}

static FALLING_BACK: LazyLock<Rulebook> = LazyLock::new(|| exceeding("fall_back"));
static WARNING: LazyLock<Rulebook> = LazyLock::new(|| exceeding("warn"));

/// Lines and items of two headings and two units, so that many combinations meet.
fn shared(lines: &[(bool, bool, u32)], items: &[(bool, bool, u32)]) -> Case {
    let mut case = sound();
    let code = |first: bool| if first { "84151020" } else { "84818099" };
    case.declaration.goods_items = lines
        .iter()
        .map(|(first, dozen, quantity)| {
            let unit = if *dozen { "DZN" } else { "PCE" };
            let mut item = with_certificate("D", line(code(*first), "TH", "B04", &quantity.to_string(), unit, "10"));
            // The tariff counts these by the piece, in one of the two quantities.
            item.second_quantity_unit = Some("PCE".into()).filter(|_| *dozen);
            item.second_quantity = item.second_quantity_unit.as_ref().map(|_| Decimal::from(quantity * 12));
            item
        })
        .collect();
    case.declaration = with_lines(case.declaration.clone(), case.declaration.goods_items.clone());
    case.certificate.items = (1..)
        .zip(items)
        .map(|(line, (first, dozen, remaining))| {
            certified(line, &code(*first)[..6], &remaining.to_string(), if *dozen { "DZN" } else { "PCE" })
        })
        .collect();
    case
}

/// What comes of the lines, however they are ordered: by what they are.
type Result = (Outcome, BTreeMap<(String, String), Vec<String>>, BTreeMap<u32, Decimal>);

fn result(case: &Case, rulebook: &Rulebook) -> Result {
    let decision = case.decide_by(rulebook);
    let mut of_goods: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (at, lodged) in case.declaration.goods_items.iter().enumerate() {
        let sequence = u32::try_from(at + 1).unwrap();
        let mut said: Vec<&str> = decision
            .findings
            .iter()
            .filter(|finding| finding.item == Some(sequence))
            .map(|finding| finding.code.as_str())
            .collect();
        said.sort_unstable();
        let standing = decision.items.get(at).and_then(|item| item.preference.as_ref()).map(|given| given.standing);
        let key = (lodged.commodity_code.as_ref().unwrap().to_string(), format!("{:?}", lodged.quantity));
        of_goods.entry(key).or_default().push(format!("{standing:?} {said:?}"));
    }
    for all in of_goods.values_mut() {
        all.sort();
    }
    let mut taken = BTreeMap::new();
    for write_off in &decision.write_offs {
        let Balance::Certificate { line, .. } = &write_off.balance else { panic!("{write_off:#?}") };
        *taken.entry(*line).or_insert(Decimal::ZERO) += write_off.amount;
    }
    (decision.outcome, of_goods, taken)
}

#[test]
fn lines_in_short_supply_are_told_apart() {
    // Forty pieces of one heading and two dozen of the other; three lines of 20, 30 and a dozen.
    let case =
        shared(&[(true, false, 20), (true, false, 30), (false, true, 1)], &[(true, false, 40), (false, true, 2)]);
    let taken = |rulebook| {
        let (outcome, of_goods, taken) = result(&case, rulebook);
        assert_eq!(outcome, Outcome::Accepted, "{of_goods:#?}");
        taken
    };
    // The smaller line is served first; the other falls back, or takes what is left.
    assert_eq!(taken(&FALLING_BACK), BTreeMap::from([(1, number("20")), (2, number("1"))]));
    assert_eq!(taken(&WARNING), BTreeMap::from([(1, number("40")), (2, number("1"))]));
    assert_eq!(result(&case, &RULEBOOK).0, Outcome::Rejected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_used_twice_and_the_order_of_lines_does_not_matter(
        lines in prop::collection::vec((any::<bool>(), any::<bool>(), 1_u32..30), 1..6),
        items in prop::collection::vec((any::<bool>(), any::<bool>(), 0_u32..60), 1..5),
        seed in any::<u64>(),
    ) {
        let mut shuffled = lines.clone();
        // A permutation by the seed.
        for at in (1..shuffled.len()).rev() {
            let other = usize::try_from((seed >> (at * 8)) % (at as u64 + 1)).unwrap();
            shuffled.swap(at, other);
        }
        for rulebook in [&*RULEBOOK, &*FALLING_BACK, &*WARNING] {
            let case = shared(&lines, &items);
            let (outcome, of_goods, taken) = result(&case, rulebook);
            for item in &case.certificate.items {
                let used = taken.get(&item.line).copied().unwrap_or_default();
                prop_assert!(used <= item.remaining, "item {}: {used} of {}", item.line, item.remaining);
            }
            // A line is refused for want of its goods or of their quantity, and for nothing else.
            let all_goods = lines.iter().all(|(first, ..)| items.iter().any(|(of, ..)| of == first));
            if all_goods && !std::ptr::eq(rulebook, &*RULEBOOK) {
                prop_assert_eq!(outcome, Outcome::Accepted, "{:?}", of_goods);
            } else if !all_goods {
                prop_assert_eq!(outcome, Outcome::Rejected);
            }
            prop_assert_eq!((outcome, of_goods, taken), result(&shared(&shuffled, &items), rulebook));
        }
    }
}
