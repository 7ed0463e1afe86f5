//! How messages speak of the parts of a condition.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::schema::Type;
use crate::syntax::{Expr, ExprKind, Literal, Operator};

const DATE_HINT: &str = "a date is written year-month-day without quotes, such as 2026-07-01";

pub(crate) fn literal_name(literal: &Literal) -> String {
    match literal {
        Literal::Number(number) => format!("the number {number}"),
        Literal::Text(_) => format!("the text {}", shortened(&literal.to_string())),
        Literal::Date(date) => format!("the date {date}"),
        Literal::Bool(truth) => truth.to_string(),
    }
}

/// A hint when a literal was written with or without quotes by mistake.
pub(crate) fn quoting_hint(expr: &Expr, wanted: Type) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(literal) => literal_hint(literal, wanted),
        // 2026-7-1 is a computation.
        ExprKind::Arithmetic(_, Operator::Subtract, _) if wanted == Type::Date => Some(DATE_HINT.to_owned()),
        _ => None,
    }
}

pub(crate) fn literal_hint(literal: &Literal, wanted: Type) -> Option<String> {
    match (literal, wanted) {
        (Literal::Number(number), Type::Text) => Some(format!("write a code in double quotes: \"{number}\"")),
        (Literal::Text(text), Type::Number) if Decimal::from_str_exact(text).is_ok() => {
            Some(format!("write the number without quotes: {text}"))
        }
        (Literal::Text(text), Type::Date) => Some(match text.parse::<Date>() {
            Ok(date) => format!("write the date without quotes: {date}"),
            Err(_) => DATE_HINT.to_owned(),
        }),
        (Literal::Number(_), Type::Date) => Some(DATE_HINT.to_owned()),
        _ => None,
    }
}

/// A piece of the source, cut where a message would grow too long.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
