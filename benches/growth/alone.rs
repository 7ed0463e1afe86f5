//! What a declaration costs by its goods items, and by the rules that there are: in this process, on one core.

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::many_rules::{Goods, ask, with_rules};
use benches::{circumstances, documents, rulebook};
use message::Reading;
use rulebook::Rulebook;
use vocabulary::Declaration;

use crate::allocation::{held, most_during};
use crate::curve::{Allowed, Curve, Panel, Unit};
use crate::say;

const ITEMS: [usize; 6] = [1, 2, 5, 10, 20, 50];
const RULES: [usize; 4] = [60, 300, 1_500, 6_000];
/// Different declarations of a size that take turns.
const DECLARATIONS: usize = 20;
/// How long each quantity is measured; the quickest round counts, since what else the machine does only adds to it.
const MEASURED_FOR: Duration = Duration::from_millis(400);

/// From bytes to the decision's record, for one to fifty goods items.
pub fn items() -> Panel {
    say("goods items");
    let rulebook = rulebook();
    let traders = simulator::traders(2);
    let context = circumstances(&rulebook, &traders);
    let mut read = Curve::new("reading one", Allowed::Whole, Unit::Microseconds);
    let mut decide = Curve::new("deciding one", Allowed::Whole, Unit::Microseconds);
    let mut memory = Curve::new("memory held for one, from bytes to record", Allowed::Whole, Unit::Bytes);
    let mut record = Curve::new("record of one, before it is packed", Allowed::Whole, Unit::Bytes);
    for items in ITEMS {
        let documents = documents(&rulebook, items, DECLARATIONS);
        let declarations: Vec<Declaration> = documents.iter().map(|document| sound(document)).collect();
        let size = items as u64;
        read.add(size, quickest(|at| drop(black_box(message::read_declaration(black_box(&documents[at]))))));
        decide.add(
            size,
            quickest(|at| {
                drop(black_box(clearance::clear(black_box(&declarations[at]), Vec::new(), &context)));
            }),
        );
        let whole = |document: &[u8]| {
            let decision = clearance::clear(&sound(document), Vec::new(), &context);
            serde_json::to_vec(&decision).unwrap().len()
        };
        let most = documents
            .iter()
            .map(|document| {
                most_during(|| {
                    black_box(whole(document));
                })
            })
            .max()
            .unwrap();
        memory.add(size, most as f64);
        record.add(size, documents.iter().map(|document| whole(document)).sum::<usize>() as f64 / DECLARATIONS as f64);
    }
    Panel { against: "goods items of a declaration", curves: vec![read, decide, memory, record] }
}

/// Validation and selectivity of a declaration, and the rulebook itself, with 60 to 6,000 rules beside the real ones.
pub fn rules() -> Panel {
    say("rules");
    let declarations: Vec<Declaration> =
        documents(&rulebook(), 6, DECLARATIONS).iter().map(|document| sound(document)).collect();
    let mut other = Curve::new("asking them, rules of other goods", Allowed::Each, Unit::Microseconds);
    let mut any = Curve::new("asking them, rules of any goods", Allowed::Whole, Unit::Microseconds);
    let mut loading = Curve::new("loading and checking the rulebook", Allowed::Whole, Unit::Microseconds);
    let mut memory = Curve::new("memory of the rulebook", Allowed::Whole, Unit::Bytes);
    for count in RULES {
        let size = count as u64;
        let before = held();
        let begun = Instant::now();
        let rulebook = with_rules(count, Goods::Other);
        loading.add(size, begun.elapsed().as_secs_f64() * 1e6);
        memory.add(size, held().saturating_sub(before) as f64);
        other.add(size, asking(&rulebook, &declarations));
        drop(rulebook);
        any.add(size, asking(&with_rules(count, Goods::Any), &declarations));
    }
    Panel { against: "rules beside the real ones", curves: vec![other, any, loading, memory] }
}

fn asking(rulebook: &Rulebook, declarations: &[Declaration]) -> f64 {
    quickest(|at| ask(rulebook, &declarations[at]))
}

/// Microseconds of one turn, in the quickest of many rounds over all declarations.
fn quickest(mut turn: impl FnMut(usize)) -> f64 {
    let begun = Instant::now();
    let mut quickest = Duration::MAX;
    while begun.elapsed() < MEASURED_FOR || quickest == Duration::MAX {
        let round = Instant::now();
        (0..DECLARATIONS).for_each(&mut turn);
        quickest = quickest.min(round.elapsed());
    }
    quickest.as_secs_f64() * 1e6 / DECLARATIONS as f64
}

fn sound(document: &[u8]) -> Declaration {
    match message::read_declaration(document) {
        Reading::Read { declaration, findings } if findings.is_empty() => declaration,
        reading => panic!("a sound document was not read: {reading:?}"),
    }
}
