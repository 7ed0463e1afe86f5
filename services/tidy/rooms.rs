//! What only one crate may know, by the words and texts of its code. Tests may look behind the product's back, where
//! the list says so.

use crate::Findings;
use crate::source::{SourceFile, Token, files};

/// Something that one room alone knows.
struct Secret {
    what: &'static str,
    /// Where it may stand: a path, or a folder that ends in `/`.
    rooms: &'static [&'static str],
    /// Tests, benches and examples in which it may stand besides.
    tests: &'static [&'static str],
    /// Names of crates that give it away.
    words: &'static [&'static str],
    /// Whether a text of the code gives it away.
    text: fn(&str) -> bool,
    mend: &'static str,
}

const SECRETS: [Secret; 5] = [
    Secret {
        what: "SQL",
        rooms: &["services/storage/"],
        // Tests that change or compare rows which no command of the product would.
        tests: &[
            "benches/site/database.rs",
            "services/faults/tests/matrix/rows.rs",
            "services/thongquan/tests/common/balances.rs",
            "services/thongquan/tests/common/mod.rs",
            "services/thongquan/tests/kept_commands.rs",
            "services/thongquan/tests/operations.rs",
            "services/thongquan/tests/under_fire/site.rs",
        ],
        words: &["sqlx"],
        text: is_sql,
        mend: "ask `storage` for it, by a method that is named for what is wanted",
    },
    Secret {
        what: "an XML element",
        rooms: &["services/message/"],
        tests: &["services/"],
        words: &["quick_xml"],
        text: is_markup,
        mend: "let `message` read and write documents",
    },
    Secret {
        what: "Kafka",
        rooms: &["services/stream/"],
        // Tests that send what the product never would, or name servers and sizes that it refuses.
        tests: &["services/thongquan/tests/common/raw.rs", "services/thongquan/tests/bad_input.rs"],
        words: &["rdkafka"],
        text: |_| false,
        mend: "speak to `stream`, which knows two kinds of log",
    },
    Secret {
        what: "OpenTelemetry",
        rooms: &["services/thongquan/src/telemetry.rs"],
        tests: &["services/thongquan/tests/common/collector.rs", "services/thongquan/tests/traces.rs"],
        words: &[
            "opentelemetry",
            "opentelemetry_http",
            "opentelemetry_otlp",
            "opentelemetry_proto",
            "opentelemetry_sdk",
        ],
        text: |_| false,
        mend: "write spans with `tracing`; telemetry.rs sends them on",
    },
    Secret {
        what: "a rule file",
        rooms: &["services/rulebook/", "services/simulator/src/auditor/"],
        tests: &["services/", "benches/"],
        words: &[],
        text: is_rule_file,
        mend: "ask the rulebook for what is in force on a day",
    },
];

#[test]
fn what_one_room_knows_stays_there() {
    let mut findings = Findings::default();
    for secret in &SECRETS {
        let mut needed = vec![false; secret.tests.len()];
        for file in files().iter().filter(|file| !file.path.starts_with("services/tidy/")) {
            if secret.rooms.iter().any(|room| stands_in(file, room)) {
                continue;
            }
            let allowed = secret.tests.iter().position(|place| stands_in(file, place));
            for token in &file.tokens {
                let known =
                    token.text().is_some_and(secret.text) || secret.words.iter().any(|word| token.is_word(word));
                match allowed {
                    Some(entry) if known && token.test => needed[entry] = true,
                    _ if known => {
                        let what = format!("{} is known to {} alone: {}", secret.what, secret.rooms[0], secret.mend);
                        findings.add(format_args!("{}:{}", file.path, token.line), what);
                    }
                    _ => {}
                }
            }
        }
        for (place, _) in secret.tests.iter().zip(needed).filter(|(_, needed)| !needed) {
            findings
                .add("services/tidy/rooms.rs", format_args!("{place} knows no {}: take it off the list", secret.what));
        }
    }
    findings.none();
}

/// Crates that take everything as an argument: files, time and chance are somebody else's.
const PURE: [&str; 5] =
    ["services/vocabulary", "services/message", "services/conditions", "services/clearance", "services/casework"];

#[test]
fn what_decides_does_no_input_or_output() {
    let mut findings = Findings::default();
    for file in files().iter().filter(|file| PURE.contains(&file.package())) {
        let tokens: Vec<&Token> = file.product().collect();
        for four in tokens.windows(4).filter(|four| four[0].is_word("std") && four[1].is_mark(':')) {
            let outside = ["fs", "net", "env", "process", "thread"].into_iter().find(|module| four[3].is_word(module));
            if let Some(module) = outside {
                let what =
                    format!("uses std::{module}: {} does no I/O, take what is needed as an argument", file.package());
                findings.add(format_args!("{}:{}", file.path, four[3].line), what);
            }
        }
    }
    findings.none();
}

fn stands_in(file: &SourceFile, place: &str) -> bool {
    if place.ends_with('/') { file.path.starts_with(place) } else { file.path == place }
}

fn is_sql(text: &str) -> bool {
    let holds = |first: &str, then: &str| text.find(first).is_some_and(|at| text[at..].contains(then));
    holds("SELECT ", " FROM ")
        || holds("UPDATE ", " SET ")
        || text.contains("INSERT INTO ")
        || text.contains("DELETE FROM ")
        || text.starts_with("PRAGMA ")
        || text.contains("CREATE TABLE ")
}

/// `<Name>`, `<Name ` or `</`: an element that begins or ends. `<FILE>` in a usage line is none.
fn is_markup(text: &str) -> bool {
    let begins = |rest: &str| {
        let name = rest.strip_prefix('/').unwrap_or(rest);
        let length = name.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(name.len());
        let written =
            name.starts_with(|sign: char| sign.is_ascii_uppercase()) && name[..length].contains(char::is_lowercase);
        written && name[length..].starts_with(['>', ' ', '/', ':'])
    };
    text.match_indices('<').any(|(at, _)| begins(&text[at + 1..]))
}

fn is_rule_file(text: &str) -> bool {
    let folders =
        ["assessment/", "code-lists/", "law/", "life-cycle/", "origin/", "selectivity/", "validation/", "valuation/"];
    let named = text.trim_start_matches("../").trim_start_matches("rules/");
    (text.ends_with(".csv") || text.ends_with(".toml")) && folders.iter().any(|folder| named.starts_with(folder))
}

#[test]
fn texts_give_away_what_they_are_about() {
    assert!(is_sql("SELECT number FROM declarations") && is_sql("INSERT INTO facts VALUES ($1)"));
    assert!(!is_sql("select a lane from these") && !is_sql("SELECTED FROM"));
    assert!(is_markup("<Declaration>") && is_markup("a </Notice> b") && is_markup("<GoodsItem sequence='1'/>"));
    assert!(!is_markup("thongquan assess <FILE>") && !is_markup("a < B and") && !is_markup("Vec<u8>"));
    assert!(is_rule_file("assessment/import-tariff.csv") && is_rule_file("../../rules/law/instruments.toml"));
    assert!(!is_rule_file("assessment/import-tariff") && !is_rule_file("deploy/thongquan.toml"));
}
