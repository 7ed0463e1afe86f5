//! Which fields have to be given, and which missing, if a condition is to hold, so that rules which cannot hold need not be
//! asked.
//!
//! ```text
//!   given(a) and b > 2 and missing(c)      a and b given, c missing
//!   a = "x" or b = "y"                     nothing: either will do
//!   a / b > 2 and given(c)                 a and b given: where b is zero the condition has no answer, whatever c is
//! ```
//!
//! What is told here takes no fault away. Where a field is not as it has to be, evaluating the condition would come to
//! *false*, and not to an obstacle that stands before the field.

use std::collections::BTreeSet;

use crate::condition::Condition;
use crate::program::{DatePart, NumberPart, Place, Predicate, TextPart};
use crate::schema::FieldSlot;

/// The fields of a record that have to be given, and those that have to be missing, if a condition is to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NecessaryPresence {
    /// Without one of these the condition is false.
    pub given: BTreeSet<FieldSlot>,
    /// With one of these it is false.
    pub missing: BTreeSet<FieldSlot>,
}

impl NecessaryPresence {
    /// What is necessary where both are.
    fn and(mut self, other: Self) -> Self {
        self.given.extend(other.given);
        self.missing.extend(other.missing);
        self
    }

    /// What is necessary where one of them is.
    fn or(mut self, other: &Self) -> Self {
        self.given.retain(|slot| other.given.contains(slot));
        self.missing.retain(|slot| other.missing.contains(slot));
        self
    }
}

impl Condition {
    /// Which fields of the record handed in at a position, counted from zero, have to be given and which missing.
    ///
    /// Where one is not, [`holds`](Self::holds) is `Ok(false)` for such records, and no error.
    pub fn necessary_presence(&self, record: usize) -> NecessaryPresence {
        match u32::try_from(record) {
            Ok(frame) if record < self.scopes.len() => {
                Search { frame }.in_turn(self.conjuncts.iter().map(|(_, conjunct)| conjunct), true)
            }
            _ => NecessaryPresence::default(),
        }
    }
}

/// Looks for what is necessary of the record of one frame.
///
/// For every part it finds fields of which this is sure: where one is not so, evaluating the part comes to the other
/// truth, or to a missing number, and to no fault.
#[derive(Clone, Copy)]
struct Search {
    frame: u32,
}

impl Search {
    /// For parts of which the first that is not of the truth settles the matter: what one of them needs, unless a fault may
    /// stand before it.
    fn in_turn<'p>(self, parts: impl Iterator<Item = &'p Predicate>, truth: bool) -> NecessaryPresence {
        let mut needed = NecessaryPresence::default();
        for part in parts {
            needed = needed.and(self.of(part, truth));
            if may_fault(part) {
                break;
            }
        }
        needed
    }

    /// For parts of which the first that is of the truth settles the matter: what all of them need.
    fn in_all(self, parts: &[Predicate], truth: bool) -> NecessaryPresence {
        let all = parts.iter().map(|part| self.of(part, truth));
        all.reduce(|needed, part| needed.or(&part)).unwrap_or_default()
    }

    /// What is necessary for a part to be of a truth.
    fn of(self, part: &Predicate, truth: bool) -> NecessaryPresence {
        match (part, truth) {
            (Predicate::Given(place), _) => self.field(place, truth),
            (Predicate::Missing(place), _) => self.field(place, !truth),
            (Predicate::Not(inner), _) => self.of(inner, !truth),
            (Predicate::And(parts), true) | (Predicate::Or(parts), false) => self.in_turn(parts.iter(), truth),
            (Predicate::And(parts), false) | (Predicate::Or(parts), true) => self.in_all(parts, truth),
            // A comparison with a missing value is false, so its being false asks for nothing.
            (_, false) => NecessaryPresence::default(),
            (comparison, true) => self.of_comparison(comparison),
        }
    }

    fn of_comparison(self, comparison: &Predicate) -> NecessaryPresence {
        match comparison {
            Predicate::Flag(place) => self.field(place, true),
            Predicate::AllDigits(text)
            | Predicate::TextIn(text, ..)
            | Predicate::TextInAsked(text, ..)
            | Predicate::StartsWith(text, ..)
            | Predicate::EndsWith(text, ..)
            | Predicate::Contains(text, ..)
            | Predicate::Mentions(text, ..) => self.text(text),
            Predicate::CompareText { left, right, .. }
            | Predicate::StartsWithPart(left, _, right)
            | Predicate::EndsWithPart(left, _, right)
            | Predicate::ContainsPart(left, _, right) => self.text(left).and(self.text(right)),
            Predicate::CompareDates(left, _, right) => self.date(left).and(self.date(right)),
            Predicate::DateIn(date, ..) => self.date(date),
            Predicate::CompareNumbers(sides, _) => self.both(&sides.0, &sides.1),
            Predicate::NumberIn(number, ..) => self.number(number),
            // Whether some element is so hangs on records that are not handed in.
            _ => NecessaryPresence::default(),
        }
    }

    /// For two numbers that are both computed before either is found to be missing.
    fn both(self, left: &NumberPart, right: &NumberPart) -> NecessaryPresence {
        let of_one = |number, other| match number_may_fault(other) {
            true => NecessaryPresence::default(),
            false => self.number(number),
        };
        of_one(left, right).and(of_one(right, left))
    }

    /// Where one of these is not so, the number is missing, and computing it meets no fault.
    fn number(self, number: &NumberPart) -> NecessaryPresence {
        match number {
            NumberPart::Field(place) => self.field(place, true),
            NumberPart::Negate(inner)
            | NumberPart::Absolute(inner)
            | NumberPart::Decimals(inner)
            | NumberPart::WrittenDecimals(inner)
            | NumberPart::Round(inner, _) => self.number(inner),
            NumberPart::Arithmetic(sides, ..) => self.both(&sides.0, &sides.1),
            NumberPart::Length(text) | NumberPart::OldestYear(text) => self.text(text),
            NumberPart::Year(date) => self.date(date),
            NumberPart::DaysBetween(from, to) => self.date(from).and(self.date(to)),
            _ => NecessaryPresence::default(),
        }
    }

    fn text(self, text: &TextPart) -> NecessaryPresence {
        match text {
            TextPart::Field(place) => self.field(place, true),
            TextPart::Constant(_) => NecessaryPresence::default(),
        }
    }

    fn date(self, date: &DatePart) -> NecessaryPresence {
        match date {
            DatePart::Field(place) => self.field(place, true),
            DatePart::Constant(_) => NecessaryPresence::default(),
        }
    }

    fn field(self, place: &Place, given: bool) -> NecessaryPresence {
        let mut needed = NecessaryPresence::default();
        if place.frame == self.frame {
            if given { &mut needed.given } else { &mut needed.missing }.insert(place.slot);
        }
        needed
    }
}

/// Whether evaluating a part may meet an obstacle, whatever the records say.
fn may_fault(part: &Predicate) -> bool {
    match part {
        Predicate::Constant(_)
        | Predicate::Flag(_)
        | Predicate::Given(_)
        | Predicate::Missing(_)
        | Predicate::AllDigits(_)
        | Predicate::CompareText { .. }
        | Predicate::CompareDates(..)
        | Predicate::TextIn(..)
        | Predicate::TextInAsked(..)
        | Predicate::DateIn(..)
        | Predicate::StartsWith(..)
        | Predicate::EndsWith(..)
        | Predicate::Contains(..)
        | Predicate::StartsWithPart(..)
        | Predicate::EndsWithPart(..)
        | Predicate::ContainsPart(..)
        | Predicate::Mentions(..) => false,
        Predicate::CompareNumbers(sides, _) => number_may_fault(&sides.0) || number_may_fault(&sides.1),
        Predicate::NumberIn(number, ..) => number_may_fault(number),
        Predicate::CompareTruths { left, right, .. } => may_fault(left) || may_fault(right),
        Predicate::Not(inner) => may_fault(inner),
        Predicate::And(parts) | Predicate::Or(parts) => parts.iter().any(may_fault),
        // Only so many elements are looked at.
        Predicate::Any(..) | Predicate::All(..) => true,
    }
}

fn number_may_fault(number: &NumberPart) -> bool {
    match number {
        NumberPart::Constant(_)
        | NumberPart::Field(_)
        | NumberPart::Length(_)
        | NumberPart::DaysBetween(..)
        | NumberPart::Year(_)
        | NumberPart::OldestYear(_)
        | NumberPart::Size(_) => false,
        NumberPart::Negate(inner)
        | NumberPart::Absolute(inner)
        | NumberPart::Decimals(inner)
        | NumberPart::WrittenDecimals(inner)
        | NumberPart::Round(inner, _) => number_may_fault(inner),
        NumberPart::Minimum(parts) | NumberPart::Maximum(parts) => parts.iter().any(number_may_fault),
        NumberPart::Arithmetic(..) | NumberPart::Count(..) | NumberPart::Sum(..) => true,
    }
}
