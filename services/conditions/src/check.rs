//! From the tree to the program: every name looked up, every type checked. All mistakes are reported, not the first.

mod relations;

use rust_decimal::Decimal;

use crate::bounds::{Limits, QUANTIFIER_DEPTH_MAX};
use crate::error::{ConditionError, Span};
use crate::names::{Meaning, Names};
use crate::program::{DatePart, Elements, NumberPart, Place, Predicate, TextPart};
use crate::schema::{Schema, Scope, Type};
use crate::syntax::{Comparison, Expr, ExprKind, Function, Literal, Name, Operator, spelling};
use crate::wording::{literal_name, quoting_hint, shortened};

/// How many mistakes of one source are reported.
const ERRORS_MAX: usize = 20;

/// Looks up names, checks types and builds the program.
pub(crate) struct Checker<'s> {
    source: &'s str,
    pub(crate) names: Names<'s>,
    limits: &'s Limits,
    errors: Vec<ConditionError>,
}

/// A part with its type.
enum Typed {
    Number(NumberPart),
    Text(TextPart),
    Date(DatePart),
    Truth(Predicate),
}

impl Typed {
    fn kind(&self) -> Type {
        match self {
            Self::Number(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Date(_) => Type::Date,
            Self::Truth(_) => Type::Bool,
        }
    }
}

// `None` stands for a part whose mistake has been noted.
impl<'s> Checker<'s> {
    pub(crate) fn new(source: &'s str, scopes: &[Scope], schema: &'s dyn Schema, limits: &'s Limits) -> Self {
        Self { source, names: Names::new(source, scopes, schema), limits, errors: Vec::new() }
    }

    /// The result, unless a mistake was noted.
    pub(crate) fn finish<T>(&mut self, result: Option<T>) -> Result<T, Vec<ConditionError>> {
        match result {
            Some(result) if self.errors.is_empty() => Ok(result),
            _ => Err(std::mem::take(&mut self.errors)),
        }
    }

    fn note(&mut self, error: ConditionError) {
        if self.errors.len() < ERRORS_MAX {
            self.errors.push(error);
        }
    }

    fn refuse<T>(&mut self, span: Span, message: impl Into<String>, hint: Option<&str>) -> Option<T> {
        self.note(ConditionError::new(self.source, span, message).maybe_hint(hint.map(str::to_owned)));
        None
    }

    /// The parts that a whole condition asks to hold together, each with its place.
    pub(crate) fn conjuncts(&mut self, whole: &Expr) -> Option<Vec<(Span, Predicate)>> {
        match &whole.kind {
            ExprKind::And(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.conjuncts(part)).collect();
                Some(parts.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
            }
            _ => Some(vec![(whole.span, self.predicate(whole)?)]),
        }
    }

    /// A part that has to be a condition.
    fn predicate(&mut self, expr: &Expr) -> Option<Predicate> {
        match self.typed(expr)? {
            Typed::Truth(predicate) => Some(predicate),
            other => {
                let hint = match (&expr.kind, &other) {
                    (ExprKind::Name(name), _) => Some(format!("to ask whether it was declared, write given({name})")),
                    _ => None,
                };
                let message = self.say(expr, other.kind(), "is not a condition", ", not a condition");
                self.refuse(expr.span, message, hint.as_deref())
            }
        }
    }

    /// A part that has to be a number.
    pub(crate) fn number(&mut self, expr: &Expr) -> Option<NumberPart> {
        match self.typed(expr)? {
            Typed::Number(number) => Some(number),
            other => self.mistyped(expr, other.kind(), Type::Number),
        }
    }

    fn text(&mut self, expr: &Expr) -> Option<TextPart> {
        match self.typed(expr)? {
            Typed::Text(text) => Some(text),
            other => self.mistyped(expr, other.kind(), Type::Text),
        }
    }

    fn date(&mut self, expr: &Expr) -> Option<DatePart> {
        match self.typed(expr)? {
            Typed::Date(date) => Some(date),
            other => self.mistyped(expr, other.kind(), Type::Date),
        }
    }

    fn mistyped<T>(&mut self, expr: &Expr, kind: Type, wanted: Type) -> Option<T> {
        let need = format!("where {} is needed", wanted.noun());
        let message = self.say(expr, kind, &format!("stands {need}"), &format!(" {need}"));
        self.refuse(expr.span, message, quoting_hint(expr, wanted).as_deref())
    }

    /// What is wrong with a part: of a written value `of_literal` is said, of another its type and `of_other`.
    fn say(&self, expr: &Expr, kind: Type, of_literal: &str, of_other: &str) -> String {
        match &expr.kind {
            ExprKind::Literal(literal) => format!("{} {of_literal}", literal_name(literal)),
            _ => format!("`{}` is {}{of_other}", shortened(expr.span.of(self.source)), kind.noun()),
        }
    }

    fn typed(&mut self, expr: &Expr) -> Option<Typed> {
        match &expr.kind {
            ExprKind::Literal(Literal::Number(number)) => Some(Typed::Number(NumberPart::Constant(*number))),
            ExprKind::Literal(Literal::Text(text)) => Some(Typed::Text(TextPart::Constant(text.as_str().into()))),
            ExprKind::Literal(Literal::Date(date)) => Some(Typed::Date(DatePart::Constant(*date))),
            ExprKind::Literal(Literal::Bool(truth)) => Some(Typed::Truth(Predicate::Constant(*truth))),
            ExprKind::Name(name) => {
                let (place, kind) = self.field(name, expr.span)?;
                Some(match kind {
                    Type::Number => Typed::Number(NumberPart::Field(place)),
                    Type::Text => Typed::Text(TextPart::Field(place)),
                    Type::Date => Typed::Date(DatePart::Field(place)),
                    Type::Bool => Typed::Truth(Predicate::Flag(place)),
                })
            }
            ExprKind::Negate(inner) => Some(Typed::Number(match self.number(inner)? {
                NumberPart::Constant(number) => NumberPart::Constant(-number),
                number => NumberPart::Negate(Box::new(number)),
            })),
            ExprKind::Arithmetic(left, operator, right) => self.arithmetic(left, *operator, right, expr.span),
            ExprKind::Compare(left, comparison, right) => self.compare(left, *comparison, right).map(Typed::Truth),
            ExprKind::Relate(left, denied, relation, choice) => {
                self.relate(left, *denied, *relation, choice).map(Typed::Truth)
            }
            ExprKind::Mentions(left, denied, phrases, outside) => {
                self.mentions(left, *denied, phrases, outside).map(Typed::Truth)
            }
            ExprKind::Not(inner) => Some(Typed::Truth(Predicate::Not(Box::new(self.predicate(inner)?)))),
            ExprKind::And(parts) => Some(Typed::Truth(Predicate::And(self.each(parts, Self::predicate)?))),
            ExprKind::Or(parts) => Some(Typed::Truth(Predicate::Or(self.each(parts, Self::predicate)?))),
            ExprKind::Call(function, arguments) => self.call(*function, arguments, expr.span),
        }
    }

    /// Every part, so that the mistakes of all are noted.
    fn each<T>(&mut self, parts: &[Expr], check: impl Fn(&mut Self, &Expr) -> Option<T>) -> Option<Box<[T]>> {
        let checked: Vec<Option<T>> = parts.iter().map(|part| check(self, part)).collect();
        checked.into_iter().collect()
    }

    fn field(&mut self, name: &Name, span: Span) -> Option<(Place, Type)> {
        match self.names.find(name) {
            Ok(Meaning::Field(place, kind)) => Some((place, kind)),
            Ok(Meaning::Collection { .. }) => {
                let hint =
                    format!("ask about it with any({name}, ...), all({name}, ...), count({name}) or sum({name}, ...)");
                self.refuse(span, format!("`{name}` is a collection, not a value"), Some(&hint))
            }
            Err(error) => {
                self.note(error);
                None
            }
        }
    }

    fn arithmetic(&mut self, left: &Expr, operator: Operator, right: &Expr, span: Span) -> Option<Typed> {
        let checked = (self.typed(left), self.typed(right));
        let (left_part, right_part) = (checked.0?, checked.1?);
        match (left_part, right_part) {
            (Typed::Number(left), Typed::Number(right)) => {
                Some(Typed::Number(NumberPart::Arithmetic(Box::new((left, right)), operator, span)))
            }
            (left_part, right_part) => {
                let dates = left_part.kind() == Type::Date || right_part.kind() == Type::Date;
                let (wrong, kind) = match left_part.kind() {
                    Type::Number => (right, right_part.kind()),
                    other => (left, other),
                };
                let beside = format!("cannot stand beside `{}`", spelling(&Operator::ALL, &operator));
                let message = self.say(wrong, kind, &beside, &format!(" and {beside}"));
                let hint =
                    dates.then_some("write days_between(earlier date, later date) for the days between two dates");
                self.refuse(wrong.span, message, hint)
            }
        }
    }

    fn compare(&mut self, left: &Expr, comparison: Comparison, right: &Expr) -> Option<Predicate> {
        let checked = (self.typed(left), self.typed(right));
        let (left_part, right_part) = (checked.0?, checked.1?);
        let equal = comparison == Comparison::Equal;
        if comparison.is_order() && matches!((&left_part, &right_part), (Typed::Text(_), Typed::Text(_))) {
            let hint = "ask with `=`, `in` or `starts_with`; only numbers and dates have an order";
            return self.refuse(left.span.to(right.span), "text cannot be put in order", Some(hint));
        }
        match (left_part, right_part) {
            (Typed::Number(left), Typed::Number(right)) => {
                Some(Predicate::CompareNumbers(Box::new((left, right)), comparison))
            }
            (Typed::Date(left), Typed::Date(right)) => Some(Predicate::CompareDates(left, comparison, right)),
            (Typed::Text(left), Typed::Text(right)) => Some(Predicate::CompareText { left, equal, right }),
            (Typed::Truth(left), Typed::Truth(right)) if !comparison.is_order() => {
                Some(Predicate::CompareTruths { left: Box::new(left), equal, right: Box::new(right) })
            }
            (Typed::Truth(_), Typed::Truth(_)) => {
                self.refuse(left.span.to(right.span), "true and false cannot be put in order", None)
            }
            (left_part, right_part) => {
                let (kind, other) = (left_part.kind(), right_part.kind());
                let right_name = match &right.kind {
                    ExprKind::Literal(literal) => literal_name(literal),
                    _ => format!("`{}`, which is {}", shortened(right.span.of(self.source)), other.noun()),
                };
                let verdict = format!("cannot be compared with {right_name}");
                let message = self.say(left, kind, &verdict, &format!(" and {verdict}"));
                let hint = quoting_hint(right, kind).or_else(|| quoting_hint(left, other));
                self.refuse(left.span.to(right.span), message, hint.as_deref())
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expr], span: Span) -> Option<Typed> {
        match (function, arguments) {
            (Function::Given, [argument]) => {
                self.presence(argument, "given").map(|place| Typed::Truth(Predicate::Given(place)))
            }
            (Function::Missing, [argument]) => {
                self.presence(argument, "missing").map(|place| Typed::Truth(Predicate::Missing(place)))
            }
            (Function::Length, [argument]) => Some(Typed::Number(NumberPart::Length(self.text(argument)?))),
            (Function::Decimals, [argument]) => {
                Some(Typed::Number(NumberPart::Decimals(Box::new(self.number(argument)?))))
            }
            (Function::WrittenDecimals, [argument]) => match self.number(argument)? {
                // A computed number was never written.
                field @ NumberPart::Field(_) => Some(Typed::Number(NumberPart::WrittenDecimals(Box::new(field)))),
                _ => {
                    let message = "`written_decimals` asks about a field";
                    self.refuse(argument.span, message, Some("name one field, not a computation"))
                }
            },
            (Function::Round, [number, decimals]) => {
                let number = self.number(number);
                let places = match &decimals.kind {
                    ExprKind::Literal(Literal::Number(places)) if places.is_integer() => u32::try_from(*places).ok(),
                    _ => None,
                };
                let Some(places) = places.filter(|places| *places <= Decimal::MAX_SCALE) else {
                    let message = "how many decimals are kept is a whole number from 0 to 28, written out";
                    return self.refuse(decimals.span, message, Some(&format!("write {}", function.usage())));
                };
                Some(Typed::Number(NumberPart::Round(Box::new(number?), places)))
            }
            (Function::Year, [argument]) => Some(Typed::Number(NumberPart::Year(self.date(argument)?))),
            (Function::OldestYear, [argument]) => Some(Typed::Number(NumberPart::OldestYear(self.text(argument)?))),
            (Function::AllDigits, [argument]) => Some(Typed::Truth(Predicate::AllDigits(self.text(argument)?))),
            (Function::Absolute, [argument]) => {
                Some(Typed::Number(NumberPart::Absolute(Box::new(self.number(argument)?))))
            }
            (Function::Minimum, parts) => Some(Typed::Number(NumberPart::Minimum(self.each(parts, Self::number)?))),
            (Function::Maximum, parts) => Some(Typed::Number(NumberPart::Maximum(self.each(parts, Self::number)?))),
            (Function::DaysBetween, [from, to]) => {
                let dates = (self.date(from), self.date(to));
                Some(Typed::Number(NumberPart::DaysBetween(dates.0?, dates.1?)))
            }
            (Function::Any, [collection, inner]) => {
                let (over, inner) = self.within(collection, span, |checker| checker.predicate(inner))?;
                Some(Typed::Truth(Predicate::Any(over, Box::new(inner))))
            }
            (Function::All, [collection, inner]) => {
                let (over, inner) = self.within(collection, span, |checker| checker.predicate(inner))?;
                Some(Typed::Truth(Predicate::All(over, Box::new(inner))))
            }
            (Function::Count, [collection]) => {
                let (over, ()) = self.within(collection, span, |_| Some(()))?;
                Some(Typed::Number(NumberPart::Size(over)))
            }
            (Function::Count, [collection, inner]) => {
                let (over, inner) = self.within(collection, span, |checker| checker.predicate(inner))?;
                Some(Typed::Number(NumberPart::Count(over, Box::new(inner))))
            }
            (Function::Sum, [collection, inner]) => {
                let (over, inner) = self.within(collection, span, |checker| checker.number(inner))?;
                Some(Typed::Number(NumberPart::Sum(over, Box::new(inner))))
            }
            // The parser counts the arguments; this says the same should a function be added and forgotten here.
            _ => self.refuse(span, "the function is given the wrong number of arguments", Some(function.usage())),
        }
    }

    /// The field whose presence is asked for.
    fn presence(&mut self, argument: &Expr, function: &str) -> Option<Place> {
        match &argument.kind {
            ExprKind::Name(name) => self.field(name, argument.span).map(|(place, _)| place),
            _ => self.refuse(
                argument.span,
                format!("`{function}` asks about a field"),
                Some("name one field, not a computation"),
            ),
        }
    }

    /// The collection, and what is asked of each of its elements.
    fn within<T>(
        &mut self,
        collection: &Expr,
        span: Span,
        check: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<(Elements, T)> {
        let ExprKind::Name(name) = &collection.kind else {
            return self.refuse(
                collection.span,
                "a collection is needed here",
                Some("write its name, such as goods_items"),
            );
        };
        let (frame, slot, element) = match self.names.find(name) {
            Ok(Meaning::Collection { frame, collection, element }) => (frame, collection, element),
            Ok(Meaning::Field(..)) => {
                return self.refuse(collection.span, format!("`{name}` is a field, not a collection"), None);
            }
            Err(error) => {
                self.note(error);
                return None;
            }
        };
        let level = self.names.scopes.len() - self.names.handed_in;
        if level >= QUANTIFIER_DEPTH_MAX {
            let message = format!(
                "`any`, `all`, `count` and `sum` stand more than {QUANTIFIER_DEPTH_MAX} deep within each other"
            );
            return self.refuse(span, message, None);
        }
        self.names.scopes.push(element);
        let inner = check(self);
        self.names.scopes.pop();
        Some((Elements { frame, collection: slot, level, span, name: collection.span }, inner?))
    }
}
