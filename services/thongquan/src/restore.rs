//! `thongquan restore`: a copy of the SQLite file put into its place.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use storage::StreamPartition;
use storage::sqlite::{RestoreError, Restored};
use stream::Role;

use crate::config::{self, Config, ConfigArgument, StreamKind};
use crate::{Failure, backends, print};

#[derive(clap::Args)]
#[command(
    after_help = "Stop every processor first: a file that some process has open is never replaced. A database that is there is \
    replaced with --replace alone, and is kept beside the new one under another name.\n\n\
    What the copy lacks is told against the stream, where that still has it. With the embedded stream, which lies in the \
    same file, that is the replaced file: what was lodged, paid and commanded after the copy was made has to be lodged, \
    paid and commanded again, and a new generation begins: declaration numbers and event ids given from now on are others \
    than all that were given before. With Kafka the stream still has it: the processor deals with it again, from where the \
    copy stands, with the same numbers and event ids under the same rules.\n\n\
    Afterwards run `thongquan doctor`, `thongquan replay --against ANCHOR` if you keep anchors, and start the processor.\n\n\
    A PostgreSQL database is restored by its own tools: pg_restore, or its archived WAL.\n\n\
    EXIT STATUS:\n  0  the copy is in its place\n 64  PostgreSQL is used, or the configuration is wrong\n \
    70  there is a database that is not to be replaced or is in use, the copy is not sound, or the files cannot be written"
)]
pub(crate) struct Arguments {
    /// The copy that `thongquan backup` made; it stays as it is
    #[arg(value_name = "FILE")]
    copy: PathBuf,
    /// Replace the database that is there, which is kept under another name
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let Some(file) = config.sqlite_file() else {
        return Err(Failure::usage(
            "storage.url names a PostgreSQL database, which its own tools restore: pg_restore from a dump of pg_dump, or a \
             base backup with archived WAL",
        ));
    };
    if !arguments.copy.is_file() {
        return Err(Failure::failed(format!("there is no copy at {}", arguments.copy.display())));
    }
    let embedded = config.stream.kind == StreamKind::Embedded;
    backends::runtime()?.block_on(async {
        let restored = storage::sqlite::restore(&arguments.copy, &file, arguments.replace, embedded).await;
        let restored = restored.map_err(|error| refusal(&error, &file))?;
        tell(&restored, &file);
        if !embedded {
            tell_of_kafka(&config).await;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn refusal(error: &RestoreError, file: &Path) -> Failure {
    let file = file.display();
    match error {
        RestoreError::Exists => Failure::failed(format!(
            "there is a database at {file} already: look at it first (`thongquan doctor`), then give --replace to put the copy \
             in its place; it is kept under another name"
        )),
        RestoreError::InUse => Failure::failed(format!(
            "some process has {file} open: stop `thongquan serve` and whatever else reads it, then try again; --replace does \
             not help"
        )),
        other => Failure::to("restore the copy", other),
    }
}

fn tell(restored: &Restored, file: &Path) {
    let rows = |look: &storage::sqlite::Backup, table: &str| {
        look.tables.iter().find(|(name, _)| name == table).map_or(0, |(_, count)| *count)
    };
    print(&format!(
        "{}: restored, {} declarations, schema version {}\n",
        file.display(),
        rows(&restored.copy, "declarations"),
        storage::SCHEMA_VERSION
    ));
    if let Some(kept_as) = &restored.kept_as {
        print(&format!("the replaced database is kept as {}\n", kept_as.display()));
    }
    match &restored.replaced {
        Some(replaced) => {
            for (table, what) in [("declarations", "declarations"), ("payments", "payments"), ("commands", "commands")]
            {
                let lacks = rows(replaced, table) - rows(&restored.copy, table);
                if lacks > 0 {
                    print(&format!("the copy lacks {lacks} {what} that the replaced database holds\n"));
                }
            }
            for (topic, lost) in &restored.lost {
                print(&format!("{lost} messages of {topic} were written after the copy was made\n"));
            }
            if restored.lost.is_empty() {
                print("the copy lacks no message of the replaced database\n");
            }
        }
        None => {
            print("what was written after the copy was made cannot be told: there is no replaced database to read\n")
        }
    }
    if let Some(generation) = &restored.generation {
        print(&format!(
            "a new generation begins: event ids are others than before, and numbers go on from {} of each series\n",
            generation.numbers_from
        ));
    }
}

/// What Kafka still has of what the copy lacks.
async fn tell_of_kafka(config: &Config) {
    match behind(config).await {
        Ok(0) => print("the copy stands at the end of the stream\n"),
        Ok(behind) => print(&format!(
            "the stream is {behind} messages ahead of the copy: they are dealt with again, from where the copy stands\n"
        )),
        Err(failure) => print(&format!("what the copy lacks against the stream cannot be told: {}\n", failure.message)),
    }
}

async fn behind(config: &Config) -> Result<i64, Failure> {
    let store = backends::open_kept_store(config).await?;
    let stream = backends::open_stream(config).await?;
    let topics = config.topics();
    let mut behind = 0;
    for topic in backends::ensure_topics(&*stream, config).await? {
        if !topics.role_of(&topic.name).is_some_and(Role::is_processed) {
            continue;
        }
        for (partition, end) in (0..).zip(&topic.end_offsets) {
            let group = config.stream.group.clone();
            let place = StreamPartition { group, topic: topic.name.clone(), partition };
            let position = store.position(&place).await.map_err(|error| Failure::to("read the positions", &error))?;
            behind += (end - position.map_or(0, |position| position.next_offset)).max(0);
        }
    }
    Ok(behind)
}
