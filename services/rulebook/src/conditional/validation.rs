//! Validation rules: what a declaration must not say, as conditions that rule keepers write.

use conditions::{Condition, FieldSlot, Record as _};
use vocabulary::{Bilingual, Declaration, Direction, FieldId, Finding, Place, Scope, Severity, item_number};

use crate::cited::Provenance;
use crate::conditional::asked::{Asked, Records};
use crate::conditional::rule_test::RuleTest;
use crate::conditional::suggestion::Suggestion;

/// A rule, with the condition under which it fires.
#[derive(Debug)]
pub(crate) struct ValidationRule {
    /// The path of its file without the ending.
    pub(crate) file: Box<str>,
    pub(crate) code: Box<str>,
    /// What tells it from others of its file where several share a code.
    pub(crate) id: Option<Box<str>>,
    /// `None` for both directions.
    pub(crate) direction: Option<Direction>,
    pub(crate) scope: Scope,
    pub(crate) severity: Severity,
    pub(crate) condition: Condition,
    /// The field that its findings point at.
    pub(crate) field: FieldId,
    pub(crate) message: Bilingual,
    pub(crate) mend: Bilingual,
    pub(crate) suggestion: Option<Suggestion>,
    pub(crate) follows_from: Option<Box<str>>,
    pub(crate) provenance: Provenance,
    /// The line of its file on which it begins.
    pub(crate) line: u32,
    pub(crate) tests: Box<[RuleTest]>,
}

impl ValidationRule {
    pub(crate) fn name(&self) -> String {
        format!("{}/{}@{}", self.file, self.id.as_ref().unwrap_or(&self.code), self.provenance.from)
    }

    /// The finding with the value that the rule computes, named by its mend.
    pub(crate) fn with_suggestion(
        &self,
        mut finding: Finding,
        records: &Records<'_>,
        declaration: &Declaration,
    ) -> Finding {
        let value = self.suggestion.as_ref().zip(finding.place).and_then(|(suggestion, place)| {
            Some((suggestion, suggestion.value_at(place, records.as_slice(), declaration)?))
        });
        if let Some((suggestion, value)) = value {
            finding.mend.en.push_str(&suggestion.words.en.replace(Suggestion::PLACEHOLDER, &value));
            finding.mend.vi.push_str(&suggestion.words.vi.replace(Suggestion::PLACEHOLDER, &value));
            finding.suggestions.push(value);
        }
        finding
    }

    pub(crate) fn finding(
        &self,
        asked: &Asked<'_>,
        declaration: &Declaration,
        direction: Option<Direction>,
    ) -> Finding {
        let place = Place { field: self.field, item: asked.item, occurrence: asked.occurrence };
        let value = asked.subject.value(FieldSlot(self.field.index)).map(|value| match value {
            conditions::Value::Text(text) => text.to_owned(),
            conditions::Value::Number(number) => number.normalize().to_string(),
            conditions::Value::Date(date) => date.to_string(),
            conditions::Value::Bool(truth) => truth.to_string(),
        });
        let item = asked.item.map(|at| item_number(declaration.goods_items.get(at), at));
        Finding {
            code: self.code.to_string(),
            severity: self.severity,
            path: String::new(),
            item,
            field: Some(place.field_name(direction).to_owned()),
            value,
            message: self.message.clone(),
            mend: self.mend.clone(),
            suggestions: Vec::new(),
            rule: self.name(),
            law: self.provenance.law.to_string(),
            follows_from: self.follows_from.as_deref().map(str::to_owned),
            line: None,
            column: None,
            place: Some(place),
        }
    }
}
