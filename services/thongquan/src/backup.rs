//! `thongquan backup`: a verified copy of the SQLite file, made while the product runs.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::{self, ConfigArgument};
use crate::{Failure, backends, print};

#[derive(clap::Args)]
#[command(
    after_help = "The copy is the file as it was at one moment, whoever reads and writes it meanwhile. It is verified (sound, \
    the same schema, as many rows as the original had while it was made) before it gets its name, so a file of that \
    name is a whole backup. It holds decisions, documents with personal data, and the embedded stream: keep it as \
    carefully as the original.\n\n\
    `thongquan restore FILE` puts it back, and says what was lodged after it was made, which is in no backup. The copy bears \
    a mark: a log that is opened in it begins a new generation, so that no number and no event id is given twice.\n\n\
    A PostgreSQL database is backed up by its own tools: pg_dump for a copy, pg_basebackup with archived WAL to go back \
    to any moment.\n\n\
    EXIT STATUS:\n  0  the backup is made and verified\n 64  PostgreSQL is used, or the configuration is wrong\n \
    70  there is a file of that name, or the copy cannot be made or is not sound"
)]
pub(crate) struct Arguments {
    /// The copy; a file of that name is never overwritten
    #[arg(value_name = "FILE")]
    copy: PathBuf,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let Some(original) = config.sqlite_file() else {
        return Err(Failure::usage(
            "storage.url names a PostgreSQL database, which its own tools back up: `pg_dump --format=custom --file=FILE \
             DATABASE` for a copy of one moment, pg_basebackup with archived WAL to go back to any moment",
        ));
    };
    if !original.is_file() {
        return Err(Failure::failed(format!("there is no database at {}", original.display())));
    }
    let copied = backends::runtime()?.block_on(storage::sqlite::back_up(&original, &arguments.copy));
    let backup = copied.map_err(|error| Failure::to("make the backup", &error))?;
    let rows: i64 = backup.tables.iter().map(|(_, count)| *count).sum();
    print(&format!(
        "{}: {} bytes, schema version {}, {rows} rows, verified\n",
        arguments.copy.display(),
        backup.bytes,
        backup.schema_version
    ));
    for (table, count) in &backup.tables {
        print(&format!("  {table:<20} {count:>12}\n"));
    }
    Ok(ExitCode::SUCCESS)
}
