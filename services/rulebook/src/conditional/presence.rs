//! Rules by the fields that they need.
//!
//! For every field that some rule needs there are two sets: the rules that cannot apply without it, and those that cannot
//! apply with it. One pass over these fields takes out of a set all rules that cannot apply to a record.

use conditions::NecessaryPresence;
use vocabulary::{Record, Scope};

use crate::conditional::rule_set::RuleSet;

/// The rules that need fields of one kind of record to be given or missing.
#[derive(Debug, Default)]
pub(crate) struct RulesByPresence(Vec<Needed>);

/// A field that rules need.
#[derive(Debug)]
struct Needed {
    /// The field's place in the registry of its record.
    field: u16,
    /// The rules that cannot apply without it.
    with: RuleSet,
    /// The rules that cannot apply with it.
    without: RuleSet,
}

impl RulesByPresence {
    /// Adds what a rule needs of a kind of record. What no declarant enters is not looked at.
    pub(crate) fn add(&mut self, rule: usize, needed: &NecessaryPresence, scope: Scope) {
        let entered = scope.fields().len();
        for slot in needed.given.iter().filter(|slot| usize::from(slot.0) < entered) {
            self.of(slot.0).with.insert(rule);
        }
        for slot in needed.missing.iter().filter(|slot| usize::from(slot.0) < entered) {
            self.of(slot.0).without.insert(rule);
        }
    }

    fn of(&mut self, field: u16) -> &mut Needed {
        let at = self.0.iter().position(|needed| needed.field == field).unwrap_or_else(|| {
            self.0.push(Needed { field, with: RuleSet::default(), without: RuleSet::default() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }

    /// Takes out the rules that cannot apply to a record.
    pub(crate) fn narrow<R: Record>(&self, record: &R, rules: &mut RuleSet) {
        for Needed { field, with, without } in &self.0 {
            rules.remove(if record.value(*field).is_some() { without } else { with });
        }
    }
}
