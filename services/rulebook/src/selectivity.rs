//! Criteria of selectivity: what asks for a stricter lane than green, as conditions that rule keepers write.

use conditions::Condition;
use vocabulary::{CriterionHit, Declaration, Lane, RulebookGap, Scope};

use crate::RulesInForce;
use crate::cited::Provenance;
use crate::rule_test::RuleTest;
use crate::subject::{Subject, Surroundings};
use crate::validation::{elements, records, undecided};

/// A criterion, with the condition under which it matches.
#[derive(Debug)]
pub(crate) struct Criterion {
    pub(crate) file: Box<str>,
    pub(crate) id: Box<str>,
    pub(crate) scope: Scope,
    pub(crate) lane: Lane,
    pub(crate) condition: Condition,
    /// What it means that the criterion matched, for officers.
    pub(crate) because: Box<str>,
    pub(crate) provenance: Provenance,
    /// The line of its file on which it begins.
    pub(crate) line: u32,
    pub(crate) tests: Box<[RuleTest]>,
}

impl RulesInForce<'_> {
    /// Asks every criterion in force of a declaration: those that match, and those that could not be decided.
    pub fn criteria(
        &self,
        declaration: &Declaration,
        surroundings: &Surroundings<'_>,
    ) -> (Vec<CriterionHit>, Vec<RulebookGap>) {
        let mut hits = Vec::new();
        let mut gaps = Vec::new();
        let whole = Subject::Declaration(declaration, surroundings, *self);
        for criterion in &self.rulebook().criteria {
            if !criterion.provenance.holds_on(self.date()) {
                continue;
            }
            let name = || format!("{}/{}@{}", criterion.file, criterion.id, criterion.provenance.from);
            for asked in elements(whole, criterion.scope) {
                match criterion.condition.holds(&records(whole, &asked, criterion.scope)) {
                    Ok(false) => {}
                    Ok(true) => {
                        let because = match asked.item {
                            Some(item) => format!("line {}: {}", item + 1, criterion.because),
                            None => criterion.because.to_string(),
                        };
                        hits.push(CriterionHit { criterion: name(), lane: criterion.lane, because });
                    }
                    Err(error) => gaps.push(undecided(name(), &error)),
                }
            }
        }
        (hits, gaps)
    }
}
