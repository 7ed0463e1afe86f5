//! `thongquan declarations export`: a row for each declaration, goods item or tax, page by page.
//!
//! ```text
//!   store ──► page of decisions ──► rows of cells (rows.rs) ──► CSV (csv_sheet.rs) or Parquet (parquet_sheet.rs)
//! ```

mod csv_sheet;
mod parquet_sheet;
mod rows;
mod table;

use std::fs::File;
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use indicatif::ProgressBar;
use jiff::civil::Date;
use storage::{DeclarationKey, Store};

use self::csv_sheet::CsvSheet;
use self::parquet_sheet::ParquetSheet;
use self::rows::{RowOf, columns, registered_at, rows};
use self::table::{Sheet, SheetError};
use crate::config::{self, ConfigArgument};
use crate::output::EXIT_READER_GONE;
use crate::{Failure, arguments, backends};

/// Decisions read at a time.
const PAGE: usize = 1_000;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// Text with a header line and commas (RFC 4180), in UTF-8
    Csv,
    /// Apache Parquet: typed columns, compressed with Zstandard
    Parquet,
}

#[derive(clap::Args)]
#[command(
    after_help = "One row is one version of a declaration, also of one that was refused or that a later version took the place \
    of (state superseded), in the order of tax codes and references. With --items it is one goods item of an accepted \
    version, with base, rate and payable amount of each tax. With --taxes it is one duty or tax on one goods item, with \
    its base, rate, amount, relief, rule and law.\n\n\
    Amounts are exact decimals in dong; a rate is in percent, or an amount and a unit where the law gives one. Where \
    several measures of one tax stand on one goods item, --items adds their amounts up and leaves the base empty unless \
    they share it; --taxes has each of them. An empty cell means that there is no such thing: a tax that was not \
    assessed is empty, one of nothing is 0. Columns may be added at the end.\n\n\
    In CSV times are Vietnam's. In Parquet they are instants, dong are DECIMAL(18, 0), and other amounts are \
    DECIMAL(38, 18); an amount that is longer ends the export with an error rather than being rounded.\n\n\
    Of personal data there is the declarant's tax code alone: no names, addresses or descriptions of goods. References \
    and codes stand as they were lodged, with two exceptions in CSV: a spreadsheet would take a text that begins with \
    = + - @ for a formula, so that an apostrophe stands before it, and characters that control a terminal or cannot be \
    seen are shown by their numbers, as \\u{202e}. Parquet has them as they are.\n\n\
    EXIT STATUS:\n  0  everything is written\n 64  the command line or the configuration is wrong\n \
    70  the database fails, or FILE exists or cannot be written\n\
    141  whoever reads the output went away before its end"
)]
pub(super) struct Arguments {
    /// The form of the export
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    format: ExportFormat,
    /// A row for each goods item instead of each declaration
    #[arg(long)]
    items: bool,
    /// A row for each duty or tax on each goods item
    #[arg(long, conflicts_with = "items")]
    taxes: bool,
    /// Only what was registered or refused on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    since: Option<Date>,
    /// Only what was registered or refused on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = arguments::day)]
    until: Option<Date>,
    /// Where to write: a file that does not exist yet, or - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    backends::runtime()?.block_on(async {
        let store = backends::open_kept_store(&config).await?;
        if arguments.out == Path::new("-") {
            if arguments.format == ExportFormat::Parquet && std::io::stdout().is_terminal() {
                return Err(Failure::usage("Parquet is no text for a terminal: give --out FILE, or a pipe"));
            }
            return write_all(&*store, arguments, std::io::stdout()).await;
        }
        let file = File::create_new(&arguments.out)
            .map_err(|error| Failure::to(&format!("create {}", arguments.out.display()), &error))?;
        let mut written = write_all(&*store, arguments, &file).await;
        if written.is_ok() {
            // A full disk may be told of only here.
            let kept = file.sync_all().map_err(|error| Failure::to("write the export", &error));
            written = kept.and(written);
        }
        if written.is_err() {
            // Half an export would be taken for a whole one.
            let _ = std::fs::remove_file(&arguments.out);
        }
        written
    })
}

impl Arguments {
    fn row_of(&self) -> RowOf {
        match (self.items, self.taxes) {
            (_, true) => RowOf::Tax,
            (true, false) => RowOf::Item,
            (false, false) => RowOf::Declaration,
        }
    }

    fn wants(&self, on: Option<Date>) -> bool {
        self.since.is_none_or(|since| on.is_some_and(|on| on >= since))
            && self.until.is_none_or(|until| on.is_some_and(|on| on <= until))
    }

    fn sheet<'w>(&self, out: impl Write + Send + 'w) -> Result<Box<dyn Sheet + 'w>, SheetError> {
        let columns = columns(self.row_of());
        Ok(match self.format {
            ExportFormat::Csv => Box::new(CsvSheet::begin(out, &columns)?),
            ExportFormat::Parquet => Box::new(ParquetSheet::begin(out, columns)?),
        })
    }
}

/// What keeps an export from its end.
enum Interruption {
    /// Whoever reads it has gone away.
    ReaderGone,
    Failed(Failure),
}

impl From<SheetError> for Interruption {
    fn from(error: SheetError) -> Self {
        if error.is_reader_gone() { Self::ReaderGone } else { Self::Failed(Failure::to("write the export", &error)) }
    }
}

async fn write_all(store: &dyn Store, arguments: &Arguments, out: impl Write + Send) -> Result<ExitCode, Failure> {
    match write_rows(store, arguments, out).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(Interruption::ReaderGone) => Ok(ExitCode::from(EXIT_READER_GONE)),
        Err(Interruption::Failed(failure)) => Err(failure),
    }
}

async fn write_rows(store: &dyn Store, arguments: &Arguments, out: impl Write + Send) -> Result<(), Interruption> {
    let read_failed = |error| Interruption::Failed(Failure::to("read what is kept", &error));
    let row_of = arguments.row_of();
    let mut sheet = arguments.sheet(out)?;
    let kept: i64 = store.counts().await.map_err(read_failed)?.outcomes.iter().map(|(_, count)| count).sum();
    // Without a terminal it draws nothing.
    let bar = ProgressBar::new(u64::try_from(kept).unwrap_or_default());
    let mut after: Option<DeclarationKey> = None;
    loop {
        let page = store.decisions_page(after.take(), PAGE).await.map_err(read_failed)?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key().clone());
        bar.inc(page.len() as u64);
        let wanted = page.iter().filter(|(row, _)| arguments.wants(registered_at(row).map(|at| at.date())));
        for (row, decision) in wanted {
            let rows = rows(row_of, row, decision).map_err(|error| {
                let what = format!(
                    "export the decision on {} {} {}",
                    row.lodged.key.declarant, row.lodged.key.reference, row.lodged.key.version
                );
                Interruption::Failed(Failure::to(&what, &error))
            })?;
            for cells in rows {
                sheet.row(cells)?;
            }
        }
    }
    sheet.finish()?;
    bar.finish_and_clear();
    Ok(())
}
