//! What a declaration says, and what is secret, stays out of logs, spans, measurements and the words of errors.
//!
//! Everything that a person writes into a document is replaced by a word that occurs nowhere else; then the product runs
//! over sound, faulty, hostile and refused documents, logs all that it can, and the word must not come up.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "common/collector.rs"]
mod collector;
mod common;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use collector::Collector;
use common::Backend;
use stream::Outgoing;

const PATIENCE: Duration = Duration::from_secs(120);
/// Stands for every name, address, description and number of a paper.
const MARK: &str = "Zqxmark";
/// Stands for every secret.
const SECRET: &str = "zqxsecret-0123456789";
/// 2026-11-24 09:00 in Vietnam.
const BEGINNING_MS: i64 = 1_795_485_600_000;

/// The elements of a declaration in which people write freely, and those around the numbers of papers.
const WRITTEN: [&str; 5] = ["Name", "Line", "StreetLine", "Description", "Content"];
const PAPERS: [&str; 5] =
    ["Invoice", "TransportContractDocument", "CertificateOfOrigin", "AdditionalDocument", "BorderTransportMeans"];
/// Elements with codes, amounts and days, whose values are quoted to the declarant when they are wrong.
const CODED: [&str; 8] =
    ["CountryCode", "Amount", "IssueDate", "TypeCode", "SequenceNumeric", "CurrentCode", "VersionID", "ConditionCode"];

/// A document with the word in every element of these names.
fn marked(document: &str, elements: &[&str]) -> String {
    elements.iter().fold(document.to_owned(), |document, element| {
        let (opening, closing) = (format!("<{element}>"), format!("</{element}>"));
        let mut parts = document.split(&opening);
        let mut whole = parts.next().unwrap().to_owned();
        for part in parts {
            let rest = part.split_once(&closing).filter(|(text, _)| !text.contains('<'));
            let rest = rest.map_or_else(|| part.to_owned(), |(_, rest)| format!("{MARK}{closing}{rest}"));
            whole.push_str(&opening);
            whole.push_str(&rest);
        }
        whole
    })
}

/// A document with the word for the number of every paper.
fn marked_papers(document: &str) -> String {
    PAPERS.iter().fold(document.to_owned(), |document, paper| {
        let opening = format!("<{paper}>");
        let mut parts = document.split(&opening);
        let mut whole = parts.next().unwrap().to_owned();
        for part in parts {
            let closing = format!("</{paper}>");
            let (paper, rest) = part.split_at(part.find(&closing).unwrap());
            whole.push_str(&opening);
            whole.push_str(&marked(paper, &["ID"]));
            whole.push_str(rest);
        }
        whole
    })
}

fn samples(folder: &str) -> Vec<String> {
    let folder = common::workspace().join("schemas").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// Documents of every kind, each with the word somewhere.
fn documents() -> Vec<Vec<u8>> {
    let valid = samples("declaration/1.0/samples-valid");
    let mut documents: Vec<String> = Vec::new();
    for sample in valid.iter().chain(&samples("declaration/1.0/samples-faulty")) {
        let written = marked(sample, &WRITTEN);
        assert!(written.contains(MARK));
        // Sound; the same reference with other content; and what follows on it.
        documents.push(written.clone());
        documents.push(marked_papers(&written));
        documents.push(marked(&written, &["FunctionalReferenceID"]));
        documents
            .push(written.replace("<VersionID>1<", "<VersionID>2<").replace("<FunctionCode>9<", "<FunctionCode>4<"));
        documents
            .push(written.replace("<VersionID>1<", "<VersionID>3<").replace("<FunctionCode>9<", "<FunctionCode>1<"));
        for element in CODED {
            let reference = format!("<FunctionalReferenceID>{element}-");
            documents.push(marked(&written.replace("<FunctionalReferenceID>", &reference), &[element]));
        }
    }
    let sound = marked(&valid[0], &WRITTEN);
    let hostile = [
        format!("<!DOCTYPE {MARK} [<!ENTITY a \"{MARK}\">]>{sound}"),
        sound.replace("urn:thongquan:declaration:1", &format!("urn:{MARK}")),
        sound.replace("</Declaration>", ""),
        sound.replace("<FunctionCode>", &format!("<{MARK}>{MARK}</{MARK}><FunctionCode>")),
        sound.replace("<FunctionCode>", &format!("<FunctionCode {MARK}=\"{MARK}\">")),
        format!("<{MARK}>{}", "<a>".repeat(200)),
        format!("{MARK}&{MARK};"),
        format!("{sound}{}", MARK.repeat(400_000)),
        String::new(),
    ];
    documents.extend(hostile);
    let mut documents: Vec<Vec<u8>> = documents.into_iter().map(String::into_bytes).collect();
    documents.push([MARK.as_bytes(), b"\xff\xfe\x00", MARK.as_bytes()].concat());
    documents
}

fn payments() -> Vec<Vec<u8>> {
    let mut payments = Vec::new();
    for sample in samples("payment/1.0/samples-valid").iter().chain(&samples("payment/1.0/samples-faulty")) {
        for element in
            ["PayerID", "PaymentIdentifierID", "DeclarationID", "BankReferenceID", "PaidAmount", "DebitDateTime"]
        {
            payments.push(marked(sample, &[element]).into_bytes());
        }
    }
    payments
}

/// Publishes everything, under keys and headers with the word; says how many were lodged.
async fn publish(backend: &Backend) -> usize {
    let documents = documents();
    let lodged = documents.len();
    let with_topic = |topic: &str, payloads: Vec<Vec<u8>>| -> Vec<Outgoing> {
        let message = |(at, payload): (usize, Vec<u8>)| Outgoing {
            topic: topic.to_owned(),
            // Some without a key that says anything, for documents that do not say who lodges them.
            key: if at % 3 == 0 { MARK.as_bytes().to_vec() } else { b"0100233488".to_vec() },
            headers: vec![
                ("traceparent".to_owned(), format!("00-{MARK}").into_bytes()),
                ("tracestate".to_owned(), format!("a={MARK}").into_bytes()),
                (MARK.to_owned(), MARK.as_bytes().to_vec()),
            ],
            payload,
            event_id: format!("{MARK}-{topic}-{at}"),
            timestamp_ms: Some(BEGINNING_MS + i64::try_from(at).unwrap()),
        };
        payloads.into_iter().enumerate().map(message).collect()
    };
    backend.stream.publish(with_topic(&backend.topics.lodged, documents)).await.unwrap();
    backend.stream.publish(with_topic(&backend.topics.settled, payments())).await.unwrap();
    lodged
}

/// A process that is ended when the test does, whatever came of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn thongquan(backend: &Backend, folder: &Path, arguments: &[&str]) -> Command {
    let secret = folder.join("selectivity-secret");
    fs::write(&secret, SECRET).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.args(arguments).current_dir(common::workspace()).stdin(Stdio::null());
    command.envs(backend.environment.iter().map(|(name, value)| (*name, with_password(value))));
    command.env("THONGQUAN_PROCESSING__SELECTIVITY_SECRET_FILE", secret);
    command
}

/// The address of a database with a password in it, which a server that trusts everybody does not look at.
fn with_password(value: &str) -> String {
    match value.strip_prefix("postgres://").and_then(|rest| rest.split_once('@')) {
        Some((user, rest)) if !user.contains(':') => format!("postgres://{user}:{SECRET}@{rest}"),
        _ => value.to_owned(),
    }
}

/// The page that is served there; nothing while nobody listens.
fn get(address: SocketAddr, path: &str) -> Option<String> {
    let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// That neither word comes up, in whatever letters.
fn assert_hushed(what: &str, text: &str) {
    let lower = text.to_lowercase();
    for word in [MARK, SECRET] {
        if let Some(at) = lower.find(&word.to_lowercase()) {
            let from = (at.saturating_sub(300)..=at).find(|from| lower.is_char_boundary(*from)).unwrap();
            let until = (at + 200..lower.len()).find(|until| lower.is_char_boundary(*until)).unwrap_or(lower.len());
            panic!("{what} says {word}: …{}…", &lower[from..until]);
        }
    }
}

fn words_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The names of fields that `deploy/README.md` promises.
fn documented_fields() -> BTreeSet<String> {
    let page = fs::read_to_string(common::workspace().join("deploy/README.md")).unwrap();
    let section = page.split("## Logs").nth(1).expect("a section on logs");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.flat_map(|row| {
        let names = row.split('|').nth(1).unwrap();
        names.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    })
    .collect()
}

/// The fields that the product's own log lines are given, from its source: `name = value`, `%name` and `name` before the
/// words.
fn fields_in_source(folder: &Path, fields: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            fields_in_source(&path, fields);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for level in ["error", "warn", "info", "debug", "trace"] {
            for call in text.split(&format!("tracing::{level}!(")).skip(1) {
                let before_words = call.split('"').next().unwrap();
                for part in before_words.split(',').map(str::trim).filter(|part| !part.is_empty()) {
                    let name = part.split('=').next().unwrap().trim().trim_start_matches(['%', '?']);
                    fields.insert(name.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_field_of_a_log_line_is_documented() {
    let mut fields = BTreeSet::new();
    for part in ["processor", "storage", "stream", "thongquan"] {
        fields_in_source(&common::workspace().join("services").join(part).join("src"), &mut fields);
    }
    assert!(fields.len() > 15, "{fields:?}");
    let documented = documented_fields();
    let undocumented: Vec<&String> = fields.difference(&documented).collect();
    assert!(undocumented.is_empty(), "{undocumented:?}");
}

/// Each line is an object, with fields that are documented.
fn assert_fields(log: &str) {
    let documented = documented_fields();
    assert!(documented.contains("message") && documented.contains("offset"), "{documented:?}");
    let mut lines = 0;
    for line in log.lines() {
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let target = object["target"].as_str().unwrap();
        if ["thongquan", "processor", "stream", "storage"].iter().any(|ours| target.split("::").next() == Some(ours)) {
            lines += 1;
            for part in ["timestamp", "level", "message"] {
                assert!(object.contains_key(part), "{line}");
            }
            for field in object.keys() {
                assert!(documented.contains(field), "`{field}` is not documented: {line}");
            }
        }
    }
    assert!(lines >= 5, "{log}");
}

async fn everything_is_hushed(backend: &Backend, folder: &Path, json: bool) {
    let lodged = publish(backend).await;
    let collector = Collector::default();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let log = folder.join("serve.log");
    let mut serve = thongquan(backend, folder, &["serve"]);
    serve.env("THONGQUAN_LOG__LEVEL", "trace").env("THONGQUAN_LOG__JSON", json.to_string()).env("NO_COLOR", "1");
    serve.env("THONGQUAN_TELEMETRY__ENDPOINT", collector.start().await).env("THONGQUAN_TELEMETRY__SAMPLING_RATIO", "1");
    serve.env("THONGQUAN_OPERATIONS__LISTEN", address.to_string());
    // Some decisions are refused, so that what is said of that is heard too.
    serve.env(processor::fail_points::VARIABLE, "refused");
    serve.stdout(Stdio::null()).stderr(File::create(&log).unwrap());
    let mut serving = Running(serve.spawn().unwrap());
    backend.wait_until_dealt_with(lodged, PATIENCE).await;
    backend.wait_until_outbox_is_empty(PATIENCE).await;

    let file = folder.join("lodged.xml");
    fs::write(&file, marked(&samples("declaration/1.0/samples-valid")[0], &WRITTEN)).unwrap();
    let submitted = thongquan(backend, folder, &["submit", file.to_str().unwrap()]).output().unwrap();
    assert_hushed("the error output of submit", &String::from_utf8_lossy(&submitted.stderr));
    let measured = get(address, "/metrics").unwrap();
    assert!(measured.contains("thongquan_findings_total{code="), "{measured}");
    assert_hushed("/metrics", &measured);
    assert!(get(address, "/readyz").unwrap().contains("200"));

    let id = serving.0.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    let begun = Instant::now();
    while serving.0.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("the message is kept"), "no decision was refused: {text:.2000}");
    assert_hushed("the log", &text);
    if json {
        assert_fields(&text);
    }
    let spans = collector.spans();
    assert!(spans.len() > lodged, "{}", spans.len());
    assert_hushed("a span", &format!("{spans:?}"));

    for arguments in [&["doctor"][..], &["replay"], &["migrate", "--check"]] {
        let output = thongquan(backend, folder, arguments).output().unwrap();
        let words = words_of(&output);
        assert!(!words.is_empty());
        assert_hushed(&arguments.join(" "), &words);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite() {
    for json in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let backend = common::embedded(folder.path(), "").await;
        everything_is_hushed(&backend, folder.path(), json).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_kafka_and_postgresql() {
    let prefix = format!("hushed-{}.", std::process::id());
    let Some(backend) = common::servers("hushed", &prefix).await else { return };
    let folder = tempfile::tempdir().unwrap();
    everything_is_hushed(&backend, folder.path(), true).await;
}

/// Secrets are not quoted either where they are wrong, or where something near them is.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_are_wrong_are_not_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let password = folder.path().join("sasl-password");
    fs::write(&password, format!("{SECRET}\n")).unwrap();
    let facts = folder.path().join("facts.toml");
    fs::write(&facts, format!("[[certificates]]\nform = \"D\"\nnumber = \"{MARK}\"\nissued_on = \"{MARK}\"\n"))
        .unwrap();
    let file = folder.path().join("wrong.toml");
    fs::write(&file, format!("[stream.client]\n\"sasl.password\" = '{SECRET}\n")).unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let kafka = [
        ("THONGQUAN_STREAM__KIND", "kafka".to_owned()),
        ("THONGQUAN_STREAM__BROKERS", nobody.to_string()),
        (
            "THONGQUAN_STREAM__CLIENT",
            "{security.protocol=\"SASL_PLAINTEXT\",sasl.mechanism=\"PLAIN\",sasl.username=\"u\"}".to_owned(),
        ),
        ("THONGQUAN_STREAM__SASL_PASSWORD_FILE", password.display().to_string()),
        ("THONGQUAN_STORAGE__URL", format!("postgres://u:{SECRET}@{nobody}/d")),
    ];
    let text = |text: &str| text.to_owned();
    let with_file = ["doctor", "--config", file.to_str().unwrap()];
    type Settings<'s> = Vec<(&'s str, String)>;
    let wrong: Vec<(&[&str], Settings<'_>)> = vec![
        (&["doctor"], kafka.to_vec()),
        (&["serve"], kafka.to_vec()),
        (&["doctor"], vec![("THONGQUAN_RULES__FACTS", facts.display().to_string())]),
        (&["serve"], vec![("THONGQUAN_RULES__FACTS", facts.display().to_string())]),
        (&["doctor"], vec![("THONGQUAN_STORAGE__URL", format!("mysql://u:{SECRET}@h/d"))]),
        (
            &["doctor"],
            vec![
                ("THONGQUAN_STORAGE__URL", format!("postgres://u:{SECRET}@h:no-port/d")),
                ("THONGQUAN_STREAM__KIND", text("kafka")),
                ("THONGQUAN_STREAM__BROKERS", nobody.to_string()),
            ],
        ),
        (&["doctor"], vec![("THONGQUAN_STREAM__PARTITIONS", text(SECRET))]),
        (&["doctor"], vec![("THONGQUAN_STORAGE", text(SECRET)), ("THONGQUAN_STREAM__CLIENT", text(SECRET))]),
        (&with_file, Vec::new()),
    ];
    for (arguments, settings) in wrong {
        let mut command = thongquan(&backend, folder.path(), arguments);
        command.env("THONGQUAN_LOG__LEVEL", "debug").envs(settings.iter().map(|(name, value)| (*name, value)));
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{arguments:?} {settings:?}");
        let words = words_of(&output);
        assert!(words.len() > 20, "{words}");
        assert_hushed(&format!("{arguments:?}"), &words);
    }
}
