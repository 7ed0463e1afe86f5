//! What is wrong with a condition, and why one could not be decided. Both point at the place in the source.

use std::fmt;

/// A stretch of the source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    /// The text that the span covers.
    pub(crate) fn of(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// From the beginning of this span to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A span in a reader's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The line, the first being 1.
    pub line: u32,
    /// The character within the line, the first being 1.
    pub column: u32,
    /// How many characters are meant, at least 1.
    pub length: u32,
    /// The line itself, tabs shown as spaces.
    pub text: String,
}

impl Position {
    pub(crate) fn find(source: &str, span: Span) -> Self {
        let start = floor_boundary(source, span.start);
        let end = floor_boundary(source, span.end);
        let before = &source[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        Self {
            line: count(before.bytes().filter(|&byte| byte == b'\n').count()).saturating_add(1),
            column: count(source[line_start..start].chars().count()).saturating_add(1),
            length: count(source[start..end.clamp(start, line_end)].chars().count()).max(1),
            text: source[line_start..line_end].replace(|c: char| c.is_control(), " "),
        }
    }
}

impl fmt::Display for Position {
    /// The line with carets under what is meant. A long line is shown around it only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 100;
        const BEFORE: usize = 60;
        let column = self.column as usize - 1;
        let skipped = if self.text.chars().count() <= SHOWN { 0 } else { column.saturating_sub(BEFORE) };
        let shown: String = self.text.chars().skip(skipped).take(SHOWN).collect();
        let carets = (self.length as usize).min(SHOWN.saturating_sub(column - skipped)).max(1);
        let number = self.line.to_string();
        writeln!(f, "  {number} | {shown}")?;
        write!(f, "  {:1$} | {2:3$}{4}", "", number.len(), "", column - skipped, "^".repeat(carets))
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn floor_boundary(source: &str, offset: u32) -> usize {
    source.floor_char_boundary(offset as usize)
}

/// What is wrong with a condition.
///
/// Its `Display` is several lines long: the message, the line with carets under the mistake, and the hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionError {
    /// What is wrong, a lowercase fragment.
    pub message: String,
    pub position: Position,
    /// How to mend it, where that can be guessed.
    pub hint: Option<String>,
}

impl ConditionError {
    pub(crate) fn new(source: &str, span: Span, message: impl Into<String>) -> Self {
        Self { message: message.into(), position: Position::find(source, span), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, .. } = self.position;
        write!(f, "{}, at line {line}, column {column}\n{}", self.message, self.position)?;
        match &self.hint {
            Some(hint) => write!(f, "\n{hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConditionError {}

/// Why a condition could not be decided, or a formula not computed, for the records at hand.
///
/// It is an answer, not an accident: whoever asked treats it as "could not be decided", never as false.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationError {
    /// What stood in the way.
    pub obstacle: Obstacle,
    /// At which part of the source.
    pub position: Position,
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column, .. } = self.position;
        write!(f, "{}, at line {line}, column {column}\n{}", self.obstacle, self.position)
    }
}

impl std::error::Error for EvaluationError {}

/// What can stand in the way of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// The divisor was zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The exact result has more than the 28 digits that a number holds.
    #[error("the result has more digits than can be computed exactly")]
    TooManyDigits,
    /// Collections within collections came to more elements than one decision looks at.
    #[error("more than {} elements would have to be looked at", crate::bounds::ELEMENTS_MAX)]
    TooManyElements,
    /// A record gave a value of another type than the schema promised: a mistake in the program, not in the rule.
    #[error("the record gave a value of another type than the schema promised")]
    WrongType,
    /// Not as many records were handed in as the condition was compiled for: a mistake in the program.
    #[error("not as many records were handed in as the condition was compiled for")]
    WrongRecords,
}

/// An obstacle and its place, small enough to be returned in registers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) obstacle: Obstacle,
    pub(crate) span: Span,
}

impl Fault {
    /// The fault in a reader's terms.
    #[cold]
    pub(crate) fn explain(self, source: &str) -> EvaluationError {
        EvaluationError { obstacle: self.obstacle, position: Position::find(source, self.span) }
    }
}
