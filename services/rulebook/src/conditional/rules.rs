//! All rules under conditions, of all days.

use crate::conditional::coded_field::CodedField;
use crate::conditional::index::RuleIndex;
use crate::conditional::rule_test::Base;
use crate::conditional::selectivity::Criterion;
use crate::conditional::validation::ValidationRule;

/// The rules, and which of them may speak of a declaration.
#[derive(Debug)]
pub(crate) struct ConditionalRules {
    pub(crate) validation: Vec<ValidationRule>,
    pub(crate) validation_index: RuleIndex,
    pub(crate) coded_fields: Vec<CodedField>,
    pub(crate) criteria: Vec<Criterion>,
    pub(crate) criteria_index: RuleIndex,
    /// The sound declarations that the tests of rules change.
    pub(crate) test_bases: Vec<Base>,
}

impl ConditionalRules {
    pub(crate) fn new(
        validation: Vec<ValidationRule>,
        coded_fields: Vec<CodedField>,
        criteria: Vec<Criterion>,
        test_bases: Vec<Base>,
    ) -> Self {
        Self {
            validation_index: RuleIndex::new(
                validation.iter().map(|rule| (&rule.condition, rule.scope, rule.direction)),
            ),
            validation,
            coded_fields,
            criteria_index: RuleIndex::new(
                criteria.iter().map(|criterion| (&criterion.condition, criterion.scope, None)),
            ),
            criteria,
            test_bases,
        }
    }

    /// The same rules, each of which is asked of every declaration.
    pub(crate) fn without_index(self) -> Self {
        Self {
            validation_index: RuleIndex::of_all(self.validation.len()),
            criteria_index: RuleIndex::of_all(self.criteria.len()),
            ..self
        }
    }
}
