//! The page for those who keep the rules says what is so: its examples are loaded as rules.

#![allow(clippy::unwrap_used, reason = "a test stops at trouble")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{copy, seal};
use rulebook::Rulebook;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// The fenced blocks of a kind.
fn blocks<'a>(page: &'a str, kind: &str) -> Vec<&'a str> {
    page.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

fn rule(code: &str, scope: &str, when: &str) -> String {
    let field = if scope == "permit" {
        "number"
    } else if scope == "goods_item" {
        "origin"
    } else {
        "kind"
    };
    format!(
        "[[rule]]\ncode = \"{code}\"\nlaw = \"TT-38-2015\"\nprovision = \"p\"\nin_force_from = 2015-04-01\nmark = \"sample\"\n\
         direction = \"both\"\nscope = \"{scope}\"\nseverity = \"warning\"\nwhen = '''\n{when}'''\nfield = \"{field}\"\n\
         message.en = \"m\"\nmessage.vi = \"m\"\nmend.en = \"m\"\nmend.vi = \"m\"\n\n"
    )
}

#[test]
fn the_examples_of_the_page_are_rules() {
    let page = fs::read_to_string(rules().join("README.md")).unwrap();
    let mut file = String::new();
    let mut examples = 0;
    for example in blocks(&page, "conditions").into_iter().flat_map(|block| block.split("\n\n")) {
        let scope = example.trim_start_matches("# ").split(':').next().unwrap();
        examples += 1;
        file.push_str(&rule(&format!("EXAMPLE{examples}"), scope, example));
    }
    assert!(examples >= 8, "{examples} examples");
    for (at, block) in blocks(&page, "toml").into_iter().enumerate() {
        if block.contains("[[rule]]") {
            file.push_str(&format!("{block}\n\n"));
        } else if let Some((_, rest)) = block.split_once("when = '''") {
            file.push_str(&rule(&format!("BLOCK{at}"), "goods_item", rest.split("'''").next().unwrap()));
        } else {
            // What every value carries: only the parts are shown.
            assert!(block.contains("in_force_from"), "{block}");
        }
    }
    // Every word of the tables of questions, as far as it is a whole condition.
    let asked =
        ["given(origin)", "missing(origin)", "not origin = \"VN\"", "origin != \"VN\"", "all_digits(commodity_code)"];
    for (at, question) in asked.into_iter().enumerate() {
        assert!(page.contains(&format!("`{}`", question.replace("commodity_code", "a"))) || page.contains(question));
        file.push_str(&rule(&format!("QUESTION{at}"), "goods_item", question));
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    // The page shows a rule that there is, word for word in what it asks.
    fs::write(folder.path().join("validation/examples.toml"), file.replace("code = \"R1029\"", "code = \"SHOWN\""))
        .unwrap();
    seal(folder.path());
    if let Err(errors) = Rulebook::load(folder.path()) {
        panic!("{errors}");
    }
}

#[test]
fn the_names_that_the_page_gives_besides_fields_are_known() {
    let page = fs::read_to_string(rules().join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    // A name that does not exist makes the loader list what there is near it; here all have to exist.
    let questions = [
        ("declaration", "given(registered_on) and given(declarant) and trader_known and given(trader_status)"),
        ("declaration", "trader_compliance_level > 1 or trader_authorised_operator or trader_debt_over_90_days"),
        ("declaration", "total_customs_value > 1 and total_payable > 1 and draw < 10"),
        (
            "goods_item",
            "item_customs_value > 1 and item_payable > 1 and preference_claimed and position = 1 and repeated",
        ),
    ];
    let mut file = String::new();
    for (at, (scope, question)) in questions.into_iter().enumerate() {
        let names = question.split(|character: char| {
            !(character.is_ascii_lowercase() || character == '_' || character.is_ascii_digit())
        });
        for name in names.filter(|name| name.len() > 5 && !["given", "trader"].contains(name)) {
            assert!(page.contains(&format!("`{name}`")), "{name} is not on the page");
        }
        file.push_str(&rule(&format!("NAMES{at}"), scope, question));
    }
    fs::write(folder.path().join("validation/names.toml"), file).unwrap();
    seal(folder.path());
    if let Err(errors) = Rulebook::load(folder.path()) {
        panic!("{errors}");
    }
}
