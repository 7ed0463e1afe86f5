//! Rules are proven before they decide: loaded whole, and their own tests run.

use std::fmt::Write as _;
use std::path::Path;

use rulebook::Rulebook;

use crate::{Failure, load_rulebook};

/// More failing tests than this are counted, not named, in one message.
const FAILURES_NAMED_MAX: usize = 10;

/// Loads a folder of rules and runs the tests that stand beside them.
///
/// # Errors
/// Everything that is wrong with the files, or the tests that fail.
pub(crate) fn load_and_test(folder: &Path) -> Result<Rulebook, Failure> {
    let rulebook = load_rulebook(folder)?;
    let report = rulebook.run_tests();
    if report.failures.is_empty() {
        return Ok(rulebook);
    }
    let mut message =
        format!("{} of {} tests of the rules in {} fail:", report.failures.len(), report.tests, folder.display());
    for failure in report.failures.iter().take(FAILURES_NAMED_MAX) {
        let _ = write!(message, "\n{failure}");
    }
    if report.failures.len() > FAILURES_NAMED_MAX {
        let _ = write!(message, "\nand {} more", report.failures.len() - FAILURES_NAMED_MAX);
    }
    Err(Failure::usage(message))
}
