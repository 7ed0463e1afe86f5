//! Which crate may stand on which, floor by floor from the ground, and which one alone uses an outside library.

use toml::Table;

use crate::Findings;
use crate::source::{packages, root};

/// Each crate with those of the house that it may depend on. A crate stands only on those above it in this list.
const HOUSE: &[(&str, &[&str])] = &[
    ("services/vocabulary", &[]),
    ("services/conditions", &[]),
    ("services/message", &["vocabulary"]),
    ("services/rulebook", &["vocabulary", "conditions"]),
    ("services/clearance", &["vocabulary", "rulebook"]),
    ("services/storage", &["vocabulary"]),
    ("services/stream", &["vocabulary", "storage"]),
    ("services/casework", &["vocabulary", "message", "rulebook", "clearance", "storage"]),
    ("services/processor", &["vocabulary", "message", "rulebook", "clearance", "storage", "stream", "casework"]),
    ("services/simulator", &["vocabulary", "message", "rulebook"]),
    ("services/single-window", &["vocabulary"]),
    (
        "services/thongquan",
        &["vocabulary", "message", "rulebook", "clearance", "storage", "stream", "casework", "processor", "simulator"],
    ),
    ("services/faults", &["vocabulary", "message", "rulebook", "storage", "stream", "casework", "processor"]),
    (
        "benches",
        &["vocabulary", "message", "rulebook", "clearance", "storage", "stream", "casework", "processor", "simulator"],
    ),
    ("services/tidy", &[]),
];

/// Libraries that hide behind one crate of ours.
const HIDDEN: [(&str, &str); 4] =
    [("sqlx", "storage"), ("quick-xml", "message"), ("rdkafka", "stream"), ("opentelemetry", "thongquan")];

/// Crates that are never shipped: nothing of the product depends on them, not even in its tests.
const NEVER_BELOW: [&str; 3] = ["faults", "benches", "tidy"];

#[test]
fn crates_stand_only_on_what_is_below_them() {
    let mut findings = Findings::default();
    let house: Vec<&str> = HOUSE.iter().map(|(package, _)| name(package)).collect();
    for package in packages() {
        let place = format!("{package}/Cargo.toml");
        let Some((_, below)) = HOUSE.iter().find(|(of, _)| *of == package) else {
            findings.add(place, "has no floor yet: say in services/tidy/layers.rs on which crates it may stand");
            continue;
        };
        let manifest = manifest(package);
        for dependency in dependencies(&manifest, "dependencies") {
            if house.contains(&dependency.as_str()) && !below.contains(&dependency.as_str()) {
                findings
                    .add(&place, format_args!("must not depend on {dependency}: what both need belongs below both"));
            }
            for (library, alone) in HIDDEN {
                let same = dependency == library || dependency.replace('_', "-").starts_with(&format!("{library}-"));
                if same && name(package) != alone && !NEVER_BELOW.contains(&name(package)) {
                    findings.add(&place, format_args!("must not depend on {dependency}: only {alone} uses it"));
                }
            }
        }
        for dependency in dependencies(&manifest, "dev-dependencies") {
            if NEVER_BELOW.contains(&dependency.as_str()) {
                findings.add(&place, format_args!("must not depend on {dependency}, which is for tests of the whole"));
            }
        }
    }
    findings.none();
}

#[test]
fn every_floor_stands_above_what_it_stands_on() {
    for (at, (package, below)) in HOUSE.iter().enumerate() {
        for one in *below {
            let lower = HOUSE[..at].iter().any(|(other, _)| name(other) == *one);
            assert!(lower, "services/tidy/layers.rs: {package} is listed above {one}, on which it stands");
        }
    }
}

fn name(package: &str) -> &str {
    package.rsplit('/').next().unwrap_or(package)
}

pub(crate) fn manifest(package: &str) -> Table {
    let file = root().join(package).join("Cargo.toml");
    std::fs::read_to_string(&file).unwrap().parse().unwrap()
}

pub(crate) fn dependencies(manifest: &Table, kind: &str) -> Vec<String> {
    let table = manifest.get(kind).and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}
