//! `thongquan rules`: the life of a rule, from a changed file to a decision.
//!
//! ```text
//!   edit ──► seal ──► check ──► test ──► diff with what is in force ──► backtest on what was decided ──► serve takes it over
//!                                                                                    (SIGHUP, or rules.watch)
//! ```

mod backtest;
mod check;
mod diff;
mod import;
mod proving;
mod seal;
mod show;
mod test;
mod wording;

use std::process::ExitCode;

use clap::Subcommand;

use crate::Failure;

pub(crate) use proving::load_and_test;

#[derive(clap::Args)]
#[command(
    after_help = "THE WAY OF A CHANGE:\n  1. edit a copy of the rules, with the day from which the change holds and its law\n  \
    2. thongquan rules seal --rules NEW       the files are whole: this is how they are meant to be\n  \
    3. thongquan rules check --rules NEW      is it sound, and do the rules' own tests pass?\n  \
    4. thongquan rules diff rules NEW         does it change what was meant, and nothing else?\n  \
    5. thongquan rules backtest NEW           what would it have changed in declarations already decided?\n  \
    6. put it in place and send `thongquan serve` SIGHUP; the old rules are kept if anything is wrong\n\n\
    Keep the folder of rules under version control. Every decision names the hash of the rules that made it, and \
    `rules check` prints the hash of a folder: the commit that has it derives the decision again, years later."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Load everything, run the rules' own tests, ask the rules around every day of change, say what is wrong
    Check(check::Arguments),
    /// Say of every rule file what it holds, so that a cut or half copied one is refused; after each change
    Seal(seal::Arguments),
    /// Run the tests that stand beside the rules
    Test(test::Arguments),
    /// Show every rate and condition of a tariff line, with its law and its next change
    Show(show::Arguments),
    /// Take a published table over: an agreement's rates of a year, or the exchange rates of a week
    Import(import::Arguments),
    /// Say what changes from one folder of rules to another, and for which goods
    Diff(diff::Arguments),
    /// Decide history again under proposed rules: what changes lane, tax or outcome, and the sums
    Backtest(backtest::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Seal(arguments) => seal::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Show(arguments) => show::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Backtest(arguments) => backtest::run(arguments),
    }
}
