//! The language a second time: slow and obvious, straight from the tree, with names looked up as they are met.

use jiff::civil::Date;
use num_bigint::BigInt;
use rust_decimal::Decimal;

use super::{Fact, Facts, SCOPES, Sample};
use crate::error::Span;
use crate::syntax::{Choice, Comparison, Expr, ExprKind, Function, Literal, Name, Operator, Relation};
use crate::{Schema, Scope};

/// It cannot be decided.
#[derive(Debug, PartialEq)]
pub(crate) struct Undecided;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Missing,
    Text(String),
    Number(Decimal),
    Date(Date),
    Bool(bool),
}

/// The records in reach: those handed in, then the elements of the quantifiers around.
#[derive(Clone)]
pub(crate) struct Reach<'f> {
    pub(crate) handed_in: usize,
    pub(crate) records: Vec<&'f Facts>,
}

impl<'f> Reach<'f> {
    fn owner(&self, name: &Name) -> &'f Facts {
        let knows = |facts: &&&Facts| {
            let scope = Scope(facts.scope);
            Sample.field(scope, &name.word.text).is_some() || Sample.collection(scope, &name.word.text).is_some()
        };
        let (handed_in, elements) = self.records.split_at(self.handed_in);
        match &name.qualifier {
            Some(qualifier) => {
                self.records.iter().rev().find(|facts| SCOPES[usize::from(facts.scope)].0 == qualifier.text).unwrap()
            }
            None => elements.iter().rev().find(knows).or_else(|| handed_in.iter().find(knows)).unwrap(),
        }
    }

    fn field(&self, name: &Name) -> Answer {
        let owner = self.owner(name);
        let (slot, _) = Sample.field(Scope(owner.scope), &name.word.text).unwrap();
        match owner.fields.get(&slot.0) {
            None => Answer::Missing,
            Some(Fact::Text(text)) => Answer::Text(text.clone()),
            Some(Fact::Number(number)) => Answer::Number(*number),
            Some(Fact::Date(date)) => Answer::Date(*date),
            Some(Fact::Bool(truth)) => Answer::Bool(*truth),
        }
    }

    fn elements(&self, collection: &Expr) -> Vec<Reach<'f>> {
        let ExprKind::Name(name) = &collection.kind else { panic!("a collection has a name") };
        let owner = self.owner(name);
        let (slot, _) = Sample.collection(Scope(owner.scope), &name.word.text).unwrap();
        let elements = owner.collections.get(&slot.0).map(Vec::as_slice).unwrap_or_default();
        let with = |element| {
            let mut reach = self.clone();
            reach.records.push(element);
            reach
        };
        elements.iter().map(with).collect()
    }
}

pub(crate) fn truth(expr: &Expr, reach: &Reach<'_>) -> Result<bool, Undecided> {
    Ok(answer(expr, reach)? == Answer::Bool(true))
}

pub(crate) fn answer(expr: &Expr, reach: &Reach<'_>) -> Result<Answer, Undecided> {
    Ok(match &expr.kind {
        ExprKind::Literal(literal) => literal_answer(literal),
        ExprKind::Name(name) => reach.field(name),
        ExprKind::Negate(inner) => match answer(inner, reach)? {
            Answer::Number(number) => Answer::Number(-number),
            other => other,
        },
        ExprKind::Arithmetic(left, operator, right) => match (answer(left, reach)?, answer(right, reach)?) {
            (Answer::Number(left), Answer::Number(right)) => Answer::Number(arithmetic(left, *operator, right)?),
            _ => Answer::Missing,
        },
        ExprKind::Compare(left, comparison, right) => {
            Answer::Bool(compare(&answer(left, reach)?, *comparison, &answer(right, reach)?))
        }
        ExprKind::Relate(left, denied, relation, choice) => {
            let left = answer(left, reach)?;
            let choices = match choice {
                Choice::One(operand) => vec![answer(operand, reach)?],
                Choice::List(entries) => entries.iter().map(|(literal, _)| literal_answer(literal)).collect(),
                Choice::Named(name) => Sample.list(&name.text).unwrap().into_iter().map(Answer::Text).collect(),
            };
            let missing = left == Answer::Missing || choices.contains(&Answer::Missing);
            let related = choices.iter().any(|choice| relate(&left, *relation, choice));
            Answer::Bool(!missing && related != *denied)
        }
        ExprKind::Mentions(left, denied, phrases, outside) => Answer::Bool(match answer(left, reach)? {
            Answer::Text(text) => mentioned(&text, phrases, outside) != *denied,
            _ => false,
        }),
        ExprKind::Not(inner) => Answer::Bool(!truth(inner, reach)?),
        ExprKind::And(parts) => {
            for part in parts {
                if !truth(part, reach)? {
                    return Ok(Answer::Bool(false));
                }
            }
            Answer::Bool(true)
        }
        ExprKind::Or(parts) => {
            for part in parts {
                if truth(part, reach)? {
                    return Ok(Answer::Bool(true));
                }
            }
            Answer::Bool(false)
        }
        ExprKind::Call(function, arguments) => call(*function, arguments, reach)?,
    })
}

/// Texts of the samples are single words without marks, so that every way to find a phrase comes to the words themselves.
fn mentioned(text: &str, phrases: &[(Literal, Span)], outside: &[(Literal, Span)]) -> bool {
    let plain = |text: &str| {
        let words = text.to_lowercase();
        let words = words.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let places = |entries: &[(Literal, Span)]| {
        let text = plain(text);
        let mut places = Vec::new();
        for (literal, _) in entries {
            let Literal::Text(phrase) = literal else { panic!("a phrase is a text") };
            let phrase = plain(phrase);
            for start in 0..text.len() {
                if text[start..].starts_with(&phrase) {
                    places.push((start, start + phrase.len()));
                }
            }
        }
        places
    };
    let covers = places(outside);
    let within = |(start, end): &(usize, usize)| covers.iter().any(|(from, to)| from <= start && end <= to);
    places(phrases).iter().any(|place| !within(place))
}

/// How many digits stand behind the point once zeros at the end are struck out.
fn decimals_written(number: Decimal) -> Decimal {
    let written = number.to_string();
    written.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len()).into()
}

fn call(function: Function, arguments: &[Expr], reach: &Reach<'_>) -> Result<Answer, Undecided> {
    let first = &arguments[0];
    Ok(match function {
        Function::Given => Answer::Bool(answer(first, reach)? != Answer::Missing),
        Function::Missing => Answer::Bool(answer(first, reach)? == Answer::Missing),
        Function::Length => match answer(first, reach)? {
            Answer::Text(text) => Answer::Number(text.chars().count().into()),
            _ => Answer::Missing,
        },
        Function::Decimals => match answer(first, reach)? {
            Answer::Number(number) => Answer::Number(decimals_written(number)),
            other => other,
        },
        Function::WrittenDecimals => match answer(first, reach)? {
            Answer::Number(number) => {
                let written = number.to_string();
                Answer::Number(written.split_once('.').map_or(0, |(_, decimals)| decimals.len()).into())
            }
            other => other,
        },
        Function::Round => match (answer(first, reach)?, answer(&arguments[1], reach)?) {
            (Answer::Number(number), Answer::Number(places)) => Answer::Number(rounded(number, places)),
            _ => Answer::Missing,
        },
        Function::Year => match answer(first, reach)? {
            Answer::Date(date) => Answer::Number(date.to_string()[..4].parse().unwrap()),
            _ => Answer::Missing,
        },
        Function::OldestYear => match answer(first, reach)? {
            Answer::Text(text) => {
                let years = (1900..2100).filter(|year| text.split(' ').any(|word| word == year.to_string()));
                years.min().map_or(Answer::Missing, |year: i32| Answer::Number(year.into()))
            }
            _ => Answer::Missing,
        },
        Function::AllDigits => match answer(first, reach)? {
            Answer::Text(text) => Answer::Bool(!text.is_empty() && text.chars().all(|c| "0123456789".contains(c))),
            _ => Answer::Bool(false),
        },
        Function::Absolute => match answer(first, reach)? {
            Answer::Number(number) if number < Decimal::ZERO => Answer::Number(-number),
            other => other,
        },
        Function::Minimum | Function::Maximum => {
            let mut numbers = Vec::new();
            for argument in arguments {
                match answer(argument, reach)? {
                    Answer::Number(number) => numbers.push(number),
                    _ => return Ok(Answer::Missing),
                }
            }
            numbers.sort_unstable();
            Answer::Number(if function == Function::Minimum { numbers[0] } else { numbers[numbers.len() - 1] })
        }
        Function::DaysBetween => match (answer(first, reach)?, answer(&arguments[1], reach)?) {
            (Answer::Date(from), Answer::Date(to)) if from <= to => Answer::Number(days(from, to).into()),
            (Answer::Date(from), Answer::Date(to)) => Answer::Number((-days(to, from)).into()),
            _ => Answer::Missing,
        },
        Function::Any => {
            for element in reach.elements(first) {
                if truth(&arguments[1], &element)? {
                    return Ok(Answer::Bool(true));
                }
            }
            Answer::Bool(false)
        }
        Function::All => {
            for element in reach.elements(first) {
                if !truth(&arguments[1], &element)? {
                    return Ok(Answer::Bool(false));
                }
            }
            Answer::Bool(true)
        }
        Function::Count => {
            let mut count = 0;
            for element in reach.elements(first) {
                count += i64::from(arguments.len() == 1 || truth(&arguments[1], &element)?);
            }
            Answer::Number(count.into())
        }
        Function::Sum => {
            let mut sum = Decimal::ZERO;
            for element in reach.elements(first) {
                if let Answer::Number(number) = answer(&arguments[1], &element)? {
                    sum = arithmetic(sum, Operator::Add, number)?;
                }
            }
            Answer::Number(sum)
        }
    })
}

/// Half up by the digits: ten times as many places, five more, cut.
fn rounded(number: Decimal, places: Decimal) -> Decimal {
    let places: u32 = places.try_into().unwrap();
    if number.scale() <= places {
        return number;
    }
    let cut = BigInt::from(10).pow(number.scale() - places);
    let half = &cut / 2;
    let mantissa = BigInt::from(number.mantissa().abs());
    let kept: BigInt = (mantissa + half) / cut;
    let kept = if number.is_sign_negative() { -kept } else { kept };
    decimal(kept, places).unwrap()
}

fn days(from: Date, to: Date) -> i64 {
    let mut day = from;
    let mut count = 0;
    while day != to {
        day = day.tomorrow().unwrap();
        count += 1;
    }
    count
}

fn literal_answer(literal: &Literal) -> Answer {
    match literal {
        Literal::Number(number) => Answer::Number(*number),
        Literal::Text(text) => Answer::Text(text.clone()),
        Literal::Date(date) => Answer::Date(*date),
        Literal::Bool(truth) => Answer::Bool(*truth),
    }
}

fn compare(left: &Answer, comparison: Comparison, right: &Answer) -> bool {
    let (less, equal) = match (left, right) {
        (Answer::Text(left), Answer::Text(right)) => (false, left == right),
        (Answer::Bool(left), Answer::Bool(right)) => (false, left == right),
        (Answer::Number(left), Answer::Number(right)) => (left < right, left == right),
        (Answer::Date(left), Answer::Date(right)) => (left < right, left == right),
        _ => return false,
    };
    match comparison {
        Comparison::Equal => equal,
        Comparison::NotEqual => !equal,
        Comparison::Less => less,
        Comparison::LessOrEqual => less || equal,
        Comparison::Greater => !less && !equal,
        Comparison::GreaterOrEqual => !less,
    }
}

fn relate(left: &Answer, relation: Relation, choice: &Answer) -> bool {
    match (left, choice) {
        (Answer::Text(text), Answer::Text(part)) => match relation {
            Relation::In => text == part,
            Relation::StartsWith => text.starts_with(part),
            Relation::EndsWith => text.ends_with(part),
            Relation::Contains => text.contains(part),
        },
        _ => left == choice,
    }
}

/// Whole numbers of any length take the place of the decimal arithmetic.
fn arithmetic(left: Decimal, operator: Operator, right: Decimal) -> Result<Decimal, Undecided> {
    let aligned =
        |number: Decimal, scale: u32| BigInt::from(number.mantissa()) * BigInt::from(10).pow(scale - number.scale());
    let scale = left.scale().max(right.scale());
    match operator {
        Operator::Add => decimal(aligned(left, scale) + aligned(right, scale), scale),
        Operator::Subtract => decimal(aligned(left, scale) - aligned(right, scale), scale),
        Operator::Multiply => {
            decimal(BigInt::from(left.mantissa()) * BigInt::from(right.mantissa()), left.scale() + right.scale())
        }
        // The quotient is the decimal library's own by definition.
        Operator::Divide => left.checked_div(right).ok_or(Undecided),
    }
}

fn decimal(mut mantissa: BigInt, mut scale: u32) -> Result<Decimal, Undecided> {
    let ten = BigInt::from(10);
    while scale > 0 && &mantissa % &ten == BigInt::ZERO {
        mantissa /= &ten;
        scale -= 1;
    }
    let mantissa = i128::try_from(mantissa).map_err(|_| Undecided)?;
    Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| Undecided)
}
