//! The condition as written, before its names are looked up. Printing it gives the one canonical way to write it.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::error::Span;

/// A part of a condition and its place.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    Literal(Literal),
    Name(Name),
    Negate(Box<Expr>),
    Arithmetic(Box<Expr>, Operator, Box<Expr>),
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// `in`, `starts_with` and their like; the flag tells whether `not` stands before the word.
    Relate(Box<Expr>, bool, Relation, Choice),
    /// `mentions`, with what does not count; the flag as in `Relate`.
    Mentions(Box<Expr>, bool, Vec<(Literal, Span)>, Vec<(Literal, Span)>),
    Not(Box<Expr>),
    /// Two or more.
    And(Vec<Expr>),
    /// Two or more.
    Or(Vec<Expr>),
    Call(Function, Vec<Expr>),
}

/// A value written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Number(Decimal),
    Text(String),
    Date(Date),
    Bool(bool),
}

/// `origin`, `item.origin`.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    pub(crate) qualifier: Option<Word>,
    pub(crate) word: Word,
}

/// A name and its place.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// What stands on the right of `in`, `starts_with` and their like.
#[derive(Debug, Clone)]
pub(crate) enum Choice {
    One(Box<Expr>),
    /// `["CN", "TH"]`, not empty.
    List(Vec<(Literal, Span)>),
    /// `list(high_risk_origins)`.
    Named(Word),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    pub(crate) const ALL: [(&str, Self); 4] =
        [("+", Self::Add), ("-", Self::Subtract), ("*", Self::Multiply), ("/", Self::Divide)];

    pub(crate) fn is_product(self) -> bool {
        matches!(self, Self::Multiply | Self::Divide)
    }
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) const ALL: [(&str, Self); 6] = [
        ("=", Self::Equal),
        ("!=", Self::NotEqual),
        ("<", Self::Less),
        ("<=", Self::LessOrEqual),
        (">", Self::Greater),
        (">=", Self::GreaterOrEqual),
    ];

    pub(crate) fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether two values that stand in this order satisfy the comparison.
    #[inline]
    pub(crate) fn accepts(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// How a value relates to one or more others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    In,
    StartsWith,
    EndsWith,
    Contains,
}

impl Relation {
    pub(crate) const ALL: [(&str, Self); 4] = [
        ("in", Self::In),
        ("starts_with", Self::StartsWith),
        ("ends_with", Self::EndsWith),
        ("contains", Self::Contains),
    ];
}

/// What stands before a parenthesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Given,
    Missing,
    Length,
    Decimals,
    WrittenDecimals,
    AllDigits,
    Absolute,
    Round,
    Minimum,
    Maximum,
    DaysBetween,
    Year,
    OldestYear,
    Any,
    All,
    Count,
    Sum,
}

impl Function {
    pub(crate) const ALL: [(&str, Self); 17] = [
        ("given", Self::Given),
        ("missing", Self::Missing),
        ("length", Self::Length),
        ("decimals", Self::Decimals),
        ("written_decimals", Self::WrittenDecimals),
        ("all_digits", Self::AllDigits),
        ("abs", Self::Absolute),
        ("round", Self::Round),
        ("min", Self::Minimum),
        ("max", Self::Maximum),
        ("days_between", Self::DaysBetween),
        ("year", Self::Year),
        ("oldest_year", Self::OldestYear),
        ("any", Self::Any),
        ("all", Self::All),
        ("count", Self::Count),
        ("sum", Self::Sum),
    ];

    /// How it is used, for the hint when it is used otherwise.
    pub(crate) fn usage(self) -> &'static str {
        match self {
            Self::Given => "given(field)",
            Self::Missing => "missing(field)",
            Self::Length => "length(text)",
            Self::Decimals => "decimals(number)",
            Self::WrittenDecimals => "written_decimals(number)",
            Self::AllDigits => "all_digits(text)",
            Self::Absolute => "abs(number)",
            Self::Round => "round(number, how many decimals)",
            Self::Minimum => "min(number, number, ...)",
            Self::Maximum => "max(number, number, ...)",
            Self::DaysBetween => "days_between(earlier date, later date)",
            Self::Year => "year(date)",
            Self::OldestYear => "oldest_year(text)",
            Self::Any => "any(collection, condition)",
            Self::All => "all(collection, condition)",
            Self::Count => "count(collection) or count(collection, condition)",
            Self::Sum => "sum(collection, number)",
        }
    }

    /// The fewest and the most arguments that it takes.
    pub(crate) fn arguments(self) -> (usize, usize) {
        match self {
            Self::Given
            | Self::Missing
            | Self::Length
            | Self::Decimals
            | Self::WrittenDecimals
            | Self::AllDigits
            | Self::Absolute
            | Self::Year
            | Self::OldestYear => (1, 1),
            Self::DaysBetween | Self::Round | Self::Any | Self::All | Self::Sum => (2, 2),
            Self::Minimum | Self::Maximum => (2, usize::MAX),
            Self::Count => (1, 2),
        }
    }
}

/// The spelling of an operator or function in its table.
pub(crate) fn spelling<T: PartialEq>(table: &[(&'static str, T)], meaning: &T) -> &'static str {
    table.iter().find(|(_, entry)| entry == meaning).map_or("", |(word, _)| word)
}

/// The operator or function with a spelling.
pub(crate) fn meaning<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(spelling, _)| *spelling == word).map(|(_, meaning)| *meaning)
}

impl Expr {
    /// How tightly the parts hold together; a part that holds less tightly than its place asks stands in parentheses.
    fn tightness(&self) -> u8 {
        match &self.kind {
            ExprKind::And(_) | ExprKind::Or(_) => 1,
            ExprKind::Not(_) => 2,
            ExprKind::Compare(..) | ExprKind::Relate(..) | ExprKind::Mentions(..) => 3,
            ExprKind::Arithmetic(_, operator, _) if operator.is_product() => 5,
            ExprKind::Arithmetic(..) => 4,
            ExprKind::Negate(_) => 6,
            ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Call(..) => 7,
        }
    }
}

/// A part where at least this tightness is asked.
struct Within<'e>(&'e Expr, u8);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.tightness() < self.1 { write!(f, "({})", self.0) } else { self.0.fmt(f) }
    }
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    parts: &[T],
    separator: &str,
    mut write_part: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write_part(f, part)?;
    }
    Ok(())
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Literal(literal) => literal.fmt(f),
            ExprKind::Name(name) => name.fmt(f),
            ExprKind::Negate(inner) => write!(f, "-{}", Within(inner, 6)),
            ExprKind::Arithmetic(left, operator, right) => {
                let tightness = self.tightness();
                let word = spelling(&Operator::ALL, operator);
                write!(f, "{} {word} {}", Within(left, tightness), Within(right, tightness + 1))
            }
            ExprKind::Compare(left, comparison, right) => {
                write!(f, "{} {} {}", Within(left, 4), spelling(&Comparison::ALL, comparison), Within(right, 4))
            }
            ExprKind::Relate(left, negated, relation, choice) => {
                let not = if *negated { "not " } else { "" };
                write!(f, "{} {not}{} {choice}", Within(left, 4), spelling(&Relation::ALL, relation))
            }
            ExprKind::Mentions(left, negated, phrases, outside) => {
                let not = if *negated { "not " } else { "" };
                write!(f, "{} {not}mentions [", Within(left, 4))?;
                separated(f, phrases, ", ", |f, (literal, _)| literal.fmt(f))?;
                f.write_str("]")?;
                if !outside.is_empty() {
                    f.write_str(" outside [")?;
                    separated(f, outside, ", ", |f, (literal, _)| literal.fmt(f))?;
                    f.write_str("]")?;
                }
                Ok(())
            }
            ExprKind::Not(inner) => write!(f, "not {}", Within(inner, 2)),
            ExprKind::And(parts) => separated(f, parts, " and ", |f, part| Within(part, 2).fmt(f)),
            ExprKind::Or(parts) => separated(f, parts, " or ", |f, part| Within(part, 2).fmt(f)),
            ExprKind::Call(function, arguments) => {
                write!(f, "{}(", spelling(&Function::ALL, function))?;
                separated(f, arguments, ", ", |f, argument| argument.fmt(f))?;
                f.write_str(")")
            }
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            Self::Date(date) => date.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(qualifier) = &self.qualifier {
            write!(f, "{}.", qualifier.text)?;
        }
        f.write_str(&self.word.text)
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(operand) => Within(operand, 4).fmt(f),
            Self::List(entries) => {
                f.write_str("[")?;
                separated(f, entries, ", ", |f, (literal, _)| literal.fmt(f))?;
                f.write_str("]")
            }
            Self::Named(word) => write!(f, "list({})", word.text),
        }
    }
}
