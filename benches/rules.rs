//! What rules cost that speak of other goods: sixty of them and six thousand beside the real ones, in one run.
//!
//! `cargo bench -p benches --bench rules`. It fails when six thousand cost more than half again what sixty cost.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints, and stops at trouble")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use benches::{ON, documents, rulebook, workspace};
use criterion::{BenchmarkId, Criterion};
use message::Reading;
use rulebook::{ItemSurroundings, Rulebook, Surroundings};
use vocabulary::Declaration;

const FEW: usize = 60;
const MANY: usize = 6_000;

/// Live animals to lac: chapters that the declarations of the bench have no goods of.
const OTHER_CHAPTERS: std::ops::Range<usize> = 1..14;

fn main() {
    let plain = rulebook();
    let declarations: Vec<Declaration> = documents(&plain, 6, 400)
        .iter()
        .filter_map(|document| match message::read_declaration(document) {
            Reading::Read { declaration, .. } => Some(declaration),
            Reading::Unreadable(_) => None,
        })
        .filter(|declaration| {
            declaration.goods_items.iter().all(|item| {
                let chapter = item.commodity_code.as_deref().and_then(|code| code.get(..2)?.parse().ok());
                chapter.is_some_and(|chapter| !OTHER_CHAPTERS.contains(&chapter))
            })
        })
        .take(50)
        .collect();
    assert!(declarations.len() == 50, "too few declarations without goods of the other chapters");
    let few = with_rules(FEW);
    let many = with_rules(MANY);

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("rules");
    for (count, rulebook) in [(FEW, &few), (MANY, &many)] {
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("validation and selectivity", count), |bencher| {
            bencher.iter(|| {
                turn = (turn + 1) % declarations.len();
                ask(rulebook, &declarations[turn]);
            });
        });
    }
    group.finish();
    criterion.final_summary();
    compare(&few, &many, &declarations);
}

/// Alternating rounds, so that whatever else the machine does falls on both; the quickest round of each counts.
fn compare(few: &Rulebook, many: &Rulebook, declarations: &[Declaration]) {
    let round = |rulebook: &Rulebook| {
        let begun = Instant::now();
        for _ in 0..20 {
            for declaration in declarations {
                ask(rulebook, declaration);
            }
        }
        begun.elapsed()
    };
    let (mut of_few, mut of_many) = (Duration::MAX, Duration::MAX);
    for _ in 0..100 {
        of_few = of_few.min(round(few));
        of_many = of_many.min(round(many));
    }
    let each = |time: Duration| time.as_nanos() / (20 * declarations.len() as u128);
    let percent = of_many.as_nanos() * 100 / of_few.as_nanos();
    println!(
        "{FEW} rules of other goods: {} ns a declaration; {MANY}: {} ns; {percent} % of it",
        each(of_few),
        each(of_many)
    );
    assert!(percent <= 150, "{MANY} rules cost {percent} % of what {FEW} cost");
}

fn ask(rulebook: &Rulebook, declaration: &Declaration) {
    let items = vec![ItemSurroundings::default(); declaration.goods_items.len()];
    let surroundings = Surroundings {
        claims: None,
        registered_on: ON,
        draw: 800_000,
        trader: None,
        total_customs_value: None,
        total_payable: None,
        routed_branch: None,
        risk_score: None,
        supposed: &[],
        items: &items,
    };
    let rules = rulebook.in_force_on(ON);
    black_box(rules.validate(black_box(declaration), &surroundings));
    black_box(rules.criteria(black_box(declaration), &surroundings));
}

/// The real rules, and so many more that speak of other goods: half of them validate, half of them route.
fn with_rules(count: usize) -> Rulebook {
    let folder = tempfile::tempdir().unwrap();
    copy(&workspace().join("rules"), folder.path());
    let (mut validation, mut criteria) = (String::new(), String::new());
    let dated = "law = \"RULE-KEEPER\"\nprovision = \"bench\"\nin_force_from = 2020-01-01\nmark = \"sample\"\n";
    for number in 0..count {
        let chapter = OTHER_CHAPTERS.start + number % OTHER_CHAPTERS.len();
        let when = format!(
            "commodity_code starts_with \"{chapter:02}{:02}\" and origin in [\"CN\", \"TH\"] and quantity > {number}",
            number % 97
        );
        if number % 2 == 0 {
            writeln!(
                validation,
                "[[rule]]\ncode = \"B{number}\"\n{dated}direction = \"both\"\nscope = \"goods_item\"\nseverity = \
                 \"error\"\nwhen = '''{when}'''\nfield = \"quantity\"\nmessage.en = \"m\"\nmessage.vi = \"m\"\nmend.en \
                 = \"m\"\nmend.vi = \"m\"\n"
            )
            .unwrap();
        } else {
            writeln!(
                criteria,
                "[[criterion]]\nid = \"b{number}\"\nowner = \"bench\"\n{dated}lane = \"yellow\"\nscope = \
                 \"declaration\"\nwhen = '''any(goods_items, {when})'''\nreason = \"r\"\nbecause = \"b\"\n"
            )
            .unwrap();
        }
    }
    std::fs::write(folder.path().join("validation/bench.toml"), validation).unwrap();
    std::fs::write(folder.path().join("selectivity/bench.toml"), criteria).unwrap();
    let sealing = rulebook::Sealing::of(folder.path()).unwrap_or_else(|errors| panic!("{errors}"));
    sealing.write().unwrap();
    Rulebook::load(folder.path()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
