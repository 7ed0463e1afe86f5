//! `thongquan assess`: what would be decided, and why.

mod document;
mod page;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use casework::AssessedDocument;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use rulebook::Rulebook;
use sha2::{Digest as _, Sha256};
use vocabulary::{Facts, Language, Outcome};

use self::page::{Shown, Tally};
use crate::{
    Failure, Format, Lang, arguments, load_rulebook, now_in_vietnam, output, print, print_json, rules_folder, text,
};

/// Of more files than this, the outcomes are counted at the end.
const FILES_WITHOUT_TALLY: usize = 3;

/// More than this is not read from a file; the reader's own limit is below it.
const FILE_BYTES_MAX: u64 = 16 << 20;

/// A fact takes some hundred bytes, and a country has a million enterprises.
const FACTS_BYTES_MAX: u64 = 512 << 20;

#[derive(clap::Args)]
#[command(after_help = "EXIT STATUS:\n  0  every file is accepted\n  1  at least one is rejected\n  \
    2  at least one cannot be read as a declaration\n  3  at least one is referred to an officer\n \
    64  the command line or the rulebook is wrong\n \
    70  a file cannot be opened\n\nOf several, the first that applies in the order 70, 2, 1, 3.\n\n\
    Without --facts the trader is taken as unknown to customs, which selectivity takes into account.")]
pub(crate) struct Arguments {
    /// Declarations as XML; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Apply the rules of this day, as if the declarations were registered on it [default: today in Vietnam]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    on: Option<Date>,
    /// What is known of traders: a TOML or JSON file
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of the table
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let rulebook = load_rulebook(&rules_folder(arguments.rules.as_ref()))?;
    let facts = arguments.facts.as_deref().map(read_facts).transpose()?.unwrap_or_default();
    let on = arguments.on.map_or_else(|| now_in_vietnam().map(|now| now.date()), Ok)?;
    let language = Language::from(arguments.lang);
    let columns = text::columns();
    let mut tally = Tally::default();
    let mut worst = 0;
    let bar = progress_over(arguments.files.len());
    for (at, file) in arguments.files.iter().enumerate().take_while(|_| !output::is_lost()) {
        bar.set_position(at as u64);
        let name = file.display().to_string();
        let document = match read_file(file) {
            Ok(document) => document,
            Err(failure) => {
                bar.suspend(|| crate::print_error(&failure.message));
                worst = worse(worst, failure.status);
                tally.count_unopened();
                continue;
            }
        };
        let assessed = assess(&document, on, &facts, &rulebook);
        let decision = &assessed.decision;
        worst = worse(worst, exit_status(decision.outcome));
        tally.count(decision.outcome);
        match arguments.format {
            Format::Table => {
                let gap = if at > 0 { "\n" } else { "" };
                let shown = Shown {
                    file: &name,
                    decision,
                    declaration: assessed.declaration.as_deref(),
                    calculation: assessed.calculation.as_ref(),
                    rules: rulebook.in_force_on(decision.registered_on),
                    language,
                    columns,
                };
                print(&format!("{gap}{}", shown.page()));
            }
            Format::Json => {
                let document = document::of(&name, &assessed, &rulebook)
                    .map_err(|error| Failure::to("write the decision as JSON", &error))?;
                print_json(&document)?;
            }
        }
    }
    bar.finish_and_clear();
    if arguments.files.len() > FILES_WITHOUT_TALLY && arguments.format == Format::Table {
        print(&format!("\n{}", tally.line(language)));
    }
    Ok(ExitCode::from(worst))
}

/// A bar on standard error, where many files are assessed and the pages go elsewhere than to the same terminal.
fn progress_over(files: usize) -> ProgressBar {
    if files <= FILES_WITHOUT_TALLY || std::io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} files, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(files as u64).with_style(style)
}

/// Decides on one document as the processor would, but for the number, which only a lodged declaration gets.
fn assess(document: &[u8], on: Date, facts: &Facts, rulebook: &Rulebook) -> AssessedDocument {
    // The draw hangs on the document alone, so that assessing a file twice shows the same lane.
    let hash = Sha256::digest(document);
    let draw = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]) % 1_000_000;
    casework::assess_document(document, on.to_datetime(jiff::civil::Time::midnight()), facts, draw, rulebook)
}

fn exit_status(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Accepted => 0,
        Outcome::Rejected => 1,
        Outcome::Unreadable => 2,
        Outcome::Referred => 3,
    }
}

fn worse(a: u8, b: u8) -> u8 {
    const ORDER: [u8; 6] = [0, 3, 1, 2, crate::EXIT_USAGE, crate::EXIT_FAILED];
    let rank = |status| ORDER.iter().position(|known| *known == status).unwrap_or(ORDER.len());
    if rank(b) > rank(a) { b } else { a }
}

/// Reads a file, or standard input, as far as a declaration may reach.
pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, Failure> {
    let action = || format!("read {}", file.display());
    let mut document = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().lock().take(FILE_BYTES_MAX).read_to_end(&mut document)
    } else {
        std::fs::File::open(file).and_then(|opened| opened.take(FILE_BYTES_MAX).read_to_end(&mut document))
    };
    read.map_err(|error| Failure::to(&action(), &error))?;
    Ok(document)
}

/// Reads a facts file, in TOML or JSON as its name ends. Where it cannot be read, its words are quoted to who named it.
pub(crate) fn read_facts(file: &Path) -> Result<Facts, Failure> {
    facts_of(file, true)
}

/// The same for a process whose words end in a log: says where the file cannot be read, and quotes nothing of it.
pub(crate) fn read_facts_quietly(file: &Path) -> Result<Facts, Failure> {
    facts_of(file, false)
}

fn facts_of(file: &Path, quote: bool) -> Result<Facts, Failure> {
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(FACTS_BYTES_MAX + 1).read_to_string(&mut text))
        .map_err(|error| Failure::to(&format!("read the facts in {}", file.display()), &error))?;
    if text.len() as u64 > FACTS_BYTES_MAX {
        return Err(Failure::usage(format!(
            "the facts in {} cannot be used: they have more than {FACTS_BYTES_MAX} bytes",
            file.display()
        )));
    }
    let json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let facts: Result<Facts, String> = if json {
        serde_json::from_str(&text).map_err(|error| if quote { error.to_string() } else { unquoted(error.line()) })
    } else {
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            if !quote {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                return unquoted(before.matches('\n').count() + 1);
            }
            // TOML has days of its own, which the reader of dates calls maps.
            let hint = if error.message().contains("date string") { "write the day between quotes\n" } else { "" };
            format!("{error}{hint}")
        })
    };
    let facts =
        facts.map_err(|error| Failure::usage(format!("the facts in {} cannot be used: {error}", file.display())))?;
    let mut faults = String::new();
    for trader in &facts.traders {
        if !(1..=5).contains(&trader.compliance_level) {
            let _ = write!(faults, "\n  {}: the compliance level is 1 to 5", trader.tax_code);
        }
    }
    if faults.is_empty() {
        Ok(facts)
    } else {
        Err(Failure::usage(format!("the facts in {} cannot be used:{faults}", file.display())))
    }
}

fn unquoted(line: usize) -> String {
    format!(
        "line {line} is not as it should be; `thongquan assess FILE --facts` on the same file says what is wrong with it"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_of_facts_has_every_kind() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/facts/1.0/sample.toml");
        let facts = read_facts(&file).unwrap_or_else(|failure| panic!("{}", failure.message));
        assert_eq!(facts.traders[0].compliance_level, 2);
        assert_eq!(facts.certificates[0].items[0].remaining, 120.into());
        assert_eq!(facts.exemption_lists[0].lines[0].line, 1);
        assert_eq!(facts.temporary_declarations[0].due_on, Some(jiff::civil::date(2027, 5, 31)));
        assert!(facts.guarantees[0].general);
        assert_eq!(facts.branches[0].lane, vocabulary::Lane::Yellow);
        // As JSON it says the same.
        let folder = tempfile::tempdir().unwrap();
        let json = folder.path().join("facts.json");
        std::fs::write(&json, serde_json::to_vec(&facts).unwrap()).unwrap();
        assert_eq!(read_facts(&json).ok(), Some(facts));
    }

    #[test]
    fn facts_that_cannot_be_used_say_where() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("facts.toml");
        for (text, said) in [
            ("[[traders]]\ntax_code = \"1\"\ncompliance_level = 6\n", "1: the compliance level is 1 to 5"),
            ("[[traders]]\ntax_kode = \"1\"\n", "unknown field `tax_kode`"),
            ("[[temporary_declarations]]\ndue_on = 2026-11-24\n", "write the day between quotes"),
            ("[[guarantees]]\nremaining = 5\n", "line 1"),
        ] {
            std::fs::write(&file, text).unwrap();
            let failure = read_facts(&file).unwrap_err();
            assert!(failure.message.contains(said) && failure.status == crate::EXIT_USAGE, "{}", failure.message);
        }
    }
}
