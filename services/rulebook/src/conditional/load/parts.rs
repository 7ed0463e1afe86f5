//! What several files of conditional rules have in common: the words of their fields, and conditions.

use conditions::nearest;
use conditions::{Condition, ConditionError, Limits};
use vocabulary::{FieldId, Scope, Severity};

use crate::conditional::schema::{Vocabulary, number_of};
use crate::error::{Problems, RuleError};
use crate::reading::toml_file::Section;
use crate::reading::values::Fault;

pub(super) const SEVERITIES: [(&str, Severity); 2] = [("error", Severity::Error), ("warning", Severity::Warning)];

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

/// The field of a record that a section names under `field`.
pub(super) fn field_of(section: &Section<'_>, scope: Scope, name: &str, problems: &mut Problems) -> Option<FieldId> {
    let found = scope.field(name);
    if found.is_none() {
        let near = nearest(name, scope.fields().iter().map(|field| field.name));
        let hint = near.map_or_else(
            || "schemas/declaration/1.0/fields.md lists the fields".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let word = SCOPES.iter().find(|(_, known)| *known == scope).map_or("record", |(word, _)| word);
        problems.add(section.error("field", Fault::new(format!("a {word} has no field `{name}`"), hint)));
    }
    found
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
pub(super) fn scopes_of(scope: Scope) -> Vec<conditions::Scope> {
    let mut scopes = vec![number_of(Scope::Declaration)];
    if scope != Scope::Declaration {
        scopes.push(number_of(scope));
    }
    scopes
}

/// Reports what keeps a source from being compiled.
pub(super) fn refuse(errors: Vec<ConditionError>, section: &Section<'_>, key: &str, problems: &mut Problems) {
    for error in errors {
        let line = section.line_within(key, error.position.line);
        let fault = Fault::new(error.to_string(), "the grammar stands in rules/README.md");
        problems.add(RuleError { line, ..section.error(key, fault) });
    }
}

/// The name of a file without its ending.
pub(super) fn without_ending(path: &str) -> Box<str> {
    path.strip_suffix(".toml").unwrap_or(path).into()
}
