//! Random conditions and records, drawn from a tape of numbers so that a failing case shrinks to a short tape.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::{DECLARATION, Fact, Facts, ITEM, PERMIT, SCOPES, TAX};
use crate::error::Span;
use crate::syntax::{Choice, Comparison, Expr, ExprKind, Function, Literal, Name, Operator, Relation, Word};
use crate::{Scope, Type};

/// Numbers to choose by. An exhausted tape chooses the first, which is always the simplest.
pub(crate) struct Tape<'t>(pub(crate) &'t [u8]);

impl Tape<'_> {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first) % bound
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 1
    }
}

const TEXTS: [&str; 12] = ["87", "8703", "870321", "8704", "22", "CN", "VN", "A\"\\", "ô", "3", "", "8"];
const DATES: [Date; 4] = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2024, 2, 29)];

fn number(tape: &mut Tape<'_>) -> Decimal {
    match tape.below(8) {
        0 => Decimal::ZERO,
        1 => Decimal::MAX,
        2 => Decimal::new(5, 28),
        small => Decimal::new(i64::try_from(tape.below(200)).unwrap(), u32::try_from(small % 3).unwrap()),
    }
}

pub(crate) fn facts(tape: &mut Tape<'_>, scope: Scope, depth: usize) -> Facts {
    let mut facts = Facts::new(scope);
    let (_, fields, collections) = SCOPES[usize::from(scope.0)];
    for (slot, (_, kind)) in fields.iter().enumerate() {
        if tape.below(4) == 0 {
            continue;
        }
        let fact = match kind {
            Type::Text => Fact::Text(tape.pick(&TEXTS).to_owned()),
            Type::Number if tape.coin() => Fact::Number(-number(tape)),
            Type::Number => Fact::Number(number(tape)),
            Type::Date => Fact::Date(tape.pick(&DATES)),
            Type::Bool => Fact::Bool(tape.coin()),
        };
        facts.fields.insert(u16::try_from(slot).unwrap(), fact);
    }
    for (slot, (_, element)) in collections.iter().enumerate().filter(|_| depth > 0) {
        let elements = (0..tape.below(4)).map(|_| self::facts(tape, *element, depth - 1)).collect();
        facts.collections.insert(u16::try_from(slot).unwrap(), elements);
    }
    facts
}

/// A random condition about records of these kinds.
pub(crate) fn condition(tape: &mut Tape<'_>, scopes: &[Scope]) -> Expr {
    Writer { tape, frames: scopes.to_vec(), handed_in: scopes.len() }.truth(4)
}

/// A random formula about records of these kinds.
pub(crate) fn number_expression(tape: &mut Tape<'_>, scopes: &[Scope]) -> Expr {
    Writer { tape, frames: scopes.to_vec(), handed_in: scopes.len() }.number(4)
}

struct Writer<'w, 't> {
    tape: &'w mut Tape<'t>,
    frames: Vec<Scope>,
    handed_in: usize,
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn word(text: &str) -> Word {
    Word { text: text.to_owned(), span: Span::default() }
}

impl Writer<'_, '_> {
    /// A name in reach of one of the records, qualified now and then and wherever it has to be.
    fn name(&mut self, frame: usize, name: &str) -> Expr {
        let owners = self.frames[..self.handed_in].iter().filter(|scope| has(**scope, name)).count();
        let in_element = self.frames[self.handed_in..].iter().any(|scope| has(*scope, name));
        let ambiguous = owners > 1 && !in_element;
        let qualifier = (ambiguous || self.tape.coin()).then(|| word(SCOPES[usize::from(self.frames[frame].0)].0));
        expr(ExprKind::Name(Name { qualifier, word: word(name) }))
    }

    fn field(&mut self, wanted: Option<Type>) -> Option<Expr> {
        let of_type = |scope: &Scope| {
            let fields = SCOPES[usize::from(scope.0)].1.iter();
            fields.filter(|field| wanted.is_none_or(|kind| field.1 == kind)).map(|field| field.0).collect::<Vec<_>>()
        };
        let known: Vec<(usize, &str)> = self
            .frames
            .iter()
            .enumerate()
            .flat_map(|(frame, scope)| of_type(scope).into_iter().map(move |name| (frame, name)))
            .collect();
        if known.is_empty() {
            return None;
        }
        let (frame, name) = self.tape.pick(&known);
        Some(self.name(frame, name))
    }

    fn literal(&mut self, kind: Type) -> Literal {
        match kind {
            Type::Text => Literal::Text(self.tape.pick(&TEXTS).to_owned()),
            Type::Number => Literal::Number(number(self.tape)),
            Type::Date => Literal::Date(self.tape.pick(&DATES)),
            Type::Bool => Literal::Bool(self.tape.coin()),
        }
    }

    fn leaf(&mut self, kind: Type) -> Expr {
        if self.tape.coin()
            && let Some(field) = self.field(Some(kind))
        {
            return field;
        }
        let literal = self.literal(kind);
        expr(ExprKind::Literal(literal))
    }

    fn call(&mut self, function: Function, arguments: Vec<Expr>) -> Expr {
        expr(ExprKind::Call(function, arguments))
    }

    /// A quantifier, unless none may stand here.
    fn over(&mut self, function: Function, inner: impl FnOnce(&mut Self) -> Option<Expr>) -> Option<Expr> {
        if self.frames.len() - self.handed_in >= 3 {
            return None;
        }
        let known: Vec<(usize, &str, Scope)> = self
            .frames
            .iter()
            .enumerate()
            .flat_map(|(frame, scope)| {
                SCOPES[usize::from(scope.0)].2.iter().map(move |(name, element)| (frame, *name, *element))
            })
            .collect();
        if known.is_empty() {
            return None;
        }
        let (frame, name, element) = self.tape.pick(&known);
        let collection = self.name(frame, name);
        self.frames.push(element);
        let inner = inner(self);
        self.frames.pop();
        Some(self.call(function, [collection].into_iter().chain(inner).collect()))
    }

    fn truth(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.leaf(Type::Bool);
        }
        let deeper = depth - 1;
        match self.tape.below(17) {
            0 => self.leaf(Type::Bool),
            16 => self.mentions(),
            1 => expr(ExprKind::Not(Box::new(self.truth(deeper)))),
            2 | 3 => expr(ExprKind::And(self.parts(deeper))),
            4 | 5 => expr(ExprKind::Or(self.parts(deeper))),
            6 => {
                let function = self.tape.pick(&[Function::Given, Function::Missing]);
                let field = self.field(None).unwrap();
                self.call(function, vec![field])
            }
            7 => {
                let text = self.leaf(Type::Text);
                self.call(Function::AllDigits, vec![text])
            }
            8 | 9 => {
                let function = self.tape.pick(&[Function::Any, Function::All]);
                self.over(function, |writer| Some(writer.truth(deeper))).unwrap_or_else(|| self.leaf(Type::Bool))
            }
            10 | 11 => self.relate(deeper),
            _ => self.compare(deeper),
        }
    }

    fn mentions(&mut self) -> Expr {
        let text = self.leaf(Type::Text);
        let denied = self.tape.coin();
        let mut phrases = |fewest: usize| {
            let count = fewest + self.tape.below(3);
            let phrase =
                |writer: &mut Self| Literal::Text(writer.tape.pick(&["87", "8703", "CN", "vn", "ô", "3 8"]).to_owned());
            (0..count).map(|_| (phrase(self), Span::default())).collect::<Vec<_>>()
        };
        let (phrases, outside) = (phrases(1), phrases(0));
        expr(ExprKind::Mentions(Box::new(text), denied, phrases, outside))
    }

    fn parts(&mut self, depth: usize) -> Vec<Expr> {
        (0..2 + self.tape.below(2)).map(|_| self.truth(depth)).collect()
    }

    fn compare(&mut self, depth: usize) -> Expr {
        let kind = self.tape.pick(&[Type::Text, Type::Number, Type::Date, Type::Bool]);
        let order = matches!(kind, Type::Number | Type::Date);
        let comparison = Comparison::ALL[self.tape.below(if order { 6 } else { 2 })].1;
        let mut side = || match kind {
            Type::Number => self.number(depth),
            Type::Bool => self.truth(depth),
            kind => self.leaf(kind),
        };
        let (left, right) = (side(), side());
        expr(ExprKind::Compare(Box::new(left), comparison, Box::new(right)))
    }

    fn relate(&mut self, depth: usize) -> Expr {
        let relation = self.tape.pick(&Relation::ALL).1;
        let denied = self.tape.coin();
        let kind = match relation {
            Relation::In => self.tape.pick(&[Type::Text, Type::Number, Type::Date]),
            _ => Type::Text,
        };
        let left = if kind == Type::Number { self.number(depth) } else { self.leaf(kind) };
        let choice = match self.tape.below(4) {
            0 if kind == Type::Text => {
                Choice::Named(word(self.tape.pick(&["vehicles", "nothing", "high_risk_origins"])))
            }
            1 if relation != Relation::In => Choice::One(Box::new(self.field(Some(Type::Text)).unwrap())),
            2 if relation != Relation::In => {
                let literal = self.written(kind);
                Choice::One(Box::new(expr(ExprKind::Literal(literal))))
            }
            _ => Choice::List((0..=self.tape.below(12)).map(|_| (self.written(kind), Span::default())).collect()),
        };
        expr(ExprKind::Relate(Box::new(left), denied, relation, choice))
    }

    /// A literal for a list, never the empty text.
    fn written(&mut self, kind: Type) -> Literal {
        match self.literal(kind) {
            Literal::Text(text) if text.is_empty() => Literal::Text(String::from("87")),
            Literal::Number(number) if self.tape.coin() && !number.is_zero() => Literal::Number(-number),
            literal => literal,
        }
    }

    fn number(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return self.leaf(Type::Number);
        }
        let deeper = depth - 1;
        match self.tape.below(16) {
            0 | 1 => self.leaf(Type::Number),
            15 => match self.field(Some(Type::Number)) {
                Some(field) => self.call(Function::WrittenDecimals, vec![field]),
                None => self.leaf(Type::Number),
            },
            12 => {
                let date = self.leaf(Type::Date);
                self.call(Function::Year, vec![date])
            }
            13 => {
                let text = self.leaf(Type::Text);
                self.call(Function::OldestYear, vec![text])
            }
            14 => {
                let number = self.number(deeper);
                let places = Literal::Number(Decimal::from(self.tape.below(5)));
                self.call(Function::Round, vec![number, expr(ExprKind::Literal(places))])
            }
            2 => expr(ExprKind::Negate(Box::new(self.number(deeper)))),
            3..=5 => {
                let (left, operator) = (self.number(deeper), self.tape.pick(&Operator::ALL).1);
                expr(ExprKind::Arithmetic(Box::new(left), operator, Box::new(self.number(deeper))))
            }
            6 => {
                let function = self.tape.pick(&[Function::Minimum, Function::Maximum]);
                let parts = (0..2 + self.tape.below(2)).map(|_| self.number(deeper)).collect();
                self.call(function, parts)
            }
            7 => {
                let function = self.tape.pick(&[Function::Absolute, Function::Decimals]);
                let number = self.number(deeper);
                self.call(function, vec![number])
            }
            8 => {
                let text = self.leaf(Type::Text);
                self.call(Function::Length, vec![text])
            }
            9 => {
                let dates = vec![self.leaf(Type::Date), self.leaf(Type::Date)];
                self.call(Function::DaysBetween, dates)
            }
            10 => {
                let conditional = self.tape.coin();
                self.over(Function::Count, |writer| conditional.then(|| writer.truth(deeper)))
                    .unwrap_or_else(|| self.leaf(Type::Number))
            }
            _ => self
                .over(Function::Sum, |writer| Some(writer.number(deeper)))
                .unwrap_or_else(|| self.leaf(Type::Number)),
        }
    }
}

fn has(scope: Scope, name: &str) -> bool {
    let (_, fields, collections) = SCOPES[usize::from(scope.0)];
    fields.iter().any(|field| field.0 == name) || collections.iter().any(|collection| collection.0 == name)
}

/// The kinds of records that a random condition is about.
pub(crate) fn scopes(tape: &mut Tape<'_>) -> &'static [Scope] {
    tape.pick(&[&[DECLARATION] as &[Scope], &[DECLARATION, ITEM], &[DECLARATION, ITEM, TAX], &[DECLARATION, PERMIT]])
}
