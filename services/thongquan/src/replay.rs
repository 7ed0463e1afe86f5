//! `thongquan replay`: every decision derived again from what is kept, and held against the kept one byte for byte.
//!
//! ```text
//!   store ──► page of records with their logs ──► chain: hash by hash, document and row against the log
//!                                            └──► each decision in the log ──► derived again ──► equal, or where not
//! ```

mod difference;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use rulebook::Rulebook;
use storage::{DeclarationKey, DeclarationRow, LogEntry, Store};
use vocabulary::DeclarationNumber;

use self::verdict::{Sums, Verdict};
use crate::config::{self, ConfigArgument};
use crate::{Failure, Format, backends, load_rulebook, print};

/// Records read and derived at a time.
const PAGE: usize = 500;

#[derive(clap::Args)]
#[command(
    after_help = "Every decision in every decision log is derived again from the document as lodged, the facts, the day, the\n\
    number and the draw that were kept with it, under the rules whose content hash it names, and compared byte for\n\
    byte. The hash chain of each log is verified too, as are the document's hash and that the row says what its log\n\
    says. Nothing is written.\n\n\
    A decision made under other rules than those in --rules cannot be derived; the hashes of such rules are listed.\n\
    `thongquan rules check --rules DIR` prints the hash of a folder: check out the commit of your rules that has it,\n\
    and give that folder as one more --rules.\n\n\
    EXIT STATUS:\n  0  every decision is derived byte for byte, and every chain is whole\n  \
    1  a decision differs or cannot be read, or a chain is broken\n  \
    3  nothing differs, but some decisions were made under rules that are not in --rules\n \
    64  the command line, the configuration or the rules are wrong\n \
    70  the database fails, or has no such number"
)]
pub(crate) struct Arguments {
    /// Only the declaration of this number, in all its versions
    #[arg(long, value_name = "N")]
    number: Option<DeclarationNumber>,
    /// At most so many declarations, in the order of tax codes and references
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// A folder of rules that decided; may be given several times [default: the configuration's rules.folder]
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
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
    pub(super) document: Vec<u8>,
    pub(super) decision: Vec<u8>,
    pub(super) log: Vec<LogEntry>,
    /// The last hashes of the earlier versions under its reference.
    pub(super) earlier: Vec<[u8; 32]>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let folders = if arguments.rules.is_empty() { vec![config.rules.folder.clone()] } else { arguments.rules.clone() };
    let mut rulebooks = Rulebooks::new();
    for folder in &folders {
        let rulebook = load_rulebook(folder)?;
        rulebooks.insert(rulebook.content_hash().to_owned(), rulebook);
    }
    let sums = backends::runtime()?.block_on(async {
        let store = backends::open_kept_store(&config).await?;
        match arguments.number {
            Some(number) => replay_one(&*store, number, arguments, &rulebooks).await,
            None => replay_all(&*store, arguments, &rulebooks).await,
        }
    })?;
    match arguments.format {
        Format::Table => print(&sums.page()),
        Format::Json => print(&format!("{}\n", sums.json())),
    }
    Ok(ExitCode::from(sums.exit_status()))
}

fn read_failed(error: storage::StorageError) -> Failure {
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
        let mut page = Vec::new();
        // The earlier versions belong to it: their chains are bound to each other.
        for row in store.versions_of(&declarant, &reference).await.map_err(read_failed)? {
            page.extend(store.declaration(&row.key).await.map_err(read_failed)?);
        }
        let records = with_logs(store, page, &mut Earlier::default()).await?;
        tell(&records, arguments, rulebooks, &mut sums, |line| print(line));
    }
    Ok(sums)
}

async fn replay_all(store: &dyn Store, arguments: &Arguments, rulebooks: &Rulebooks) -> Result<Sums, Failure> {
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
    while left > 0 {
        let page = store.records_page(after.take(), PAGE.min(left)).await.map_err(read_failed)?;
        let Some((last, _, _)) = page.last() else { break };
        after = Some(last.key.clone());
        left -= page.len();
        bar.inc(page.len() as u64);
        let records = with_logs(store, page, &mut earlier).await?;
        tell(&records, arguments, rulebooks, &mut sums, |line| bar.suspend(|| print(line)));
        bar.set_message(format!("{} with faults", sums.faulty()));
    }
    bar.finish_and_clear();
    Ok(sums)
}

/// The last hashes of the versions of one reference, in the order of the keys.
#[derive(Default)]
struct Earlier {
    of: (String, String),
    hashes: Vec<[u8; 32]>,
}

impl Earlier {
    /// What came before a version; and the version itself is remembered for those after it.
    fn before(&mut self, row: &DeclarationRow) -> Vec<[u8; 32]> {
        let of = (row.key.declarant.clone(), row.key.reference.clone());
        if self.of != of {
            *self = Self { of, hashes: Vec::new() };
        }
        let before = self.hashes.clone();
        self.hashes.push(row.log_hash);
        before
    }
}

async fn with_logs(
    store: &dyn Store,
    page: Vec<(DeclarationRow, Vec<u8>, Vec<u8>)>,
    earlier: &mut Earlier,
) -> Result<Vec<Record>, Failure> {
    let mut records = Vec::with_capacity(page.len());
    for (row, document, decision) in page {
        let log = store.log_of(&row.key).await.map_err(read_failed)?;
        let earlier = earlier.before(&row);
        records.push(Record { row, document, decision, log, earlier });
    }
    Ok(records)
}

/// Derives records again, and prints what is wrong with them.
fn tell(records: &[Record], arguments: &Arguments, rulebooks: &Rulebooks, sums: &mut Sums, say: impl Fn(&str)) {
    for verdict in tokio::task::block_in_place(|| judge(records, rulebooks)) {
        if verdict.is_faulty() {
            match arguments.format {
                Format::Table => say(&verdict.page()),
                Format::Json => say(&format!("{}\n", verdict.json())),
            }
        }
        sums.count(&verdict);
    }
}

/// Judges records on every core, and gives the verdicts in the order of the records.
fn judge(records: &[Record], rulebooks: &Rulebooks) -> Vec<Verdict> {
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
