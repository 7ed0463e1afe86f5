//! A part of a condition as a statement with the values that it saw: `customs_value = 21,000 > 20,000`.

use rust_decimal::Decimal;

use crate::condition::Condition;
use crate::error::Span;
use crate::evaluate::Frames;
use crate::explain::{Seen, SeenValue};
use crate::program::{NumberPart, Place, Predicate, TextPart};
use crate::schema::Record;
use crate::syntax::{Comparison, spelling};

/// How many characters of the condition's own words are repeated; a long list is cut there.
const WORDS_MAX: usize = 120;

/// Says a part of a condition with the values that it saw.
pub(crate) fn state<R: Record>(
    condition: &Condition,
    span: Span,
    predicate: &Predicate,
    frames: &Frames<'_, R>,
    seen: &[Seen],
) -> String {
    let source = &*condition.source;
    match predicate {
        Predicate::Flag(place) | Predicate::Given(place) | Predicate::Missing(place) => field(source, place, frames),
        Predicate::Not(inner)
            if matches!(**inner, Predicate::Flag(_) | Predicate::Given(_) | Predicate::Missing(_)) =>
        {
            state(condition, span, inner, frames, seen)
        }
        Predicate::CompareNumbers(sides, Comparison::Equal) if is_plain(&sides.0, &sides.1) => {
            number(source, &sides.0, frames).unwrap_or_default()
        }
        Predicate::CompareNumbers(sides, comparison) => {
            match (number(source, &sides.0, frames), number(source, &sides.1, frames)) {
                (Some(left), Some(right)) if matches!(sides.1, NumberPart::Constant(_)) => {
                    format!("{left} {} {right}", spelling(&Comparison::ALL, comparison))
                }
                (Some(left), Some(right)) => format!("({left}) {} ({right})", spelling(&Comparison::ALL, comparison)),
                _ => at_large(source, span, seen),
            }
        }
        Predicate::CompareText { left: TextPart::Field(place), equal: true, right: TextPart::Constant(_) } => {
            field(source, place, frames)
        }
        Predicate::TextIn(TextPart::Field(place), ..)
        | Predicate::StartsWith(TextPart::Field(place), ..)
        | Predicate::EndsWith(TextPart::Field(place), ..)
        | Predicate::Contains(TextPart::Field(place), ..)
        | Predicate::Mentions(TextPart::Field(place), ..) => {
            let relation = Span { start: place.span.end, end: span.end };
            format!("{}, {}", field(source, place, frames), words(relation.of(source)))
        }
        _ => at_large(source, span, seen),
    }
}

/// Whether a field or a total is compared with a number that is written out.
fn is_plain(left: &NumberPart, right: &NumberPart) -> bool {
    matches!(right, NumberPart::Constant(_))
        && matches!(left, NumberPart::Field(_) | NumberPart::Size(_) | NumberPart::Count(..) | NumberPart::Sum(..))
}

fn field<R: Record>(source: &str, place: &Place, frames: &Frames<'_, R>) -> String {
    let name = place.span.of(source);
    match frames.value(place) {
        Some(value) => format!("{name} = {}", shown(&value.into())),
        None => format!("{name} is not declared"),
    }
}

/// A number with where it comes from; `None` for a computation, whose parts are better named one by one.
fn number<R: Record>(source: &str, part: &NumberPart, frames: &Frames<'_, R>) -> Option<String> {
    match part {
        NumberPart::Constant(constant) => Some(grouped(*constant)),
        NumberPart::Field(place) => Some(field(source, place, frames)),
        NumberPart::Size(over) | NumberPart::Count(over, _) | NumberPart::Sum(over, _) => {
            let value = part.compute(frames).ok().flatten()?;
            Some(format!("{} = {}", words(over.span.of(source)), grouped(value)))
        }
        _ => None,
    }
}

/// The part as it was written, and after it every value that it saw.
fn at_large(source: &str, span: Span, seen: &[Seen]) -> String {
    let mut statement = words(span.of(source));
    for (position, Seen { what, value }) in seen.iter().enumerate() {
        statement.push_str(if position == 0 { ", where " } else { ", " });
        statement.push_str(what);
        match value {
            Some(value) => {
                statement.push_str(" = ");
                statement.push_str(&shown(value));
            }
            None => statement.push_str(" is not declared"),
        }
    }
    statement
}

/// Words of the source on one line, cut where they are long.
fn words(written: &str) -> String {
    let mut line = written.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(WORDS_MAX) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn shown(value: &SeenValue) -> String {
    match value {
        SeenValue::Number(number) => grouped(*number),
        other => other.to_string(),
    }
}

/// A number as people read it: the thousands apart, no needless zeros.
fn grouped(number: Decimal) -> String {
    let plain = number.normalize().to_string();
    let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let (whole, fraction) = plain.find('.').map_or((plain, ""), |point| plain.split_at(point));
    let mut grouped = String::with_capacity(plain.len() * 4 / 3 + 2);
    grouped.push_str(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped.push_str(fraction);
    grouped
}
