//! Thông Quan: clears customs declarations.

mod arguments;
mod assess;
mod awaiting;
mod backends;
mod backup;
mod command;
mod config;
mod continuity;
mod declarations;
mod demo;
mod dictionary;
mod doctor;
mod migrate;
mod operations;
mod output;
mod render;
mod replay;
mod restore;
mod rules;
mod serve;
mod status;
mod submit;
mod telemetry;
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use vocabulary::Language;

pub(crate) use output::{print, print_error, print_json};

/// Clears customs declarations for Vietnam: checks them, values the goods, assesses duties and taxes, chooses the
/// lane, answers the declarant.
///
/// Begin with `thongquan demo`, which needs nothing installed, or with `thongquan assess FILE` on a declaration of
/// your own.
#[derive(Parser)]
#[command(
    name = "thongquan",
    version,
    about,
    long_about,
    max_term_width = 110,
    after_help = "EXIT STATUS:\n  Each command explains its own. Of all of them, 0 also says that what they printed was written: \
        a command whose\n  output cannot be written ends with 70, and with 141 where whoever reads it went away, as \
        `| head` does."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::enum_variant_names, reason = "one of the commands gives commands")]
enum Command {
    /// Show what would be decided on declarations, and why; nothing is lodged or kept
    Assess(assess::Arguments),
    /// Clear thousands of made-up declarations in one process, without any server, and show what came of them
    Demo(demo::Arguments),
    /// Process the stream until told to stop (SIGTERM or Ctrl-C finish what was begun)
    Serve(serve::Arguments),
    /// Lodge declarations, wait for the notices, print them
    Submit(submit::Arguments),
    /// Give an officer's or a gate's command to one declaration, wait for the answer, print it
    Command(command::Arguments),
    /// Tell the story of one declaration: what happened, what is owed and paid, what comes next and who acts
    Status(status::Arguments),
    /// Derive every decision again from what is kept, compare byte for byte, and verify the hash chains
    Replay(replay::Arguments),
    /// Export what was decided, for analysts
    Declarations(declarations::Arguments),
    /// Bring the database's schema to the version that this program knows
    Migrate(migrate::Arguments),
    /// Train the dictionary that kept texts are packed with
    Dictionary(dictionary::Arguments),
    /// Make a verified copy of the SQLite file
    Backup(backup::Arguments),
    /// Put a copy that `backup` made into the place of the SQLite file, and say what it lacks
    Restore(restore::Arguments),
    /// Say what is wrong with configuration, rulebook, database, brokers and topics, and how to mend it
    Doctor(doctor::Arguments),
    /// Check, test, show, compare and back-test the rules
    Rules(rules::Arguments),
    /// Print a script that completes commands in a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The language that people are answered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lang {
    /// English
    En,
    /// Vietnamese
    Vi,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::English,
            Lang::Vi => Self::Vietnamese,
        }
    }
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For machines: one object for each file, one line each
    Json,
}

/// The exit status for words on the command line that cannot be understood, and for a configuration that is wrong.
const EXIT_USAGE: u8 = 64;
/// The exit status when something outside fails: a file, a server, the database.
const EXIT_FAILED: u8 = 70;

/// Why a command did not do its work.
#[derive(Debug)]
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: EXIT_USAGE }
    }

    fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: EXIT_FAILED }
    }

    /// A failure to do something, with the whole chain of its causes.
    fn to(action: &str, error: &dyn std::error::Error) -> Self {
        let mut message = format!("failed to {action}: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(&format!(": {error}"));
            cause = error.source();
        }
        Self::failed(message)
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let status = if error.use_stderr() { EXIT_USAGE } else { 0 };
            output::print_usage(&error);
            return output::status(ExitCode::from(status));
        }
    };
    let result = match arguments.command {
        Command::Assess(arguments) => assess::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Submit(arguments) => submit::run(&arguments),
        Command::Command(arguments) => command::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Declarations(arguments) => declarations::run(&arguments),
        Command::Migrate(arguments) => migrate::run(&arguments),
        Command::Dictionary(arguments) => dictionary::run(&arguments),
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "thongquan", &mut script);
            output::print_text(&String::from_utf8_lossy(&script));
            Ok(ExitCode::SUCCESS)
        }
    };
    match result {
        Ok(status) => output::status(status),
        Err(failure) => {
            print_error(&failure.message);
            ExitCode::from(failure.status)
        }
    }
}

/// The folder of rules: the one that was named, else `rules` here.
fn rules_folder(named: Option<&PathBuf>) -> PathBuf {
    named.cloned().unwrap_or_else(|| PathBuf::from("rules"))
}

/// A folder of rules has to be there.
fn there_is_a_folder(folder: &std::path::Path) -> Result<(), Failure> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "there is no folder of rules at {}; name one with --rules, or run this where `rules/` is",
        folder.display()
    )))
}

fn load_rulebook(folder: &std::path::Path) -> Result<rulebook::Rulebook, Failure> {
    there_is_a_folder(folder)?;
    rulebook::Rulebook::load(folder)
        .map_err(|errors| Failure::usage(format!("the rulebook in {} cannot be used:\n{errors}", folder.display())))
}

/// The present time in Vietnam. Only commands that people type read the clock; decisions are given the time.
///
/// # Errors
/// When the clock shows a time that cannot be, so that nothing is decided or recorded by it.
fn now_in_vietnam() -> Result<jiff::civil::DateTime, Failure> {
    moment_of(std::time::SystemTime::now())
}

/// A clock's time in Vietnam, where it is one that a clock which was ever set can show.
fn moment_of(clock: std::time::SystemTime) -> Result<jiff::civil::DateTime, Failure> {
    let moment = jiff::Timestamp::try_from(clock).map(vocabulary::vietnam_time::of);
    match moment {
        Ok(moment) if arguments::CLOCK_YEARS.contains(&moment.year()) => Ok(moment),
        Ok(moment) => Err(Failure::failed(format!(
            "the clock of this machine shows {}, which cannot be: set it, and run this again",
            moment.date()
        ))),
        Err(error) => Err(Failure::to("read the clock of this machine; set it, and run this again", &error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_clock_that_was_never_set_or_ran_away_is_refused() {
        let at = |seconds| moment_of(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(1_795_485_600).unwrap().to_string(), "2026-11-24T09:00:00");
        // 1970, the last second of 9999, and a time that no calendar has.
        for seconds in [0, 253_402_300_799, u64::from(u32::MAX) << 30] {
            let failure = at(seconds).unwrap_err();
            assert!(failure.message.contains("clock") && failure.status == EXIT_FAILED, "{}", failure.message);
        }
    }
}
