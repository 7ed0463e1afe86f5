//! `thongquan rules seal`: says of every rule file what it holds, so that a cut or half copied one is refused.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::AnsiColor;
use rulebook::Sealing;

use crate::{Failure, print, rules_folder};

#[derive(clap::Args)]
#[command(
    after_help = "The file seal.toml in the folder says of every rule file how many rows or lines it has and what its bytes hash \
    to. Rules are loaded only where all of it is true, so that a table that was cut off at the end of a row, or a copy \
    that is not finished, never decides. After a change on purpose run this; it shows each file that differs from the \
    seal before it writes. `thongquan rules check` then says whether the rules are sound, and `rules diff` what the \
    change means.\n\n\
    A file that is gone, or that is shorter and ends otherwise, looks like the loss that the seal is there against: it \
    is sealed with --fewer alone.\n\n\
    EXIT STATUS:\n  0  the folder is sealed\n  1  rules are fewer, or with --check: a file differs; nothing is written\n \
    64  the command line is wrong, or the folder cannot be read"
)]
pub(crate) struct Arguments {
    /// The folder of rules [default: rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Seal also files that became shorter at their end, and a folder in which a file is gone
    #[arg(long)]
    fewer: bool,
    /// Say what differs, and write nothing
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let folder = rules_folder(arguments.rules.as_ref());
    crate::there_is_a_folder(&folder)?;
    let sealing = Sealing::of(&folder)
        .map_err(|errors| Failure::usage(format!("the files in {} cannot be sealed:\n{errors}", folder.display())))?;
    let (yellow, red) = (AnsiColor::Yellow.on_default().bold(), AnsiColor::Red.on_default().bold());
    let mut page = String::new();
    for change in sealing.changes() {
        let (style, word) = if change.is_loss() { (red, "fewer") } else { (yellow, "changed") };
        let _ = writeln!(page, "{style}{word:<8}{style:#} {}: {change}", change.file);
    }
    let name = folder.display();
    let is_loss = sealing.changes().iter().any(rulebook::SealChange::is_loss);
    if sealing.is_written() {
        let _ = writeln!(page, "{name}: {} files are as they were sealed", sealing.files());
    } else if arguments.check {
        let _ = writeln!(page, "{name}: nothing is written; `thongquan rules seal` without --check seals it so");
    } else if is_loss && !arguments.fewer {
        let _ = writeln!(
            page,
            "{red}not sealed{red:#} {name}: if rules were taken out on purpose, seal it with --fewer; otherwise copy the files \
             again"
        );
    } else {
        sealing.write().map_err(|error| Failure::to(&format!("write the seal of {name}"), &error))?;
        let _ = writeln!(
            page,
            "{name}: sealed, {} files; `thongquan rules check` says whether the rules are sound",
            sealing.files()
        );
    }
    print(&page);
    let is_sealed = sealing.is_written() || (!arguments.check && (!is_loss || arguments.fewer));
    Ok(ExitCode::from(u8::from(!is_sealed)))
}
