//! The database and the stream that the configuration names.

use std::path::Path;
use std::sync::Arc;

use storage::Store;
use stream::{EmbeddedStream, KafkaSettings, KafkaStream, Stream, TopicSpec, TopicState};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, Log, StreamKind, read_secret_text};
use crate::output::LogLines;
use crate::{Failure, continuity};

/// Opens the database, and brings its schema up to date.
pub(crate) async fn open_store(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    if let Some(file) = config.sqlite_file() {
        continuity::refuse_beginning_anew(&file)?;
        make_folder_of(&file)?;
    }
    let options = storage::Options { connections_max: config.storage.connections_max, ..storage::Options::default() };
    storage::open(&config.storage.url, options).await.map_err(|error| Failure::to("open the database", &error))
}

/// Opens a database to read what is kept, and neither makes nor migrates one: whoever asks must not change what a
/// processor works on.
pub(crate) async fn open_kept_store(config: &Config) -> Result<Arc<dyn Store>, Failure> {
    if let Some(file) = config.sqlite_file().filter(|file| !file.is_file()) {
        return Err(Failure::failed(format!("there is no database at {}; storage.url names another", file.display())));
    }
    let found = storage::schema_version_found(&config.storage.url)
        .await
        .map_err(|error| Failure::to("look at the database", &error))?;
    if found < storage::SCHEMA_VERSION {
        return Err(Failure::failed(format!(
            "the database has schema version {found}, and this program reads {}: run `thongquan migrate`",
            storage::SCHEMA_VERSION
        )));
    }
    open_store(config).await
}

pub(crate) async fn open_stream(config: &Config) -> Result<Arc<dyn Stream>, Failure> {
    match config.stream.kind {
        StreamKind::Embedded => {
            let Some(file) = config.sqlite_file() else {
                return Err(Failure::usage("the embedded stream needs a SQLite file in storage.url"));
            };
            continuity::refuse_beginning_anew(&file)?;
            make_folder_of(&file)?;
            let stream = EmbeddedStream::open(&file)
                .await
                .map_err(|error| Failure::to(&format!("open the embedded stream in {}", file.display()), &error))?;
            Ok(Arc::new(stream))
        }
        StreamKind::Kafka => {
            let mut settings = KafkaSettings::new(&config.stream.brokers);
            settings.client.extend(config.stream.client.clone());
            if let Some(file) = &config.stream.sasl_password_file {
                let password = read_secret_text("stream.sasl_password_file", file)?;
                settings.client.insert("sasl.password".to_owned(), password);
            }
            let stream = KafkaStream::open(settings).await.map_err(|error| Failure::to("reach Kafka", &error))?;
            Ok(Arc::new(stream))
        }
    }
}

/// Makes the topics that are missing, and says how those that exist differ from the configuration.
pub(crate) async fn ensure_topics(stream: &dyn Stream, config: &Config) -> Result<Vec<TopicState>, Failure> {
    let specs = topic_specs(config);
    stream.ensure_topics(&specs).await.map_err(|error| Failure::to("create the topics", &error))
}

/// The topics as the configuration wants them.
pub(crate) fn topic_specs(config: &Config) -> Vec<TopicSpec> {
    let topics = config.topics();
    topics
        .all()
        .into_iter()
        .map(|name| TopicSpec {
            name: name.to_owned(),
            partitions: config.stream.partitions,
            replication: config.stream.replication,
        })
        .collect()
}

fn make_folder_of(file: &Path) -> Result<(), Failure> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .map_err(|error| Failure::to(&format!("create the folder {}", folder.display()), &error)),
        _ => Ok(()),
    }
}

/// Begins to log on standard error. From then on a panic is a line of the log, without its words: they may quote what a
/// declaration says.
pub(crate) fn begin_logging(log: &Log) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(&log.level)
        .map_err(|error| Failure::usage(format!("log.level `{}` cannot be used: {error}", log.level)))?;
    let json = log.json;
    // A line that cannot be written is let go: telling of that on the same standard error would end the process.
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(move || LogLines { json });
    let begun = if log.json {
        subscriber.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    } else {
        subscriber.with_ansi(colours()).try_init()
    };
    begun.map_err(|error| Failure::failed(format!("failed to begin logging: {error}")))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        tracing::error!(place, "a defect: the program panicked");
    }));
    Ok(())
}

fn colours() -> bool {
    use std::io::IsTerminal as _;
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// The runtime that commands which talk to servers run on.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::to("start the runtime", &error))
}
