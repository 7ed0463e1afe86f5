//! What is depended on and not used, from where it comes, under which licence, and in how many versions.
//!
//! These few lines stand in for `cargo machete` and `cargo deny`, so that a fresh machine builds neither. Known
//! vulnerabilities are not looked for: their list has to be fetched (`cargo audit`, where that may be).

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::Findings;
use crate::layers::{dependencies, manifest};
use crate::source::{Kind, SourceFile, Token, files, packages, root};

/// What a licence may be, as it is written in the crate.
const LICENCES: &[&str] = &[
    "(Apache-2.0 OR MIT) AND BSD-3-Clause",
    "(MIT OR Apache-2.0) AND Unicode-3.0",
    "Apache-2.0",
    "Apache-2.0 AND ISC",
    "Apache-2.0 AND MIT",
    "Apache-2.0 OR BSL-1.0",
    "Apache-2.0 OR BSL-1.0 OR MIT",
    "Apache-2.0 OR GPL-2.0-only",
    "Apache-2.0 OR ISC OR MIT",
    "Apache-2.0 OR MIT",
    "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
    "Apache-2.0/MIT",
    "BSD-2-Clause OR Apache-2.0 OR MIT",
    "BSD-3-Clause",
    "BSD-3-Clause AND BSD-2-Clause",
    "BSD-3-Clause OR MIT OR Apache-2.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT AND Apache-2.0",
    "MIT AND BSD-3-Clause",
    "MIT OR Apache-2.0",
    "MIT/Apache-2.0",
    "Unicode-3.0",
    "Unlicense OR MIT",
    "Unlicense/MIT",
    "Zlib",
    "Zlib OR Apache-2.0 OR MIT",
];

/// Crates that must not come back, and why they were left out.
const BANNED: &[(&str, &str)] = &[
    ("openssl-src", "builds a TLS library for minutes; the one of the system is kept up to date by the system"),
    ("sqlx-macros", "builds both databases a second time, for macros that are not used"),
];

/// Crates that are there in several versions, and who holds the others.
const VERSIONS: &[(&str, &str)] = &[
    ("base64", "xml-sec"),
    ("block-buffer", "sha2 0.10"),
    ("cpufeatures", "sha2 0.10"),
    ("crypto-common", "sha2 0.10"),
    ("digest", "sha2 0.10"),
    ("getrandom", "rand 0.9, ring"),
    ("hashbrown", "metrics, sqlx"),
    ("num-bigint", "parquet"),
    ("quick-xml", "calamine; of the next version ours would be given its features"),
    ("rand", "opentelemetry_sdk and metrics-util"),
    ("rand_chacha", "rand 0.9"),
    ("rand_core", "rand 0.9"),
    ("serde_spanned", "toml 0.8"),
    ("sha2", "sqlx"),
    ("syn", "derive macros of others"),
    ("toml", "figment"),
    ("toml_datetime", "toml 0.8"),
    ("toml_edit", "toml 0.8"),
    ("winnow", "toml 0.8"),
];

#[test]
fn what_is_depended_on_is_used() {
    let mut findings = Findings::default();
    let mut wanted = BTreeSet::new();
    for package in packages() {
        let manifest = manifest(package);
        let own: Vec<&Token> = compiled_into(package).iter().flat_map(|file| &file.tokens).collect();
        for (kind, only_product) in [("dependencies", true), ("dev-dependencies", false)] {
            for name in dependencies(&manifest, kind) {
                let word = name.replace('-', "_");
                let mut uses = own.iter().filter(|token| mentions(token, &word)).peekable();
                let place = format!("{package}/Cargo.toml");
                if uses.peek().is_none() {
                    findings.add(place, format_args!("does not use {name}: take it off [{kind}]"));
                } else if only_product && uses.all(|token| token.test) && own.iter().any(|token| !token.test) {
                    findings.add(place, format_args!("uses {name} in tests alone: move it to [dev-dependencies]"));
                }
                wanted.insert(name);
            }
        }
    }
    let workspace = manifest("");
    let offered =
        workspace["workspace"].as_table().map(|table| dependencies(table, "dependencies")).unwrap_or_default();
    for name in offered.iter().filter(|name| !wanted.contains(*name)) {
        findings.add("Cargo.toml", format_args!("no crate asks for {name}: take it off [workspace.dependencies]"));
    }
    findings.none();
}

/// The files of a package, and those of others that its tests take in with `#[path = "..."]`, each with its folder.
fn compiled_into(package: &str) -> Vec<&'static SourceFile> {
    let mut own: Vec<&SourceFile> = files().iter().filter(|file| file.package() == package).collect();
    let mut at = 0;
    while let Some(file) = own.get(at).copied() {
        for three in file.tokens.windows(3).filter(|three| three[0].is_word("path") && three[1].is_mark('=')) {
            let Some(taken_in) = three[2].text().and_then(|path| beside(&file.path, path)) else { continue };
            let with_folder = taken_in.strip_suffix("mod.rs").unwrap_or(&taken_in);
            for other in files().iter().filter(|other| other.path.starts_with(with_folder)) {
                if !own.iter().any(|known| known.path == other.path) {
                    own.push(other);
                }
            }
        }
        at += 1;
    }
    own
}

/// What `../common/mod.rs` is, written in `services/faults/tests/matrix/main.rs`.
fn beside(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}

/// As a word of the code, or in a text such as `#[serde(with = "rust_decimal::serde::str")]`.
fn mentions(token: &Token, word: &str) -> bool {
    match &token.kind {
        Kind::Word(found) => found == word,
        Kind::Text(text) => text.strip_prefix(word).is_some_and(|rest| rest.starts_with("::")),
        _ => false,
    }
}

/// A crate that is built for the product, its tests or its benches.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Built {
    name: String,
    version: String,
    /// Empty for a released crate of the registry.
    source: String,
    licence: String,
}

#[test]
fn what_is_depended_on_may_be_shipped() {
    let mut findings = Findings::default();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Built { name, version, source, licence } in built() {
        let place = format!("Cargo.lock: {name} {version}");
        if !LICENCES.contains(&licence.as_str()) {
            let what = "if it may be shipped in a product under Apache-2.0, add that to LICENCES";
            findings.add(&place, format_args!("is licensed under `{licence}`: {what}"));
        }
        if !source.is_empty() && !source.contains(root().to_str().unwrap()) {
            findings.add(&place, format_args!("comes from {source}: take released crates of the registry"));
        }
        if let Some((_, why)) = BANNED.iter().find(|(banned, _)| *banned == name) {
            findings
                .add(&place, format_args!("must not come back: {why} (`cargo tree -i {name}` says who asks for it)"));
        }
        versions.entry(name).or_default().insert(version);
    }
    for (name, found) in versions.iter().filter(|(_, found)| found.len() > 1) {
        if !VERSIONS.iter().any(|(allowed, _)| allowed == name) {
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            let what = format!("is built in versions {}: `cargo tree -d` says for whom", found.join(" and "));
            findings.add(format_args!("Cargo.lock: {name}"), what);
        }
    }
    for (name, _) in VERSIONS {
        if versions.get(*name).is_none_or(|found| found.len() < 2) {
            findings
                .add("services/tidy/dependencies.rs", format_args!("{name} is there once only: take it off VERSIONS"));
        }
    }
    findings.none();
}

/// What cargo builds on this machine, features and all.
fn built() -> BTreeSet<Built> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["tree", "--locked", "--workspace", "--edges=all", "--prefix=none", "--format={p}\t{l}"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(read).collect()
}

/// Reads `name v1.2.3 (proc-macro) (/folder)`, a tab, `MIT OR Apache-2.0 (*)`.
fn read(line: &str) -> Option<Built> {
    let (package, licence) = line.split_once('\t')?;
    let mut words = package.splitn(3, ' ');
    Some(Built {
        name: words.next()?.to_owned(),
        version: words.next()?.trim_start_matches('v').to_owned(),
        source: words.next().unwrap_or_default().replace("(proc-macro)", "").trim().to_owned(),
        licence: licence.trim_end_matches(" (*)").to_owned(),
    })
}
