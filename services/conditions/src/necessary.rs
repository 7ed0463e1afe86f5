//! What a field has to begin with if a condition is to hold, so that rules can be indexed by it.

use rust_decimal::Decimal;

use crate::condition::Condition;
use crate::program::{NumberPart, Place, Predicate, TextPart, shortest_prefixes};
use crate::schema::{FieldSlot, Scope};
use crate::syntax::Comparison;

/// Whose field is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The record handed in at this position, counted from zero.
    Record(usize),
    /// Any record of this kind: one handed in, or an element of a collection.
    AnyOf(Scope),
}

impl Condition {
    /// The texts with one of which the field has to begin if the condition is to hold; `None` when it may hold
    /// whatever the field says, or when that cannot be told.
    ///
    /// For [`Subject::AnyOf`], at least one of the records of that kind has such a field. The texts are sorted, and none
    /// begins with another. No texts at all mean that the condition never holds.
    pub fn necessary_prefixes(&self, subject: Subject, slot: FieldSlot) -> Option<Vec<String>> {
        let search = Search { condition: self, subject, slot };
        let conjuncts = self.conjuncts.iter().map(|(_, predicate)| predicate);
        search.all_of(conjuncts.map(|predicate| search.prefixes(predicate, true)))
    }
}

struct Search<'c> {
    condition: &'c Condition,
    subject: Subject,
    slot: FieldSlot,
}

impl Search<'_> {
    /// What is necessary for the predicate to be true, or, where `truth` is false, for it to be false.
    fn prefixes(&self, predicate: &Predicate, truth: bool) -> Option<Vec<String>> {
        match predicate {
            Predicate::Constant(constant) => (*constant != truth).then(Vec::new),
            Predicate::Not(inner) => self.prefixes(inner, !truth),
            Predicate::And(parts) if truth => self.all_of(parts.iter().map(|part| self.prefixes(part, true))),
            Predicate::And(parts) => self.one_of(parts.iter().map(|part| self.prefixes(part, false))),
            Predicate::Or(parts) if truth => self.one_of(parts.iter().map(|part| self.prefixes(part, true))),
            Predicate::Or(parts) => self.all_of(parts.iter().map(|part| self.prefixes(part, false))),
            Predicate::Any(_, inner) if truth => self.prefixes(inner, true),
            Predicate::All(_, inner) if !truth => self.prefixes(inner, false),
            // A comparison is false of a field that is missing, so its being false asks nothing of the field.
            Predicate::CompareText { left, equal: true, right } if truth => match (left, right) {
                (TextPart::Field(place), TextPart::Constant(text))
                | (TextPart::Constant(text), TextPart::Field(place)) => self.at(place, [&**text]),
                _ => None,
            },
            Predicate::TextIn(TextPart::Field(place), false, set) if truth => self.at(place, set.texts()),
            Predicate::StartsWith(TextPart::Field(place), false, set) if truth => self.at(place, set.texts()),
            Predicate::CompareNumbers(sides, comparison) if truth => match (&sides.0, &sides.1) {
                (NumberPart::Count(_, inner), NumberPart::Constant(least)) if asks_for_one(*comparison, *least) => {
                    self.prefixes(inner, true)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn at<'t>(&self, place: &Place, texts: impl IntoIterator<Item = &'t str>) -> Option<Vec<String>> {
        let meant = match self.subject {
            Subject::Record(position) => place.frame as usize == position && position < self.condition.scopes.len(),
            Subject::AnyOf(scope) => {
                self.condition.fields.get(usize::from(place.entry)).is_some_and(|field| field.scope == scope)
            }
        };
        (meant && place.slot == self.slot).then(|| shortest_prefixes(texts.into_iter().map(str::to_owned).collect()))
    }

    /// All hold together, so each of them is necessary by itself: the most telling one is taken.
    fn all_of(&self, parts: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
        let vagueness = |texts: &Vec<String>| {
            let shortest = texts.iter().map(String::len).min().unwrap_or(usize::MAX);
            (std::cmp::Reverse(shortest), texts.len())
        };
        parts.flatten().min_by_key(vagueness)
    }

    /// One of them holds, so nothing is necessary unless each of them has something that is.
    fn one_of(&self, parts: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
        let texts = parts.collect::<Option<Vec<_>>>()?;
        Some(shortest_prefixes(texts.into_iter().flatten().collect()))
    }
}

/// Whether a count that compares so with a number is at least one.
fn asks_for_one(comparison: Comparison, number: Decimal) -> bool {
    match comparison {
        Comparison::Greater => number >= Decimal::ZERO,
        Comparison::GreaterOrEqual | Comparison::Equal => number > Decimal::ZERO,
        Comparison::NotEqual => number.is_zero(),
        Comparison::Less | Comparison::LessOrEqual => false,
    }
}
