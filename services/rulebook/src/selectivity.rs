//! Criteria of selectivity: what asks for a stricter lane than green, or adds to the risk score, as conditions that rule
//! keepers write.
//!
//! ```text
//! criteria that do not ask for `risk_score` ──► hits ──► sum of their weights ──► criteria that do ──► more hits
//! ```

use conditions::Condition;
use vocabulary::{Bilingual, CriterionHit, Declaration, Lane, RulebookGap, Scope};

use crate::RulesInForce;
use crate::cited::Provenance;
use crate::rule_test::RuleTest;
use crate::subject::{RISK_SCORE, Subject, Surroundings};
use crate::validation::{Asked, Records, for_each_element, undecided};

/// A criterion, with the condition under which it matches.
#[derive(Debug)]
pub(crate) struct Criterion {
    pub(crate) file: Box<str>,
    pub(crate) id: Box<str>,
    pub(crate) scope: Scope,
    /// Green for one that only adds to the risk score.
    pub(crate) lane: Lane,
    /// What it adds to the risk score of a declaration.
    pub(crate) weight: Option<u32>,
    pub(crate) condition: Condition,
    /// Whether the condition asks for the risk score.
    pub(crate) asks_for_score: bool,
    /// What it means that the criterion matched, for officers.
    pub(crate) because: Bilingual,
    pub(crate) provenance: Provenance,
    /// The line of its file on which it begins.
    pub(crate) line: u32,
    pub(crate) tests: Box<[RuleTest]>,
}

/// Whether a condition asks for the risk score, so that the criteria that make up the score are asked before it.
pub(crate) fn asks_for_score(condition: &Condition) -> bool {
    condition.fields().any(|field| field.slot.0 == RISK_SCORE && field.name == "risk_score")
}

impl RulesInForce<'_> {
    /// Asks every criterion in force of a declaration: those that match, and those that could not be decided.
    pub fn criteria(
        &self,
        declaration: &Declaration,
        surroundings: &Surroundings<'_>,
    ) -> (Vec<CriterionHit>, Vec<RulebookGap>) {
        let book = self.rulebook();
        let (mut of_score, mut matched) = (Vec::new(), Matched::default());
        for position in book.criteria_index.candidates(declaration).iter() {
            let Some(criterion) = book.criteria.get(*position as usize) else { continue };
            if !criterion.provenance.holds_on(self.date()) {
                continue;
            }
            if criterion.asks_for_score {
                of_score.push(criterion);
            } else {
                matched.ask(criterion, Subject::Declaration(declaration, surroundings, *self));
            }
        }
        let risk_score = matched.hits.iter().filter_map(|hit| hit.weight).fold(0, u32::saturating_add);
        let scored = Surroundings { risk_score: Some(risk_score), ..*surroundings };
        for criterion in of_score {
            matched.ask(criterion, Subject::Declaration(declaration, &scored, *self));
        }
        (matched.hits, matched.gaps)
    }
}

/// What the criteria that were asked so far came to.
#[derive(Default)]
struct Matched {
    hits: Vec<CriterionHit>,
    gaps: Vec<RulebookGap>,
}

impl Matched {
    fn ask(&mut self, criterion: &Criterion, whole: Subject<'_>) {
        let mut weight = criterion.weight;
        for_each_element(whole, criterion.scope, |asked| {
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

impl Criterion {
    fn name(&self) -> String {
        format!("{}/{}@{}", self.file, self.id, self.provenance.from)
    }

    /// Where the criterion matched, what that means, and the values that made it match.
    fn because(&self, asked: &Asked<'_>, records: &[Subject<'_>]) -> Bilingual {
        let reasons = self.condition.explain(records).unwrap_or_default();
        let (en, vi): (Vec<String>, Vec<String>) =
            reasons.into_iter().map(|reason| (reason.statement, reason.statement_vi)).unzip();
        let place = |line: &str| match (asked.item, asked.occurrence) {
            (None, None) => String::new(),
            (Some(item), None) => format!("{line} {}: ", item + 1),
            (Some(item), Some(at)) => format!("{line} {}, {} {}: ", item + 1, self.scope_words(), at + 1),
            (None, Some(at)) => format!("{} {}: ", self.scope_words(), at + 1),
        };
        Bilingual::new(
            format!("{}{}: because {}", place("line"), self.because.en, en.join(" and ")),
            format!("{}{}: vì {}", place("dòng"), self.because.vi, vi.join(" và ")),
        )
    }

    fn scope_words(&self) -> String {
        crate::subject::schema::word_of(self.scope).replace('_', " ")
    }
}
