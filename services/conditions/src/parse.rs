//! From tokens to the tree, with the bounds that keep a hostile source harmless.

use crate::bounds::Limits;
use crate::error::{ConditionError, Span};
use crate::suggest::did_you_mean;
use crate::syntax::{Choice, Comparison, Expr, ExprKind, Function, Literal, Name, Operator, Relation, Word, meaning};
use crate::token::{Token, TokenKind, tokens};

/// Words that are no names.
const KEYWORDS: [&str; 11] =
    ["and", "or", "not", "in", "starts_with", "ends_with", "contains", "mentions", "outside", "true", "false"];

/// Reads a whole condition or formula. Parsing stops at the first mistake, since what follows would be guesswork.
pub(crate) fn parse(source: &str, limits: &Limits) -> Result<Expr, ConditionError> {
    if source.len() > limits.source_bytes {
        let message = format!("the source is {} bytes long; at most {} are read", source.len(), limits.source_bytes);
        return Err(ConditionError::new(source, Span::default(), message).hint("split the rule, or use a named list"));
    }
    let tokens = tokens(source)?;
    let mut parser = Parser { source, tokens: &tokens, at: 0, depth: 0, nodes: 0, limits };
    let whole = parser.logic()?;
    match parser.token().kind {
        TokenKind::End => Ok(whole),
        _ => Err(parser.unexpected("the end, or an operator such as `and`")),
    }
}

struct Parser<'s> {
    source: &'s str,
    /// Ends with `TokenKind::End`.
    tokens: &'s [Token],
    at: usize,
    depth: usize,
    nodes: usize,
    limits: &'s Limits,
}

impl<'s> Parser<'s> {
    fn token(&self) -> &'s Token {
        &self.tokens[self.at]
    }

    /// The current token, and a step past it; the end stays where it is.
    fn advance(&mut self) -> &'s Token {
        let token = self.token();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    fn word(&self) -> Option<&'s str> {
        let token = self.token();
        (token.kind == TokenKind::Word).then(|| token.span.of(self.source))
    }

    fn symbol(&self) -> Option<&'static str> {
        if let TokenKind::Symbol(symbol) = self.token().kind { Some(symbol) } else { None }
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.symbol() == Some(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<Span, ConditionError> {
        let span = self.token().span;
        if self.take_symbol(symbol) { Ok(span) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    fn error(&self, span: Span, message: impl Into<String>) -> ConditionError {
        ConditionError::new(self.source, span, message)
    }

    fn unexpected(&self, expected: &str) -> ConditionError {
        let token = self.token();
        let error = match token.kind {
            TokenKind::End => self.error(token.span, format!("the source ends where {expected} should stand")),
            _ => {
                let found = token.span.of(self.source);
                self.error(token.span, format!("`{found}` stands where {expected} should stand"))
            }
        };
        let capitals = self.word().map(str::to_lowercase).filter(|word| KEYWORDS.contains(&word.as_str()));
        error.maybe_hint(
            capitals.filter(|word| Some(word.as_str()) != self.word()).map(|word| format!("write `{word}`")),
        )
    }

    fn node(&mut self, kind: ExprKind, span: Span) -> Result<Expr, ConditionError> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let message = format!("the condition has more than {} parts", self.limits.nodes);
            return Err(self.error(span, message).hint("split the rule, or use a named list"));
        }
        Ok(Expr { kind, span })
    }

    /// One level further in. Whatever calls itself goes through here, so that no source can exhaust the stack.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, ConditionError>) -> Result<T, ConditionError> {
        if self.depth >= self.limits.depth {
            let message = format!("the condition is nested more than {} deep", self.limits.depth);
            return Err(self.error(self.token().span, message));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Operands joined by `and` throughout, or by `or` throughout.
    fn logic(&mut self) -> Result<Expr, ConditionError> {
        let first = self.negation()?;
        let Some(joint) = self.word().filter(|word| matches!(*word, "and" | "or")) else {
            return Ok(first);
        };
        let mut operands = vec![first];
        while let Some(word) = self.word().filter(|word| matches!(*word, "and" | "or")) {
            if word != joint {
                let hint = "put parentheses around what belongs together";
                return Err(self.error(self.token().span, "`and` and `or` are mixed").hint(hint));
            }
            self.advance();
            operands.push(self.negation()?);
        }
        let span = operands[0].span.to(operands[operands.len() - 1].span);
        self.node(if joint == "and" { ExprKind::And(operands) } else { ExprKind::Or(operands) }, span)
    }

    fn negation(&mut self) -> Result<Expr, ConditionError> {
        let start = self.token().span;
        if self.take_word("not") {
            let inner = self.deeper(Self::negation)?;
            let span = start.to(inner.span);
            return self.node(ExprKind::Not(Box::new(inner)), span);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr, ConditionError> {
        let left = self.sum()?;
        let whole = if let Some(comparison) = self.symbol().and_then(|symbol| meaning(&Comparison::ALL, symbol)) {
            self.advance();
            let right = self.sum()?;
            let span = left.span.to(right.span);
            self.node(ExprKind::Compare(Box::new(left), comparison, Box::new(right)), span)?
        } else {
            let before = self.at;
            let negated = self.take_word("not");
            if self.take_word("mentions") {
                return self.mentions(left, negated);
            }
            let Some(relation) = self.word().and_then(|word| meaning(&Relation::ALL, word)) else {
                if negated {
                    return Err(self.unexpected("`in`, `starts_with`, `ends_with`, `contains` or `mentions`"));
                }
                self.at = before;
                return Ok(left);
            };
            self.advance();
            let (choice, end) = self.choice()?;
            let span = left.span.to(end);
            self.node(ExprKind::Relate(Box::new(left), negated, relation, choice), span)?
        };
        let again = self.symbol().is_some_and(|symbol| meaning(&Comparison::ALL, symbol).is_some())
            || self.word().is_some_and(|word| meaning(&Relation::ALL, word).is_some());
        if again {
            let error = self.error(self.token().span, "a comparison has two sides, not three");
            return Err(error.hint("write `a < b and b < c`, or put parentheses around one comparison"));
        }
        Ok(whole)
    }

    /// The phrases after `mentions`, and those after `outside` where it follows.
    fn mentions(&mut self, left: Expr, negated: bool) -> Result<Expr, ConditionError> {
        let (phrases, mut end) = self.phrases()?;
        let mut outside = Vec::new();
        if self.take_word("outside") {
            (outside, end) = self.phrases()?;
        }
        let span = left.span.to(end);
        self.node(ExprKind::Mentions(Box::new(left), negated, phrases, outside), span)
    }

    /// Phrases in brackets, or one without.
    fn phrases(&mut self) -> Result<(Vec<(Literal, Span)>, Span), ConditionError> {
        if self.take_symbol("[") {
            return self.list();
        }
        let token = self.token();
        let TokenKind::Text(text) = &token.kind else {
            return Err(self.unexpected("a phrase in double quotes, or several in brackets"));
        };
        self.advance();
        Ok((vec![(Literal::Text(text.clone()), token.span)], token.span))
    }

    /// The entries of a list whose bracket has been read, and where it ends.
    fn list(&mut self) -> Result<(Vec<(Literal, Span)>, Span), ConditionError> {
        let mut entries = Vec::new();
        loop {
            if self.symbol() == Some("]") && !entries.is_empty() {
                break;
            }
            entries.push(self.list_entry()?);
            if !self.take_symbol(",") {
                break;
            }
        }
        let end = self.expect_symbol("]")?;
        Ok((entries, end))
    }

    /// What stands on the right of `in` and its like, and where it ends.
    fn choice(&mut self) -> Result<(Choice, Span), ConditionError> {
        if self.take_symbol("[") {
            let (entries, end) = self.list()?;
            return Ok((Choice::List(entries), end));
        }
        if self.word() == Some("list") && self.tokens[self.at + 1].kind == TokenKind::Symbol("(") {
            self.advance();
            self.advance();
            let name = self.name_word("the name of a list")?;
            let end = self.expect_symbol(")")?;
            return Ok((Choice::Named(name), end));
        }
        let operand = self.sum()?;
        let end = operand.span;
        Ok((Choice::One(Box::new(operand)), end))
    }

    fn list_entry(&mut self) -> Result<(Literal, Span), ConditionError> {
        let start = self.token().span;
        let negative = self.take_symbol("-");
        let token = self.token();
        let literal = match (&token.kind, self.word()) {
            (TokenKind::Number(number), _) => Literal::Number(if negative { -*number } else { *number }),
            (TokenKind::Text(text), _) if !negative => Literal::Text(text.clone()),
            (TokenKind::Date(date), _) if !negative => Literal::Date(*date),
            (TokenKind::Word, Some(word @ ("true" | "false"))) if !negative => Literal::Bool(word == "true"),
            (TokenKind::Symbol("]"), _) => {
                return Err(self.error(start.to(token.span), "the list is empty, so nothing could be in it"));
            }
            (TokenKind::Word, Some(word)) => {
                let error =
                    self.error(token.span, format!("`{word}` stands in a list, which holds written values only"));
                return Err(error.hint(format!("write \"{word}\" if the code is meant")));
            }
            _ => return Err(self.unexpected("a value of the list")),
        };
        self.advance();
        Ok((literal, start.to(token.span)))
    }

    fn sum(&mut self) -> Result<Expr, ConditionError> {
        self.chain(false, Self::product)
    }

    fn product(&mut self) -> Result<Expr, ConditionError> {
        self.chain(true, Self::factor)
    }

    fn chain(
        &mut self,
        product: bool,
        operand: impl Fn(&mut Self) -> Result<Expr, ConditionError>,
    ) -> Result<Expr, ConditionError> {
        let mut left = operand(self)?;
        loop {
            let operator = self.symbol().and_then(|symbol| meaning(&Operator::ALL, symbol));
            let Some(operator) = operator.filter(|operator| operator.is_product() == product) else {
                return Ok(left);
            };
            self.advance();
            let right = operand(self)?;
            let span = left.span.to(right.span);
            left = self.node(ExprKind::Arithmetic(Box::new(left), operator, Box::new(right)), span)?;
        }
    }

    fn factor(&mut self) -> Result<Expr, ConditionError> {
        let token = self.token();
        let literal = match &token.kind {
            TokenKind::Number(number) => Literal::Number(*number),
            TokenKind::Text(text) => Literal::Text(text.clone()),
            TokenKind::Date(date) => Literal::Date(*date),
            TokenKind::Symbol("-") => {
                self.advance();
                let inner = self.deeper(Self::factor)?;
                let span = token.span.to(inner.span);
                return self.node(ExprKind::Negate(Box::new(inner)), span);
            }
            TokenKind::Symbol("(") => {
                self.advance();
                let mut inner = self.deeper(Self::logic)?;
                let end = self.expect_symbol(")")?;
                inner.span = token.span.to(end);
                return Ok(inner);
            }
            TokenKind::Symbol("[") => {
                let error = self.error(token.span, "a list may not stand here");
                return Err(error.hint("a list stands after `in`, `starts_with`, `ends_with` or `contains`"));
            }
            TokenKind::Word => match token.span.of(self.source) {
                word @ ("true" | "false") => Literal::Bool(word == "true"),
                _ => return self.name_or_call(),
            },
            TokenKind::Symbol(_) | TokenKind::End => return Err(self.unexpected("a value or a name")),
        };
        self.advance();
        self.node(ExprKind::Literal(literal), token.span)
    }

    fn name_or_call(&mut self) -> Result<Expr, ConditionError> {
        let word = self.name_word("a value or a name")?;
        if self.symbol() == Some("(") {
            return self.call(&word);
        }
        if !self.take_symbol(".") {
            let span = word.span;
            return self.node(ExprKind::Name(Name { qualifier: None, word }), span);
        }
        let field = self.name_word("the name of a field")?;
        let span = word.span.to(field.span);
        if self.symbol() == Some(".") {
            let error = self.error(self.token().span, "a name has one point at most");
            return Err(error.hint("ask about the elements of a collection with `any`, `all`, `count` or `sum`"));
        }
        self.node(ExprKind::Name(Name { qualifier: Some(word), word: field }), span)
    }

    fn name_word(&mut self, expected: &str) -> Result<Word, ConditionError> {
        match self.word() {
            Some(word) if !KEYWORDS.contains(&word) => Ok(Word { text: word.to_owned(), span: self.advance().span }),
            _ => Err(self.unexpected(expected)),
        }
    }

    fn call(&mut self, word: &Word) -> Result<Expr, ConditionError> {
        let Some(function) = meaning(&Function::ALL, &word.text) else {
            if word.text == "list" {
                let error = self.error(word.span, "a list may not stand here");
                return Err(error.hint("a list stands after `in`, `starts_with`, `ends_with` or `contains`"));
            }
            let known = Function::ALL.iter().map(|(name, _)| *name).chain(["list"]);
            let error = self.error(word.span, format!("there is no function `{}`", word.text));
            return Err(error.maybe_hint(did_you_mean(&word.text, known)));
        };
        self.advance();
        let mut arguments = Vec::new();
        if self.symbol() != Some(")") {
            loop {
                arguments.push(self.deeper(Self::logic)?);
                if !self.take_symbol(",") {
                    break;
                }
            }
        }
        let span = word.span.to(self.expect_symbol(")")?);
        let (fewest, most) = function.arguments();
        if !(fewest..=most).contains(&arguments.len()) {
            let message = format!("`{}` takes {}, not {}", word.text, takes(fewest, most), arguments.len());
            return Err(self.error(span, message).hint(format!("write {}", function.usage())));
        }
        self.node(ExprKind::Call(function, arguments), span)
    }
}

/// "1 argument", "1 or 2 arguments", "2 or more arguments".
fn takes(fewest: usize, most: usize) -> String {
    match (fewest, most) {
        (1, 1) => String::from("1 argument"),
        (fewest, usize::MAX) => format!("{fewest} or more arguments"),
        (fewest, most) if fewest == most => format!("{most} arguments"),
        (fewest, most) => format!("{fewest} or {most} arguments"),
    }
}
