//! Reading a declaration: ours, and libxml2 with and without its schema, on the same documents in the same run.

use std::hint::black_box;

use benches::libxml2::LibXml2;
use benches::{documents, rulebook, workspace};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn parse(criterion: &mut Criterion) {
    let rulebook = rulebook();
    let libxml2 = LibXml2::load(&workspace().join("schemas/declaration/1.0/declaration.xsd"));
    let mut group = criterion.benchmark_group("parse");
    for items in [1, 6, 50] {
        let documents = documents(&rulebook, items, 50);
        let bytes: usize = documents.iter().map(Vec::len).sum();
        group.throughput(Throughput::Bytes((bytes / documents.len()) as u64));
        let mut turn = 0;
        let mut next = || {
            turn = (turn + 1) % documents.len();
            documents[turn].as_slice()
        };
        group.bench_function(BenchmarkId::new("thongquan", items), |bencher| {
            bencher.iter(|| black_box(message::read_declaration(black_box(next()))));
        });
        let Some(libxml2) = &libxml2 else { continue };
        assert!(documents.iter().all(|document| libxml2.read(document, true)), "libxml2 refuses a sound document");
        group.bench_function(BenchmarkId::new("libxml2", items), |bencher| {
            bencher.iter(|| black_box(libxml2.read(black_box(next()), false)));
        });
        group.bench_function(BenchmarkId::new("libxml2 with schema", items), |bencher| {
            bencher.iter(|| black_box(libxml2.read(black_box(next()), true)));
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
