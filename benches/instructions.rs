//! What a declaration of six goods items costs in instructions, held against what it cost last: counts repeat to a fraction
//! of a percent whatever else the machine does, so that a change which costs more is told by the tests.
//!
//! `cargo test --release --workspace --test instructions` counts, in less than a minute; with UPDATE_INSTRUCTIONS=1 it writes
//! what it counted into `instructions.txt`, beside this file. Only the release profile is counted, because that is what
//! runs; and only where valgrind is installed (`deploy/dev/install`).
//!
//! ```text
//!   this test ──► valgrind ──► this executable again: --stage NAME ROUNDS, few rounds and many
//!       └ (instructions of many − of few) / (declarations of many − of few) ──► instructions.txt
//! ```
//!
//! The difference of two runs leaves out everything that is done once. The count does not hang on the processor of the
//! machine: valgrind shows every program the same processor, one with AVX2 and nothing newer, wherever the real one has
//! AVX2, so that the C library, the compression and the search in bytes choose the same code everywhere. Where it has no
//! AVX2, or another compiler built the executable, the tolerance is wider.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "it prints what it counted, and stops at trouble")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use benches::aims::thousands;
use benches::site::Documents;
use benches::{circumstances, documents, rulebook, workspace};
use message::Reading;
use processor::{Rehearsal, Settings};
use storage::{Commit, Options, Position};
use vocabulary::Declaration;

/// What is counted, with the rounds of the short run and of the long one.
const STAGES: [(&str, usize, usize); 3] = [("parse", 100, 400), ("decide", 100, 400), ("record", 1, 4)];
/// Different documents that take turns in `parse` and `decide`.
const DOCUMENTS: usize = 50;
/// Declarations of a batch, which is a round of `record`.
const BATCH: usize = 100;
const ITEMS: usize = 6;

/// By how much a count may differ, in thousandths, before it says something: code that is laid out anew moves it by less.
const TOLERANCE: u64 = 30;
/// The same, where it was counted with another compiler or on a processor that shows itself otherwise.
const TOLERANCE_ELSEWHERE: u64 = 100;

const RENEW: &str = "UPDATE_INSTRUCTIONS=1 cargo test --release --workspace --test instructions";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, stage, rounds] = arguments.as_slice()
        && flag == "--stage"
    {
        run(stage, rounds.parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    if wanted.is_some_and(|name| !"instructions".contains(name.as_str())) || arguments.iter().any(|it| it == "--list") {
        return ExitCode::SUCCESS;
    }
    if cfg!(debug_assertions) || !cfg!(target_arch = "x86_64") {
        println!("instructions: skipped, only the release profile for x86-64 is counted");
        return ExitCode::SUCCESS;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("instructions: skipped, valgrind is missing: deploy/dev/install installs it");
        return ExitCode::SUCCESS;
    }
    let counts: Vec<(&str, u64)> = STAGES.map(|(stage, few, many)| (stage, count(stage, few, many))).to_vec();
    if std::env::var_os("UPDATE_INSTRUCTIONS").is_some() {
        return renew(&counts);
    }
    compare(&counts)
}

/// Instructions of one declaration.
fn count(stage: &str, few: usize, many: usize) -> u64 {
    let declarations = (many - few) * if stage == "record" { BATCH } else { 1 };
    (counted(stage, many) - counted(stage, few)) / declarations as u64
}

/// Instructions of a run of this executable.
fn counted(stage: &str, rounds: usize) -> u64 {
    let valgrind = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--branch-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe().unwrap())
        .args(["--stage", stage, &rounds.to_string()])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&valgrind.stderr).into_owned();
    assert!(valgrind.status.success(), "valgrind could not run {stage}: {told}");
    let line = told.lines().find_map(|line| line.split_once("I   refs:").or_else(|| line.split_once("I refs:")));
    let digits = line.map(|(_, count)| count.trim().replace(',', ""));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("valgrind tells no count: {told}"))
}

fn compare(counts: &[(&str, u64)]) -> ExitCode {
    let kept = std::fs::read_to_string(kept_in()).unwrap();
    let kept_count = |stage: &str| -> Option<u64> {
        kept.lines().find_map(|line| line.strip_prefix(stage)?.trim().replace(',', "").parse().ok())
    };
    let here = kept.lines().any(|line| line == built_by()) && has_avx2();
    let tolerance = if here { TOLERANCE } else { TOLERANCE_ELSEWHERE };
    let mut code = ExitCode::SUCCESS;
    for (stage, count) in counts {
        let Some(before) = kept_count(stage) else {
            println!("instructions: {stage} is not in {}; renew it: {RENEW}", kept_in().display());
            code = ExitCode::FAILURE;
            continue;
        };
        let (count, before) = (*count, before.max(1));
        let off = count.abs_diff(before) * 1_000 / before;
        let percent = format!("{}.{} %", off / 10, off % 10);
        let direction = if count > before { "more" } else { "less" };
        println!(
            "instructions: {stage} {} for a declaration of {ITEMS} items, {percent} {direction} than the {} of last time",
            thousands(count),
            thousands(before)
        );
        if off <= tolerance {
            continue;
        }
        if count > before {
            println!(
                "instructions: {stage} costs {percent} more. Take the change back, or, where what it brings is worth that, \
                 renew the counts and say why in the commit: {RENEW}"
            );
            code = ExitCode::FAILURE;
        } else {
            println!("instructions: {stage} costs {percent} less: keep it so by renewing the counts: {RENEW}");
        }
    }
    if !here {
        println!(
            "instructions: counted elsewhere ({}; AVX2: {}), so {} % are let pass",
            built_by(),
            has_avx2(),
            tolerance / 10
        );
    }
    code
}

fn renew(counts: &[(&str, u64)]) -> ExitCode {
    let mut text = format!(
        "# Instructions for a declaration of {ITEMS} goods items: reading it; deciding it; writing the record of the decision,\n\
         # with everything that a transaction writes. Counted and renewed by instructions.rs beside this file.\n{}\n",
        built_by()
    );
    for (stage, count) in counts {
        println!("instructions: {stage} {}", thousands(*count));
        writeln!(text, "{stage} {}", thousands(*count)).unwrap();
    }
    std::fs::write(kept_in(), text).unwrap();
    ExitCode::SUCCESS
}

fn kept_in() -> PathBuf {
    workspace().join("benches/instructions.txt")
}

/// The compiler, which lays code out in its own way.
fn built_by() -> String {
    let compiler = Command::new(option_env!("RUSTC").unwrap_or("rustc")).arg("--version").output();
    let version = compiler.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned()).unwrap_or_default();
    format!("compiler {version}")
}

fn has_avx2() -> bool {
    let told = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    told.lines().any(|line| line.starts_with("flags") && line.split_whitespace().any(|flag| flag == "avx2"))
}

/// Does a stage so many times over.
fn run(stage: &str, rounds: usize) {
    let rulebook = rulebook();
    if stage == "record" {
        return record(&rulebook, rounds);
    }
    let documents = documents(&rulebook, ITEMS, DOCUMENTS);
    let declarations: Vec<Declaration> = documents.iter().map(|document| sound(document)).collect();
    let traders = simulator::traders(2);
    let context = circumstances(&rulebook, &traders);
    for round in 0..rounds {
        match stage {
            "parse" => drop(black_box(message::read_declaration(black_box(&documents[round % DOCUMENTS])))),
            "decide" => {
                drop(black_box(clearance::clear(black_box(&declarations[round % DOCUMENTS]), Vec::new(), &context)))
            }
            other => panic!("there is no stage {other}"),
        }
    }
}

/// Commits so many batches to a file, as the embedded default does; what they hold is made up before, as many each time.
fn record(rulebook: &std::sync::Arc<rulebook::Rulebook>, rounds: usize) {
    let settings = Settings::default();
    let mut documents = Documents::of_items(rulebook, ITEMS);
    let (_, _, most) = STAGES[2];
    let messages = documents.messages(&settings.topics.lodged, 0, BATCH * most);
    let mut rehearsal = Rehearsal::new(rulebook, &settings, Position { next_offset: 0, epoch: 1 });
    let batches: Vec<_> = messages.chunks(BATCH).filter_map(|part| rehearsal.decide(part.to_vec())).collect();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = storage::open(&url, Options::default()).await.unwrap();
        let held = store.acquire(&settings.partition(&settings.topics.lodged, 0), "instructions").await.unwrap();
        assert_eq!(held, Position { next_offset: 0, epoch: 1 });
        for batch in batches.iter().take(rounds) {
            assert_eq!(store.commit(batch).await.unwrap(), Commit::Committed);
        }
    });
}

fn sound(document: &[u8]) -> Declaration {
    match message::read_declaration(document) {
        Reading::Read { declaration, findings } if findings.is_empty() => declaration,
        reading => panic!("a sound document was not read: {reading:?}"),
    }
}
