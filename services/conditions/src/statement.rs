//! A part of a condition as a statement with the values that it saw: `customs_value = 21,000 > 20,000`.

use rust_decimal::Decimal;

use crate::condition::Condition;
use crate::error::Span;
use crate::evaluate::Frames;
use crate::program::{NumberPart, Place, Predicate, TextPart};
use crate::schema::Record;
use crate::seen::{Seen, SeenValue};
use crate::syntax::{Comparison, spelling};

/// How many characters of the condition's own words are repeated; a long list is cut there.
const WORDS_MAX: usize = 120;

/// How a language says what is not a field, a value or an operator.
pub(crate) struct Words {
    not_declared: &'static str,
    its_values: &'static str,
    thousands: char,
    decimals: char,
}

pub(crate) const ENGLISH: Words =
    Words { not_declared: " is not declared", its_values: ", where ", thousands: ',', decimals: '.' };
pub(crate) const VIETNAMESE: Words =
    Words { not_declared: " không được khai", its_values: ", với ", thousands: '.', decimals: ',' };

/// Says a part of a condition with the values that it saw.
pub(crate) fn state<R: Record>(
    condition: &Condition,
    span: Span,
    predicate: &Predicate,
    frames: &Frames<'_, R>,
    seen: &[Seen],
    language: &Words,
) -> String {
    let source = &*condition.source;
    match predicate {
        Predicate::Flag(place) | Predicate::Given(place) | Predicate::Missing(place) => {
            field(source, place, frames, language)
        }
        Predicate::Not(inner)
            if matches!(**inner, Predicate::Flag(_) | Predicate::Given(_) | Predicate::Missing(_)) =>
        {
            state(condition, span, inner, frames, seen, language)
        }
        Predicate::CompareNumbers(sides, Comparison::Equal) if is_plain(&sides.0, &sides.1) => {
            number(source, &sides.0, frames, language).unwrap_or_default()
        }
        Predicate::CompareNumbers(sides, comparison) => {
            match (number(source, &sides.0, frames, language), number(source, &sides.1, frames, language)) {
                (Some(left), Some(right)) if matches!(sides.1, NumberPart::Constant(_)) => {
                    format!("{left} {} {right}", spelling(&Comparison::ALL, comparison))
                }
                (Some(left), Some(right)) => format!("({left}) {} ({right})", spelling(&Comparison::ALL, comparison)),
                _ => at_large(source, span, seen, language),
            }
        }
        Predicate::CompareText { left: TextPart::Field(place), equal: true, right: TextPart::Constant(_) } => {
            field(source, place, frames, language)
        }
        Predicate::TextIn(TextPart::Field(place), ..)
        | Predicate::StartsWith(TextPart::Field(place), ..)
        | Predicate::EndsWith(TextPart::Field(place), ..)
        | Predicate::Contains(TextPart::Field(place), ..)
        | Predicate::Mentions(TextPart::Field(place), ..) => {
            let relation = Span { start: place.span.end, end: span.end };
            format!("{}, {}", field(source, place, frames, language), one_line(relation.of(source)))
        }
        _ => at_large(source, span, seen, language),
    }
}

/// Whether a field or a total is compared with a number that is written out.
fn is_plain(left: &NumberPart, right: &NumberPart) -> bool {
    matches!(right, NumberPart::Constant(_))
        && matches!(left, NumberPart::Field(_) | NumberPart::Size(_) | NumberPart::Count(..) | NumberPart::Sum(..))
}

fn field<R: Record>(source: &str, place: &Place, frames: &Frames<'_, R>, language: &Words) -> String {
    let name = place.span.of(source);
    match frames.value(place) {
        Some(value) => format!("{name} = {}", shown(&value.into(), language)),
        None => format!("{name}{}", language.not_declared),
    }
}

/// A number with where it comes from; `None` for a computation, whose parts are better named one by one.
fn number<R: Record>(source: &str, part: &NumberPart, frames: &Frames<'_, R>, language: &Words) -> Option<String> {
    match part {
        NumberPart::Constant(constant) => Some(grouped(*constant, language)),
        NumberPart::Field(place) => Some(field(source, place, frames, language)),
        NumberPart::Size(over) | NumberPart::Count(over, _) | NumberPart::Sum(over, _) => {
            let value = part.compute(frames).ok().flatten()?;
            Some(format!("{} = {}", one_line(over.span.of(source)), grouped(value, language)))
        }
        _ => None,
    }
}

/// The part as it was written, and after it every value that it saw.
fn at_large(source: &str, span: Span, seen: &[Seen], language: &Words) -> String {
    let mut statement = one_line(span.of(source));
    for (position, Seen { what, value }) in seen.iter().enumerate() {
        statement.push_str(if position == 0 { language.its_values } else { ", " });
        statement.push_str(what);
        match value {
            Some(value) => {
                statement.push_str(" = ");
                statement.push_str(&shown(value, language));
            }
            None => statement.push_str(language.not_declared),
        }
    }
    statement
}

/// Words of the source on one line, cut where they are long.
fn one_line(written: &str) -> String {
    let mut line = written.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(WORDS_MAX) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn shown(value: &SeenValue, language: &Words) -> String {
    match value {
        SeenValue::Number(number) => grouped(*number, language),
        other => other.to_string(),
    }
}

/// A number as people read it: the thousands apart, no needless zeros.
fn grouped(number: Decimal, language: &Words) -> String {
    let plain = number.normalize().to_string();
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::with_capacity(plain.len() * 4 / 3 + 2);
    grouped.push_str(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(language.thousands);
        }
        grouped.push(digit);
    }
    if let Some(fraction) = fraction {
        grouped.push(language.decimals);
        grouped.push_str(fraction);
    }
    grouped
}
