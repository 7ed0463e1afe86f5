//! What is wrong with a rule file, said so that a rule keeper can mend it.

use std::fmt;

use conditions::nearest;

/// One mistake in one rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The file, relative to the rulebook's folder, with `/` between its parts.
    pub file: String,
    /// The line, counted from 1; `None` when the mistake is the file's as a whole.
    pub line: Option<u32>,
    /// The column of a CSV file or the field of a TOML file; `None` when it is the line's as a whole.
    pub field: Option<String>,
    /// What is wrong, with the offending value.
    pub message: String,
    /// How to mend it, where that can be said.
    pub hint: Option<String>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleError {}

/// Everything that is wrong with a rulebook, in the order of files and lines. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleErrors {
    pub errors: Vec<RuleError>,
    /// How many more were found and left out, because nobody reads so many.
    pub left_out: usize,
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        if self.left_out > 0 {
            write!(f, "\nand {} more", self.left_out)?;
        }
        Ok(())
    }
}

impl std::error::Error for RuleErrors {}

/// The mistakes found so far. Reading goes on after each, so that all are reported together.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    errors: Vec<RuleError>,
    left_out: usize,
}

impl Problems {
    /// Enough for one sitting; a broken export can make a mistake in each of 300,000 rows.
    const KEPT_MAX: usize = 500;

    pub(crate) fn add(&mut self, error: RuleError) {
        if self.errors.len() < Self::KEPT_MAX {
            self.errors.push(error);
        } else {
            self.left_out += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.left_out += other.left_out;
        for error in other.errors {
            self.add(error);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.errors.len() + self.left_out
    }

    /// `Ok` when nothing was found.
    pub(crate) fn into_result(mut self) -> Result<(), RuleErrors> {
        if self.errors.is_empty() {
            return Ok(());
        }
        self.errors.sort_by(|a, b| (&a.file, a.line, &a.field).cmp(&(&b.file, b.line, &b.field)));
        Err(RuleErrors { errors: self.errors, left_out: self.left_out })
    }
}

/// A problem of a file as a whole.
pub(crate) fn whole_file(file: String, message: &str) -> RuleError {
    RuleError { file, line: None, field: None, message: message.to_owned(), hint: None }
}

/// The hint that goes with an unknown word: the nearest known one, or all of them when they are few.
pub(crate) fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(found) = nearest(wrong, candidates.clone()) {
        return Some(format!("did you mean `{found}`?"));
    }
    let all: Vec<&str> = candidates.into_iter().collect();
    (!all.is_empty() && all.len() <= 16).then(|| format!("known are: {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_near_a_few_known_words_are_all_named() {
        assert_eq!(did_you_mean("KHR", ["KH", "PH"]).as_deref(), Some("did you mean `KH`?"));
        assert_eq!(did_you_mean("banana", ["KH", "PH"]).as_deref(), Some("known are: KH, PH"));
    }
}
