//! The processor that fails on purpose. It is configured by the environment, as `thongquan serve` is: the tests start
//! either in the same way.

use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use faults::{FaultyLedger, FaultyStream, Place, Safeguard, Trap};
use processor::{Processor, Progress, Settings};
use rulebook::Rulebook;
use storage::Ledger;
use stream::{EmbeddedStream, KafkaSettings, KafkaStream, Stream, Topics};
use tokio::sync::watch;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
    match process().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn process() -> Result<(), Failure> {
    let trap = Arc::new(trap()?);
    let rulebook = Rulebook::load(Path::new("rules")).map_err(|errors| errors.to_string())?;
    let url = needed("THONGQUAN_STORAGE__URL")?;
    let options = storage::Options { before_commit: Some(faults::before_commit), ..storage::Options::default() };
    let store = storage::open(&url, options).await?;
    let stream: Arc<dyn Stream> = if needed("THONGQUAN_STREAM__KIND")? == "kafka" {
        Arc::new(KafkaStream::open(KafkaSettings::new(&needed("THONGQUAN_STREAM__BROKERS")?)).await?)
    } else {
        let file = setting("FAULTS_STREAM_FILE").or_else(|| url.strip_prefix("sqlite:").map(str::to_owned));
        Arc::new(EmbeddedStream::open(Path::new(&file.ok_or("the embedded stream needs a file")?)).await?)
    };
    let settings = Settings {
        group: setting("THONGQUAN_STREAM__GROUP").unwrap_or_default(),
        topics: Topics::new(&needed("THONGQUAN_STREAM__TOPIC_PREFIX")?),
        instance: setting("THONGQUAN_STREAM__INSTANCE"),
        batch_messages_max: number("THONGQUAN_PROCESSING__BATCH_MESSAGES_MAX", 500)?,
        session_timeout: Duration::from_millis(number("THONGQUAN_STREAM__SESSION_TIMEOUT_MS", 10_000)?),
        ..Settings::default()
    };
    let faulty = Arc::new(FaultyStream::new(stream, store.clone(), trap.clone()));
    let store: Arc<dyn Ledger> = Arc::new(FaultyLedger::new(store, trap));
    let rulebook = Arc::new(ArcSwap::from_pointee(rulebook));
    let (_stop, stopped) = watch::channel(false);
    let progress = Arc::new(Progress::default());
    let processor = Processor { store, stream: faulty, rulebook, settings, progress, spans: None };
    processor::run(processor, stopped).await?;
    Ok(())
}

/// What the environment wants to go wrong.
fn trap() -> Result<Trap, Failure> {
    let place = setting("FAULTS_AT").map(|name| {
        Place::ALL.into_iter().find(|place| place.name() == name).ok_or(format!("there is no place `{name}`"))
    });
    let without = setting("FAULTS_WITHOUT").map(|name| {
        let found = Safeguard::ALL.into_iter().find(|safeguard| safeguard.name() == name);
        found.ok_or(format!("there is no safeguard `{name}`"))
    });
    Ok(Trap {
        place: place.transpose()?,
        hold: setting("FAULTS_HOLD").map(Into::into),
        partition: setting("FAULTS_PARTITION").map(|text| text.parse()).transpose()?,
        without: without.transpose()?,
        ..Trap::default()
    })
}

fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn needed(name: &str) -> Result<String, Failure> {
    setting(name).ok_or_else(|| format!("{name} is not set").into())
}

fn number<T: FromStr<Err: std::error::Error + 'static>>(name: &str, usual: T) -> Result<T, Failure> {
    setting(name).map_or(Ok(usual), |text| text.parse().map_err(Into::into))
}
