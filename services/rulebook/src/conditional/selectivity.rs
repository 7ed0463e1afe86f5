//! Criteria of selectivity: what asks for a stricter lane than green, or adds to the risk score, as conditions that rule
//! keepers write.

use conditions::Condition;
use vocabulary::{Bilingual, Lane, Scope};

use crate::cited::Provenance;
use crate::conditional::asked::Asked;
use crate::conditional::facts::RISK_SCORE;
use crate::conditional::rule_test::RuleTest;
use crate::conditional::schema;
use crate::conditional::subject::Subject;

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

impl Criterion {
    pub(crate) fn name(&self) -> String {
        format!("{}/{}@{}", self.file, self.id, self.provenance.from)
    }

    /// Where the criterion matched, what that means, and the values that made it match.
    pub(crate) fn because(&self, asked: &Asked<'_>, records: &[Subject<'_>]) -> Bilingual {
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
        schema::word_of(self.scope).replace('_', " ")
    }
}
