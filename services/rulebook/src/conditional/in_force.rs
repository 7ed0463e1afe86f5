//! The rules under conditions on a day.
//!
//! ```text
//! criteria that do not ask for `risk_score` ──► hits ──► sum of their weights ──► criteria that do ──► more hits
//! ```

use conditions::Condition;
use jiff::civil::Date;
use vocabulary::{CriterionHit, Declaration, Direction, FieldId, GoodsItem, RulebookGap};

use crate::cited::Provenance;
use crate::code_list::CodeList;
use crate::code_list::entry::ScheduleKind;
use crate::code_list::in_force::CodeListsInForce;
use crate::conditional::asked::{Records, Verdict, for_each_element_but, undecided};
use crate::conditional::rules::ConditionalRules;
use crate::conditional::rules_naming::{RuleEffect, RuleNaming, prefixes_naming};
use crate::conditional::selectivity::Criterion;
use crate::conditional::subject::{ItemSurroundings, Subject, Surroundings};

/// The rules under conditions on one day. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct ConditionalInForce<'a> {
    rules: &'a ConditionalRules,
    lists: CodeListsInForce<'a>,
    date: Date,
}

impl<'a> ConditionalInForce<'a> {
    pub(crate) fn new(rules: &'a ConditionalRules, lists: CodeListsInForce<'a>, date: Date) -> Self {
        Self { rules, lists, date }
    }

    /// What is known of each goods item before it is assessed.
    pub fn item_surroundings(&self, declaration: &Declaration) -> Vec<ItemSurroundings> {
        let claimed = |item: &GoodsItem| {
            let schedule = item.tariff_schedule.as_deref().and_then(|code| self.lists.tariff_schedule(code));
            schedule.is_some_and(|schedule| matches!(schedule.kind, ScheduleKind::Agreement(_)))
        };
        let known = |item: &GoodsItem| ItemSurroundings { preference_claimed: claimed(item), ..Default::default() };
        declaration.goods_items.iter().map(known).collect()
    }

    /// Asks every validation rule in force of a declaration.
    pub fn validate(&self, declaration: &Declaration, surroundings: &Surroundings<'_>) -> Verdict {
        let mut verdict = Verdict::default();
        let direction = declaration.direction();
        let whole = Subject::Declaration(declaration, surroundings, self.lists);
        let candidates = self.rules.validation_index.candidates(declaration);
        for position in candidates.iter() {
            let Some(rule) = self.rules.validation.get(position) else { continue };
            if !rule.provenance.holds_on(self.date) || (rule.direction.is_some() && rule.direction != direction) {
                continue;
            }
            for_each_element_but(
                whole,
                rule.scope,
                |item| candidates.leave_out(position, item),
                |asked| {
                    let records = Records::new(whole, asked, rule.scope);
                    match rule.condition.holds(records.as_slice()) {
                        Ok(false) => {}
                        Ok(true) => {
                            let finding = rule.finding(asked, declaration, direction);
                            verdict.findings.push(rule.with_suggestion(finding, &records, declaration));
                        }
                        Err(error) => verdict.gaps.push(undecided(rule.name(), &error)),
                    }
                },
            );
        }
        for coded in &self.rules.coded_fields {
            if coded.provenance.holds_on(self.date) {
                coded.check(self.lists, whole, declaration, direction, &mut verdict);
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

    /// Asks every criterion in force of a declaration: those that match, and those that could not be decided.
    pub fn criteria(
        &self,
        declaration: &Declaration,
        surroundings: &Surroundings<'_>,
    ) -> (Vec<CriterionHit>, Vec<RulebookGap>) {
        let (mut of_score, mut matched) = (Vec::new(), Matched::default());
        let candidates = self.rules.criteria_index.candidates(declaration);
        for position in candidates.iter() {
            let Some(criterion) = self.rules.criteria.get(position) else { continue };
            if !criterion.provenance.holds_on(self.date) {
                continue;
            }
            if criterion.asks_for_score {
                of_score.push((position, criterion));
            } else {
                let whole = Subject::Declaration(declaration, surroundings, self.lists);
                matched.ask(criterion, whole, |item| candidates.leave_out(position, item));
            }
        }
        let risk_score = matched.hits.iter().filter_map(|hit| hit.weight).fold(0, u32::saturating_add);
        let scored = Surroundings { risk_score: Some(risk_score), ..*surroundings };
        for (position, criterion) in of_score {
            let whole = Subject::Declaration(declaration, &scored, self.lists);
            matched.ask(criterion, whole, |item| candidates.leave_out(position, item));
        }
        (matched.hits, matched.gaps)
    }

    /// The list that a field takes its codes from on the day, where one is entered for it.
    pub fn list_of(&self, field: FieldId) -> Option<CodeList> {
        let fields = self.rules.coded_fields.iter();
        let mut here = fields.filter(|coded| coded.field == field && coded.provenance.holds_on(self.date));
        here.next().map(|coded| coded.list)
    }

    /// Whether goods of a tariff line may need a permit when they are registered, whatever the kind of the declaration.
    pub fn permit_needed(&self, hs8: &str, direction: Direction) -> bool {
        let code = conditions::FieldSlot(vocabulary::declaration::goods_item::commodity_code.index);
        let policies = self.rules.validation.iter().filter(|rule| &*rule.code == "permit_missing");
        policies
            .filter(|rule| rule.provenance.holds_on(self.date))
            .filter(|rule| rule.direction.is_none_or(|of| of == direction))
            .filter_map(|rule| rule.condition.necessary_prefixes(conditions::Subject::Record(1), code))
            .any(|prefixes| prefixes.iter().any(|prefix| hs8.starts_with(prefix.as_str())))
    }

    /// The rules in force that speak of a commodity by the beginning of its code. Those that speak of all goods are left
    /// out.
    pub fn rules_naming(&self, hs8: &str) -> Vec<RuleNaming> {
        let mut found = Vec::new();
        let mut add = |file: &str, name: &str, condition: &Condition, provenance: &Provenance, effect: RuleEffect| {
            if !provenance.holds_on(self.date) {
                return;
            }
            if let Some(prefixes) = prefixes_naming(condition, hs8) {
                found.push(RuleNaming {
                    name: name.to_owned(),
                    prefixes,
                    effect,
                    when: condition.canonical().to_owned(),
                    citation: provenance.cite(format_args!("{file}/{name}")),
                    mark: provenance.mark,
                    to: provenance.to,
                });
            }
        };
        for rule in &self.rules.validation {
            let effect = RuleEffect::Finding(rule.message.clone());
            let name = rule.id.as_ref().unwrap_or(&rule.code);
            add(&rule.file, name, &rule.condition, &rule.provenance, effect);
        }
        for criterion in &self.rules.criteria {
            let effect = RuleEffect::Lane(criterion.lane, criterion.because.clone());
            add(&criterion.file, &criterion.id, &criterion.condition, &criterion.provenance, effect);
        }
        found
    }
}

/// What the criteria that were asked so far came to.
#[derive(Default)]
struct Matched {
    hits: Vec<CriterionHit>,
    gaps: Vec<RulebookGap>,
}

impl Matched {
    /// Asks a criterion of its elements, but for goods items that it cannot match.
    fn ask(&mut self, criterion: &Criterion, whole: Subject<'_>, leaves_out: impl Fn(usize) -> bool) {
        let mut weight = criterion.weight;
        for_each_element_but(whole, criterion.scope, leaves_out, |asked| {
            let records = Records::new(whole, asked, criterion.scope);
            match criterion.condition.holds(records.as_slice()) {
                Ok(false) => {}
                Ok(true) => self.hits.push(CriterionHit {
                    criterion: criterion.name(),
                    lane: criterion.lane,
                    weight: weight.take(),
                    because: criterion.because(asked, records.as_slice()),
                }),
                Err(error) => self.gaps.push(undecided(criterion.name(), &error)),
            }
        });
    }
}
