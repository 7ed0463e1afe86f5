//! What the index of rules is held against: every rule asked of every declaration, sound and faulty.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{copy, seal};
use jiff::civil::{Date, date};
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha12Rng;
use rulebook::{ItemSurroundings, Rulebook, Surroundings};
use rust_decimal::Decimal;
use simulator::Workload;
use simulator::wild::Wild;
use vocabulary::field::Record as _;
use vocabulary::{Declaration, Scope};

const DAY: Date = date(2026, 11, 23);
const SEED: u64 = 20_261_123;
const RULES: usize = 400;
const DECLARATIONS: usize = 2_000;
const ORIGINS: [&str; 8] = ["CN", "KR", "JP", "TH", "VN", "US", "DE", "C"];
const KINDS: [&str; 6] = ["A11", "A12", "B11", "E21", "E62", "A"];

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// A condition of one of many shapes, and its scope. Some can be indexed, some only seem so.
fn condition(rng: &mut ChaCha12Rng, codes: &[String]) -> (String, &'static str) {
    let code = codes.choose(rng).unwrap().clone();
    let (chapter, heading, subheading) = (&code[..2], &code[..4], &code[..6]);
    let other = codes.choose(rng).unwrap()[..4].to_owned();
    let origin = *ORIGINS.choose(rng).unwrap();
    let kind = *KINDS.choose(rng).unwrap();
    let number = rng.random_range(1..200);
    let mut field_of = |scope: Scope| scope.fields().choose(rng).unwrap().name;
    let (field, other_field) = (field_of(Scope::GoodsItem), field_of(Scope::GoodsItem));
    let (whole, other_whole) = (field_of(Scope::Declaration), field_of(Scope::Declaration));
    let of_items = [
        format!("commodity_code starts_with \"{heading}\" and quantity > {number}"),
        format!("commodity_code starts_with [\"{heading}\", \"{other}\", \"{chapter}\"]"),
        format!("origin in [\"{origin}\", \"CN\"] and not commodity_code starts_with \"{chapter}\""),
        format!("commodity_code = \"{code}\" or origin = \"{origin}\""),
        format!("not (not commodity_code starts_with \"{subheading}\" or missing(origin))"),
        format!("origin starts_with \"{origin}\" and position <= 2"),
        format!("declaration.kind = \"{kind}\" and repeated"),
        format!("commodity_code not starts_with \"{chapter}\" and origin = \"{origin}\" and direction = \"IM\""),
        format!("any(goods_items, commodity_code starts_with \"{heading}\") and position = 1"),
        format!("given({field}) and missing({other_field}) and position < 4"),
        format!("missing({field}) or missing({other_field})"),
        format!("given({field}) and (given({other_field}) or given(declaration.{whole}))"),
        format!("quantity > {number} and given(declaration.{whole}) and invoice_value < second_quantity"),
        // Such computations have no answer where the divisor is zero, wherever the fields behind them stand.
        format!("invoice_value / (quantity - quantity) > 1 and given({field})"),
        format!("given({field}) and missing(declaration.{whole}) and invoice_value / (quantity - quantity) > 1"),
        format!("{number} / (quantity - quantity) > second_quantity"),
        format!("given({field}) or {number} / (invoice_value - invoice_value) > 1"),
        format!("not (given({field}) or unit_price / (quantity - quantity) > 1)"),
    ];
    let of_declarations = [
        format!("any(goods_items, commodity_code starts_with \"{subheading}\" and origin = \"{origin}\")"),
        format!("not all(goods_items, origin != \"{origin}\")"),
        format!("all(goods_items, commodity_code starts_with \"{chapter}\")"),
        format!("count(goods_items, commodity_code starts_with \"{heading}\") >= 1 and kind in [\"{kind}\", \"A11\"]"),
        format!("count(goods_items, commodity_code starts_with \"{heading}\") < 1 and kind starts_with \"{kind}\""),
        format!("sum(goods_items, invoice_value) > {number}000 and kind = \"{kind}\""),
        format!("direction = \"EX\" and count(goods_items) > {}", number / 20),
        format!("any(goods_items, any(other_taxes, given(code)) and commodity_code starts_with \"{chapter}\")"),
        format!("given({whole}) and missing({other_whole})"),
        format!("missing({whole}) and count(goods_items) > {}", number / 50),
        format!("given({whole}) and sum(goods_items, invoice_value / (quantity - quantity)) > 1"),
        format!("sum(goods_items, invoice_value / (quantity - quantity)) > 1 and given({whole})"),
        format!("gross_mass / (gross_mass - gross_mass) > 1 and missing({whole})"),
        format!("not (given({whole}) or missing({other_whole}))"),
    ];
    if rng.random_bool(0.5) {
        (of_items.choose(rng).unwrap().clone(), "goods_item")
    } else {
        (of_declarations.choose(rng).unwrap().clone(), "declaration")
    }
}

/// The real rules and made-up ones beside them.
fn write_rules(folder: &Path, codes: &[String]) {
    copy(&rules(), folder);
    let mut rng = ChaCha12Rng::seed_from_u64(SEED);
    let (mut validation, mut criteria) = (String::new(), String::new());
    let dated =
        "law = \"RULE-KEEPER\"\nprovision = \"made up\"\nin_force_from = 2020-01-01\nmark = \"sample\"\n".to_owned();
    for number in 0..RULES {
        let (when, scope) = condition(&mut rng, codes);
        let field = if scope == "declaration" { "kind" } else { "commodity_code" };
        let direction = ["import", "export", "both", "both"].choose(&mut rng).unwrap();
        writeln!(
            validation,
            "[[rule]]\ncode = \"T{number:04}\"\n{dated}direction = \"{direction}\"\nscope = \"{scope}\"\n\
             severity = \"warning\"\nwhen = '''{when}'''\nfield = \"{field}\"\nmessage.en = \"m\"\nmessage.vi = \"m\"\n\
             mend.en = \"m\"\nmend.vi = \"m\"\n"
        )
        .unwrap();
        let (when, scope) = condition(&mut rng, codes);
        writeln!(
            criteria,
            "[[criterion]]\nid = \"t{number:04}\"\nowner = \"test\"\n{dated}weight = {}\nscope = \"{scope}\"\n\
             when = '''{when}'''\nreason = \"r\"\nbecause = {{ en = \"b\", vi = \"b\" }}\n",
            number + 1
        )
        .unwrap();
    }
    fs::write(folder.join("validation/made-up.toml"), validation).unwrap();
    fs::write(folder.join("selectivity/made-up.toml"), criteria).unwrap();
    seal(folder);
}

/// Puts other codes, origins and kinds into a sound declaration, or takes them out.
fn disturb(declaration: &mut Declaration, rng: &mut ChaCha12Rng, codes: &[String]) {
    for item in &mut declaration.goods_items {
        match rng.random_range(0..6) {
            0 => item.commodity_code = Some(codes.choose(rng).unwrap().as_str().into()),
            1 => item.commodity_code = Some(codes.choose(rng).unwrap()[..rng.random_range(0..8)].into()),
            2 => item.commodity_code = Some("84ăâ9099".into()),
            3 => item.commodity_code = None,
            _ => {}
        }
        match rng.random_range(0..4) {
            0 => item.origin = Some((*ORIGINS.choose(rng).unwrap()).into()),
            1 => item.origin = None,
            _ => {}
        }
    }
    let mut without = |record: &mut dyn FnMut(u16), scope: Scope| {
        for _ in 0..rng.random_range(0..6) {
            record(u16::try_from(rng.random_range(0..scope.fields().len())).unwrap());
        }
    };
    without(&mut |field| declaration.clear(field), Scope::Declaration);
    for item in &mut declaration.goods_items {
        without(&mut |field| item.clear(field), Scope::GoodsItem);
    }
    match rng.random_range(0..6) {
        0 => declaration.kind = Some((*KINDS.choose(rng).unwrap()).into()),
        1 => declaration.kind = None,
        2 => declaration.direction = None,
        _ => {}
    }
}

#[test]
fn the_index_leaves_out_nothing_that_would_have_been_found() {
    let plain = Arc::new(Rulebook::load(&rules()).unwrap_or_else(|errors| panic!("{errors}")));
    let every: Vec<String> = plain.in_force_on(DAY).tariff().lines_under("").iter().map(ToString::to_string).collect();
    // Few enough that rules and goods meet.
    let mut rng = ChaCha12Rng::seed_from_u64(SEED + 1);
    let codes: Vec<String> = every.sample(&mut rng, 150).cloned().collect();
    let folder = tempfile::tempdir().unwrap();
    write_rules(folder.path(), &codes);
    let load = || Rulebook::load(folder.path()).unwrap_or_else(|errors| panic!("{errors}"));
    let (indexed, unindexed) = (load(), load().without_index());

    let mut workload = Workload::new(SEED, plain, DAY);
    let traders = workload.traders().to_vec();
    let mut wild = Wild::new(SEED, &indexed, 0, 1);
    let (mut findings, mut hits, mut gaps) = (0, 0, 0);
    for number in 0..DECLARATIONS {
        let mut declaration = match number % 3 {
            0 => workload.declaration(Some(1)),
            1 => workload.declaration(None),
            _ => wild.specimen().declaration,
        };
        disturb(&mut declaration, &mut rng, &codes);
        let items: Vec<ItemSurroundings> = declaration
            .goods_items
            .iter()
            .map(|_| ItemSurroundings {
                claims: None,
                preference_claimed: rng.random_bool(0.3),
                certificate_received: rng.random_bool(0.5).then_some(false),
                customs_value: Some(Decimal::from(rng.random_range(0..30_000_000_000_u64))),
                payable: Some(Decimal::from(rng.random_range(0..3_000_000_000_u64))),
            })
            .collect();
        let surroundings = Surroundings {
            registered_on: DAY,
            draw: rng.random_range(0..1_000_000),
            trader: traders.choose(&mut rng),
            total_customs_value: Some(Decimal::from(25_000_000_000_u64)),
            total_payable: Some(Decimal::from(1_000_000_u64)),
            claims: None,
            routed_branch: None,
            risk_score: None,
            supposed: &[],
            items: &items,
        };
        let found = indexed.in_force_on(DAY).validate(&declaration, &surroundings);
        let all = unindexed.in_force_on(DAY).validate(&declaration, &surroundings);
        assert_eq!(found.findings, all.findings, "seed {SEED}, declaration {number}");
        assert_eq!(found.gaps, all.gaps, "seed {SEED}, declaration {number}");
        let chosen = indexed.in_force_on(DAY).criteria(&declaration, &surroundings);
        assert_eq!(
            chosen,
            unindexed.in_force_on(DAY).criteria(&declaration, &surroundings),
            "seed {SEED}, declaration {number}"
        );
        findings += found.findings.len();
        hits += chosen.0.len();
        gaps += found.gaps.len() + chosen.1.len();
    }
    let told = format!("{findings} findings, {hits} hits and {gaps} gaps");
    assert!(findings > DECLARATIONS && hits > DECLARATIONS && gaps > DECLARATIONS, "{told} compare too little");
}
