//! `thongquan rules import`: a table that others publish becomes rules.
//!
//! ```text
//!   CSV or XLSX ──► rows, each checked ──► new rule files, loaded with all the others ──► what changes ──► --write
//! ```

mod exchange_rates;
mod number;
mod rates;
mod sheet;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::Subcommand;
use rulebook::{Amendment, Mark, RuleErrors};

use crate::{Failure, print};

const BOLD: Style = Style::new().bold();
/// More mistakes than this are counted, not named.
const MISTAKES_NAMED_MAX: usize = 40;

#[derive(clap::Args)]
#[command(
    after_help = "Nothing is written without --write. The rules that would come of it are loaded and their tests run before \
    anything is replaced; each file is replaced at once or not at all.\n\n\
    EXIT STATUS:\n  0  what would change is shown, or was written\n  1  the table is wrong, or the rules would be\n \
    64  the command line, the file or the folder of rules is wrong\n 70  a file cannot be read or written"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    table: Table,
}

#[derive(Subcommand)]
enum Table {
    /// The rates of an agreement for a year
    Rates(rates::Arguments),
    /// The exchange rates of a week
    ExchangeRates(exchange_rates::Arguments),
}

/// What both kinds of tables are asked for.
#[derive(clap::Args)]
struct Common {
    /// The table: .csv or .xlsx (its first sheet)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// How well the values are known: verified, measured, inferred, from_memory or sample
    #[arg(long, value_name = "MARK", default_value = "verified", value_parser = mark)]
    mark: Mark,
    /// Write the files; without it the changes are shown
    #[arg(long)]
    write: bool,
}

fn mark(word: &str) -> Result<Mark, String> {
    let known: Vec<&str> = Mark::ALL.iter().map(|mark| mark.as_str()).collect();
    Mark::ALL.into_iter().find(|mark| mark.as_str() == word).ok_or_else(|| format!("it is one of {}", known.join(", ")))
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.table {
        Table::Rates(arguments) => rates::run(arguments),
        Table::ExchangeRates(arguments) => exchange_rates::run(arguments),
    }
}

/// What is wrong with the table, row by row.
#[derive(Debug, Default)]
struct Mistakes {
    list: Vec<String>,
    left_out: usize,
}

impl Mistakes {
    fn add(&mut self, row: usize, column: Option<&str>, message: String, mend: String) {
        if self.list.len() >= MISTAKES_NAMED_MAX {
            self.left_out += 1;
            return;
        }
        let column = column.map_or_else(String::new, |column| format!(", {column}"));
        self.list.push(format!("row {row}{column}: {message}; {mend}"));
    }

    fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn page(&self, file: &Path) -> String {
        let red = AnsiColor::Red.on_default().bold();
        let mut page = String::new();
        for mistake in &self.list {
            let _ = writeln!(page, "{red}wrong{red:#} {BOLD}{}{BOLD:#}, {mistake}", name_of(file));
        }
        let all = self.list.len() + self.left_out;
        let more = if self.left_out > 0 { format!(", {} of them not shown", self.left_out) } else { String::new() };
        let _ = writeln!(page, "{red}{all} mistakes{red:#}{more}; nothing was written");
        page
    }
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// The rules would not be sound: every mistake, with its mend.
fn refused(errors: &RuleErrors) -> ExitCode {
    let red = AnsiColor::Red.on_default().bold();
    print(&format!("{red}the rules would be wrong{red:#}, and nothing was written:\n{errors}\n"));
    ExitCode::from(1)
}

/// Writes what was shown, or says how to.
fn finish(common: &Common, folder: &Path, amendment: &Amendment, mut page: String) -> Result<ExitCode, Failure> {
    let failed = amendment.rulebook().run_tests().failures;
    for failure in failed.iter().take(MISTAKES_NAMED_MAX) {
        let _ = writeln!(page, "a test of the rules would fail: {failure}");
    }
    for (file, lines, is_new) in amendment.files() {
        let lines = vocabulary::duty::grouped(lines.into());
        let _ = writeln!(page, "  {} {file} ({lines} lines)", if is_new { "new    " } else { "changed" });
    }
    let green = AnsiColor::Green.on_default().bold();
    if !failed.is_empty() {
        page.push_str("nothing was written\n");
    } else if common.write {
        amendment.write(folder).map_err(|error| Failure::to("write the rules", &error))?;
        let hash = amendment.rulebook().content_hash();
        let _ = writeln!(page, "{green}written{green:#}; the content hash of the rules is\n  {hash}");
        page.push_str("Write a line in CHANGELOG.md, and let a second person read both.\n");
    } else {
        page.push_str("Nothing was written; add --write to write these files.\n");
    }
    print(&page);
    Ok(ExitCode::from(u8::from(!failed.is_empty())))
}
