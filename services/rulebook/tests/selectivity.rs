//! The real criteria of selectivity: the shares that they draw, and what they make of totals and repeated groups.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rulebook::{ItemSurroundings, Rulebook, Surroundings};
use rust_decimal::Decimal;
use vocabulary::declaration::Adjustment;
use vocabulary::{CriterionHit, Declaration, GoodsItem, Lane, TaxCodeStatus, TraderFacts};

static RULEBOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}"))
});

const DAY: Date = date(2026, 11, 23);

/// A draw from the middle, which nothing asks for.
const QUIET: u32 = 800_000;

fn trader(compliance_level: u8, authorised_operator: bool) -> TraderFacts {
    TraderFacts {
        tax_code: "0100233488".to_owned(),
        status: TaxCodeStatus::Active,
        compliance_level,
        authorised_operator,
        debt_over_90_days: false,
        entitlements: Vec::new(),
    }
}

fn import(items: usize) -> Declaration {
    let item = GoodsItem { commodity_code: Some("84818099".into()), origin: Some("CN".into()), ..GoodsItem::default() };
    Declaration {
        direction: Some("IM".into()),
        kind: Some("A11".into()),
        goods_items: vec![item; items],
        ..Declaration::default()
    }
}

fn hits(
    declaration: &Declaration,
    trader: Option<&TraderFacts>,
    draw: u32,
    items: &[ItemSurroundings],
) -> Vec<CriterionHit> {
    let total = |figure: fn(&ItemSurroundings) -> Option<Decimal>| items.iter().filter_map(figure).sum();
    let surroundings = Surroundings {
        registered_on: DAY,
        draw,
        trader,
        total_customs_value: Some(total(|item| item.customs_value)),
        total_payable: Some(total(|item| item.payable)),
        claims: None,
        routed_branch: None,
        risk_score: None,
        supposed: &[],
        items,
    };
    let (hits, gaps) = RULEBOOK.in_force_on(DAY).criteria(declaration, &surroundings);
    assert_eq!(gaps, []);
    hits
}

fn lane(hits: &[CriterionHit]) -> Lane {
    hits.iter().map(|hit| hit.lane).max().unwrap_or(Lane::Green)
}

fn ids(hits: &[CriterionHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.criterion.rsplit('/').next().unwrap().split('@').next().unwrap()).collect()
}

/// Whether so many of `all` are a share of `millionths`, give or take five standard deviations.
fn is_share(count: i128, all: i128, millionths: i128) -> bool {
    const MILLION: i128 = 1_000_000;
    let off = count * MILLION - all * millionths;
    // The variance of the count is all * p * (1 - p); both sides are multiplied by a million squared.
    off * off <= 25 * all * millionths * (MILLION - millionths)
}

#[test]
fn each_level_is_drawn_as_often_as_its_criteria_say() {
    const DRAWS: i128 = 100_000;
    let mut rng = ChaCha12Rng::seed_from_u64(8);
    let declaration = import(1);
    for (level, authorised, yellow, red) in [
        (1, false, 0, 5_000),
        (1, true, 0, 5_000),
        (2, true, 0, 5_000),
        (2, false, 150_000, 15_000),
        (3, false, 350_000, 15_000),
        (4, false, 600_000, 15_000),
        (5, false, 0, 1_000_000),
    ] {
        let trader = trader(level, authorised);
        let mut lanes = [0_i128; 3];
        for _ in 0..DRAWS {
            let hits =
                hits(&declaration, Some(&trader), rng.random_range(0..1_000_000), &[ItemSurroundings::default()]);
            lanes[usize::from(lane(&hits).code() - 1)] += 1;
        }
        let [_, seen_yellow, seen_red] = lanes;
        let told = format!("level {level}, authorised operator {authorised}: {lanes:?} of {DRAWS}");
        assert!(is_share(seen_yellow, DRAWS, yellow) && is_share(seen_red, DRAWS, red), "{told}");
    }
}

#[test]
fn authorised_operators_are_never_drawn_above_the_bound_of_the_law() {
    let trader = trader(1, true);
    let drawn = (0..1_000_000)
        .step_by(100)
        .filter(|draw| lane(&hits(&import(1), Some(&trader), *draw, &[ItemSurroundings::default()])) == Lane::Red);
    assert_eq!(drawn.count(), 50, "of 10,000 evenly spread draws, 0.5 % are 50");
}

#[test]
fn an_unknown_trader_is_looked_at() {
    let hits = hits(&import(1), None, QUIET, &[ItemSurroundings::default()]);
    assert_eq!((ids(&hits), lane(&hits)), (vec!["trader-unknown"], Lane::Yellow));
    assert_eq!(hits[0].because.en, "customs knows nothing of the trader: because trader_known = false");
}

fn worth(customs_value: u64, payable: u64) -> ItemSurroundings {
    ItemSurroundings {
        customs_value: Some(Decimal::from(customs_value)),
        payable: Some(Decimal::from(payable)),
        ..ItemSurroundings::default()
    }
}

#[test]
fn a_hit_says_the_values_that_made_it_match() {
    let value = worth(21_000_000_000, 0);
    let hits = hits(&import(1), Some(&trader(3, false)), QUIET, &[value]);
    assert_eq!(ids(&hits), ["high-value"]);
    assert_eq!(
        hits[0].because.en,
        "the customs value is above 20 billion dong, of a trader of level 3 or below: because total_customs_value = \
         21,000,000,000 > 20,000,000,000 and trader_compliance_level = 3 >= 3"
    );
    // At the threshold itself nothing matches.
    assert_eq!(self::hits(&import(1), Some(&trader(3, false)), QUIET, &[worth(20_000_000_000, 0)]), []);
}

#[test]
fn sums_and_counts_over_goods_items() {
    let trader = trader(2, false);
    let of = |items: &[ItemSurroundings]| hits(&import(items.len()), Some(&trader), QUIET, items);
    let half = worth(1, 1_000_000_001);
    let two = of(&[half, half]);
    assert_eq!(ids(&two), ["much-duty-on-few-lines"]);
    assert_eq!((two[0].weight, two[0].lane), (Some(20), Lane::Green));
    assert!(
        two[0].because.en.contains("sum(goods_items, item_payable) = 2,000,000,002 > 2,000,000,000"),
        "{}",
        two[0].because.en
    );
    assert_eq!(of(&[half, half, half]), [], "three lines are not few");
    assert_eq!(of(&[half, worth(1, 999_999_999)]), [], "two billion are not more than two billion");
    assert_eq!(ids(&of(&[half, half, worth(1, 0)])), ["much-duty-on-few-lines"], "a line that owes nothing is no line");
}

#[test]
fn any_over_adjustments() {
    let trader = trader(2, false);
    let with = |class: &str, amount: u32| {
        let adjustment =
            Adjustment { class: Some(class.into()), amount: Some(Decimal::from(amount)), ..Adjustment::default() };
        let declaration = Declaration { adjustments: vec![Adjustment::default(), adjustment], ..import(1) };
        hits(&declaration, Some(&trader), QUIET, &[ItemSurroundings::default()])
    };
    let found = with("SB", 7);
    assert_eq!(ids(&found), ["deductions-from-the-value"]);
    assert!(found[0].because.en.ends_with("where adjustments[2].class = SB, adjustments[2].amount = 7"), "{found:?}");
    assert_eq!(with("AD", 7), []);
    assert_eq!(with("SB", 0), []);
}

#[test]
fn weights_add_up_to_a_score_that_asks_for_a_lane() {
    let claimed = ItemSurroundings { preference_claimed: true, ..worth(1, 1_500_000_000) };
    let mut declaration = import(3);
    for item in &mut declaration.goods_items {
        item.certificate_late = Some("true".into());
    }
    // Level 3 with preferences 20, three certificates filed later 30: 50 do not reach the threshold of 60.
    let below = hits(&declaration, Some(&trader(3, false)), QUIET, &[claimed; 3]);
    assert!(!ids(&below).contains(&"score-for-documents"), "{below:?}");
    // Level 4 weighs 40 instead, and with a deduction of 15 and spirits of 20 it comes to 105.
    declaration.goods_items[0].commodity_code = Some("22083000".into());
    declaration.goods_items[1].commodity_code = Some("22083000".into());
    declaration.adjustments =
        vec![Adjustment { class: Some("SB".into()), amount: Some(Decimal::ONE), ..Adjustment::default() }];
    let above = hits(&declaration, Some(&trader(4, false)), QUIET, &[claimed; 3]);
    let weights: u32 = above.iter().filter_map(|hit| hit.weight).sum();
    assert_eq!(weights, 105, "a criterion that matches on two lines weighs once: {above:?}");
    assert_eq!(lane(&above), Lane::Red);
    let examined = above.iter().find(|hit| hit.criterion.contains("score-for-examination")).unwrap();
    assert!(examined.because.en.ends_with("because risk_score = 105 >= 100"), "{}", examined.because.en);
}

#[test]
fn a_preference_without_its_certificate() {
    let trader = trader(2, false);
    let claimed = ItemSurroundings { preference_claimed: true, ..ItemSurroundings::default() };
    let found = hits(&import(2), Some(&trader), QUIET, &[ItemSurroundings::default(), claimed]);
    assert_eq!(ids(&found), ["preference-without-certificate"]);
    assert!(found[0].because.en.starts_with("line 2: a preferential rate is claimed"), "{}", found[0].because.en);
    let mut declaration = import(1);
    let item = &mut declaration.goods_items[0];
    (item.certificate_form, item.certificate_number) = (Some("D".into()), Some("THVN260100001".into()));
    for (received, expected) in [(false, vec!["electronic-certificate-not-received"]), (true, vec![])] {
        let surroundings = ItemSurroundings { certificate_received: Some(received), ..claimed };
        assert_eq!(ids(&hits(&declaration, Some(&trader), QUIET, &[surroundings])), expected);
    }
    // A paper certificate is handed in, so that nothing is received of it.
    declaration.goods_items[0].certificate_form = Some("E".into());
    let surroundings = ItemSurroundings { certificate_received: Some(false), ..claimed };
    assert_eq!(hits(&declaration, Some(&trader), QUIET, &[surroundings]), []);
}
