//! One stage of a decision over and over, for counting its instructions, which no other load on the machine changes.
//!
//! ```text
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*measured*' stage STAGE ROUNDS ITEMS
//! ```
//!
//! `STAGE` is `strict` (the strict reader), `read` (the reader as it is used), `decide` (from the declaration to its
//! decision), `whole` (from bytes to the decision) or `record` (to the decision's record). The count that callgrind
//! collects, divided by `ROUNDS`, is that of one declaration with `ITEMS` goods items.

use std::hint::black_box;
use std::process::ExitCode;

use benches::{circumstances, documents, rulebook};
use clearance::Context;
use message::Reading;
use vocabulary::Declaration;

/// So many different documents take turns.
const DOCUMENTS: usize = 50;

struct Work<'a> {
    documents: Vec<Vec<u8>>,
    declarations: Vec<Declaration>,
    context: Context<'a>,
}

impl Work<'_> {
    /// Runs a stage on one of the documents; `false` where there is no such stage.
    fn run(&self, stage: &str, turn: usize) -> bool {
        let (document, declaration) = (&self.documents[turn % DOCUMENTS], &self.declarations[turn % DOCUMENTS]);
        match stage {
            "strict" => drop(black_box(message::read_strictly(black_box(document)))),
            "read" => drop(black_box(message::read_declaration(black_box(document)))),
            "decide" => drop(black_box(clearance::clear(black_box(declaration), Vec::new(), &self.context))),
            "whole" => {
                let declaration = sound(message::read_declaration(black_box(document)));
                drop(black_box(clearance::clear(&declaration, Vec::new(), &self.context)));
            }
            "record" => {
                let declaration = sound(message::read_declaration(black_box(document)));
                let decision = clearance::clear(&declaration, Vec::new(), &self.context);
                drop(black_box(serde_json::to_vec(&decision)));
            }
            _ => return false,
        }
        true
    }
}

/// What is counted: nothing outside of it is.
#[inline(never)]
fn measured(work: &Work<'_>, stage: &str, rounds: usize) {
    for turn in 0..rounds {
        work.run(stage, turn);
    }
}

fn sound(reading: Reading) -> Declaration {
    match reading {
        Reading::Read { declaration, findings } if findings.is_empty() => declaration,
        reading => panic!("a sound document was not read: {reading:?}"),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stage, rounds, items] = arguments.as_slice() else { return usage() };
    let (Ok(rounds), Ok(items)) = (rounds.parse(), items.parse()) else { return usage() };
    let rulebook = rulebook();
    let traders = simulator::traders(2);
    let documents = documents(&rulebook, items, DOCUMENTS);
    let declarations = documents.iter().map(|document| sound(message::read_declaration(document))).collect();
    let context = circumstances(&rulebook, &traders);
    let work = Work { documents, declarations, context };
    // Tables that are made at their first use are no part of the stage.
    if !(0..DOCUMENTS).all(|turn| work.run(stage, turn)) {
        return usage();
    }
    measured(&work, stage, rounds);
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "a command answers the terminal")]
fn usage() -> ExitCode {
    eprintln!("usage: stage strict|read|decide|whole|record ROUNDS ITEMS");
    ExitCode::from(2)
}
