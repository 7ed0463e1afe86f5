//! `validation/permits.toml`: which goods need whose permit, and when it has to be there (Circular 38/2015 art. 22.1 a.5:
//! a declaration without the permit that registration asks for is void).
//!
//! Each policy is a validation rule in short: its condition is made here from the headings, kinds and permits that it
//! names, so that it is indexed, tested and explained as every other rule.

use std::fmt::Write as _;

use vocabulary::declaration::goods_item;
use vocabulary::{Bilingual, Scope, Severity};

use super::parts::{compiled, without_ending};
use super::rule_tests;
use crate::conditional::rule_test::Base;
use crate::conditional::validation::ValidationRule;
use crate::error::Problems;
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{DIRECTIONS, Fault};

pub(crate) const PATH: &str = "validation/permits.toml";

/// When the permit has to be there: the code and severity of the finding without it.
const MODES: [(&str, (&str, Severity)); 2] = [
    ("at_registration", ("permit_missing", Severity::Error)),
    ("before_clearance", ("permit_awaited", Severity::Warning)),
];

pub(crate) fn read(sources: &Sources, laws: &Lawbook, bases: &[Base], problems: &mut Problems) -> Vec<ValidationRule> {
    let Some(file) = TomlFile::open(sources, PATH, problems) else {
        return Vec::new();
    };
    let root = file.root();
    let mut rules: Vec<ValidationRule> = Vec::new();
    for section in root.list("policy", problems) {
        let Some(rule) = policy(&section, laws, bases, problems) else {
            continue;
        };
        if rules.iter().any(|other| other.id == rule.id && other.provenance.overlaps(&rule.provenance)) {
            let fault =
                Fault::new("the policy stands twice for days that overlap", "end the earlier one the day before");
            problems.add(section.error("id", fault));
            continue;
        }
        rules.push(rule);
    }
    root.finish(problems);
    rules
}

fn policy(section: &Section<'_>, laws: &Lawbook, bases: &[Base], problems: &mut Problems) -> Option<ValidationRule> {
    let provenance = laws.dated(section, problems);
    let id = section.text("id", problems);
    let direction = section.word("direction", &DIRECTIONS, problems);
    let mode = section.word("mode", &MODES, problems);
    let headings = section.texts("headings", problems);
    let kinds = section.texts("kinds", problems);
    let permits = section.texts("permits", problems);
    let goods = section.bilingual("goods", problems);
    let issuer = section.bilingual("issuer", problems);
    let tests = rule_tests::tests(section, bases, problems);
    section.finish(problems);
    for (key, codes, longest) in [("headings", &headings, 8), ("permits", &permits, 4)] {
        let fits = |code: &&str| (2..=longest).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
        if codes.is_empty() || !codes.iter().all(fits) {
            let message = format!("`{key}` names no codes of 2 to {longest} letters and digits");
            problems.add(section.error(key, Fault::new(message, "list at least one, each between double quotes")));
        }
    }
    let mut source = format!("commodity_code starts_with {headings:?} and not any(permits, kind in {permits:?})");
    if !kinds.is_empty() {
        write!(source, " and declaration.kind in {kinds:?}").ok()?;
    }
    let condition = compiled(section, "headings", &source, Scope::GoodsItem, problems);
    let (goods, issuer, (code, severity)) = (goods?, issuer?, mode?);
    let permits = permits.join(", ");
    let (message, mend) = match severity {
        Severity::Error => (
            Bilingual::new(
                format!("{} need a permit of {} when they are registered", goods.en, issuer.en),
                format!("{} phải có giấy phép của {} khi đăng ký tờ khai", goods.vi, issuer.vi),
            ),
            Bilingual::new(
                format!("enter the permit's kind ({permits}) and number; without it the declaration is void"),
                format!("khai loại ({permits}) và số giấy phép; không có giấy phép tờ khai bị hủy"),
            ),
        ),
        Severity::Warning => (
            Bilingual::new(
                format!("{} are cleared with the result of {}", goods.en, issuer.en),
                format!("{} được thông quan khi có kết quả của {}", goods.vi, issuer.vi),
            ),
            Bilingual::new(
                format!("enter the kind ({permits}) and number if it is there; otherwise lodge it before clearance"),
                format!("khai loại ({permits}) và số nếu đã có; nếu chưa, nộp trước khi thông quan"),
            ),
        ),
    };
    Some(ValidationRule {
        file: without_ending(PATH),
        code: code.into(),
        id: Some(id?.into()),
        direction: direction?,
        scope: Scope::GoodsItem,
        severity,
        condition: condition?,
        field: goods_item::commodity_code,
        message,
        mend,
        suggestion: None,
        follows_from: None,
        provenance: provenance?,
        line: section.line(),
        tests,
    })
}
