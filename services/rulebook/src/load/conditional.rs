//! Rules that hold under a condition: `validation/` and `selectivity/`.

use conditions::{Condition, ConditionError, Formula, Limits};
use vocabulary::{Bilingual, Direction, FieldId, Lane, Scope, Severity};

use super::code_lists::word;
use super::dating::Lawbook;
use super::sources::Sources;
use super::toml_file::{Section, TomlFile};
use super::values::Fault;
use crate::cited::Provenance;
use crate::error::{Problems, RuleError};
use crate::load::{coded_fields, permits, rule_tests};
use crate::rule_test::Base;
use crate::selectivity::{Criterion, asks_for_score};
use crate::subject::schema::{Vocabulary, number_of};
use crate::suggestion::Suggestion;
use crate::validation::ValidationRule;

pub(super) const DIRECTIONS: [(&str, Option<Direction>); 3] =
    [("both", None), ("import", Some(Direction::Import)), ("export", Some(Direction::Export))];
pub(super) const SEVERITIES: [(&str, Severity); 2] = [("error", Severity::Error), ("warning", Severity::Warning)];
const LANES: [(&str, Lane); 2] = [("yellow", Lane::Yellow), ("red", Lane::Red)];
/// The greatest weight of a criterion: a thousand of them still make a sum that any number holds.
const WEIGHT_MAX: u32 = 1_000_000;
pub(super) const SCOPES: [(&str, Scope); 13] = [
    ("declaration", Scope::Declaration),
    ("goods_item", Scope::GoodsItem),
    ("bill", Scope::Bill),
    ("permit", Scope::Permit),
    ("adjustment", Scope::Adjustment),
    ("attachment", Scope::Attachment),
    ("transit", Scope::Transit),
    ("other_tax", Scope::OtherTax),
    ("other_law", Scope::OtherLaw),
    ("container", Scope::Container),
    ("vanning_place", Scope::VanningPlace),
    ("instruction", Scope::Instruction),
    ("adjustment_reference", Scope::AdjustmentReference),
];

/// Reads every file of `validation/`.
pub(crate) fn validation(
    sources: &Sources,
    laws: &Lawbook,
    bases: &[Base],
    problems: &mut Problems,
) -> Vec<ValidationRule> {
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
    let direction = known(section, "direction", &DIRECTIONS, problems);
    let scope = known(section, "scope", &SCOPES, problems);
    let severity = known(section, "severity", &SEVERITIES, problems);
    let message = bilingual(section, "message", problems);
    let mend = bilingual(section, "mend", problems);
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
        file: stem(path),
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

/// The field of a record that a section names under `field`.
pub(super) fn field_of(section: &Section<'_>, scope: Scope, name: &str, problems: &mut Problems) -> Option<FieldId> {
    let found = scope.field(name);
    if found.is_none() {
        let near = crate::error::nearest(name, scope.fields().iter().map(|field| field.name));
        let hint = near.map_or_else(
            || "schemas/declaration/1.0/fields.md lists the fields".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let word = SCOPES.iter().find(|(_, known)| *known == scope).map_or("record", |(word, _)| word);
        problems.add(section.error("field", Fault::new(format!("a {word} has no field `{name}`"), hint)));
    }
    found
}

/// Reads every file of `selectivity/`.
pub(crate) fn criteria(sources: &Sources, laws: &Lawbook, bases: &[Base], problems: &mut Problems) -> Vec<Criterion> {
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
    let scope = known(section, "scope", &SCOPES, problems);
    let lane = section.has("lane").then(|| known(section, "lane", &LANES, problems));
    let weight = section.has("weight").then(|| section.integer("weight", (1, WEIGHT_MAX), problems));
    let because = bilingual(section, "because", problems);
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
        file: stem(path),
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

/// A condition that a section says, or implies, under a key.
pub(super) fn compiled(
    section: &Section<'_>,
    key: &str,
    source: &str,
    scope: Scope,
    problems: &mut Problems,
) -> Option<Condition> {
    match Condition::compile(source, &scopes_of(scope), &Vocabulary, &Limits::default()) {
        Ok(condition) => Some(condition),
        Err(errors) => {
            refuse(errors, section, key, problems);
            None
        }
    }
}

/// The records that a rule about a scope is handed.
fn scopes_of(scope: Scope) -> Vec<conditions::Scope> {
    let mut scopes = vec![number_of(Scope::Declaration)];
    if scope != Scope::Declaration {
        scopes.push(number_of(scope));
    }
    scopes
}

/// Reports what keeps a source from being compiled.
fn refuse(errors: Vec<ConditionError>, section: &Section<'_>, key: &str, problems: &mut Problems) {
    for error in errors {
        let line = section.line_within(key, error.position.line);
        let fault = Fault::new(error.to_string(), "the grammar stands in rules/README.md");
        problems.add(RuleError { line, ..section.error(key, fault) });
    }
}

pub(super) fn bilingual(section: &Section<'_>, key: &'static str, problems: &mut Problems) -> Option<Bilingual> {
    let texts = section.section(key, problems)?;
    let pair = (texts.text("en", problems), texts.text("vi", problems));
    texts.finish(problems);
    Some(Bilingual::new(pair.0?, pair.1?))
}

pub(super) fn known<T: Clone>(
    section: &Section<'_>,
    key: &'static str,
    words: &[(&str, T)],
    problems: &mut Problems,
) -> Option<T> {
    let text = section.text(key, problems)?;
    word(text, words).map_err(|fault| problems.add(section.error(key, fault))).ok()
}

pub(super) fn stem(path: &str) -> Box<str> {
    path.strip_suffix(".toml").unwrap_or(path).into()
}
