//! The tests that stand beside a rule: does it fire on a sound declaration that was changed in a few fields?
//!
//! ```text
//!   rules/tests/import.toml     a sound declaration, its day, what is known of its trader
//!        │  given, without       changed as the test says
//!        ▼
//!   does the rule fire?  ──►  fires = true | false  ──►  test_run: RuleTestReport
//! ```

mod change;

use conditions::SeenValue;
use jiff::civil::Date;
use vocabulary::Declaration;

pub(crate) use self::change::{Change, Group};
use crate::conditional::subject::Supposed;

/// A sound declaration that tests change.
#[derive(Debug)]
pub(crate) struct Base {
    /// The name of its file without the ending.
    pub(crate) name: Box<str>,
    /// The day on which it is registered unless a test says otherwise.
    pub(crate) on: Date,
    pub(crate) declaration: Declaration,
    pub(crate) facts: SupposedFacts,
}

/// What a test supposes besides the declaration.
#[derive(Debug, Default)]
pub(crate) struct SupposedFacts {
    /// Of the declaration as a whole.
    pub(crate) whole: Vec<Supposed>,
    /// Of goods items: the position from 0, the fact, its value.
    pub(crate) items: Vec<(usize, u16, SeenValue)>,
}

/// One test of one rule.
#[derive(Debug)]
pub(crate) struct RuleTest {
    /// The line of the file on which it begins.
    pub(crate) line: u32,
    pub(crate) fires: bool,
    /// The position of its base.
    pub(crate) base: usize,
    pub(crate) on: Option<Date>,
    pub(crate) changes: Box<[Change]>,
    pub(crate) facts: SupposedFacts,
}
