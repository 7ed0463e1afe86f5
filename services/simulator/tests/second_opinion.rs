//! The auditor against clearance, on a hundred thousand wild declarations over every line of the tariff.
//!
//! Everything hangs on the seed, which is printed. `THONGQUAN_AUDIT_SEED` and `THONGQUAN_AUDIT_COUNT` try others. A
//! declaration on which the two differ is made as small as it gets while they still do, and printed as XML.

#![allow(clippy::print_stdout, reason = "a test tells what it skips")]

mod comparison;

mod smaller;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use std::thread;

use comparison::{AUDITOR, Difference, RULEBOOK, difference};
use simulator::wild::{CHANGES, Specimen, Wild};
use vocabulary::{Direction, Outcome};

/// How many differences a thread shows before it stops.
const SHOWN: usize = 3;

fn number_of(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A text without its figures, to tell what kind of text it is.
fn digits_out(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_ascii_digit()).take(80).collect()
}

/// What a run went through.
#[derive(Debug, Default)]
struct Coverage {
    declarations: u64,
    accepted: u64,
    rejected: u64,
    referred: u64,
    lines: BTreeSet<String>,
    lines_assessed: BTreeSet<String>,
    kinds: BTreeSet<String>,
    terms: BTreeSet<String>,
    schedules: BTreeSet<String>,
    days: BTreeSet<jiff::civil::Date>,
    /// How many declarations were rejected with a finding, by its code.
    findings: BTreeMap<String, u64>,
    differences: BTreeMap<String, String>,
}

impl Coverage {
    fn see(&mut self, specimen: &Specimen) {
        let declaration = &specimen.declaration;
        let decision = comparison::decide(specimen);
        self.declarations += 1;
        match decision.outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Rejected => self.rejected += 1,
            _ => self.referred += 1,
        }
        let text = |text: &Option<vocabulary::Text>| text.as_ref().map(ToString::to_string);
        self.days.insert(specimen.day);
        let errors: BTreeSet<&String> =
            decision.findings.iter().filter(|finding| finding.is_error()).map(|finding| &finding.code).collect();
        for code in errors {
            *self.findings.entry(code.clone()).or_default() += 1;
        }
        if decision.outcome == Outcome::Accepted {
            self.kinds.extend(text(&declaration.kind));
            if declaration.direction() == Some(Direction::Import) {
                self.terms.extend(text(&declaration.terms_of_delivery));
            }
        }
        for item in &declaration.goods_items {
            self.lines.extend(text(&item.commodity_code));
            if decision.outcome == Outcome::Accepted {
                self.lines_assessed.extend(text(&item.commodity_code));
                self.schedules.extend(text(&item.tariff_schedule));
            }
        }
        if difference(specimen, &decision).is_some() {
            let small = smaller::smallest(specimen);
            let decision = comparison::decide(&small);
            let Some(Difference { kind, detail }) = difference(&small, &decision) else { return };
            let findings: Vec<_> =
                decision.findings.iter().map(|finding| format!("{}: {}", finding.code, finding.message.en)).collect();
            let gaps: Vec<_> = decision.gaps.iter().map(|gap| format!("{}: {}", gap.rule, gap.message.en)).collect();
            // One of each kind is enough to begin with.
            self.differences.entry(format!("{kind}, {}", digits_out(&detail))).or_insert_with(|| {
                format!(
                    "{kind}\n{detail}\nregistered on {}, {:?}\nfindings {findings:#?}\ngaps {gaps:#?}\n{}",
                    small.day,
                    small.facts,
                    message::write_declaration(&small.declaration)
                )
            });
        }
    }

    fn join(&mut self, other: Self) {
        self.declarations += other.declarations;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.referred += other.referred;
        self.lines.extend(other.lines);
        self.lines_assessed.extend(other.lines_assessed);
        self.kinds.extend(other.kinds);
        self.terms.extend(other.terms);
        self.schedules.extend(other.schedules);
        self.days.extend(other.days);
        for (code, count) in other.findings {
            *self.findings.entry(code).or_default() += count;
        }
        self.differences.extend(other.differences);
    }
}

#[test]
fn the_auditor_finds_no_difference() {
    let seed = number_of("THONGQUAN_AUDIT_SEED", 2026);
    let count = number_of("THONGQUAN_AUDIT_COUNT", 100_000);
    println!("seed {seed}, {count} declarations");
    LazyLock::force(&RULEBOOK);
    LazyLock::force(&AUDITOR);
    // The streams are the same on every machine, however many threads walk them.
    const STREAMS: usize = 4;
    let threads = thread::available_parallelism().map_or(1, usize::from).min(STREAMS);
    let mut covered = Coverage::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    let mut covered = Coverage::default();
                    for stream in (worker..STREAMS).step_by(threads) {
                        let mut wild = Wild::new(seed, &RULEBOOK, stream, STREAMS);
                        for _ in 0..count / STREAMS as u64 {
                            covered.see(&wild.specimen());
                            if covered.differences.len() >= SHOWN {
                                return covered;
                            }
                        }
                    }
                    covered
                })
            })
            .collect();
        for worker in workers {
            covered.join(worker.join().unwrap());
        }
    });
    println!(
        "{} declarations: {} accepted, {} rejected, {} referred; {} lines of the tariff, {} of them assessed",
        covered.declarations,
        covered.accepted,
        covered.rejected,
        covered.referred,
        covered.lines.len(),
        covered.lines_assessed.len()
    );
    println!("rejected with {:?}", covered.findings);
    assert!(
        covered.differences.is_empty(),
        "seed {seed}\n\n{}",
        covered.differences.into_values().collect::<Vec<_>>().join("\n\n")
    );
    if count < 100_000 {
        return;
    }
    let rules = RULEBOOK.in_force_on(CHANGES[0]);
    let left_out: Vec<String> = rules
        .tariff()
        .lines_under("")
        .iter()
        .map(ToString::to_string)
        .filter(|code| !covered.lines.contains(code))
        .collect();
    assert!(left_out.is_empty(), "lines of the tariff that did not occur: {left_out:?}");
    assert!(covered.accepted * 2 > covered.declarations, "most declarations are assessed");
    assert!(covered.rejected * 100 > covered.declarations && covered.referred * 100 > covered.declarations);
    comparison::assert_all_occurred(&covered.kinds, &covered.terms, &covered.schedules);
    for change in CHANGES {
        let before = change.yesterday().unwrap();
        assert!(covered.days.contains(&change) && covered.days.contains(&before), "{change} and the day before");
    }
}
