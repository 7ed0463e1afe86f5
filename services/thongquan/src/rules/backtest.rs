//! `thongquan rules backtest`: history decided again under proposed rules.
//!
//! ```text
//!   store ──► page of records ──► proof: the recorded decision again, under the rules that made it
//!                            └──► trial: the same declaration, facts, time and draw under the proposed rules ──► tally
//! ```

mod page;
mod tally;
mod trial;

use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use rulebook::Rulebook;
use storage::{DeclarationKey, Store};

use self::tally::Tally;
use self::trial::{Record, Rules};
use super::load_and_test;
use crate::config::{self, ConfigArgument};
use crate::{Failure, Format, arguments, backends, load_rulebook, output, print, print_json, rules_folder};

/// Records read and decided at a time.
const PAGE: usize = 500;

#[derive(clap::Args)]
#[command(
    after_help = "Every declaration is decided again from what was kept with its decision: the document, the facts, \
    the time and the draw. Nothing is written. What is compared is the first decision on a lodged version.\n\n\
    First the recorded decision is derived again under --rules, where those are the rules that made it (their content \
    hash is the recorded one). It has to come out byte for byte; where it does not, this program decides otherwise than \
    the one that decided, and the comparison would blame the rules for it.\n\n\
    A declaration that was refused has no recorded draw; if the proposed rules accept it, a draw made of its content \
    stands in.\n\n\
    EXIT STATUS:\n  0  nothing changes\n  1  something changes\n  3  a decision could not be derived again byte for byte\n \
    64  the command line, the configuration or one of the folders is wrong\n 70  the database fails"
)]
pub(crate) struct Arguments {
    /// The folder of proposed rules
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// The history: sqlite:FILE or postgres://USER@HOST:PORT/DATABASE [default: the configuration's storage.url]
    #[arg(long, value_name = "STORE")]
    against: Option<String>,
    /// The folder of rules that decided [default: the configuration's rules.folder, else rules]
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Only declarations registered on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    since: Option<Date>,
    /// Only declarations registered on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    until: Option<Date>,
    /// At most so many declarations, in the order of tax codes and references
    #[arg(long, value_name = "N", value_parser = arguments::count())]
    limit: Option<usize>,
    /// At most so many changed declarations are listed one by one
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = arguments::count_or_none())]
    list: usize,
    /// How the result is printed: JSON has an object for each changed declaration, and the sums as the last one
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut config = config::load(&arguments.config)?;
    if let Some(against) = &arguments.against {
        if !(against.starts_with("sqlite:") || against.starts_with("postgres")) {
            return Err(Failure::usage(format!(
                "`{against}` is no database: --against takes sqlite:FILE or postgres://USER@HOST:PORT/DATABASE"
            )));
        }
        config.storage.url.clone_from(against);
    }
    // Opening would make an empty one.
    if let Some(file) = config.sqlite_file().filter(|file| !file.is_file()) {
        return Err(Failure::failed(format!("there is no database at {}; name one with --against", file.display())));
    }
    let proposed = load_and_test(&arguments.new)?;
    let current = arguments.rules.clone().unwrap_or_else(|| config.rules.folder.clone());
    let current = load_rulebook(&rules_folder(Some(&current)))?;
    let rules = Rules { current: &current, proposed: &proposed };
    let tally = backends::runtime()?.block_on(async {
        let store = backends::open_store(&config).await?;
        go_through(&*store, arguments, &rules).await
    })?;
    match arguments.format {
        Format::Table => print(&page::summary(&tally, &rules)),
        Format::Json => print_json(&tally.to_json(&rules))?,
    }
    Ok(ExitCode::from(tally.exit_status()))
}

/// Decides the whole history again, page by page.
async fn go_through(store: &dyn Store, arguments: &Arguments, rules: &Rules<'_>) -> Result<Tally, Failure> {
    let read = |error: storage::StorageError| Failure::to("read the history", &error);
    let counts = store.counts().await.map_err(read)?;
    let kept: i64 = counts.outcomes.iter().map(|(_, count)| *count).sum();
    let bar = ProgressBar::new(u64::try_from(kept).unwrap_or_default());
    // Without a terminal it draws nothing.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta}") {
        bar.set_style(style);
    }
    let mut tally = Tally::new(arguments.list);
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut after: Option<DeclarationKey> = None;
    while left > 0 && !output::is_lost() {
        let page = store.records_page(after.take(), PAGE).await.map_err(read)?;
        let Some((last, _, _)) = page.last() else { break };
        after = Some(last.key().clone());
        bar.inc(page.len() as u64);
        let mut records: Vec<Record> = page
            .into_iter()
            .map(|(row, document, decision)| Record { row, document, decision })
            .filter(|record| {
                let on = record.registered_on();
                arguments.since.is_none_or(|since| on.is_some_and(|on| on >= since))
                    && arguments.until.is_none_or(|until| on.is_some_and(|on| on <= until))
            })
            .collect();
        records.truncate(left);
        left -= records.len();
        for trial in tokio::task::block_in_place(|| decide_again(&records, rules)) {
            if arguments.format == Format::Json && tally.lists(&trial) {
                bar.suspend(|| print_json(&trial.to_json()))?;
            }
            tally.count(trial);
        }
        bar.set_message(format!("{} changed", tally.changed));
    }
    bar.finish_and_clear();
    Ok(tally)
}

/// Decides records again on every core, and gives the trials in the order of the records.
fn decide_again(records: &[Record], rules: &Rules<'_>) -> Vec<trial::Trial> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let part = records.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = records
            .chunks(part)
            .map(|records| {
                scope.spawn(move || records.iter().map(|record| trial::of(record, rules)).collect::<Vec<_>>())
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

fn hash_of(rulebook: &Rulebook) -> &str {
    rulebook.content_hash().get(..12).unwrap_or_default()
}
