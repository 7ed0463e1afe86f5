//! The list of topics is what `schemas/README.md` tells others, and what `deploy/` gives each of them rights to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use stream::{Key, Party, TOPICS};

/// A file of the repository.
fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cells of the rows of a page's table whose first cell names topics, one row for each topic that it names.
fn topic_rows(page: &str) -> Vec<(String, Vec<String>)> {
    let names = TOPICS.map(|topic| format!("`{}`", topic.name));
    let mut rows = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        for name in cells[0].split(", ").filter(|name| names.iter().any(|topic| topic == name)) {
            rows.push((name.trim_matches('`').to_owned(), cells[1..].to_vec()));
        }
    }
    rows
}

#[test]
fn the_contract_tells_of_every_topic_what_the_product_holds_to() {
    let page = read("schemas/README.md");
    let section = page.split("\n## Topics\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = topic_rows(section);
    let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, TOPICS.map(|topic| topic.name), "the table has every topic once, in the order of the list");
    for (topic, (_, cells)) in TOPICS.iter().zip(&rows) {
        let key = match topic.key {
            Key::Trader => "tax code of the importer or exporter",
            Key::Payer => "tax code of the payer",
            Key::Declarant => "tax code of the declarant",
            Key::AsItCame => "as it came",
        };
        assert_eq!(cells[0], key, "{}", topic.name);
        assert!(cells[2] == "free" || cells[2].contains(topic.event_type), "{}: {}", topic.name, cells[2]);
    }
    let is_topic = |line: &&str| line.starts_with("| `declarations.") || line.starts_with("| `payments.");
    assert_eq!(section.lines().filter(is_topic).count(), TOPICS.len(), "the table tells of a topic that is none");
}

#[test]
fn each_party_may_write_and_read_what_it_has_to_and_nothing_else() {
    let user = |party: &Party| match party {
        Party::Gateway => "gateway",
        Party::Bank => "bank",
        Party::Offices => "offices",
        Party::Processor | Party::Timekeeper => "thongquan",
        Party::Operator => "operator",
    };
    let mut wanted = BTreeSet::new();
    for topic in TOPICS {
        for (operation, parties) in [("Write", topic.writers), ("Read", topic.readers)] {
            let users = parties.iter().map(user);
            wanted.extend(users.map(|user| (user.to_owned(), operation.to_owned(), format!("site.{}", topic.name))));
        }
    }
    let mut script = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/kafka/prepare"));
    script.arg("show").env("PREFIX", "site.");
    let others = ["DECLARANT_USER", "BANK_USER", "OFFICER_USER", "OPERATOR_USER"];
    for (name, user) in others.into_iter().zip(["gateway", "bank", "offices", "operator"]) {
        script.env(name, user);
    }
    let shown = String::from_utf8(script.output().unwrap().stdout).unwrap();
    let mut given = BTreeSet::new();
    for line in shown.lines().filter(|line| line.contains("kafka-acls.sh")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let after = |option: &str| {
            words.windows(2).filter(|pair| pair[0] == option).map(|pair| pair[1].to_owned()).collect::<Vec<_>>()
        };
        let user = after("--allow-principal")[0].trim_start_matches("User:").to_owned();
        for topic in after("--topic") {
            for operation in after("--operation").into_iter().filter(|operation| operation != "Describe") {
                given.insert((user.clone(), operation, topic.clone()));
            }
        }
    }
    assert_eq!(given, wanted);

    // The pages that tell people the same.
    for (name, cells) in topic_rows(&read("deploy/kubernetes/README.md")) {
        let topic = TOPICS.iter().find(|topic| topic.name == name).unwrap();
        let reads = topic.readers.contains(&Party::Processor);
        assert_eq!(cells[0].starts_with("read"), reads, "{name}: {}", cells[0]);
        let writes = topic.writers.iter().any(|party| matches!(party, Party::Processor | Party::Timekeeper));
        assert_eq!(cells[0].contains("write"), writes, "{name}: {}", cells[0]);
    }
    let told: BTreeMap<String, Vec<String>> = topic_rows(&read("deploy/README.md")).into_iter().collect();
    for topic in TOPICS {
        let Some(cells) = told.get(topic.name) else {
            assert_eq!(topic.writers, [Party::Processor], "{} is one of the others", topic.name);
            continue;
        };
        for writer in topic.writers {
            let words = match writer {
                Party::Gateway => "the gateway",
                Party::Bank => "the banks' connection",
                Party::Offices => "the officers' and gates' systems",
                Party::Timekeeper => "the processor's timekeeper",
                Party::Processor | Party::Operator => panic!("{} has {writer:?}", topic.name),
            };
            assert!(cells[0].contains(words), "{}: {}", topic.name, cells[0]);
        }
    }
}
