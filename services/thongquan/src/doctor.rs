//! `thongquan doctor`: what is wrong, and the mend.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anstyle::AnsiColor;
use storage::{StorageError, Store};
use stream::Stream;

use crate::config::{self, Config, ConfigArgument, StreamKind};
use crate::{Failure, backends, continuity, now_in_vietnam, print, rules};

#[derive(clap::Args)]
#[command(
    after_help = "EXIT STATUS:\n  0  everything is well\n  1  something is wrong\n 64  the configuration is wrong"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Create topics that are missing
    #[arg(long, conflicts_with = "offline")]
    create_topics: bool,
    /// Look at the configuration, the rulebook and the secret alone, and reach for no server
    #[arg(long)]
    offline: bool,
}

/// How long the outbox is watched that holds something. What the relay tries again, it does within five seconds.
const OUTBOX_LOOK: Duration = Duration::from_secs(6);

/// What was looked at, and what came of it.
#[derive(Default)]
struct Visit {
    ill: bool,
}

impl Visit {
    fn well(&self, what: &str, detail: &str) {
        let green = AnsiColor::Green.on_default().bold();
        print(&format!("{green}well{green:#}     {what}: {detail}\n"));
    }

    fn advise(&self, what: &str, detail: &str, mend: &str) {
        let yellow = AnsiColor::Yellow.on_default().bold();
        print(&format!("{yellow}advice{yellow:#}   {what}: {detail}\n         {mend}\n"));
    }

    fn ill(&mut self, what: &str, detail: &str, mend: &str) {
        self.ill = true;
        let red = AnsiColor::Red.on_default().bold();
        print(&format!("{red}wrong{red:#}    {what}: {detail}\n         {mend}\n"));
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let mut visit = Visit::default();
    visit.well("configuration", "every name is known, and nothing contradicts itself");
    environment(&mut visit);
    clock(&mut visit);
    rulebook(&config, &mut visit);
    secret(&config, &mut visit);
    if arguments.offline {
        return Ok(ExitCode::from(u8::from(visit.ill)));
    }
    let file = config.sqlite_file();
    if let Some(file) = &file {
        database_file(file, &mut visit);
    }
    // Whoever only looks makes no database.
    let is_there = arguments.create_topics || file.is_none_or(|file| file.exists());
    backends::runtime()?.block_on(async {
        if is_there {
            database(&config, &mut visit).await;
        } else if config.stream.kind == StreamKind::Embedded {
            return;
        }
        stream(&config, arguments.create_topics, &mut visit).await;
    });
    Ok(ExitCode::from(u8::from(visit.ill)))
}

/// How many facts of each kind there are.
fn facts_found(facts: &vocabulary::Facts) -> String {
    format!(
        "{} traders, {} certificates of origin, {} lists of exempt goods, {} temporary movements, {} guarantees, {} \
         routed branches",
        facts.traders.len(),
        facts.certificates.len(),
        facts.exemption_lists.len(),
        facts.temporary_declarations.len(),
        facts.guarantees.len(),
        facts.branches.len()
    )
}

fn rulebook(config: &Config, visit: &mut Visit) {
    match rules::load_and_test(&config.rules.folder) {
        Ok(rulebook) => visit.well("rulebook", &format!("{} ({})", rulebook.content_hash(), rulebook.source_summary())),
        Err(failure) => visit.ill("rulebook", &failure.message, "mend the files that are named, or set rules.folder"),
    }
    if let Some(file) = &config.rules.facts {
        match crate::assess::read_facts_quietly(file) {
            Ok(facts) => visit.well("facts", &facts_found(&facts)),
            Err(failure) => visit.ill("facts", &failure.message, "mend the file, or set rules.facts"),
        }
    }
}

/// Variables that set nothing, though their names say that they are meant for the product.
fn environment(visit: &mut Visit) {
    for name in config::unknown_variables() {
        visit.advise(
            "environment",
            &format!("the variable {name} sets nothing"),
            "a setting is THONGQUAN_SECTION__NAME, as in deploy/thongquan.toml; unset what is none",
        );
    }
}

fn clock(visit: &mut Visit) {
    if let Err(failure) = now_in_vietnam() {
        visit.ill("clock", &failure.message, "set the clock: days and terms are told by it");
    }
}

fn secret(config: &Config, visit: &mut Visit) {
    for (setting, file) in config.exposed_secrets() {
        visit.ill(
            setting,
            &format!("every user of this machine may read {}", file.display()),
            "chmod o= the file, or keep it in a folder of the product's user alone",
        );
    }
    match (&config.processing.selectivity_secret_file, config.processor_settings()) {
        (None, _) => visit.advise(
            "selectivity secret",
            "none is set, so the random draw can be foretold",
            "set processing.selectivity_secret_file wherever declarations are real",
        ),
        (Some(_), Ok(_)) => visit.well("selectivity secret", "long enough not to be tried out"),
        (Some(_), Err(failure)) => visit.ill("selectivity secret", &failure.message, "mend the file or its rights"),
    }
}

/// Where the database is, or will be, and whose it is.
fn database_file(file: &Path, visit: &mut Visit) {
    let name = file.display();
    if let Err(failure) = continuity::refuse_beginning_anew(file) {
        visit.ill("database", &failure.message, "nothing is decided until this is mended");
    } else if !file.exists() {
        visit.advise(
            "database",
            &format!("there is none at {name} yet"),
            "`thongquan serve` makes an empty one; if there was one before, put it back or mend storage.url",
        );
    } else if storage::sqlite::is_demonstration(file).is_ok_and(|is_one| is_one) {
        visit.advise(
            "database",
            &format!("a demonstration made {name}, and the next one deletes it"),
            "set storage.url to a file of its own wherever declarations are real",
        );
    }
}

async fn database(config: &Config, visit: &mut Visit) {
    let mend = match config.sqlite_file() {
        Some(_) => {
            "check storage.url, that the folder and the file may be read and written, and that the disk has room"
        }
        None => "check storage.url, that the server runs, and that the user may create tables",
    };
    match backends::open_store(config).await {
        Ok(store) => match store.health().await {
            Ok(health) => {
                visit.well("database", &format!("{}, schema version {}", health.server_version, health.schema_version));
                match store.counts().await {
                    Ok(counts) => {
                        visit.well("kept", &counts.to_string());
                        outbox(&*store, visit).await;
                    }
                    Err(error) => visit.ill("kept", &error.to_string(), mend),
                }
            }
            Err(error) => visit.ill("database", &error.to_string(), mend),
        },
        Err(failure) => visit.ill("database", &failure.message, mend),
    }
}

/// Whether what waits in the outbox goes out.
async fn outbox(store: &dyn Store, visit: &mut Visit) {
    let looked = async {
        let first = store.outbox_waiting().await?;
        if first.count == 0 {
            return Ok((first, first));
        }
        tokio::time::sleep(OUTBOX_LOOK).await;
        Ok::<_, StorageError>((first, store.outbox_waiting().await?))
    };
    let seconds = OUTBOX_LOOK.as_secs();
    match looked.await {
        Ok((first, _)) if first.count == 0 => visit.well("outbox", "nothing waits to go out"),
        Ok((first, later)) if first == later => visit.ill(
            "outbox",
            &format!("{} messages wait to go out, and none went in {seconds} s", first.count),
            "start `thongquan serve` where none runs; where one does, its log and /readyz say what keeps them",
        ),
        Ok((first, later)) => {
            visit
                .well("outbox", &format!("{} messages wait to go out, {seconds} s later {}", first.count, later.count));
        }
        Err(error) => visit.ill("outbox", &error.to_string(), "look at the database"),
    }
}

async fn stream(config: &Config, create_topics: bool, visit: &mut Visit) {
    let what = match config.stream.kind {
        StreamKind::Embedded => "embedded stream",
        StreamKind::Kafka => "Kafka",
    };
    let mend = match config.stream.kind {
        StreamKind::Embedded => {
            "the stream is in the database's file: check storage.url and that the file may be written"
        }
        StreamKind::Kafka => "check [stream] in the configuration and that the brokers run",
    };
    let stream = match backends::open_stream(config).await {
        Ok(stream) => stream,
        Err(failure) => return visit.ill(what, &failure.message, mend),
    };
    match stream.identity().await {
        Ok(identity) => visit.well(what, &identity),
        Err(error) => return visit.ill(what, &error.to_string(), mend),
    }
    if create_topics || config.stream.kind == StreamKind::Embedded {
        match backends::ensure_topics(&*stream, config).await {
            Ok(topics) => {
                for topic in topics {
                    match topic.differs {
                        None => {
                            visit.well(&format!("topic {}", topic.name), &format!("{} partitions", topic.partitions))
                        }
                        Some(differs) => visit.advise(
                            &format!("topic {}", topic.name),
                            &format!("it has {differs}"),
                            "set stream.partitions and stream.replication to what the topic has, or move the topic",
                        ),
                    }
                }
            }
            Err(failure) => visit.ill("topics", &failure.message, mend),
        }
    } else {
        topics(config, &*stream, visit).await;
    }
    match continuity::left_behind(config, &*stream).await {
        Ok(sentences) if sentences.is_empty() => visit.well("positions", "this configuration leaves nothing behind"),
        Ok(sentences) => {
            for sentence in sentences {
                visit.ill("positions", &sentence, "nothing is lost meanwhile: what waits is read once this is mended");
            }
        }
        Err(failure) => visit.ill("positions", &failure.message, mend),
    }
}

/// Whether each topic is there, and as the configuration has it.
async fn topics(config: &Config, stream: &dyn Stream, visit: &mut Visit) {
    for spec in backends::topic_specs(config) {
        let what = format!("topic {}", spec.name);
        if let Err(error) = stream.tail(&spec.name, stream::TailFrom::End).await {
            visit.ill(&what, &error.to_string(), "run `thongquan doctor --create-topics`");
            continue;
        }
        let states = stream.topics().await.unwrap_or_default();
        match states.iter().find(|state| state.name == spec.name).map(|state| state.partitions) {
            Some(partitions) if partitions != spec.partitions => visit.advise(
                &what,
                &format!("it has {partitions} partitions, and stream.partitions is {}", spec.partitions),
                "set stream.partitions to what the topic has; fewer are not possible, more put enterprises elsewhere",
            ),
            Some(partitions) => visit.well(&what, &format!("{partitions} partitions")),
            None => visit.well(&what, "exists"),
        }
    }
}
