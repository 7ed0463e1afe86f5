//! `thongquan rules check`: whether rules can be used, and what is known of them.

mod agreements;
mod days;
mod ended_law;
mod marks;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use jiff::civil::Date;
use rulebook::{Inventory, RuleErrors, Rulebook};

use crate::{Failure, arguments, now_in_vietnam, print, rules_folder};

const BOLD: Style = Style::new().bold();

#[derive(clap::Args)]
#[command(
    after_help = "It reads every file, runs every test that stands beside a rule, and asks the rules on the day \
    of each change and on the day before it. It then says how well the rows are known (their marks), how many lines of \
    which agreement lack a rate on a day, when the rules fall silent because nothing follows a last day, and what \
    still cites an instrument of law after its end.\n\n\
    EXIT STATUS:\n  0  the rules can be used\n  1  something is wrong with them\n 64  the command line is wrong"
)]
pub(crate) struct Arguments {
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Count what lacks a rate on this day, and list what falls silent with it or later [default: today in Vietnam]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    on: Option<Date>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folder = rules_folder(arguments.rules.as_ref());
    crate::there_is_a_folder(&folder)?;
    let rulebook = match Rulebook::load(&folder) {
        Ok(rulebook) => rulebook,
        Err(errors) => {
            print(&mistakes(&errors));
            return Ok(ExitCode::from(1));
        }
    };
    let on = arguments.on.map_or_else(|| now_in_vietnam().map(|now| now.date()), Ok)?;
    let inventory = rulebook.inventory();
    let tests = rulebook.run_tests();
    let asked = days::ask_around_changes(&rulebook, &inventory);
    let mut page = String::new();
    let _ = writeln!(page, "{BOLD}{}{BOLD:#}: {}", folder.display(), rulebook.source_summary());
    let _ = writeln!(page, "content hash {}\n", rulebook.content_hash());
    let _ = writeln!(page, "{}\n", marks::table(&inventory));
    page.push_str(&agreements::table(&rulebook.in_force_on(on)));
    page.push_str(&silence(&inventory, on));
    page.push_str(&ended_law::page(&rulebook, &inventory));
    page.push_str(&super::test::page(&tests, false));
    page.push_str(&asked.to_string());
    print(&page);
    Ok(ExitCode::from(u8::from(!tests.failures.is_empty() || !asked.wrong.is_empty())))
}

/// Every mistake with its place, and the mend below it.
fn mistakes(errors: &RuleErrors) -> String {
    let red = AnsiColor::Red.on_default().bold();
    let mut page = String::new();
    for error in &errors.errors {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        let field = error.field.as_deref().map(|field| format!(" {field}:")).unwrap_or_default();
        let _ = writeln!(page, "{red}wrong{red:#} {BOLD}{}{line}{BOLD:#}:{field} {}", error.file, error.message);
        if let Some(hint) = &error.hint {
            let _ = writeln!(page, "      {hint}");
        }
    }
    let all = errors.errors.len() + errors.left_out;
    let left_out = if errors.left_out > 0 { format!(", {} of them not shown", errors.left_out) } else { String::new() };
    let _ = writeln!(page, "{red}{all} mistakes{red:#}{left_out}; nothing can be decided by these rules");
    page
}

/// What has a last day, and nothing after it, from the eve of a day on; tables of one family that end on one day together.
fn silence(inventory: &Inventory, on: Date) -> String {
    let yellow = AnsiColor::Yellow.on_default().bold();
    let mut found: BTreeMap<(Date, String), Vec<String>> = BTreeMap::new();
    for table in inventory.tables().filter(|table| !table.name().starts_with("law/")) {
        for (last, keys) in table.endings().range(on.yesterday().unwrap_or(on)..) {
            let family = marks::family(table.name());
            let name = table.name().strip_prefix(&family).unwrap_or_default().trim_start_matches('/');
            let of = match &**keys {
                [only] => only.to_string(),
                _ => format!("{} entries", keys.len()),
            };
            let what = if name.is_empty() { of } else { format!("{name} ({of})") };
            found.entry((*last, family)).or_default().push(what);
        }
    }
    let mut page = String::new();
    for ((last, family), what) in found {
        let _ = writeln!(page, "{yellow}silent{yellow:#}   after {last}: {family}: {}", what.join(", "));
    }
    page
}
