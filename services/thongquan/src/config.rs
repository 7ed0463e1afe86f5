//! The configuration: one commented TOML file, and the environment over it.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

mod check;
mod environment;
mod secrets;

pub(crate) use environment::Strangers;
pub(crate) use secrets::read_text as read_secret_text;

use crate::Failure;

/// Everything that an operator can set. Unknown names are refused, so that a slip of the pen is not taken for silence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    pub(crate) rules: Rules,
    pub(crate) storage: Storage,
    pub(crate) stream: Stream,
    pub(crate) processing: Processing,
    pub(crate) timekeeper: Timekeeper,
    pub(crate) operations: Operations,
    pub(crate) telemetry: Telemetry,
    pub(crate) log: Log,
    /// The configuration files in which secrets stand as they are.
    #[serde(skip)]
    pub(crate) files_with_secrets: Vec<PathBuf>,
}

/// Where the rules are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    pub(crate) folder: PathBuf,
    /// Load the rules again whenever the folder changes, as SIGHUP does.
    pub(crate) watch: bool,
    /// What is known of traders, taken into the database at the start.
    pub(crate) facts: Option<PathBuf>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { folder: PathBuf::from("rules"), watch: false, facts: None }
    }
}

/// Where decisions are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Storage {
    /// `sqlite:FILE` or `postgres://USER@HOST:PORT/DATABASE`. Once loaded it holds the password of `password_file`.
    pub(crate) url: String,
    /// A file that holds the password of the database's user, so that it stands in no configuration.
    pub(crate) password_file: Option<PathBuf>,
    /// Connections, at most.
    pub(crate) connections_max: u32,
}

impl Default for Storage {
    fn default() -> Self {
        Self { url: "sqlite:data/thongquan.db".to_owned(), password_file: None, connections_max: 8 }
    }
}

/// Which log is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StreamKind {
    /// The log in the SQLite file of `storage.url`.
    Embedded,
    /// Apache Kafka.
    Kafka,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Stream {
    pub(crate) kind: StreamKind,
    /// `host:port`, with commas between several.
    pub(crate) brokers: String,
    pub(crate) group: String,
    /// Names this process for good, one name per process, so that a restart within the session timeout moves no
    /// partitions.
    pub(crate) instance: Option<String>,
    /// After how long without a sign of life the other processors take a process's partitions over.
    pub(crate) session_timeout_ms: u64,
    /// What stands before every topic's name.
    pub(crate) topic_prefix: String,
    /// The partitions of topics that do not exist yet.
    pub(crate) partitions: i32,
    /// On how many brokers each partition of a topic that does not exist yet lies.
    pub(crate) replication: i32,
    /// A file that holds the password for SASL, so that it stands in no configuration.
    pub(crate) sasl_password_file: Option<PathBuf>,
    /// Settings of the Kafka client, by their own names.
    pub(crate) client: std::collections::BTreeMap<String, String>,
}

impl Default for Stream {
    fn default() -> Self {
        Self {
            kind: StreamKind::Embedded,
            brokers: "127.0.0.1:9092".to_owned(),
            group: "thongquan".to_owned(),
            instance: None,
            session_timeout_ms: 10_000,
            topic_prefix: String::new(),
            partitions: 4,
            replication: 1,
            sasl_password_file: None,
            client: std::collections::BTreeMap::new(),
        }
    }
}

/// How batches are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Processing {
    pub(crate) batch_messages_max: usize,
    pub(crate) batch_wait_ms: u64,
    /// A file that holds what selectivity's random draw is derived from; whoever knows it can foretell who is drawn.
    pub(crate) selectivity_secret_file: Option<PathBuf>,
}

impl Default for Processing {
    fn default() -> Self {
        Self { batch_messages_max: 250, batch_wait_ms: 40, selectivity_secret_file: None }
    }
}

/// What time acts on by itself: what was declared in advance expires, and what the law cancels unasked is cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Timekeeper {
    /// How often what is due is looked up; 0 leaves it to another process.
    pub(crate) every_s: u64,
    /// How many declarations are looked up at a time.
    pub(crate) page: usize,
}

impl Default for Timekeeper {
    fn default() -> Self {
        Self { every_s: 60, page: 500 }
    }
}

/// What operators watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Operations {
    /// Where measurements and health are served over HTTP; nowhere when it is not set.
    pub(crate) listen: Option<std::net::SocketAddr>,
}

/// Where traces are sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Telemetry {
    /// The address of an OpenTelemetry collector that speaks OTLP over HTTP: `http://HOST:PORT`. Nothing is traced when it
    /// is not set.
    pub(crate) endpoint: Option<String>,
    /// The part of all traces that is recorded, 0 to 1.
    pub(crate) sampling_ratio: Decimal,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { endpoint: None, sampling_ratio: Decimal::new(1, 2) }
    }
}

/// What is logged, on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug`, or a filter such as `info,stream=debug`.
    pub(crate) level: String,
    /// One JSON object for each line, for machines.
    pub(crate) json: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), json: false }
    }
}

/// The prefix of environment variables; two underscores stand between a section and a name:
/// `THONGQUAN_STORAGE__URL`.
const PREFIX: &str = "THONGQUAN_";

/// Options that all commands share which talk to a running system.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ConfigArgument {
    /// The configuration file [default: thongquan.toml here, if there is one]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Reads the configuration: the file, and over it the environment.
pub(crate) fn load(argument: &ConfigArgument) -> Result<Config, Failure> {
    refuse_nearly_right()?;
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    let usual = Path::new("thongquan.toml");
    match &argument.config {
        Some(file) if !file.is_file() => {
            return Err(Failure::usage(format!("there is no configuration file {}", file.display())));
        }
        Some(file) => figment = figment.merge(Toml::file_exact(file)),
        None if usual.is_file() => figment = figment.merge(Toml::file_exact(usual)),
        None => {}
    }
    figment = figment.merge(Env::prefixed(PREFIX).filter(|key| key.as_str().contains("__")).split("__"));
    let mut config: Config = figment.extract().map_err(|errors| {
        let mut message = String::from("the configuration cannot be used:");
        for error in errors {
            message.push_str(&format!("\n  {}", told(&error)));
        }
        Failure::usage(message)
    })?;
    check(&config)?;
    let file_of = |setting: &str| {
        let metadata = figment.find_metadata(setting)?;
        metadata.source.as_ref()?.file_path().map(Path::to_owned)
    };
    config.files_with_secrets = config.settings_with_secrets().into_iter().filter_map(file_of).collect();
    if let Some(file) = &config.storage.password_file {
        let password = read_secret_text("storage.password_file", file)?;
        let url = with_password(&config.storage.url, &password).ok_or_else(|| {
            Failure::usage(
                "the configuration cannot be used:\n  with storage.password_file, storage.url is \
                 postgres://USER@HOST:PORT/DATABASE and holds no password",
            )
        })?;
        config.storage.url = url;
    }
    Ok(config)
}

/// The names of the variables that this process was given.
fn variables() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}

/// The variables under our prefix that set nothing.
pub(crate) fn unknown_variables() -> Vec<String> {
    Strangers::among(variables()).unknown
}

/// Whoever sets a variable that is nearly right believes that it holds.
fn refuse_nearly_right() -> Result<(), Failure> {
    let nearly = Strangers::among(variables()).nearly;
    if nearly.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> =
        nearly.iter().map(|(name, meant)| format!("\n  {name} sets nothing; did you mean {meant}?")).collect();
    Err(Failure::usage(format!("the environment cannot be used:{}", lines.concat())))
}

/// The address of a database with its user's password; `None` where it has no user, or a password already.
fn with_password(url: &str, password: &str) -> Option<String> {
    use std::fmt::Write as _;
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| scheme.starts_with("postgres"))?;
    let server = rest.split(['/', '?']).next()?;
    let (user, _) = server.split_once('@').filter(|(user, _)| !user.is_empty() && !user.contains(':'))?;
    let escaped = password.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    });
    Some(format!("{scheme}://{user}:{escaped}{}", &rest[user.len()..]))
}

/// What is wrong, without the value that is: it may be a secret in the wrong place.
fn told(error: &figment::Error) -> String {
    use figment::error::Kind;
    let what = match &error.kind {
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("it is not {expected}"),
        Kind::InvalidLength(_, expected) => format!("its length is not {expected}"),
        // The reader of TOML shows the line that it stumbles over, between bars.
        Kind::Message(text) => {
            let unquoted: Vec<&str> = text
                .lines()
                .filter(|line| !line.contains('|'))
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            unquoted.join(": ")
        }
        kind => kind.to_string(),
    };
    let source = error.metadata.as_ref().map(|metadata| format!(" ({})", metadata.name)).unwrap_or_default();
    match error.path.join(".") {
        path if path.is_empty() => format!("{what}{source}"),
        path => format!("{path}: {what}{source}"),
    }
}

fn check(config: &Config) -> Result<(), Failure> {
    match check::fault(config) {
        Some(what) => Err(Failure::usage(format!("the configuration cannot be used:\n  {what}"))),
        None => Ok(()),
    }
}

impl Config {
    /// The processor's settings, with the secret read from its file.
    pub(crate) fn processor_settings(&self) -> Result<processor::Settings, Failure> {
        let selectivity_secret = match &self.processing.selectivity_secret_file {
            Some(file) => secrets::read_selectivity(file)?,
            None => Vec::new(),
        };
        Ok(processor::Settings {
            group: self.stream.group.clone(),
            topics: self.topics(),
            batch_messages_max: self.processing.batch_messages_max,
            batch_wait: std::time::Duration::from_millis(self.processing.batch_wait_ms),
            selectivity_secret,
            instance: self.stream.instance.clone(),
            session_timeout: std::time::Duration::from_millis(self.stream.session_timeout_ms),
        })
    }

    /// The topics behind the configured prefix.
    pub(crate) fn topics(&self) -> stream::Topics {
        stream::Topics::new(&self.stream.topic_prefix)
    }

    /// The SQLite file, where one is used.
    pub(crate) fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.storage.url.strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_file_says_the_defaults_and_nothing_unknown() {
        let text = include_str!("../../../deploy/thongquan.toml");
        let config: Config = Figment::new().merge(Toml::string(text)).extract().unwrap();
        assert_eq!(config, Config::default());
    }

    #[test]
    fn unknown_names_are_refused() {
        let error = Figment::from(Serialized::defaults(Config::default()))
            .merge(Toml::string("[storage]\nurll = \"sqlite:x\""))
            .extract::<Config>()
            .unwrap_err();
        assert!(error.to_string().contains("urll"), "{error}");
    }

    #[test]
    fn a_password_comes_to_its_user() {
        let url = "postgres://thongquan@db.svc:5432/thongquan?sslmode=verify-full";
        let whole = "postgres://thongquan:p%40ss%2Fw%C3%B6rd@db.svc:5432/thongquan?sslmode=verify-full";
        assert_eq!(with_password(url, "p@ss/wörd").as_deref(), Some(whole));
        for url in
            ["sqlite:data/x@y.db", "postgres://db.svc/thongquan", "postgres://u:p@db.svc/d", "postgres:///d?x=a@b"]
        {
            assert_eq!(with_password(url, "p"), None, "{url}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_shown() {
        let read = |text: &str| {
            let figment = Figment::from(Serialized::defaults(Config::default())).merge(Toml::string(text));
            told(&figment.extract::<Config>().unwrap_err())
        };
        let wrong_type = read("[stream.client]\n\"sasl.password\" = 90210");
        assert!(wrong_type.contains("sasl.password") && !wrong_type.contains("90210"), "{wrong_type}");
        let wrong_toml = read("[stream.client]\n\"sasl.password\" = 'hushed");
        assert!(wrong_toml.contains("line 2") && !wrong_toml.contains("hushed"), "{wrong_toml}");
        let wrong_section = read("storage = \"postgres://u:hushed@h/d\"");
        assert!(wrong_section.contains("storage") && !wrong_section.contains("hushed"), "{wrong_section}");
    }

    #[test]
    fn contradictions_are_refused() {
        let mut config = Config::default();
        config.storage.url = "postgres://localhost/thongquan".to_owned();
        assert!(check(&config).is_err_and(|failure| failure.message.contains("stream.kind")));
        config.stream.kind = StreamKind::Kafka;
        assert!(check(&config).is_ok());
    }

    /// Every number and name at the edge of what it may be, and just beyond; the word is one of the refusal.
    #[test]
    fn everything_is_bounded() {
        type Set = fn(&mut Config);
        let refused: [(&str, Set); 41] = [
            ("storage.url", |config| config.storage.url = "sqlite:".to_owned()),
            ("storage.url", |config| config.storage.url = "sqlite:data/".to_owned()),
            ("in memory", |config| config.storage.url = "sqlite::memory:".to_owned()),
            ("in memory", |config| config.storage.url = "sqlite://:memory:".to_owned()),
            ("in memory", |config| config.storage.url = "sqlite:file:data.db".to_owned()),
            ("parameters", |config| config.storage.url = "sqlite:data/t.db?mode=ro".to_owned()),
            ("folder", |config| config.storage.url = "sqlite:.".to_owned()),
            ("storage.url", |config| config.storage.url = "postgresqlx://h/d".to_owned()),
            ("storage.url", |config| config.storage.url = "data/t.db".to_owned()),
            ("connections_max", |config| config.storage.connections_max = 0),
            ("connections_max", |config| config.storage.connections_max = u32::MAX),
            ("partitions", |config| config.stream.partitions = 0),
            ("partitions", |config| config.stream.partitions = 65),
            ("partitions", |config| config.stream.partitions = i32::MIN),
            ("replication", |config| config.stream.replication = 0),
            ("replication", |config| config.stream.replication = i32::MAX),
            ("session_timeout_ms", |config| config.stream.session_timeout_ms = 999),
            ("session_timeout_ms", |config| config.stream.session_timeout_ms = u64::MAX),
            ("topic_prefix", |config| config.stream.topic_prefix = "a/b".to_owned()),
            ("topic_prefix", |config| config.stream.topic_prefix = "a".repeat(201)),
            ("group", |config| config.stream.group = String::new()),
            ("group", |config| config.stream.group = "a\nb".to_owned()),
            ("instance", |config| config.stream.instance = Some(" ".to_owned())),
            ("brokers", |config| (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, String::new())),
            ("brokers", |config| (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, "h".to_owned())),
            ("brokers", |config| (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, "h:0".to_owned())),
            ("brokers", |config| {
                (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, "h:65536".to_owned())
            }),
            ("brokers", |config| (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, "h:1,,".to_owned())),
            ("batch_messages_max", |config| config.processing.batch_messages_max = 0),
            ("batch_messages_max", |config| config.processing.batch_messages_max = usize::MAX),
            ("batch_wait_ms", |config| config.processing.batch_wait_ms = u64::MAX),
            ("timekeeper.every_s", |config| config.timekeeper.every_s = u64::MAX),
            ("timekeeper.page", |config| config.timekeeper.page = 0),
            ("timekeeper.page", |config| config.timekeeper.page = usize::MAX),
            ("rules.folder", |config| config.rules.folder = PathBuf::new()),
            ("endpoint", |config| config.telemetry.endpoint = Some("http://h:65536".to_owned())),
            ("endpoint", |config| config.telemetry.endpoint = Some("h:4318".to_owned())),
            ("sampling_ratio", |config| config.telemetry.sampling_ratio = Decimal::MAX),
            ("sampling_ratio", |config| config.telemetry.sampling_ratio = Decimal::NEGATIVE_ONE),
            ("`inof`", |config| config.log.level = "inof".to_owned()),
            ("`debgu` of `stream`", |config| config.log.level = "info,stream=debgu".to_owned()),
        ];
        for (word, set) in refused {
            let mut config = Config::default();
            set(&mut config);
            let failure = check(&config).expect_err(word);
            assert!(
                failure.message.contains(word) && failure.status == crate::EXIT_USAGE,
                "{word}: {}",
                failure.message
            );
        }
        let taken: [Set; 9] = [
            |config| config.storage.url = "sqlite:///var/lib/thongquan.db".to_owned(),
            |config| config.storage.connections_max = 1_000,
            |config| config.stream.partitions = 64,
            |config| config.stream.session_timeout_ms = 100_000,
            |config| (config.stream.kind, config.stream.brokers) = (StreamKind::Kafka, "a:1, [::1]:65535".to_owned()),
            |config| config.timekeeper.every_s = 0,
            |config| config.telemetry.sampling_ratio = Decimal::ONE,
            |config| config.log.level = "warn,stream=debug,processor=off".to_owned(),
            |config| config.log.level = "ERROR".to_owned(),
        ];
        for set in taken {
            let mut config = Config::default();
            set(&mut config);
            assert!(check(&config).is_ok(), "{config:?}: {:?}", check(&config));
        }
    }

    #[test]
    fn empty_and_open_secrets_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let mut config = Config::default();
        config.processing.selectivity_secret_file = Some(file.clone());
        assert!(config.processor_settings().is_err());
        for empty in ["", "\n", " \r\n"] {
            std::fs::write(&file, empty).unwrap();
            let failure = config.processor_settings().err().unwrap();
            assert!(failure.message.contains("is empty"), "{}", failure.message);
        }
        std::fs::write(&file, "0123456789abcde").unwrap();
        let failure = config.processor_settings().err().unwrap();
        assert!(failure.message.contains("random bytes"), "{}", failure.message);
        std::fs::write(&file, "0123456789abcdef\n").unwrap();
        assert_eq!(config.processor_settings().unwrap().selectivity_secret, b"0123456789abcdef\n");
        assert_eq!(read_secret_text("storage.password_file", &file).unwrap(), "0123456789abcdef");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let open = |path: &Path, mode| {
                std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
            };
            // The folder around it keeps others out.
            open(folder.path(), 0o700);
            open(&file, 0o644);
            assert_eq!(config.exposed_secrets(), []);
            open(folder.path(), 0o755);
            assert_eq!(config.exposed_secrets(), [("processing.selectivity_secret_file", file.as_path())]);
            open(&file, 0o640);
            assert_eq!(config.exposed_secrets(), []);
        }
    }
}
