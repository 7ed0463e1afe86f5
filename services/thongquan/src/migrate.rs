//! `thongquan migrate`: brings the database's schema to the version that this program knows.

use std::process::ExitCode;

use storage::{SCHEMA_VERSION, StorageError};

use crate::config::{self, ConfigArgument};
use crate::{Failure, backends, print};

#[derive(clap::Args)]
#[command(
    after_help = "Each step is one transaction: it is done wholly or not at all. Make a backup first. A database whose schema is \
    newer than this program is refused and not touched; there is no way back but a backup.\n\n\
    `thongquan serve` does the same when it starts.\n\n\
    EXIT STATUS:\n  0  the schema has the version that this program knows\n  1  with --check: it would be migrated\n \
    64  the configuration is wrong\n 70  the schema is newer, or the database fails"
)]
pub(crate) struct Arguments {
    /// Say what would be done, and do nothing
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    backends::runtime()?.block_on(async {
        let look = || storage::schema_version_found(&config.storage.url);
        let found = look().await.map_err(|error| Failure::to("look at the database", &error))?;
        let known = SCHEMA_VERSION;
        if found > known {
            return Err(Failure::to("migrate", &StorageError::SchemaTooNew { found, known }));
        }
        let has =
            if found == 0 { "there is no schema yet".to_owned() } else { format!("the schema has version {found}") };
        print(&format!("{has}; this program knows version {known}\n"));
        if found == known {
            print("nothing is to be done\n");
            return Ok(ExitCode::SUCCESS);
        }
        if arguments.check {
            print("`thongquan migrate` without --check brings it up to date\n");
            return Ok(ExitCode::from(1));
        }
        drop(backends::open_store(&config).await?);
        let now = look().await.map_err(|error| Failure::to("look at the database", &error))?;
        if now != known {
            return Err(Failure::failed(format!("the schema has version {now} after the migration")));
        }
        print(&format!("the schema now has version {now}\n"));
        Ok(ExitCode::SUCCESS)
    })
}
