//! What each stage costs, and the whole from bytes to decision: for 1, 6 and 50 goods items.
//!
//! `cargo bench --workspace --bench stages`. The aim for six items in ten kilobytes is 25 microseconds on one core.

#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::aims::Aim;
use benches::{circumstances, documents, rulebook};
use clearance::{Context, assessment, selectivity, validation, valuation};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use message::Reading;
use vocabulary::Declaration;

fn stages(criterion: &mut Criterion) {
    let rulebook = rulebook();
    let traders = simulator::traders(2);
    let context = circumstances(&rulebook, &traders);
    let mut group = criterion.benchmark_group("stages");
    for items in [1, 6, 50] {
        let documents = documents(&rulebook, items, 50);
        let bytes = documents.iter().map(|document| document.len() as u64).sum::<u64>() / documents.len() as u64;
        let declarations: Vec<Declaration> = documents
            .iter()
            .map(|document| match message::read_declaration(document) {
                Reading::Read { declaration, findings } if findings.is_empty() => declaration,
                reading => panic!("a sound document was not read: {reading:?}"),
            })
            .collect();
        let accepted: Vec<_> = declarations
            .iter()
            .filter_map(|declaration| validation::accept(declaration, Vec::new(), &context).ok())
            .collect();
        assert!(accepted.len() > 40, "only {} of {} are accepted", accepted.len(), declarations.len());
        let valued: Vec<_> =
            accepted.iter().map(|accepted| valuation::value(accepted).unwrap_or_else(stopped)).collect();
        let assessed: Vec<_> = accepted
            .iter()
            .zip(&valued)
            .map(|(accepted, valued)| assessment::assess(accepted, valued).unwrap_or_else(stopped))
            .collect();
        let decisions: Vec<_> =
            declarations.iter().map(|declaration| clearance::clear(declaration, Vec::new(), &context)).collect();

        let turns = std::cell::Cell::new(0);
        let turn = |count: usize| {
            turns.set((turns.get() + 1) % count);
            turns.get()
        };
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("1 parse", items), |bencher| {
            bencher.iter(|| black_box(message::read_declaration(black_box(&documents[turn(documents.len())]))));
        });
        group.bench_function(BenchmarkId::new("2 validate", items), |bencher| {
            bencher.iter(|| {
                let declaration = black_box(&declarations[turn(declarations.len())]);
                black_box(validation::accept(declaration, Vec::new(), &context))
            });
        });
        group.bench_function(BenchmarkId::new("3 value", items), |bencher| {
            bencher.iter(|| black_box(valuation::value(black_box(&accepted[turn(accepted.len())]))));
        });
        group.bench_function(BenchmarkId::new("4 assess", items), |bencher| {
            bencher.iter(|| {
                let at = turn(accepted.len());
                black_box(assessment::assess(black_box(&accepted[at]), &valued[at]))
            });
        });
        group.bench_function(BenchmarkId::new("5 select", items), |bencher| {
            bencher.iter(|| {
                let at = turn(accepted.len());
                black_box(selectivity::select(black_box(&accepted[at]), &valued[at], &assessed[at], &context))
            });
        });
        group.bench_function(BenchmarkId::new("6 encode", items), |bencher| {
            bencher.iter(|| black_box(serde_json::to_vec(black_box(&decisions[turn(decisions.len())]))));
        });
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(BenchmarkId::new("bytes to decision", items), |bencher| {
            bencher.iter(|| match message::read_declaration(black_box(&documents[turn(documents.len())])) {
                Reading::Read { declaration, findings } => {
                    Some(black_box(clearance::clear(&declaration, findings, &context)).outcome)
                }
                Reading::Unreadable(_) => None,
            });
        });
        if items == 6 {
            aim(&documents, &context);
        }
    }
    group.finish();
}

/// The quickest of many rounds beside the aim, since whatever else the machine does only adds to it.
fn aim(documents: &[Vec<u8>], context: &Context<'_>) {
    let round = || {
        let begun = Instant::now();
        for document in documents {
            if let Reading::Read { declaration, findings } = message::read_declaration(black_box(document)) {
                black_box(clearance::clear(&declaration, findings, context));
            }
        }
        begun.elapsed()
    };
    let quickest = (0..400).map(|_| round()).min().map(|round| round / documents.len() as u32);
    let shown = |time: &Duration| format!("{}.{} µs", time.as_micros(), time.as_nanos() % 1_000 / 100);
    println!("\n| `stages`: aim | wanted | found | |\n| --- | ---: | ---: | --- |");
    println!("{}\n", Aim::at_most("six items, from bytes to decision", Duration::from_micros(25), quickest, shown));
}

fn stopped<T, E: std::fmt::Debug>(error: E) -> T {
    panic!("an accepted declaration was stopped: {error:?}")
}

criterion_group!(benches, stages);
criterion_main!(benches);
