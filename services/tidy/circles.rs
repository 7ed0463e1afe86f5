//! Files that import each other in a circle cannot be read, moved or tested apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::Findings;
use crate::imports::{Arrows, Crate};
use crate::source::{files, packages};

/// Files of one crate that may import each other, and why. Paths begin behind `src/`.
const ALLOWED: &[(&str, &[&str], &str)] = &[
    (
        "services/vocabulary",
        &["declaration.rs", "field.rs"],
        "the macro that declares a record, and the registry of all records",
    ),
    ("services/casework", &["record/story.rs", "record/wording.rs"], "what happened, and its words"),
    ("services/processor", &["batch_trace.rs", "measurements.rs"], "both measure the stages of a batch"),
    (
        "services/simulator",
        &[
            "auditor/claims.rs",
            "auditor/declared_codes.rs",
            "auditor/export_duty.rs",
            "auditor/import_duty.rs",
            "auditor/special_consumption.rs",
            "auditor/value_added.rs",
        ],
        "the auditor is one account of the law, told in parts",
    ),
];

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut findings = Findings::default();
    let mut needed = BTreeSet::new();
    for package in packages() {
        let arrows = Crate::of(package, files()).arrows();
        for circle in circles(&arrows) {
            let allowed = ALLOWED.iter().position(|(of, among, _)| {
                let inside = |file: &String| among.contains(&&file[package.len() + "/src/".len()..]);
                *of == package && circle.iter().all(inside)
            });
            match allowed {
                Some(entry) => {
                    needed.insert(entry);
                }
                None => tell(&circle, &arrows, &mut findings),
            }
        }
    }
    for (entry, (package, among, _)) in ALLOWED.iter().enumerate() {
        if !needed.contains(&entry) {
            let what = format!("{} of {package} are no circle: take them off the list", among.join(", "));
            findings.add("services/tidy/circles.rs", what);
        }
    }
    findings.none();
}

fn tell(circle: &BTreeSet<String>, arrows: &Arrows, findings: &mut Findings) {
    for ((from, to), line) in arrows {
        if circle.contains(from) && circle.contains(to) {
            let what =
                format!("uses {to}, in a circle of {}: move what both need into a file below both", circle.len());
            findings.add(format_args!("{from}:{line}"), what);
        }
    }
}

/// Sets of files from each of which all others of the set can be reached.
fn circles(arrows: &Arrows) -> Vec<BTreeSet<String>> {
    let mut reached: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, _) in arrows.keys() {
        let mut waiting = vec![from.as_str()];
        let reached = reached.entry(from).or_default();
        while let Some(file) = waiting.pop() {
            let next = arrows.keys().filter(|(other, _)| other == file).map(|(_, to)| to.as_str());
            waiting.extend(next.filter(|to| reached.insert(to)));
        }
    }
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (file, all) in &reached {
        let back = |other: &&&str| reached.get(**other).is_some_and(|all| all.contains(file));
        let circle: BTreeSet<String> = all.iter().filter(back).map(|file| (*file).to_owned()).collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}
