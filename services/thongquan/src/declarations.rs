//! `thongquan declarations`: what was decided, in a form that analysts' programs read.

mod export;

use std::process::ExitCode;

use clap::Subcommand;

use crate::Failure;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a row for each declaration, or for each goods item
    Export(export::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Export(arguments) => export::run(arguments),
    }
}
