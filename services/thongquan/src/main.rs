//! Thông Quan: clears customs declarations.

mod assess;
mod backends;
mod backup;
mod command;
mod config;
mod declarations;
mod demo;
mod doctor;
mod migrate;
mod operations;
mod render;
mod replay;
mod restore;
mod rules;
mod serve;
mod status;
mod submit;
mod telemetry;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand, ValueEnum};
use vocabulary::Language;

/// Clears customs declarations for Vietnam: checks them, values the goods, assesses duties and taxes, chooses the
/// lane, answers the declarant.
///
/// Begin with `thongquan demo`, which needs nothing installed, or with `thongquan assess FILE` on a declaration of
/// your own.
#[derive(Parser)]
#[command(name = "thongquan", version, about, long_about, max_term_width = 110)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
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
            let _ = error.print();
            return ExitCode::from(status);
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
        Command::Backup(arguments) => backup::run(&arguments),
        Command::Restore(arguments) => restore::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "thongquan", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    let _ = std::io::stdout().flush();
    result.unwrap_or_else(|failure| {
        print_error(&failure.message);
        ExitCode::from(failure.status)
    })
}

/// Tells a person on standard error what went wrong.
fn print_error(message: &str) {
    let red = anstyle::AnsiColor::Red.on_default().bold();
    let _ = writeln!(anstream::stderr(), "{red}error{red:#}: {message}");
}

/// The folder of rules: the one that was named, else `rules` here.
fn rules_folder(named: Option<&PathBuf>) -> PathBuf {
    named.cloned().unwrap_or_else(|| PathBuf::from("rules"))
}

/// Loads the rulebook.
fn load_rulebook(folder: &std::path::Path) -> Result<rulebook::Rulebook, Failure> {
    if !folder.is_dir() {
        return Err(Failure::usage(format!(
            "there is no folder of rules at {}; name one with --rules, or run this where `rules/` is",
            folder.display()
        )));
    }
    rulebook::Rulebook::load(folder)
        .map_err(|errors| Failure::usage(format!("the rulebook in {} cannot be used:\n{errors}", folder.display())))
}

/// Prints to standard output, with colours only where a terminal shows them; a reader that went away is no error.
fn print(text: &str) {
    let _ = anstream::stdout().lock().write_all(text.as_bytes());
}

/// The present time in Vietnam. Only commands that people type read the clock; decisions are given the time.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock for a person's command")]
fn now_in_vietnam() -> jiff::civil::DateTime {
    jiff::tz::Offset::constant(7).to_datetime(jiff::Timestamp::now())
}
