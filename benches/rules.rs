//! What rules cost that speak of other goods: sixty of them and six thousand beside the real ones, in one run.
//!
//! `cargo bench --workspace --bench rules`. It fails when six thousand cost more than half again what sixty cost.
#![allow(clippy::print_stdout, reason = "a bench prints, and stops at trouble")]

use std::time::{Duration, Instant};

use benches::many_rules::{Goods, OTHER_CHAPTERS, ask, with_rules};
use benches::{documents, rulebook};
use criterion::{BenchmarkId, Criterion};
use message::Reading;
use rulebook::Rulebook;
use vocabulary::Declaration;

const FEW: usize = 60;
const MANY: usize = 6_000;

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
    let few = with_rules(FEW, Goods::Other);
    let many = with_rules(MANY, Goods::Other);

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
