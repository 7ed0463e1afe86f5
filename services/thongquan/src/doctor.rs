//! `thongquan doctor`: what is wrong, and the mend.

use std::process::ExitCode;
use std::time::Duration;

use anstyle::AnsiColor;
use storage::{Counts, Store};

use crate::config::{self, Config, ConfigArgument, StreamKind};
use crate::{Failure, backends, print, rules};

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
    rulebook(&config, &mut visit);
    secret(&config, &mut visit);
    if arguments.offline {
        return Ok(ExitCode::from(u8::from(visit.ill)));
    }
    backends::runtime()?.block_on(async {
        database(&config, &mut visit).await;
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

fn secret(config: &Config, visit: &mut Visit) {
    match (&config.processing.selectivity_secret_file, config.processor_settings()) {
        (None, _) => visit.advise(
            "selectivity secret",
            "none is set, so the random draw can be foretold",
            "set processing.selectivity_secret_file wherever declarations are real",
        ),
        (Some(_), Ok(settings)) if settings.selectivity_secret.len() >= 16 => {
            visit.well("selectivity secret", "at least 16 bytes");
        }
        (Some(_), Ok(_)) => {
            visit.ill("selectivity secret", "shorter than 16 bytes", "put 32 random bytes into the file")
        }
        (Some(_), Err(failure)) => visit.ill("selectivity secret", &failure.message, "mend the file or its rights"),
    }
}

async fn database(config: &Config, visit: &mut Visit) {
    let mend = "check storage.url, that the server runs, and that the user may create tables";
    match backends::open_store(config).await {
        Ok(store) => match store.health().await {
            Ok(health) => {
                visit.well("database", &format!("{}, schema version {}", health.server_version, health.schema_version));
                match store.counts().await {
                    Ok(counts) => {
                        visit.well("kept", &counts.to_string());
                        outbox(&*store, &counts, visit).await;
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
async fn outbox(store: &dyn Store, counts: &Counts, visit: &mut Visit) {
    if counts.outbox == 0 {
        return visit.well("outbox", "nothing waits to go out");
    }
    tokio::time::sleep(OUTBOX_LOOK).await;
    let waiting = format!("{} messages wait to go out", counts.outbox);
    match store.counts().await {
        Ok(later) if (later.outbox, later.outbox_oldest_at_ms) == (counts.outbox, counts.outbox_oldest_at_ms) => {
            visit.ill(
                "outbox",
                &format!("{waiting}, and none went in {} s", OUTBOX_LOOK.as_secs()),
                "start `thongquan serve` where none runs; where one does, its log and /readyz say what keeps them",
            );
        }
        Ok(later) => visit.well("outbox", &format!("{waiting}, {} s later {}", OUTBOX_LOOK.as_secs(), later.outbox)),
        Err(error) => visit.ill("outbox", &error.to_string(), "look at the database"),
    }
}

async fn stream(config: &Config, create_topics: bool, visit: &mut Visit) {
    let what = match config.stream.kind {
        StreamKind::Embedded => "embedded stream",
        StreamKind::Kafka => "Kafka",
    };
    let mend = "check [stream] in the configuration and that the brokers run";
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
        return;
    }
    for spec in backends::topic_specs(config) {
        match stream.tail(&spec.name, stream::TailFrom::End).await {
            Ok(_) => visit.well(&format!("topic {}", spec.name), "exists"),
            Err(error) => {
                visit.ill(
                    &format!("topic {}", spec.name),
                    &error.to_string(),
                    "run `thongquan doctor --create-topics`",
                );
            }
        }
    }
}
