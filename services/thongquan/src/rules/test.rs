//! `thongquan rules test`: the tests that stand beside the rules.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::AnsiColor;

use crate::{Failure, load_rulebook, print, rules_folder};

/// More rules without tests than this are counted, not named.
const UNTESTED_NAMED_MAX: usize = 10;

#[derive(clap::Args)]
#[command(after_help = "A test stands in the file of its rule:\n\n    [[rule.test]]\n    fires = true\n    \
    of = \"import\"                        a sound declaration of rules/tests/\n    \
    given = { terms_of_delivery = \"FOB\" } what is changed in it\n\n\
    EXIT STATUS:\n  0  every test went as expected\n  1  a test failed, or the filter names no rule\n \
    64  the command line or the rules are wrong")]
pub(crate) struct Arguments {
    /// Only rules whose file or code holds this, such as R1028 or validation/dates
    #[arg(value_name = "FILTER")]
    filter: Option<String>,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Name every rule that lacks a test
    #[arg(long)]
    untested: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let rulebook = load_rulebook(&rules_folder(arguments.rules.as_ref()))?;
    let filter = arguments.filter.as_deref().unwrap_or_default();
    let report = rulebook.run_tests_of(|file, rule| format!("{file}/{rule}").contains(filter));
    if report.rules == 0 {
        return Err(Failure { message: format!("no rule's file or code holds `{filter}`"), status: 1 });
    }
    print(&page(&report, arguments.untested));
    Ok(ExitCode::from(u8::from(!report.failures.is_empty())))
}

/// A line for each failure, a line for each rule without both kinds of tests as far as they are named, a summary.
pub(super) fn page(report: &rulebook::RuleTestReport, name_all: bool) -> String {
    let (red, yellow) = (AnsiColor::Red.on_default().bold(), AnsiColor::Yellow.on_default().bold());
    let green = AnsiColor::Green.on_default().bold();
    let mut page = String::new();
    for failure in &report.failures {
        let _ = writeln!(page, "{red}fails{red:#}    {failure}");
    }
    let named = if name_all { report.untested.len() } else { UNTESTED_NAMED_MAX };
    for rule in report.untested.iter().take(named) {
        let _ = writeln!(page, "{yellow}untested{yellow:#} {rule}");
    }
    if report.untested.len() > named {
        let more = report.untested.len() - named;
        let _ =
            writeln!(page, "{yellow}untested{yellow:#} and {more} more: `thongquan rules test --untested` names them");
    }
    let style = if report.failures.is_empty() { green } else { red };
    let _ = writeln!(
        page,
        "{style}{} of {} tests pass{style:#}, of {} rules; {} rules lack a test that fires them or one that does not",
        report.tests - report.failures.len(),
        report.tests,
        report.rules,
        report.untested.len()
    );
    page
}
