//! Deciding a compiled condition for the records at hand. Nothing is allocated here but the words of a text for `mentions`.
//!
//! A comparison with a value that is missing is false; a computation with one is missing itself. `and`, `or`, `any`
//! and `all` stop at the first part that settles the matter, from left to right, so that an obstacle behind it does
//! not count.

use std::cell::Cell;

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::bounds::QUANTIFIER_DEPTH_MAX;
use crate::error::{Fault, Obstacle, Span};
use crate::exact;
use crate::phrases::{mentions, oldest_year};
use crate::program::{DatePart, Elements, NumberPart, Place, Predicate, TextPart};
use crate::schema::{ListSlot, Record, Value};

/// The records that names refer to.
#[derive(Clone, Copy)]
pub(crate) struct Frames<'f, R> {
    records: &'f [R],
    elements: [Option<R>; QUANTIFIER_DEPTH_MAX],
    /// How many elements may still be looked at.
    budget: &'f Cell<u32>,
}

impl<'f, R: Record> Frames<'f, R> {
    #[inline]
    pub(crate) fn new(records: &'f [R], budget: &'f Cell<u32>) -> Self {
        Self { records, elements: [None; QUANTIFIER_DEPTH_MAX], budget }
    }

    #[inline]
    fn record(&self, frame: u32) -> Option<&R> {
        let frame = frame as usize;
        match self.records.get(frame) {
            Some(record) => Some(record),
            None => self.elements.get(frame - self.records.len())?.as_ref(),
        }
    }

    #[inline]
    pub(crate) fn value(&self, place: &Place) -> Option<Value<'_>> {
        self.record(place.frame)?.value(place.slot)
    }

    fn in_list(&self, list: ListSlot, text: &str) -> bool {
        self.record(0).is_some_and(|record| record.in_list(list, text))
    }

    fn count(&self, over: &Elements) -> usize {
        self.record(over.frame).map_or(0, |record| record.count(over.collection))
    }

    /// The frames with one element after the other in place, until the visitor gives an answer.
    #[inline]
    pub(crate) fn visit<T>(
        &self,
        over: &Elements,
        mut visitor: impl FnMut(usize, &Self) -> Result<Option<T>, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(record) = self.record(over.frame) else {
            return Ok(None);
        };
        let mut inner = *self;
        for index in 0..record.count(over.collection) {
            let Some(left) = self.budget.get().checked_sub(1) else {
                return Err(Fault { obstacle: Obstacle::TooManyElements, span: over.span });
            };
            self.budget.set(left);
            let element = record.element(over.collection, index);
            if element.is_none() {
                break;
            }
            if let Some(place) = inner.elements.get_mut(over.level) {
                *place = element;
            }
            let answer = visitor(index, &inner)?;
            if answer.is_some() {
                return Ok(answer);
            }
        }
        Ok(None)
    }
}

#[cold]
fn wrong_type(span: Span) -> Fault {
    Fault { obstacle: Obstacle::WrongType, span }
}

impl Predicate {
    pub(crate) fn holds<R: Record>(&self, frames: &Frames<'_, R>) -> Result<bool, Fault> {
        Ok(match self {
            Self::Constant(truth) => *truth,
            Self::Flag(_) => self.truth(frames)? == Some(true),
            Self::Given(place) => frames.value(place).is_some(),
            Self::Missing(place) => frames.value(place).is_none(),
            Self::AllDigits(text) => {
                let text = text.read(frames)?;
                text.is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
            }
            Self::CompareText { left, equal, right } => {
                both(left.read(frames)?, right.read(frames)?, |left, right| (left == right) == *equal)
            }
            Self::CompareNumbers(sides, comparison) => {
                both(sides.0.compute(frames)?, sides.1.compute(frames)?, |left, right| {
                    comparison.accepts(left.cmp(&right))
                })
            }
            Self::CompareDates(left, comparison, right) => {
                both(left.read(frames)?, right.read(frames)?, |left, right| comparison.accepts(left.cmp(&right)))
            }
            Self::CompareTruths { left, equal, right } => {
                both(left.truth(frames)?, right.truth(frames)?, |left, right| (left == right) == *equal)
            }
            Self::TextIn(text, denied, set) => text.read(frames)?.is_some_and(|text| set.holds(text) != *denied),
            Self::TextInAsked(text, denied, list) => {
                let text = text.read(frames)?;
                text.is_some_and(|text| frames.in_list(*list, text) != *denied)
            }
            Self::NumberIn(number, denied, numbers) => {
                number.compute(frames)?.is_some_and(|number| numbers.binary_search(&number).is_ok() != *denied)
            }
            Self::DateIn(date, denied, dates) => {
                date.read(frames)?.is_some_and(|date| dates.binary_search(&date).is_ok() != *denied)
            }
            Self::StartsWith(text, denied, set) => text.read(frames)?.is_some_and(|text| set.begins(text) != *denied),
            Self::EndsWith(text, denied, ends) => {
                text.read(frames)?.is_some_and(|text| ends.iter().any(|end| text.ends_with(&**end)) != *denied)
            }
            Self::Contains(text, denied, parts) => {
                text.read(frames)?.is_some_and(|text| parts.iter().any(|part| text.contains(&**part)) != *denied)
            }
            Self::Mentions(text, denied, phrases) => {
                text.read(frames)?.is_some_and(|text| mentions(text, &phrases.0, &phrases.1) != *denied)
            }
            Self::StartsWithPart(text, denied, start) => {
                both(text.read(frames)?, start.read(frames)?, |text, start| text.starts_with(start) != *denied)
            }
            Self::EndsWithPart(text, denied, end) => {
                both(text.read(frames)?, end.read(frames)?, |text, end| text.ends_with(end) != *denied)
            }
            Self::ContainsPart(text, denied, part) => {
                both(text.read(frames)?, part.read(frames)?, |text, part| text.contains(part) != *denied)
            }
            Self::Not(inner) => !inner.holds(frames)?,
            Self::And(parts) => {
                for part in parts {
                    if !part.holds(frames)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Or(parts) => {
                for part in parts {
                    if part.holds(frames)? {
                        return Ok(true);
                    }
                }
                false
            }
            Self::Any(over, inner) => frames.visit(over, |_, frames| Ok(inner.holds(frames)?.then_some(())))?.is_some(),
            Self::All(over, inner) => {
                frames.visit(over, |_, frames| Ok((!inner.holds(frames)?).then_some(())))?.is_none()
            }
        })
    }

    /// The truth of a side of a comparison; `None` for a field that is missing.
    fn truth<R: Record>(&self, frames: &Frames<'_, R>) -> Result<Option<bool>, Fault> {
        match self {
            Self::Flag(place) => match frames.value(place) {
                None => Ok(None),
                Some(Value::Bool(truth)) => Ok(Some(truth)),
                Some(_) => Err(wrong_type(place.span)),
            },
            other => other.holds(frames).map(Some),
        }
    }
}

#[inline]
fn both<T>(left: Option<T>, right: Option<T>, test: impl FnOnce(T, T) -> bool) -> bool {
    left.zip(right).is_some_and(|(left, right)| test(left, right))
}

impl NumberPart {
    /// The number; `None` when a field that it is made of is missing.
    ///
    /// Nearly every number is written out or a field, which is answered where it is asked.
    #[inline]
    pub(crate) fn compute<R: Record>(&self, frames: &Frames<'_, R>) -> Result<Option<Decimal>, Fault> {
        match self {
            Self::Constant(number) => Ok(Some(*number)),
            Self::Field(place) => match frames.value(place) {
                None => Ok(None),
                Some(Value::Number(number)) => Ok(Some(number)),
                Some(_) => Err(wrong_type(place.span)),
            },
            computed => computed.compute_parts(frames),
        }
    }

    fn compute_parts<R: Record>(&self, frames: &Frames<'_, R>) -> Result<Option<Decimal>, Fault> {
        Ok(match self {
            Self::Constant(_) | Self::Field(_) => self.compute(frames)?,
            Self::Negate(inner) => inner.compute(frames)?.map(|number| -number),
            Self::Absolute(inner) => inner.compute(frames)?.map(|number| number.abs()),
            Self::Arithmetic(sides, operator, span) => match (sides.0.compute(frames)?, sides.1.compute(frames)?) {
                (Some(left), Some(right)) => {
                    Some(exact::compute(left, *operator, right).map_err(|obstacle| Fault { obstacle, span: *span })?)
                }
                _ => None,
            },
            Self::Minimum(parts) => extreme(parts, frames, Decimal::min)?,
            Self::Maximum(parts) => extreme(parts, frames, Decimal::max)?,
            Self::Length(text) => text.read(frames)?.map(|text| Decimal::from(text.chars().count())),
            Self::Decimals(number) => number.compute(frames)?.map(|number| Decimal::from(number.normalize().scale())),
            Self::WrittenDecimals(number) => number.compute(frames)?.map(|number| Decimal::from(number.scale())),
            Self::Round(number, decimals) => number.compute(frames)?.map(|number| {
                number.round_dp_with_strategy(*decimals, RoundingStrategy::MidpointAwayFromZero).normalize()
            }),
            Self::Year(date) => date.read(frames)?.map(|date| Decimal::from(date.year())),
            Self::OldestYear(text) => text.read(frames)?.and_then(oldest_year).map(Decimal::from),
            Self::DaysBetween(from, to) => match (from.read(frames)?, to.read(frames)?) {
                (Some(from), Some(to)) => Some(Decimal::from(from.duration_until(to).as_hours() / 24)),
                _ => None,
            },
            Self::Size(over) => Some(Decimal::from(frames.count(over))),
            Self::Count(over, inner) => {
                let mut count = 0_u32;
                frames.visit(over, |_, frames| {
                    count += u32::from(inner.holds(frames)?);
                    Ok(None::<()>)
                })?;
                Some(Decimal::from(count))
            }
            Self::Sum(over, inner) => {
                let mut sum = Decimal::ZERO;
                frames.visit(over, |_, frames| {
                    if let Some(number) = inner.compute(frames)? {
                        sum = exact::add(sum, number).map_err(|obstacle| Fault { obstacle, span: over.span })?;
                    }
                    Ok(None::<()>)
                })?;
                Some(sum)
            }
        })
    }
}

/// The least or greatest of some numbers; `None` when one of them is missing.
fn extreme<R: Record>(
    parts: &[NumberPart],
    frames: &Frames<'_, R>,
    choose: impl Fn(Decimal, Decimal) -> Decimal,
) -> Result<Option<Decimal>, Fault> {
    let mut chosen = None;
    for part in parts {
        let Some(number) = part.compute(frames)? else {
            return Ok(None);
        };
        chosen = Some(chosen.map_or(number, |chosen| choose(chosen, number)));
    }
    Ok(chosen)
}

impl TextPart {
    #[inline]
    fn read<'t, R: Record>(&'t self, frames: &'t Frames<'_, R>) -> Result<Option<&'t str>, Fault> {
        match self {
            Self::Constant(text) => Ok(Some(text)),
            Self::Field(place) => match frames.value(place) {
                None => Ok(None),
                Some(Value::Text(text)) => Ok(Some(text)),
                Some(_) => Err(wrong_type(place.span)),
            },
        }
    }
}

impl DatePart {
    #[inline]
    fn read<R: Record>(&self, frames: &Frames<'_, R>) -> Result<Option<Date>, Fault> {
        match self {
            Self::Constant(date) => Ok(Some(*date)),
            Self::Field(place) => match frames.value(place) {
                None => Ok(None),
                Some(Value::Date(date)) => Ok(Some(date)),
                Some(_) => Err(wrong_type(place.span)),
            },
        }
    }
}
