//! Reads `validation/`, `selectivity/` and the declarations of `tests/`.

mod coded_fields;
mod parts;
mod permits;
mod rule_tests;

use conditions::{Condition, Formula, Limits};
use vocabulary::{Bilingual, Lane, Scope};

use self::parts::{SCOPES, SEVERITIES, compiled, field_of, refuse, scopes_of, without_ending};
use crate::cited::Provenance;
use crate::conditional::rule_test::Base;
use crate::conditional::rules::ConditionalRules;
use crate::conditional::schema::Vocabulary;
use crate::conditional::selectivity::{Criterion, asks_for_score};
use crate::conditional::suggestion::Suggestion;
use crate::conditional::validation::ValidationRule;
use crate::error::Problems;
use crate::reading::dating::Lawbook;
use crate::reading::sources::Sources;
use crate::reading::toml_file::{Section, TomlFile};
use crate::reading::values::{DIRECTIONS, Fault};

/// Reads all rules under conditions, with their tests.
pub(crate) fn read(sources: &Sources, laws: &Lawbook, problems: &mut Problems) -> ConditionalRules {
    let test_bases = rule_tests::bases(sources, problems);
    let mut rules = validation(sources, laws, &test_bases, problems);
    rules.extend(permits::read(sources, laws, &test_bases, problems));
    let coded_fields = coded_fields::read(sources, laws, problems);
    let criteria = criteria(sources, laws, &test_bases, problems);
    ConditionalRules::new(rules, coded_fields, criteria, test_bases)
}

const LANES: [(&str, Lane); 2] = [("yellow", Lane::Yellow), ("red", Lane::Red)];

/// The greatest weight of a criterion: a thousand of them still make a sum that any number holds.
const WEIGHT_MAX: u32 = 1_000_000;

/// Reads every file of `validation/`.
fn validation(sources: &Sources, laws: &Lawbook, bases: &[Base], problems: &mut Problems) -> Vec<ValidationRule> {
    let mut rules: Vec<ValidationRule> = Vec::new();
    for path in sources.toml_files_under("validation/") {
        if [coded_fields::PATH, permits::PATH].contains(&path) {
            continue;
        }
        let Some(file) = TomlFile::open(sources, path, problems) else {
            continue;
        };
        let root = file.root();
        for section in root.list("rule", problems) {
            let Some(rule) = rule(path, &section, laws, bases, problems) else {
                continue;
            };
            let twin = rules.iter().any(|other| {
                other.code == rule.code
                    && other.scope == rule.scope
                    && other.field == rule.field
                    && other.direction == rule.direction
                    && other.provenance.overlaps(&rule.provenance)
            });
            if twin {
                let message = format!("the rule {} stands twice for days that overlap", rule.code);
                problems.add(section.error("code", Fault::new(message, "end the earlier one the day before")));
                continue;
            }
            rules.push(rule);
        }
        root.finish(problems);
    }
    rules
}

fn rule(
    path: &str,
    section: &Section<'_>,
    laws: &Lawbook,
    bases: &[Base],
    problems: &mut Problems,
) -> Option<ValidationRule> {
    let provenance = laws.dated(section, problems);
    let code = section.text("code", problems);
    let direction = section.word("direction", &DIRECTIONS, problems);
    let scope = section.word("scope", &SCOPES, problems);
    let severity = section.word("severity", &SEVERITIES, problems);
    let message = section.bilingual("message", problems);
    let mend = section.bilingual("mend", problems);
    let suggested = section.optional_section("suggest", problems);
    let follows_from = section.optional_text("follows_from", problems);
    let field = section.text("field", problems);
    let condition = scope.and_then(|scope| condition(section, scope, problems));
    let suggestion = match (suggested, scope) {
        (Some(suggested), Some(scope)) => Some(suggestion(&suggested, scope, problems)?),
        _ => None,
    };
    let tests = rule_tests::tests(section, bases, problems);
    section.finish(problems);
    let field = scope.zip(field).and_then(|(scope, name)| field_of(section, scope, name, problems));
    Some(ValidationRule {
        file: without_ending(path),
        id: None,
        code: code?.into(),
        direction: direction?,
        scope: scope?,
        severity: severity?,
        condition: condition?,
        field: field?,
        message: message?,
        mend: mend?,
        suggestion,
        follows_from: follows_from.map(Into::into),
        provenance: provenance?,
        line: section.line(),
        tests,
    })
}

/// The value that a rule suggests, and the words in which its mend says so.
fn suggestion(section: &Section<'_>, scope: Scope, problems: &mut Problems) -> Option<Suggestion> {
    let source = section.text("value", problems);
    let words = (section.text("en", problems), section.text("vi", problems));
    let when = match section.optional_text("when", problems) {
        Some(source) => Some(compiled(section, "when", source, scope, problems)?),
        None => None,
    };
    section.finish(problems);
    for (key, text) in [("en", words.0), ("vi", words.1)] {
        if text.is_some_and(|text| !text.contains(Suggestion::PLACEHOLDER)) {
            let fault = Fault::new("the words do not name the value", "put {} where the value stands");
            problems.add(section.error(key, fault));
            return None;
        }
    }
    let value = match Formula::compile(source?, &scopes_of(scope), &Vocabulary, &Limits::default()) {
        Ok(value) => value,
        Err(errors) => {
            refuse(errors, section, "value", problems);
            return None;
        }
    };
    Some(Suggestion { value, when, words: Bilingual::new(words.0?, words.1?) })
}

/// Reads every file of `selectivity/`.
fn criteria(sources: &Sources, laws: &Lawbook, bases: &[Base], problems: &mut Problems) -> Vec<Criterion> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for path in sources.toml_files_under("selectivity/") {
        let Some(file) = TomlFile::open(sources, path, problems) else {
            continue;
        };
        let root = file.root();
        for section in root.list("criterion", problems) {
            let Some(criterion) = criterion(path, &section, laws, bases, problems) else {
                continue;
            };
            let twin = criteria
                .iter()
                .any(|other| other.id == criterion.id && other.provenance.overlaps(&criterion.provenance));
            if twin {
                let message = format!("the criterion {} stands twice for days that overlap", criterion.id);
                problems.add(section.error("id", Fault::new(message, "end the earlier one the day before")));
                continue;
            }
            criteria.push(criterion);
        }
        root.finish(problems);
    }
    criteria
}

fn criterion(
    path: &str,
    section: &Section<'_>,
    laws: &Lawbook,
    bases: &[Base],
    problems: &mut Problems,
) -> Option<Criterion> {
    let provenance: Option<Provenance> = laws.dated(section, problems);
    let id = section.text("id", problems);
    // Who answers for the criterion, and why it exists, is for people; it must be said all the same.
    section.text("owner", problems);
    section.text("reason", problems);
    let scope = section.word("scope", &SCOPES, problems);
    let lane = section.has("lane").then(|| section.word("lane", &LANES, problems));
    let weight = section.has("weight").then(|| section.integer("weight", (1, WEIGHT_MAX), problems));
    let because = section.bilingual("because", problems);
    let condition = scope.and_then(|scope| condition(section, scope, problems));
    let tests = rule_tests::tests(section, bases, problems);
    section.finish(problems);
    if lane.is_none() && weight.is_none() {
        let hint = "give it a `lane`, yellow or red, or a `weight`, which it adds to the risk score";
        problems.add(section.error("id", Fault::new("a criterion asks for nothing", hint)));
        return None;
    }
    let condition = condition?;
    let asks_for_score = asks_for_score(&condition);
    if weight.is_some() && asks_for_score {
        let hint = "leave out the `weight`: what hangs on the score cannot add to it";
        problems.add(section.error("weight", Fault::new("a criterion of the risk score has a weight", hint)));
        return None;
    }
    Some(Criterion {
        file: without_ending(path),
        id: id?.into(),
        scope: scope?,
        lane: lane.map_or(Some(Lane::Green), |lane| lane)?,
        weight: match weight {
            Some(weight) => Some(weight?),
            None => None,
        },
        condition,
        asks_for_score,
        because: because?,
        provenance: provenance?,
        line: section.line(),
        tests,
    })
}

fn condition(section: &Section<'_>, scope: Scope, problems: &mut Problems) -> Option<Condition> {
    compiled(section, "when", section.text("when", problems)?, scope, problems)
}
