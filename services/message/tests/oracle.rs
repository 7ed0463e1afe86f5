//! libxml2 as the oracle: ten thousand documents, sound and spoilt, get the same accept or reject from both readers.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use common::{Chance, VALUES, Ways, samples, spoil, valid_by_libxml2};
use message::{Reading, read_declaration};

const DOCUMENTS: usize = 10_500;

const WAYS: Ways<'_> = Ways {
    head: 3,
    values: VALUES,
    swaps: &[
        ("currencyID=\"USD\"", "currencyID=\"usd\""),
        ("currencyID=\"USD\"", "currencyID=\" USD \""),
        ("unitCode", "unitcode"),
        ("unitCode=\"", "unitCode='"),
    ],
    roots: &[
        "<Declaration xmlns=\"urn:thongquan:declaration:2\">",
        "<Declaration>",
        "<d:Declaration xmlns:d=\"urn:thongquan:declaration:1\" xmlns=\"urn:thongquan:declaration:1\">",
        "<Declaration xmlns=\"urn:thongquan:declaration:1\" xmlns:x=\"urn:x\">",
    ],
    names: &["GoodsShipment", "Commodity", "Invoice", "ID", "Origin"],
};

fn accepted(document: &str) -> bool {
    matches!(read_declaration(document.as_bytes()), Reading::Read { findings, .. } if findings.is_empty())
}

#[test]
fn libxml2_agrees_on_ten_thousand_documents() {
    let seed = 20_261_123;
    println!("seed {seed}");
    // Long samples would make the run long and say little more.
    let samples: Vec<String> = samples("declaration/1.0/samples-valid")
        .into_iter()
        .map(|(_, sample)| sample)
        .filter(|sample| sample.len() < 20_000)
        .collect();
    assert!(!samples.is_empty(), "there are no samples to begin from");
    let mut chance = Chance(seed);
    let documents: Vec<String> = (0..DOCUMENTS)
        .map(|_| {
            let mut document = chance.pick(&samples).clone();
            for _ in 0..chance.below(3) {
                document = spoil(&document, &WAYS, &mut chance);
                if document.lines().count() < 12 {
                    break;
                }
            }
            document
        })
        // What is refused on purpose beyond the schema has tests of its own.
        .filter(|document| !document.contains("<!DOCTYPE") && !document.contains("<?xml x"))
        .collect();
    let mut differences = Vec::new();
    let mut sound = 0;
    for (document, oracle) in documents.iter().zip(valid_by_libxml2("declaration/1.0/declaration.xsd", &documents)) {
        let ours = accepted(document);
        sound += usize::from(ours);
        if oracle != ours {
            differences.push((oracle, document.clone()));
        }
    }
    for (oracle, document) in differences.iter().take(3) {
        println!("libxml2 says {oracle}; ours: {:?}\n{document}\n", read_declaration(document.as_bytes()));
    }
    assert!(differences.is_empty(), "{} of {} documents are judged differently", differences.len(), documents.len());
    assert!(documents.len() >= 10_000);
    assert!(
        sound * 10 >= documents.len() * 3,
        "{sound} of {} documents are sound: too few to say much",
        documents.len()
    );
}
