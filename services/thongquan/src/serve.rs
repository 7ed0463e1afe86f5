//! `thongquan serve`: processes the stream until told to stop.

mod database_file;
mod reload;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use processor::timekeeper::Timekeeper;
use processor::{Processor, Progress, SpanSink};
use storage::Store;
use tokio::sync::watch;

use crate::config::{self, Config, ConfigArgument};
use crate::operations::{self, Watched};
use crate::telemetry::Telemetry;
use crate::{Failure, assess, backends, continuity, now_in_vietnam, rules};

pub(crate) use database_file::DatabaseFile;

#[derive(clap::Args)]
#[command(
    after_help = "The configuration file is commented in deploy/thongquan.toml; variables of the environment go \
    before it, such as THONGQUAN_STORAGE__URL for `url` in [storage].\n\nSIGTERM and Ctrl-C finish what was begun; a \
    second one ends at once, which loses nothing either.\n\nSIGHUP loads the folder of rules again, and so does a change \
    of the folder when rules.watch is set: the new rules are loaded whole and their own tests run; if all is well they \
    decide from the next batch on, and if not the reason is logged and the old rules stay. Every decision names the \
    content hash of the rules that made it."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    backends::begin_logging(&config.log)?;
    backends::runtime()?.block_on(serve(&config))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config) -> Result<(), Failure> {
    let bell = reload::Bell::hang()?;
    if let Some(text) = processor::fail_points::arm().map_err(Failure::usage)? {
        tracing::warn!(fail_point = text, "a test's fail point is armed: this process will fail on purpose");
    }
    let rulebook = rules::load_and_test(&config.rules.folder)?;
    tracing::info!(rulebook = rulebook.content_hash(), "the rulebook is loaded");
    let settings = config.processor_settings()?;
    now_in_vietnam()?;
    warn_of_the_configuration(config);
    let store = backends::open_store(config).await?;
    take_facts(config, &*store).await?;
    let stream = backends::open_stream(config).await?;
    let database_file = config.sqlite_file().and_then(|file| DatabaseFile::opened(&file));
    for topic in backends::ensure_topics(&*stream, config).await? {
        if let Some(differs) = topic.differs {
            tracing::warn!(topic = topic.name, "the topic has {differs}");
        }
    }
    for sentence in continuity::left_behind(config, &*stream).await? {
        tracing::warn!("{sentence}");
    }
    let (stop, stopped) = watch::channel(false);
    if let Some(file) = database_file.clone() {
        tokio::spawn(file.watch(stop.clone()));
    }
    tokio::spawn(stop_on_signal(stop));
    let rulebook = Arc::new(ArcSwap::from_pointee(rulebook));
    tokio::spawn(reload::keep_current(rulebook.clone(), config.rules.folder.clone(), config.rules.watch, bell));
    let progress = Arc::new(Progress::default());
    if let Some(address) = config.operations.listen {
        let measurements = operations::measure()?;
        let watched = Watched {
            store: store.clone(),
            stream: stream.clone(),
            rulebook: rulebook.clone(),
            topics: config.topics(),
            group: config.stream.group.clone(),
            progress: progress.clone(),
            stopped: stopped.clone(),
        };
        let bound = operations::listen(address, measurements, watched).await?;
        tracing::info!(%bound, "operators are answered");
    }
    let telemetry = Telemetry::begin(config)?;
    if config.timekeeper.every_s > 0 {
        let every = Duration::from_secs(config.timekeeper.every_s);
        let keeper = Timekeeper::new(store.clone(), stream.clone(), &config.topics(), config.timekeeper.page);
        tokio::spawn(keeper.keep(every, operations::now_ms, progress.clone(), stopped.clone()));
    }
    let processor = Processor {
        store,
        stream,
        rulebook,
        settings,
        progress,
        spans: telemetry.clone().map(|telemetry| telemetry as Arc<dyn SpanSink>),
    };
    tracing::info!("processing");
    let processed = processor::run(processor, stopped).await;
    if let Some(telemetry) = telemetry {
        telemetry.close().await;
    }
    if let Some(file) = database_file {
        file.end()?;
    }
    processed.map_err(|error| Failure::to("process the stream", &error))?;
    tracing::info!("stopped");
    Ok(())
}

/// Says what of a configuration is taken and yet hardly meant.
fn warn_of_the_configuration(config: &Config) {
    if config.processing.selectivity_secret_file.is_none() {
        tracing::warn!("no selectivity secret is set: whoever reads the code can foretell the random draw");
    }
    for (setting, file) in config.exposed_secrets() {
        tracing::warn!(setting, file = %file.display(), "every user of this machine may read the secret: chmod o= the file");
    }
    for name in config::unknown_variables() {
        tracing::warn!(
            name,
            "the variable of the environment sets nothing; `deploy/thongquan.toml` lists what can be set"
        );
    }
    let Some(file) = config.sqlite_file() else { return };
    if !file.exists() {
        tracing::warn!(file = %file.display(), "there is no database yet: an empty one is made");
    } else if storage::sqlite::is_demonstration(&file).is_ok_and(|is_one| is_one) {
        tracing::warn!(file = %file.display(), "a demonstration made the database, and the next one deletes it");
    }
}

/// Takes the facts from the file that the configuration names into the database.
async fn take_facts(config: &Config, store: &dyn Store) -> Result<(), Failure> {
    let Some(file) = &config.rules.facts else { return Ok(()) };
    let facts = assess::read_facts_quietly(file)?;
    let kept = casework::facts_to_keep(&facts).map_err(|error| Failure::to("write the facts", &error))?;
    store.put_facts(&kept).await.map_err(|error| Failure::to("keep the facts", &error))?;
    tracing::info!(traders = kept.traders.len(), others = kept.facts.len(), "facts are taken in");
    Ok(())
}

/// Says stop at the first SIGTERM or Ctrl-C, and ends the process at the second.
pub(crate) async fn stop_on_signal(stop: watch::Sender<bool>) {
    if wait_for_signal().await.is_err() {
        tracing::warn!("signals cannot be listened to; only SIGKILL will end this process");
        return;
    }
    tracing::info!("stopping; a second signal ends at once");
    let _ = stop.send(true);
    if wait_for_signal().await.is_ok() {
        std::process::exit(130);
    }
}

#[cfg(unix)]
async fn wait_for_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn wait_for_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
