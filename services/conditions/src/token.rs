//! From characters to tokens.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::error::{ConditionError, Span};

/// A word, literal or symbol with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TokenKind {
    Number(Decimal),
    Text(String),
    Date(Date),
    /// A name or keyword; the span says which.
    Word,
    /// One of `SYMBOLS`.
    Symbol(&'static str),
    End,
}

/// Longer ones first, so that `<=` is not read as `<`.
const SYMBOLS: [&str; 16] = ["!=", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", "."];

/// What people write from habit, and what to write instead. Longer ones first.
const HABITS: [(&str, &str); 14] = [
    ("==", "write `=`"),
    ("<>", "write `!=`"),
    ("=<", "write `<=`"),
    ("=>", "write `>=`"),
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("≠", "write `!=`"),
    ("≤", "write `<=`"),
    ("≥", "write `>=`"),
    ("“", "write straight double quotes: \"text\""),
    ("”", "write straight double quotes: \"text\""),
    ("'", "write straight double quotes: \"text\""),
    ("%", "write a percentage as a number, and divide by 100 where a fraction is meant"),
    ("–", "write the minus sign `-`"),
];

/// Reads the whole source. It stops at the first character that makes no sense.
pub(crate) fn tokens(source: &str) -> Result<Vec<Token>, ConditionError> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let end = token.kind == TokenKind::End;
        tokens.push(token);
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn span(&self, start: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { start: offset(start), end: offset(self.at) }
    }

    /// An error about what was read since `start`.
    fn error(&self, start: usize, message: impl Into<String>) -> ConditionError {
        ConditionError::new(self.source, self.span(start), message)
    }

    /// Moves past the characters that the test accepts.
    fn skip(&mut self, accept: impl Fn(char) -> bool) {
        self.at += self.rest().find(|c| !accept(c)).unwrap_or(self.rest().len());
    }

    fn next(&mut self) -> Result<Token, ConditionError> {
        loop {
            self.skip(|c| c.is_ascii_whitespace());
            if !self.rest().starts_with('#') {
                break;
            }
            self.skip(|c| c != '\n');
        }
        let start = self.at;
        let kind = match self.rest().chars().next() {
            None => TokenKind::End,
            Some('"') => self.text()?,
            Some('0'..='9') => self.number_or_date()?,
            Some(c) if is_word(c) => {
                self.skip(is_word);
                TokenKind::Word
            }
            Some(c) => self.symbol(c)?,
        };
        Ok(Token { kind, span: self.span(start) })
    }

    fn symbol(&mut self, c: char) -> Result<TokenKind, ConditionError> {
        let start = self.at;
        if let Some((habit, hint)) = HABITS.iter().find(|(habit, _)| self.rest().starts_with(habit)) {
            self.at += habit.len();
            return Err(self.error(start, format!("`{habit}` has no meaning here")).hint(*hint));
        }
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return Ok(TokenKind::Symbol(symbol));
        }
        self.at += c.len_utf8();
        let error = self.error(start, format!("`{}` has no meaning here", c.escape_debug()));
        Err(match c {
            '!' => error.hint("write `not`"),
            c if c.is_alphabetic() => error.hint("names are written without accents; a text stands in double quotes"),
            _ => error,
        })
    }

    fn text(&mut self) -> Result<TokenKind, ConditionError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        let length = loop {
            match characters.next() {
                Some((at, '"')) => break at + 1,
                Some((at, '\\')) => match characters.next() {
                    Some((_, c @ ('"' | '\\'))) => text.push(c),
                    _ => {
                        self.at = start + at + 1;
                        let error =
                            self.error(start + at, "a backslash may stand only before `\"` or another backslash");
                        return Err(error.hint("write \\\\ for a backslash"));
                    }
                },
                None | Some((_, '\n' | '\r')) => {
                    self.at = start + 1;
                    return Err(self.error(start, "the text is not closed on its line").hint("close it with `\"`"));
                }
                Some((at, c)) if c.is_control() => {
                    self.at = start + at + c.len_utf8();
                    return Err(self.error(start + at, "a text may not hold control characters"));
                }
                Some((_, c)) => text.push(c),
            }
        };
        self.at = start + length;
        Ok(TokenKind::Text(text))
    }

    fn number_or_date(&mut self) -> Result<TokenKind, ConditionError> {
        let start = self.at;
        if let Some(length) = date_length(self.rest()) {
            self.at += length;
            self.refuse_word_after(start, "a date is written year-month-day, such as 2026-07-01")?;
            let written = &self.source[start..self.at];
            return match written.parse::<Date>() {
                Ok(date) => Ok(TokenKind::Date(date)),
                Err(_) => Err(self.error(start, format!("{written} is not a day of the calendar"))),
            };
        }
        self.skip(|c| c.is_ascii_digit() || c == '_');
        let whole = &self.source[start..self.at];
        if whole.ends_with('_') || whole.contains("__") {
            return Err(self.error(start, "an underscore stands between two digits of a number"));
        }
        if whole.len() > 1 && whole.starts_with('0') {
            let hint = format!("write a code in double quotes: \"{whole}\"");
            return Err(self.error(start, "a number does not begin with 0").hint(hint));
        }
        if self.rest().strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            self.at += 1;
            self.skip(|c| c.is_ascii_digit());
        }
        if self.rest().starts_with('.') {
            self.at += 1;
            let hint = "the point stands before decimals only: write 1000000 or 1_000_000";
            return Err(self.error(start, "a number has one decimal point, and digits on both sides of it").hint(hint));
        }
        self.refuse_word_after(start, "put a space after the number, or write a code in double quotes")?;
        let digits = self.source[start..self.at].replace('_', "");
        match Decimal::from_str_exact(&digits) {
            Ok(number) => Ok(TokenKind::Number(number)),
            Err(_) => Err(self.error(start, "a number has at most 28 digits")),
        }
    }

    fn refuse_word_after(&mut self, start: usize, hint: &str) -> Result<(), ConditionError> {
        if !self.rest().starts_with(is_word) {
            return Ok(());
        }
        self.skip(is_word);
        let written = self.source[start..self.at].to_owned();
        Err(self.error(start, format!("`{written}` is neither a number nor a name")).hint(hint))
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The length of a date at the beginning of the text, judged by its shape alone.
fn date_length(text: &str) -> Option<usize> {
    const SHAPE: &[u8] = b"dddd-dd-dd";
    let fits = |(byte, shape): (u8, &u8)| {
        if *shape == b'd' { byte.is_ascii_digit() } else { byte == *shape }
    };
    (text.len() >= SHAPE.len() && text.bytes().zip(SHAPE).all(fits)).then_some(SHAPE.len())
}
