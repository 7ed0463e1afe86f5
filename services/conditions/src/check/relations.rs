//! Checking `in`, `starts_with`, `ends_with` and `contains`, and the lists that stand after them.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Checker, Typed};
use crate::error::Span;
use crate::phrases::Phrases;
use crate::program::{Predicate, PrefixSet, TextPart, TextSet};
use crate::schema::Type;
use crate::syntax::{Choice, Expr, ExprKind, Literal, Relation, Word, spelling};
use crate::wording::{literal_hint, literal_name, shortened};

impl Checker<'_> {
    pub(super) fn relate(
        &mut self,
        left: &Expr,
        denied: bool,
        relation: Relation,
        choice: &Choice,
    ) -> Option<Predicate> {
        let word = spelling(&Relation::ALL, &relation);
        if relation != Relation::In {
            let text = self.text(left);
            return match choice {
                Choice::One(operand) => {
                    let operand = self.text(operand);
                    self.relate_part(text?, denied, relation, operand?, choice)
                }
                Choice::List(entries) => {
                    let empty = |(literal, _): &&(Literal, Span)| *literal == Literal::Text(String::new());
                    if let Some((_, span)) = entries.iter().find(empty) {
                        return self.empty_text(*span);
                    }
                    let texts = self.text_entries(entries, &format!("after `{word}`"));
                    Some(relate_texts(text?, denied, relation, texts?))
                }
                Choice::Named(name) if self.names.asked_list(&name.text).is_some() => {
                    let message = format!("`list({})` changes with the day and stands after `in` only", name.text);
                    self.refuse(name.span, message, None)
                }
                Choice::Named(name) => {
                    let texts = self.named_list(name, relation);
                    Some(relate_texts(text?, denied, relation, texts?))
                }
            };
        }
        let left_part = self.typed(left);
        match choice {
            Choice::One(operand) => {
                let hint = match &operand.kind {
                    ExprKind::Literal(literal) => format!("write `= {literal}` or `in [{literal}]`"),
                    ExprKind::Name(name) => format!("write `= {name}`, or `in list({name})` if a list is meant"),
                    _ => String::from("write `=` to compare with one value"),
                };
                self.refuse(operand.span, "after `in` stands a list", Some(&hint))
            }
            Choice::Named(name) => {
                let asked = self.names.asked_list(&name.text);
                let texts = if asked.is_none() { self.named_list(name, relation) } else { None };
                match left_part? {
                    Typed::Text(text) => Some(match asked {
                        Some(list) => Predicate::TextInAsked(text, denied, list),
                        None => Predicate::TextIn(text, denied, TextSet::new(texts?)),
                    }),
                    other => {
                        let verdict = format!("but `list({})` holds text", name.text);
                        let message = self.say(left, other.kind(), &verdict, &format!(" {verdict}"));
                        self.refuse(left.span, message, None)
                    }
                }
            }
            Choice::List(entries) => {
                let place = format!("in a list for `{}`", shortened(left.span.of(self.source)));
                match left_part? {
                    Typed::Text(text) => {
                        let texts = self.text_entries(entries, &place)?;
                        Some(Predicate::TextIn(text, denied, TextSet::new(texts)))
                    }
                    Typed::Number(number) => {
                        let numbers = self.entries(entries, Type::Number, &place, |literal| match literal {
                            Literal::Number(number) => Some(*number),
                            _ => None,
                        })?;
                        Some(Predicate::NumberIn(Box::new(number), denied, sorted::<Decimal>(numbers)))
                    }
                    Typed::Date(date) => {
                        let dates = self.entries(entries, Type::Date, &place, |literal| match literal {
                            Literal::Date(date) => Some(*date),
                            _ => None,
                        })?;
                        Some(Predicate::DateIn(date, denied, sorted::<Date>(dates)))
                    }
                    Typed::Truth(_) => {
                        let hint = "write the condition by itself, or `not` before it";
                        self.refuse(left.span, "true or false is not looked up in a list", Some(hint))
                    }
                }
            }
        }
    }

    /// `mentions`: every phrase has a word in it.
    pub(super) fn mentions(
        &mut self,
        left: &Expr,
        denied: bool,
        phrases: &[(Literal, Span)],
        outside: &[(Literal, Span)],
    ) -> Option<Predicate> {
        let text = self.text(left);
        let mut prepare = |entries: &[(Literal, Span)], place: &str| {
            let texts = self.text_entries(entries, place)?;
            match Phrases::new(texts.iter().map(String::as_str)) {
                Ok(phrases) => Some(phrases),
                Err(empty) => {
                    let wordless = |(literal, _): &&(Literal, Span)| *literal == Literal::Text(empty.to_owned());
                    let span = entries.iter().find(wordless).map_or(Span::default(), |(_, span)| *span);
                    self.refuse(span, "a phrase has a word in it", Some("letters or digits make a word"))
                }
            }
        };
        let phrases = prepare(phrases, "after `mentions`");
        let outside = prepare(outside, "after `outside`");
        Some(Predicate::Mentions(text?, denied, Box::new((phrases?, outside?))))
    }

    /// A single text after `starts_with` and its like, written out or not.
    fn relate_part(
        &mut self,
        text: TextPart,
        denied: bool,
        relation: Relation,
        operand: TextPart,
        choice: &Choice,
    ) -> Option<Predicate> {
        match operand {
            TextPart::Constant(constant) if constant.is_empty() => {
                let span = if let Choice::One(operand) = choice { operand.span } else { Span::default() };
                self.empty_text(span)
            }
            TextPart::Constant(constant) => Some(relate_texts(text, denied, relation, vec![constant.into_string()])),
            operand => Some(match relation {
                Relation::EndsWith => Predicate::EndsWithPart(text, denied, operand),
                Relation::Contains => Predicate::ContainsPart(text, denied, operand),
                Relation::StartsWith | Relation::In => Predicate::StartsWithPart(text, denied, operand),
            }),
        }
    }

    fn empty_text<T>(&mut self, span: Span) -> Option<T> {
        self.refuse(
            span,
            "an empty text is found in every text",
            Some("write given(field) to ask whether it was declared"),
        )
    }

    fn text_entries(&mut self, entries: &[(Literal, Span)], place: &str) -> Option<Vec<String>> {
        self.entries(entries, Type::Text, place, |literal| match literal {
            Literal::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// The entries of a list, each of which has to be of one type.
    fn entries<T>(
        &mut self,
        entries: &[(Literal, Span)],
        kind: Type,
        place: &str,
        take: impl Fn(&Literal) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut taken = Vec::with_capacity(entries.len());
        for (literal, span) in entries {
            match take(literal) {
                Some(value) => taken.push(value),
                None => {
                    let message = format!("{} stands {place}, where {} is needed", literal_name(literal), kind.noun());
                    let hint = literal_hint(literal, kind);
                    return self.refuse(*span, message, hint.as_deref());
                }
            }
        }
        Some(taken)
    }

    fn named_list(&mut self, name: &Word, relation: Relation) -> Option<Vec<String>> {
        let texts = match self.names.list(&name.text, name.span) {
            Ok(texts) => texts,
            Err(error) => {
                self.note(error);
                return None;
            }
        };
        if texts.len() > self.limits.list_entries {
            let message = format!(
                "the list `{}` has {} entries; at most {} are taken",
                name.text,
                texts.len(),
                self.limits.list_entries
            );
            return self.refuse(name.span, message, None);
        }
        if relation != Relation::In && texts.iter().any(String::is_empty) {
            return self.refuse(name.span, format!("the list `{}` has an empty entry", name.text), None);
        }
        Some(texts)
    }
}

fn relate_texts(text: TextPart, denied: bool, relation: Relation, texts: Vec<String>) -> Predicate {
    let boxed = |texts: Vec<String>| texts.into_iter().map(String::into_boxed_str).collect();
    match relation {
        Relation::In => Predicate::TextIn(text, denied, TextSet::new(texts)),
        Relation::StartsWith => Predicate::StartsWith(text, denied, PrefixSet::new(texts)),
        Relation::EndsWith => Predicate::EndsWith(text, denied, boxed(texts)),
        Relation::Contains => Predicate::Contains(text, denied, boxed(texts)),
    }
}

fn sorted<T: Ord>(mut values: Vec<T>) -> Box<[T]> {
    values.sort_unstable();
    values.dedup();
    values.into_boxed_slice()
}
