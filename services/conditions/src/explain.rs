//! Why a condition held or did not: its parts, each with the values that it saw. Built only when someone asks.

use std::cell::Cell;

use crate::bounds::ELEMENTS_MAX;
use crate::condition::{Condition, expect_records};
use crate::error::{EvaluationError, Span};
use crate::evaluate::Frames;
use crate::program::{DatePart, Elements, NumberPart, Place, Predicate, TextPart};
use crate::schema::Record;
use crate::seen::{Seen, SeenValue};
use crate::statement::{ENGLISH, VIETNAMESE, state};

/// How many elements of a collection are named for one part.
const ELEMENTS_SHOWN: usize = 5;
/// How many values are named for one part.
const VALUES_SHOWN: usize = 50;

/// One of the parts that a condition asks to hold together.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The part as it was written.
    pub part: String,
    pub holds: Result<bool, EvaluationError>,
    /// The values that it saw. Of the elements of a collection, those that speak for the outcome are named: the first
    /// few that fulfil `any` or that fail `all`.
    pub seen: Vec<Seen>,
    /// The part and the values in one line, for people: `customs_value = 21,000 > 20,000`. It says why a part holds; of
    /// one that does not, read [`holds`](Self::holds) too.
    pub statement: String,
    /// The same in Vietnamese; the fields keep their names.
    pub statement_vi: String,
}

impl Condition {
    /// The parts of the condition that have to hold together, whether each does, and the values that it saw.
    ///
    /// Unlike [`holds`](Self::holds) it looks at every part, so one behind a part that is false may show an error that
    /// never mattered.
    ///
    /// # Errors
    /// When not as many records are handed in as the condition was compiled for.
    pub fn explain<R: Record>(&self, records: &[R]) -> Result<Vec<Reason>, EvaluationError> {
        expect_records(records, &self.scopes, &self.source)?;
        let names: Vec<String> = (0..self.scopes.len()).map(|frame| self.record_name(frame)).collect();
        let reason = |(span, predicate): &(Span, Predicate)| {
            let budget = Cell::new(ELEMENTS_MAX);
            let frames = Frames::new(records, &budget);
            let holds = predicate.holds(&frames).map_err(|fault| fault.explain(&self.source));
            let mut witness = Witness { condition: self, labels: names.clone(), seen: Vec::new() };
            witness.predicate(predicate, &frames);
            let [statement, statement_vi] =
                [&ENGLISH, &VIETNAMESE].map(|words| state(self, *span, predicate, &frames, &witness.seen, words));
            Reason { part: span.of(&self.source).to_owned(), holds, seen: witness.seen, statement, statement_vi }
        };
        Ok(self.conjuncts.iter().map(reason).collect())
    }

    /// The word for a record handed in; empty where no field of it is read.
    fn record_name(&self, frame: usize) -> String {
        let scope = self.scopes[frame];
        self.fields.iter().find(|field| field.scope == scope).map(|field| field.record.clone()).unwrap_or_default()
    }
}

/// Walks a part and notes what it sees.
struct Witness<'c> {
    condition: &'c Condition,
    /// What each record in reach is called.
    labels: Vec<String>,
    seen: Vec<Seen>,
}

impl Witness<'_> {
    fn note(&mut self, what: String, value: Option<SeenValue>) {
        if self.seen.len() < VALUES_SHOWN && !self.seen.iter().any(|seen| seen.what == what) {
            self.seen.push(Seen { what, value });
        }
    }

    fn place<R: Record>(&mut self, place: &Place, frames: &Frames<'_, R>) {
        let label = self.labels.get(place.frame as usize);
        let field = self.condition.fields.get(usize::from(place.entry));
        if let (Some(label), Some(field)) = (label, field) {
            self.note(format!("{label}.{}", field.name), frames.value(place).map(SeenValue::from));
        }
    }

    fn predicate<R: Record>(&mut self, predicate: &Predicate, frames: &Frames<'_, R>) {
        match predicate {
            Predicate::Constant(_) => {}
            Predicate::Flag(place) | Predicate::Given(place) | Predicate::Missing(place) => self.place(place, frames),
            Predicate::AllDigits(text)
            | Predicate::TextIn(text, ..)
            | Predicate::TextInAsked(text, ..)
            | Predicate::StartsWith(text, ..)
            | Predicate::EndsWith(text, ..)
            | Predicate::Contains(text, ..)
            | Predicate::Mentions(text, ..) => self.text(text, frames),
            Predicate::CompareText { left, right, .. }
            | Predicate::StartsWithPart(left, _, right)
            | Predicate::EndsWithPart(left, _, right)
            | Predicate::ContainsPart(left, _, right) => {
                self.text(left, frames);
                self.text(right, frames);
            }
            Predicate::CompareNumbers(sides, _) => {
                self.number(&sides.0, frames);
                self.number(&sides.1, frames);
            }
            Predicate::CompareDates(left, _, right) => {
                self.date(left, frames);
                self.date(right, frames);
            }
            Predicate::CompareTruths { left, right, .. } => {
                self.predicate(left, frames);
                self.predicate(right, frames);
            }
            Predicate::NumberIn(number, ..) => self.number(number, frames),
            Predicate::DateIn(date, ..) => self.date(date, frames),
            Predicate::Not(inner) => self.predicate(inner, frames),
            Predicate::And(parts) | Predicate::Or(parts) => {
                for part in parts {
                    self.predicate(part, frames);
                }
            }
            Predicate::Any(over, inner) => self.elements(over, inner, true, frames),
            Predicate::All(over, inner) => self.elements(over, inner, false, frames),
        }
    }

    /// The first few elements for which the predicate comes out as asked.
    fn elements<R: Record>(&mut self, over: &Elements, inner: &Predicate, asked: bool, frames: &Frames<'_, R>) {
        let label = self.collection_name(over);
        let mut shown = 0;
        // An obstacle has been reported with the part's outcome; here it only ends the list.
        let _ = frames.visit(over, |index, frames| {
            if inner.holds(frames)? == asked {
                self.labels.push(format!("{label}[{}]", index + 1));
                self.predicate(inner, frames);
                self.labels.pop();
                shown += 1;
            }
            Ok((shown == ELEMENTS_SHOWN).then_some(()))
        });
    }

    /// The collection's name, preceded by the element that it belongs to, if any.
    fn collection_name(&self, over: &Elements) -> String {
        let written = over.name.of(&self.condition.source);
        let bare = written.rsplit('.').next().unwrap_or(written).trim();
        match self.labels.get(over.frame as usize) {
            Some(owner) if over.frame as usize >= self.condition.scopes.len() => format!("{owner}.{bare}"),
            _ => bare.to_owned(),
        }
    }

    fn number<R: Record>(&mut self, number: &NumberPart, frames: &Frames<'_, R>) {
        match number {
            NumberPart::Constant(_) => {}
            NumberPart::Field(place) => self.place(place, frames),
            NumberPart::Negate(inner)
            | NumberPart::Absolute(inner)
            | NumberPart::Decimals(inner)
            | NumberPart::WrittenDecimals(inner)
            | NumberPart::Round(inner, _) => self.number(inner, frames),
            NumberPart::Arithmetic(sides, ..) => {
                self.number(&sides.0, frames);
                self.number(&sides.1, frames);
            }
            NumberPart::Minimum(parts) | NumberPart::Maximum(parts) => {
                for part in parts {
                    self.number(part, frames);
                }
            }
            NumberPart::Length(text) | NumberPart::OldestYear(text) => self.text(text, frames),
            NumberPart::Year(date) => self.date(date, frames),
            NumberPart::DaysBetween(from, to) => {
                self.date(from, frames);
                self.date(to, frames);
            }
            NumberPart::Size(over) | NumberPart::Count(over, _) | NumberPart::Sum(over, _) => {
                self.total(over.span, number, frames);
            }
        }
    }

    fn total<R: Record>(&mut self, span: Span, number: &NumberPart, frames: &Frames<'_, R>) {
        let value = number.compute(frames).ok().flatten().map(SeenValue::Number);
        let inside = self.labels.get(self.condition.scopes.len()..).and_then(<[String]>::last);
        let written = span.of(&self.condition.source).split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let what = match inside {
            Some(element) => format!("{element}: {written}"),
            None => written,
        };
        self.note(what, value);
    }

    fn text<R: Record>(&mut self, text: &TextPart, frames: &Frames<'_, R>) {
        if let TextPart::Field(place) = text {
            self.place(place, frames);
        }
    }

    fn date<R: Record>(&mut self, date: &DatePart, frames: &Frames<'_, R>) {
        if let DatePart::Field(place) = date {
            self.place(place, frames);
        }
    }
}
