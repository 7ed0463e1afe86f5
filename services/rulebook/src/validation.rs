//! Validation rules: what a declaration must not say, as conditions that rule keepers write.

use conditions::{Condition, Record as _};
use vocabulary::{
    Bilingual, Declaration, Direction, FieldId, Finding, Place, RulebookGap, Scope, Severity, item_number,
};

use crate::RulesInForce;
use crate::cited::Provenance;
use crate::rule_test::RuleTest;
use crate::subject::{Subject, Surroundings, schema};
use crate::suggestion::Suggestion;

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

/// What the rules say of a declaration.
#[derive(Debug, Default)]
pub struct Verdict {
    /// One finding for each place where a rule fires.
    pub findings: Vec<Finding>,
    /// Rules that could not be decided.
    pub gaps: Vec<RulebookGap>,
}

/// An element that a rule is asked of: the record, and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) subject: Subject<'a>,
    pub(crate) item: Option<usize>,
    pub(crate) occurrence: Option<usize>,
}

/// Asks for every element of a kind in a declaration; for the declaration itself where that is meant.
pub(crate) fn for_each_element<'a>(declaration: Subject<'a>, scope: Scope, mut ask: impl FnMut(&Asked<'a>)) {
    if scope == Scope::Declaration {
        return ask(&Asked { subject: declaration, item: None, occurrence: None });
    }
    for (owner, _, collection, element) in schema::COLLECTIONS {
        if element != scope {
            continue;
        }
        match owner {
            Scope::GoodsItem => {
                for item in 0..declaration.count(schema::GOODS_ITEMS) {
                    let Some(owner) = declaration.element(schema::GOODS_ITEMS, item) else {
                        continue;
                    };
                    for at in 0..owner.count(collection) {
                        if let Some(subject) = owner.element(collection, at) {
                            ask(&Asked { subject, item: Some(item), occurrence: Some(at) });
                        }
                    }
                }
            }
            _ => {
                for at in 0..declaration.count(collection) {
                    let (item, occurrence) =
                        if scope == Scope::GoodsItem { (Some(at), None) } else { (None, Some(at)) };
                    if let Some(subject) = declaration.element(collection, at) {
                        ask(&Asked { subject, item, occurrence });
                    }
                }
            }
        }
    }
}

/// Every element of a kind in a declaration, for those who need them side by side.
pub(crate) fn elements<'a>(declaration: Subject<'a>, scope: Scope) -> Vec<Asked<'a>> {
    let mut elements = Vec::new();
    for_each_element(declaration, scope, |asked| elements.push(*asked));
    elements
}

/// The records that a condition about an element is handed, the declaration first.
pub(crate) struct Records<'a> {
    both: [Subject<'a>; 2],
    count: usize,
}

impl<'a> Records<'a> {
    pub(crate) fn new(declaration: Subject<'a>, asked: &Asked<'a>, scope: Scope) -> Self {
        Self { both: [declaration, asked.subject], count: if scope == Scope::Declaration { 1 } else { 2 } }
    }

    pub(crate) fn as_slice(&self) -> &[Subject<'a>] {
        &self.both[..self.count]
    }
}

/// A condition that came to no answer, as a gap of the rulebook.
pub(crate) fn undecided(rule: String, error: &conditions::EvaluationError) -> RulebookGap {
    RulebookGap {
        code: "condition_not_decidable".into(),
        item: None,
        message: Bilingual::new(
            format!("a rule cannot be decided: {error}"),
            format!("không xác định được kết quả của một quy tắc: {error}"),
        ),
        rule: rule.into(),
    }
}

impl RulesInForce<'_> {
    /// Asks every validation rule in force of a declaration.
    pub fn validate(&self, declaration: &Declaration, surroundings: &Surroundings<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        let direction = declaration.direction();
        let whole = Subject::Declaration(declaration, surroundings, *self);
        let book = self.rulebook();
        for position in book.validation_index.candidates(declaration).iter() {
            let Some(rule) = book.validation.get(*position as usize) else { continue };
            if !rule.provenance.holds_on(self.date()) || (rule.direction.is_some() && rule.direction != direction) {
                continue;
            }
            for_each_element(whole, rule.scope, |asked| {
                let records = Records::new(whole, asked, rule.scope);
                match rule.condition.holds(records.as_slice()) {
                    Ok(false) => {}
                    Ok(true) => {
                        let finding = rule.finding(asked, declaration, direction);
                        verdict.findings.push(rule.with_suggestion(finding, &records, declaration));
                    }
                    Err(error) => verdict.gaps.push(undecided(rule.name(), &error)),
                }
            });
        }
        for coded in &self.rulebook().coded_fields {
            if coded.provenance.holds_on(self.date()) {
                coded.check(*self, whole, declaration, direction, &mut verdict);
            }
        }
        let fired: Vec<String> = verdict.findings.iter().map(|finding| finding.code.clone()).collect();
        for finding in &mut verdict.findings {
            if finding.follows_from.as_ref().is_some_and(|cause| !fired.contains(cause)) {
                finding.follows_from = None;
            }
        }
        verdict
    }
}

impl RulesInForce<'_> {
    /// Whether goods of a tariff line may need a permit when they are registered, whatever the kind of the declaration.
    pub fn permit_needed(&self, hs8: &str, direction: Direction) -> bool {
        let code = conditions::FieldSlot(vocabulary::declaration::goods_item::commodity_code.index);
        let policies = self.rulebook().validation.iter().filter(|rule| &*rule.code == "permit_missing");
        policies
            .filter(|rule| rule.provenance.holds_on(self.date()))
            .filter(|rule| rule.direction.is_none_or(|of| of == direction))
            .filter_map(|rule| rule.condition.necessary_prefixes(conditions::Subject::Record(1), code))
            .any(|prefixes| prefixes.iter().any(|prefix| hs8.starts_with(prefix.as_str())))
    }
}

impl ValidationRule {
    fn name(&self) -> String {
        format!("{}/{}@{}", self.file, self.id.as_ref().unwrap_or(&self.code), self.provenance.from)
    }

    /// The finding with the value that the rule computes, named by its mend.
    fn with_suggestion(&self, mut finding: Finding, records: &Records<'_>, declaration: &Declaration) -> Finding {
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

    fn finding(&self, asked: &Asked<'_>, declaration: &Declaration, direction: Option<Direction>) -> Finding {
        use conditions::FieldSlot;
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
