//! Clearance as a whole: from a declaration that was read to its decision, and from bytes to the decision's record.

use std::hint::black_box;

use benches::{ON, documents, rulebook};
use casework::{Circumstances, ReadDocument, clear};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use message::Reading;
use vocabulary::{CaseFacts, DeclarationNumber, Direction};

fn clearance(criterion: &mut Criterion) {
    let rulebook = rulebook();
    let traders = simulator::traders(1);
    let circumstances = Circumstances {
        facts: CaseFacts { trader: traders.first(), ..CaseFacts::default() },
        registered_at: ON.at(10, 0, 0, 0),
        number: DeclarationNumber::new(Direction::Import, 1).ok(),
        draw: 500_000,
    };
    let mut group = criterion.benchmark_group("clearance");
    group.throughput(Throughput::Elements(1));
    for items in [1, 6, 50] {
        let documents = documents(&rulebook, items, 50);
        let declarations: Vec<_> = documents
            .iter()
            .map(|document| match message::read_declaration(document) {
                Reading::Read { declaration, findings } if findings.is_empty() => declaration,
                reading => panic!("a sound document was not read: {reading:?}"),
            })
            .collect();
        let mut turn = 0;
        group.bench_function(BenchmarkId::new("decide", items), |bencher| {
            bencher.iter(|| {
                turn = (turn + 1) % declarations.len();
                let declaration = black_box(&declarations[turn]);
                let document = ReadDocument { bytes: &documents[turn], declaration, findings: Vec::new() };
                black_box(clear(document, &circumstances, &rulebook))
            });
        });
        group.bench_function(BenchmarkId::new("bytes to record", items), |bencher| {
            bencher.iter(|| {
                turn = (turn + 1) % documents.len();
                let Reading::Read { declaration, findings } = message::read_declaration(black_box(&documents[turn]))
                else {
                    return Vec::new();
                };
                let document = ReadDocument { bytes: &documents[turn], declaration: &declaration, findings };
                let decision = clear(document, &circumstances, &rulebook);
                serde_json::to_vec(&decision).unwrap_or_default()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, clearance);
criterion_main!(benches);
