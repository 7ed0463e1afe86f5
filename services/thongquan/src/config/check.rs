//! What a configuration may say: every number within its bounds, every name one that can be meant.

use std::str::FromStr as _;

use rust_decimal::Decimal;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};

use super::{Config, Log, Storage, Stream, StreamKind};

/// More connections than any database's server gives one process.
const CONNECTIONS_MAX: u32 = 1_000;
/// A topic's name has 249 characters at most, the longest of ours behind the prefix.
const TOPIC_PREFIX_LENGTH_MAX: usize = 200;
/// The reader takes a processor for stalled after two minutes, and has to hear of its session before.
const SESSION_TIMEOUT_MS_MAX: u64 = 100_000;
/// Kafka's bound on names.
const NAME_LENGTH_MAX: usize = 249;
const LEVELS: &str = "error, warn, info, debug, trace or off";

/// Why a configuration cannot be used.
pub(super) fn fault(config: &Config) -> Option<String> {
    storage(&config.storage)
        .or_else(|| stream(config))
        .or_else(|| processing(config))
        .or_else(|| telemetry(config))
        .or_else(|| log(&config.log))
}

fn storage(storage: &Storage) -> Option<String> {
    if let Some(path) = storage.url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.ends_with('/') {
            return Some("storage.url names no file: write sqlite:FILE".to_owned());
        }
        if path.contains(":memory:") || path.starts_with("file:") {
            return Some(
                "storage.url is sqlite:FILE, with the path of a file: what a database in memory keeps is gone with the \
                 process"
                    .to_owned(),
            );
        }
        if path.contains('?') {
            return Some(
                "storage.url is sqlite:FILE without parameters (`?...`): the product reads and writes the file; commands \
                 that only look change nothing in it by themselves"
                    .to_owned(),
            );
        }
        if std::path::Path::new(path).is_dir() {
            return Some(format!("storage.url names the folder {path}: name a file in it"));
        }
    } else if !(storage.url.starts_with("postgres://") || storage.url.starts_with("postgresql://")) {
        return Some("storage.url begins with `sqlite:` or `postgres://`".to_owned());
    }
    if !(1..=CONNECTIONS_MAX).contains(&storage.connections_max) {
        return Some(format!("storage.connections_max is 1 to {CONNECTIONS_MAX}"));
    }
    None
}

fn stream(config: &Config) -> Option<String> {
    let stream = &config.stream;
    if stream.kind == StreamKind::Embedded && !config.storage.url.starts_with("sqlite:") {
        return Some(
            "the embedded stream lives in the SQLite file of storage.url; with PostgreSQL set stream.kind = \"kafka\""
                .to_owned(),
        );
    }
    let stripes = casework::NUMBER_STRIPES;
    if stream.partitions < 1 || i64::from(stream.partitions) > stripes {
        return Some(format!("stream.partitions is 1 to {stripes}"));
    }
    if !(1..=9).contains(&stream.replication) {
        return Some("stream.replication is 1 to 9".to_owned());
    }
    if !(1_000..=SESSION_TIMEOUT_MS_MAX).contains(&stream.session_timeout_ms) {
        return Some("stream.session_timeout_ms is 1,000 to 100,000".to_owned());
    }
    if stream.client.contains_key("sasl.password") && stream.sasl_password_file.is_some() {
        return Some(
            "the password for SASL stands in stream.sasl_password_file or in stream.client, not in both".to_owned(),
        );
    }
    names(stream)
}

fn names(stream: &Stream) -> Option<String> {
    let of_a_topic = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
    if stream.topic_prefix.len() > TOPIC_PREFIX_LENGTH_MAX || !stream.topic_prefix.chars().all(of_a_topic) {
        return Some(format!(
            "stream.topic_prefix has letters, digits, points, hyphens and underscores, at most {TOPIC_PREFIX_LENGTH_MAX}"
        ));
    }
    let is_name =
        |name: &str| !name.trim().is_empty() && name.len() <= NAME_LENGTH_MAX && !name.chars().any(char::is_control);
    if !is_name(&stream.group) {
        return Some(format!("stream.group is a name of 1 to {NAME_LENGTH_MAX} characters"));
    }
    if stream.instance.as_deref().is_some_and(|instance| !is_name(instance)) {
        return Some(format!(
            "stream.instance is a name of 1 to {NAME_LENGTH_MAX} characters; leave it out where there is none"
        ));
    }
    let is_broker = |broker: &str| {
        broker.trim().rsplit_once(':').is_some_and(|(host, port)| {
            let is_port =
                port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
            !host.is_empty() && !host.contains([' ', '/']) && is_port
        })
    };
    if stream.kind == StreamKind::Kafka && !stream.brokers.split(',').all(is_broker) {
        return Some("stream.brokers is HOST:PORT, with commas between several; a port is 1 to 65,535".to_owned());
    }
    None
}

fn processing(config: &Config) -> Option<String> {
    if config.processing.batch_messages_max == 0 || config.processing.batch_messages_max > 10_000 {
        return Some("processing.batch_messages_max is 1 to 10,000".to_owned());
    }
    if config.processing.batch_wait_ms > 10_000 {
        return Some("processing.batch_wait_ms is at most 10,000".to_owned());
    }
    if config.timekeeper.every_s > 86_400 {
        return Some("timekeeper.every_s is at most 86,400, which is a day; 0 turns the timekeeper off".to_owned());
    }
    if config.timekeeper.page == 0 || config.timekeeper.page > 10_000 {
        return Some("timekeeper.page is 1 to 10,000".to_owned());
    }
    if config.rules.folder.as_os_str().is_empty() {
        return Some("rules.folder names the folder of rules".to_owned());
    }
    None
}

fn telemetry(config: &Config) -> Option<String> {
    if let Some(endpoint) = &config.telemetry.endpoint {
        let address = endpoint.parse::<axum::http::Uri>().ok();
        let is_sound = address.is_some_and(|uri| {
            let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else { return false };
            // A port that is none, and a name and a password, are part of the authority, and of nothing else.
            let is_place = authority.as_str() == host || uri.port_u16().is_some_and(|port| port > 0);
            uri.scheme_str() == Some("http") && is_place && !authority.as_str().contains('@')
        });
        if !is_sound {
            return Some(
                "telemetry.endpoint is http://HOST:PORT: a collector near by, which takes what is secret from there"
                    .to_owned(),
            );
        }
    }
    if config.telemetry.sampling_ratio < Decimal::ZERO || config.telemetry.sampling_ratio > Decimal::ONE {
        return Some("telemetry.sampling_ratio is 0 to 1".to_owned());
    }
    None
}

/// A word alone is a level: the filter would take any other for a part of the program, and be silent about all else.
fn log(log: &Log) -> Option<String> {
    for part in log.level.split(',') {
        let (of, level) = part.rsplit_once('=').unwrap_or(("", part));
        if LevelFilter::from_str(level.trim()).is_err() || level.trim().is_empty() {
            let of = if of.is_empty() { String::new() } else { format!(" of `{of}`") };
            return Some(format!("log.level: `{level}`{of} is no level; write {LEVELS}"));
        }
    }
    let unfit = EnvFilter::try_new(&log.level).err()?;
    Some(format!("log.level: `{}` cannot be used: {unfit}", log.level))
}
