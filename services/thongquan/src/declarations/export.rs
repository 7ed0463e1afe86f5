//! `thongquan declarations export`: a row for each declaration or goods item, page by page.

mod rows;

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use jiff::civil::Date;
use storage::{DeclarationKey, Store};

use self::rows::{declaration_cells, declaration_columns, item_columns, item_rows, registered_at};
use crate::config::{self, ConfigArgument};
use crate::{Failure, backends};

/// Decisions read at a time.
const PAGE: usize = 1_000;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// Text with a header line and commas (RFC 4180), in UTF-8
    Csv,
}

#[derive(clap::Args)]
#[command(
    after_help = "One row is one version of a declaration, also of one that was refused or that a later version took the place\n\
    of (state superseded), in the order of tax codes and references. With --items it is one goods item of an accepted\n\
    version, with base, rate and payable amount of each tax.\n\n\
    Amounts are exact decimals in dong with a point; a rate is in percent, or an amount and a unit where the law gives\n\
    one. An empty cell means that there is no such thing: a tax that was not assessed is empty, one of nothing is 0.\n\
    Times are Vietnam's. Columns may be added at the end.\n\n\
    Of personal data there is the declarant's tax code alone: no names, addresses or descriptions of goods. References\n\
    and codes stand as they were lodged; import them into a spreadsheet as text.\n\n\
    EXIT STATUS:\n  0  everything is written\n 64  the command line or the configuration is wrong\n \
    70  the database fails, or FILE exists or cannot be written"
)]
pub(super) struct Arguments {
    /// The form of the export
    #[arg(long, value_enum, default_value_t = ExportFormat::Csv)]
    format: ExportFormat,
    /// A row for each goods item instead of each declaration
    #[arg(long)]
    items: bool,
    /// Only what was registered or refused on this day or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,
    /// Only what was registered or refused on this day or earlier
    #[arg(long, value_name = "YYYY-MM-DD")]
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
            return write_all(&*store, arguments, std::io::stdout().lock()).await;
        }
        let file = File::create_new(&arguments.out)
            .map_err(|error| Failure::to(&format!("create {}", arguments.out.display()), &error))?;
        let written = write_all(&*store, arguments, file).await;
        if written.is_err() {
            // Half an export would be taken for a whole one.
            let _ = std::fs::remove_file(&arguments.out);
        }
        written
    })
}

async fn write_all(store: &dyn Store, arguments: &Arguments, out: impl Write) -> Result<ExitCode, Failure> {
    let ExportFormat::Csv = arguments.format;
    let mut writer = csv::Writer::from_writer(BufWriter::new(out));
    let wanted = |on: Option<Date>| {
        arguments.since.is_none_or(|since| on.is_some_and(|on| on >= since))
            && arguments.until.is_none_or(|until| on.is_some_and(|on| on <= until))
    };
    let header = if arguments.items { item_columns() } else { declaration_columns() };
    if let Some(ended) = ended(writer.write_record(&header)) {
        return ended;
    }
    let mut after: Option<DeclarationKey> = None;
    loop {
        let page =
            store.decisions_page(after.take(), PAGE).await.map_err(|error| Failure::to("read what is kept", &error))?;
        let Some((last, _)) = page.last() else { break };
        after = Some(last.key.clone());
        for (row, decision) in page.iter().filter(|(row, _)| wanted(registered_at(row).map(|at| at.date()))) {
            let unreadable = |error: serde_json::Error| {
                let key = &row.key;
                Failure::to(
                    &format!("read the decision on {} {} {}", key.declarant, key.reference, key.version),
                    &error,
                )
            };
            let rows = if arguments.items {
                item_rows(row, decision).map_err(unreadable)?
            } else {
                vec![declaration_cells(row, decision).map_err(unreadable)?]
            };
            for cells in rows {
                if let Some(ended) = ended(writer.write_record(&cells)) {
                    return ended;
                }
            }
        }
    }
    ended(writer.flush().map_err(csv::Error::from)).unwrap_or(Ok(ExitCode::SUCCESS))
}

/// How writing has ended, when it has: a reader that went away has read what it wanted.
fn ended(written: Result<(), csv::Error>) -> Option<Result<ExitCode, Failure>> {
    match written {
        Ok(()) => None,
        Err(error) => match error.kind() {
            csv::ErrorKind::Io(error) if error.kind() == ErrorKind::BrokenPipe => Some(Ok(ExitCode::SUCCESS)),
            _ => Some(Err(Failure::to("write the export", &error))),
        },
    }
}
