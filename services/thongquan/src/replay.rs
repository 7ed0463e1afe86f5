//! `thongquan replay`: every decision derived again from what is kept, and held against the kept one byte for byte.
//!
//! ```text
//!   store ──► page of records with their logs ──► chain: hash by hash, document and row against the log
//!                                            ├──► each decision in the log ──► derived again ──► equal, or where not
//!                                            └──► the end of each chain ──► anchor ──► printed, kept, held against
//! ```

mod anchor;
mod difference;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use rulebook::Rulebook;
use storage::{DeclarationKey, DeclarationRow, LogEntry, StorageError, Store};
use vocabulary::DeclarationNumber;

use self::anchor::Anchor;
use self::verdict::{Sums, Verdict};
use crate::config::{self, ConfigArgument};
use crate::{Failure, Format, arguments, backends, load_rulebook, output, print};

/// Records read and derived at a time.
const PAGE: usize = 500;

#[derive(clap::Args)]
#[command(
    after_help = "Every decision in every decision log is derived again from the document as lodged, the facts, the day, the \
    number and the draw that were kept with it, under the rules whose content hash it names, and compared byte for \
    byte. The hash chain of each log is verified too, and the document's hash; and every row is compared with what its log \
    derives: state, outcome, number, lane, office, amounts, times, standing and first answer. Nothing is written.\n\n\
    A chain whose end is cut off together with its row is whole in itself. The anchor that is printed at the end is a digest \
    over the ends of all chains; --anchor keeps them in a file. Keep it where nobody who can write the database can write, \
    and give it to a later run with --against: whatever it holds has to be there still, however far it has gone on.\n\n\
    A decision made under other rules than those in --rules cannot be derived; the hashes of such rules are listed. \
    `thongquan rules check --rules DIR` prints the hash of a folder: check out the commit of your rules that has it, \
    and give that folder as one more --rules.\n\n\
    EXIT STATUS:\n  0  every decision is derived byte for byte, and every chain is whole\n  \
    1  a decision or a row differs or cannot be read, a chain is broken, or the anchor is not met\n  \
    3  nothing differs, but some decisions were made under rules that are not in --rules\n \
    64  the command line, the configuration, the rules or the file of the anchor are wrong\n \
    70  the database fails, or has no such number"
)]
pub(crate) struct Arguments {
    /// Only the declaration of this number, in all its versions
    #[arg(long, value_name = "N")]
    number: Option<DeclarationNumber>,
    /// At most so many declarations, in the order of tax codes and references
    #[arg(long, value_name = "N", value_parser = arguments::count())]
    limit: Option<usize>,
    /// A folder of rules that decided; may be given several times [default: the configuration's rules.folder]
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Keep the ends of all chains in a file, for a later run to be held against
    #[arg(long, value_name = "FILE", conflicts_with_all = ["number", "limit"])]
    anchor: Option<PathBuf>,
    /// Hold what is kept against the ends of chains that an earlier run kept in a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["number", "limit"])]
    against: Option<PathBuf>,
    /// How the result is printed: JSON has an object for each declaration with a fault, and the sums as the last one
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    config: ConfigArgument,
}

/// The rules at hand, by their content hashes.
pub(super) type Rulebooks = BTreeMap<String, Rulebook>;

/// A declaration as it is kept.
pub(super) struct Record {
    pub(super) row: DeclarationRow,
    /// Its decision log, or why that cannot be read.
    pub(super) log: Result<Vec<LogEntry>, String>,
    /// The earlier versions under its reference.
    pub(super) earlier: Vec<Arc<Record>>,
}

impl Record {
    /// The entries of its log that can be read.
    pub(super) fn entries(&self) -> &[LogEntry] {
        self.log.as_deref().unwrap_or(&[])
    }

    /// Its document as lodged, which the first entry holds; empty where there is none.
    pub(super) fn document(&self) -> &[u8] {
        let papers = self.entries().first().and_then(|first| first.papers.as_ref());
        papers.map_or(&[], |papers| &papers.document)
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let folders = if arguments.rules.is_empty() { vec![config.rules.folder.clone()] } else { arguments.rules.clone() };
    let mut rulebooks = Rulebooks::new();
    for folder in &folders {
        let rulebook = load_rulebook(folder)?;
        rulebooks.insert(rulebook.content_hash().to_owned(), rulebook);
    }
    // Read first: an hour's work is not begun for a file that cannot be used.
    let mut anchor = Anchor::new(arguments.against.as_deref())?;
    let sums = backends::runtime()?.block_on(async {
        let store = backends::open_kept_store(&config).await?;
        match arguments.number {
            Some(number) => replay_one(&*store, number, arguments, &rulebooks).await,
            None => replay_all(&*store, arguments, &rulebooks, &mut anchor).await,
        }
    })?;
    if let Some(file) = &arguments.anchor {
        anchor.keep(file)?;
    }
    match arguments.format {
        Format::Table => print(&sums.page()),
        Format::Json => print(&format!("{}\n", sums.json())),
    }
    Ok(ExitCode::from(sums.exit_status()))
}

fn read_failed(error: StorageError) -> Failure {
    Failure::to("read what is kept", &error)
}

async fn replay_one(
    store: &dyn Store,
    number: DeclarationNumber,
    arguments: &Arguments,
    rulebooks: &Rulebooks,
) -> Result<Sums, Failure> {
    let keys = store.keys_of_number(&number.stem(), None).await.map_err(read_failed)?;
    let mut names: Vec<(String, String)> = keys.into_iter().map(|key| (key.declarant, key.reference)).collect();
    names.dedup();
    if names.is_empty() {
        return Err(Failure::failed(format!("no declaration has the number {number}")));
    }
    let mut sums = Sums::default();
    for (declarant, reference) in names {
        // The earlier versions belong to it: their chains are bound to each other.
        let page = store.versions_of(&declarant, &reference).await.map_err(read_failed)?;
        let records = with_logs(store, page, &mut Earlier::default()).await?;
        tell(&records, arguments, rulebooks, None, &mut sums, print);
    }
    Ok(sums)
}

async fn replay_all(
    store: &dyn Store,
    arguments: &Arguments,
    rulebooks: &Rulebooks,
    anchor: &mut Anchor,
) -> Result<Sums, Failure> {
    let counts = store.counts().await.map_err(read_failed)?;
    let kept: i64 = counts.outcomes.iter().map(|(_, count)| *count).sum();
    let kept = usize::try_from(kept).unwrap_or_default();
    let bar = ProgressBar::new(kept.min(arguments.limit.unwrap_or(usize::MAX)) as u64);
    // Without a terminal it draws nothing.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg} {eta}") {
        bar.set_style(style);
    }
    let mut sums = Sums::default();
    let mut left = arguments.limit.unwrap_or(usize::MAX);
    let mut after: Option<DeclarationKey> = None;
    let mut earlier = Earlier::default();
    while left > 0 && !output::is_lost() {
        let page = store.rows_page(after.take(), PAGE.min(left)).await.map_err(read_failed)?;
        let Some(last) = page.last() else { break };
        after = Some(last.key().clone());
        left -= page.len();
        bar.inc(page.len() as u64);
        let records = with_logs(store, page, &mut earlier).await?;
        tell(&records, arguments, rulebooks, Some(&mut *anchor), &mut sums, |line| bar.suspend(|| print(line)));
        bar.set_message(format!("{} with faults", sums.faulty()));
    }
    bar.finish_and_clear();
    if arguments.limit.is_none() {
        for verdict in anchor.missing() {
            say(&verdict, arguments.format, print);
            sums.count_missing(&verdict);
        }
        sums.anchored(anchor.digest(), anchor.held_against());
    }
    Ok(sums)
}

/// The versions of one reference, in the order of the keys.
#[derive(Default)]
struct Earlier {
    of: (String, String),
    records: Vec<Arc<Record>>,
}

impl Earlier {
    /// What came before a version.
    fn before(&mut self, row: &DeclarationRow) -> Vec<Arc<Record>> {
        let of = (row.lodged.key.declarant.clone(), row.lodged.key.reference.clone());
        if self.of != of {
            *self = Self { of, records: Vec::new() };
        }
        self.records.clone()
    }
}

async fn with_logs(
    store: &dyn Store,
    page: Vec<DeclarationRow>,
    earlier: &mut Earlier,
) -> Result<Vec<Arc<Record>>, Failure> {
    let mut records = Vec::with_capacity(page.len());
    for row in page {
        let log = match store.log_of(row.key()).await {
            Err(StorageError::Unreadable { detail }) => Err(detail),
            log => Ok(log.map_err(read_failed)?),
        };
        let before = earlier.before(&row);
        let record = Arc::new(Record { row, log, earlier: before });
        earlier.records.push(record.clone());
        records.push(record);
    }
    Ok(records)
}

/// Derives records again, and prints what is wrong with them.
fn tell(
    records: &[Arc<Record>],
    arguments: &Arguments,
    rulebooks: &Rulebooks,
    mut anchor: Option<&mut Anchor>,
    sums: &mut Sums,
    print: impl Fn(&str),
) {
    let verdicts = tokio::task::block_in_place(|| judge(records, rulebooks));
    for (record, mut verdict) in records.iter().zip(verdicts) {
        if let Some(fault) = anchor.as_mut().and_then(|anchor| anchor.meet(record)) {
            verdict.add_fault(fault);
        }
        say(&verdict, arguments.format, &print);
        sums.count(&verdict);
    }
}

/// Prints a verdict that names a fault.
fn say(verdict: &Verdict, format: Format, print: impl Fn(&str)) {
    if verdict.is_faulty() {
        match format {
            Format::Table => print(&verdict.page()),
            Format::Json => print(&format!("{}\n", output::escaped_in_json(&verdict.json()))),
        }
    }
}

/// Judges records on every core, and gives the verdicts in the order of the records.
fn judge(records: &[Arc<Record>], rulebooks: &Rulebooks) -> Vec<Verdict> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let part = records.len().div_ceil(workers).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = records
            .chunks(part)
            .map(|records| {
                scope.spawn(|| records.iter().map(|record| verdict::of(record, rulebooks)).collect::<Vec<_>>())
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}
