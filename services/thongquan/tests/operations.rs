//! What operators see of a running processor.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const COUNT: usize = 120;

/// A process that is ended when the test does, whatever came of it.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Status and body of an answer; `None` while nobody listens.
fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(2)).ok()?;
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.split_once("\r\n\r\n")?.1.to_owned()))
}

/// The sum of all series of a counter whose labels hold a text.
fn sum(page: &str, name: &str, label: &str) -> f64 {
    page.lines()
        .filter(|line| line.starts_with(&format!("{name}{{")) && line.contains(label))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn measurements_tell_what_was_done_and_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rulebook = common::rulebook();
    let lodged = backend.lodge(&rulebook, 5, COUNT).await;
    let address = free_address();
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.arg("serve").current_dir(common::workspace()).stderr(Stdio::null()).stdout(Stdio::null());
    command.env("THONGQUAN_OPERATIONS__LISTEN", address.to_string());
    for (name, value) in &backend.environment {
        command.env(name, value);
    }
    let serving = Serving(command.spawn().unwrap());
    backend.wait_until_dealt_with(COUNT, Duration::from_secs(60)).await;
    backend.wait_until_outbox_is_empty(Duration::from_secs(60)).await;

    let begun = Instant::now();
    while get(address, "/readyz").is_none_or(|(status, _)| status != 200) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", get(address, "/readyz"));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(get(address, "/healthz"), Some((200, "lives\n".to_owned())));
    assert_eq!(get(address, "/elsewhere").map(|(status, _)| status), Some(404));

    let (status, page) = get(address, "/metrics").unwrap();
    assert_eq!(status, 200);
    let decisions = backend.decisions().await;
    assert!(decisions.len() > COUNT / 2);
    assert_eq!(sum(&page, "thongquan_messages_total", "declarations.lodged"), COUNT as f64);
    for outcome in ["accepted", "rejected"] {
        let kept = decisions.values().filter(|(row, _)| row.stand.outcome.as_str() == outcome).count();
        assert_eq!(
            sum(&page, "thongquan_decisions_total", &format!("outcome=\"{outcome}\"")),
            kept as f64,
            "{outcome}"
        );
    }
    for stage in ["parse", "prefetch", "decide", "commit", "publish"] {
        assert!(sum(&page, "thongquan_stage_seconds_count", stage) > 0.0, "{stage}");
    }
    assert!(page.contains(&format!("thongquan_rulebook_info{{hash=\"{}\"}} 1", rulebook.content_hash())));
    for lodged in lodged {
        assert!(!page.contains(&lodged.tax_code), "a measurement names a declarant");
    }
    drop(serving);
    assert_eq!(get(address, "/healthz"), None);
}

/// A processor on this backend, whose operators are answered here.
fn serve(backend: &common::Backend, address: SocketAddr, settings: &[(&str, &str)]) -> Serving {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
    command.arg("serve").current_dir(common::workspace()).stderr(Stdio::null()).stdout(Stdio::null());
    command.env("THONGQUAN_OPERATIONS__LISTEN", address.to_string());
    command.envs(backend.environment.iter().map(|(name, value)| (*name, value)));
    command.envs(settings.iter().copied());
    Serving(command.spawn().unwrap())
}

/// Waits until a page shows a series of this name with a value above zero.
async fn until_measured(addresses: &[SocketAddr], name: &str) {
    let begun = Instant::now();
    let is_there = |page: &str| {
        page.lines().any(|line| {
            line.starts_with(name)
                && line.rsplit_once(' ').is_some_and(|(_, value)| value.parse::<f64>().unwrap() > 0.0)
        })
    };
    while !addresses.iter().any(|address| get(*address, "/metrics").is_some_and(|(_, page)| is_there(&page))) {
        assert!(begun.elapsed() < Duration::from_secs(120), "{name} is not measured");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Each measurement is made once there is something to measure, with the labels that the page names, whose values are
/// words of the product.
#[tokio::test(flavor = "multi_thread")]
async fn every_measurement_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let backend = common::embedded(folder.path(), "").await;
    let rulebook = common::rulebook();
    let (first, second) = (free_address(), free_address());
    let collector = format!("http://{}", free_address());
    let hold = folder.path().join("hold");
    std::fs::write(&hold, "").unwrap();
    let held = format!("before_commit:hold={}", hold.display());
    let traced = [("THONGQUAN_TELEMETRY__ENDPOINT", collector.as_str()), ("THONGQUAN_TELEMETRY__SAMPLING_RATIO", "1")];
    let settings = [traced[0], traced[1], (processor::fail_points::VARIABLE, held.as_str())];
    let mut processors = vec![serve(&backend, first, &settings)];
    until_measured(&[first], "thongquan_partitions").await;

    backend.lodge(&rulebook, 6, COUNT).await;
    let sample = |file: &str| std::fs::read_to_string(common::workspace().join("schemas").join(file)).unwrap();
    // The rules have no exchange rate for this currency.
    let referred = sample("declaration/1.0/samples-valid/a12-machinery.xml").replace("USD", "ISK");
    let payment = sample("payment/1.0/samples-valid/whole-amount.xml");
    let command = sample("command/1.0/samples-valid/accept-documents.xml");
    let message = |topic: &str, payload: &str, at: usize| stream::Outgoing {
        topic: topic.to_owned(),
        key: b"0100233488".to_vec(),
        headers: Vec::new(),
        payload: payload.as_bytes().to_vec(),
        event_id: format!("measured-{topic}-{at}"),
        timestamp_ms: Some(1_795_485_600_000),
    };
    let (lodged, settled, commands) = (&backend.topics.lodged, &backend.topics.settled, &backend.topics.commands);
    let messages =
        vec![message(lodged, &referred, 0), message(lodged, "no declaration", 1), message(settled, &payment, 0)];
    backend.stream.publish(messages).await.unwrap();
    backend.stream.publish(vec![message(commands, &command, 0)]).await.unwrap();
    // Another program holds the database's pen for longer than a commit waits for it, so batches are tried again.
    let file = format!("sqlite:{}", folder.path().join("thongquan.db").display());
    let mut pen = sqlx::SqlitePool::connect(&file).await.unwrap().acquire().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *pen).await.unwrap();
    std::fs::remove_file(&hold).unwrap();
    until_measured(&[first], "thongquan_retries_total").await;
    sqlx::raw_sql("ROLLBACK").execute(&mut *pen).await.unwrap();
    backend.wait_until_dealt_with(COUNT + 2, Duration::from_secs(120)).await;

    // A second processor on the embedded stream takes every partition, and the first one's next batch is fenced.
    processors.push(serve(&backend, second, &traced));
    until_measured(&[second], "thongquan_partitions").await;
    for at in 2..60 {
        backend.stream.publish(vec![message(lodged, &referred, at)]).await.unwrap();
    }
    until_measured(&[first, second], "thongquan_fenced_total").await;
    let described = described();
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let begun = Instant::now();
    while !described.iter().all(|name| seen.contains_key(name)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "only {:?} are made", seen.keys());
        tokio::time::sleep(Duration::from_millis(100)).await;
        for page in [first, second].map(|address| get(address, "/metrics").unwrap().1) {
            for (name, labels) in series(&page) {
                for (label, value) in &labels {
                    let is_word =
                        value.len() <= 64 && value.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
                    assert!(is_word, "{name}: {label} is `{value}`");
                }
                seen.entry(name).or_default().extend(labels.into_keys());
            }
        }
    }
    let documented = documented();
    for (name, labels) in &seen {
        assert_eq!(documented.get(name), Some(labels), "{name}");
    }
}

/// The measurements that the product describes, from its source.
fn described() -> BTreeSet<String> {
    let sources = ["services/processor/src/measurements.rs", "services/thongquan/src/telemetry.rs"];
    let text: String =
        sources.iter().map(|file| std::fs::read_to_string(common::workspace().join(file)).unwrap()).collect();
    let described = text.split("describe_").filter_map(|rest| rest.split_once("!(")).filter_map(|(_, rest)| {
        let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
        name.starts_with("thongquan_").then(|| name.to_owned())
    });
    described.collect()
}

/// The measurements of the operators' page, with their labels.
fn documented() -> BTreeMap<String, BTreeSet<String>> {
    let page = std::fs::read_to_string(common::workspace().join("deploy/observability/README.md")).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
    let rows = page.lines().filter(|line| line.starts_with("| `thongquan_"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        (quoted(cells[1]).pop_first().unwrap(), quoted(cells[2]))
    })
    .collect()
}

/// The series of a page: name without its ending, labels with their values.
fn series(page: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let lines = page.lines().filter(|line| line.starts_with("thongquan_"));
    lines
        .map(|line| {
            let (series, _) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            let name = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            let labels = labels.trim_end_matches('}').split(',').filter_map(|label| label.split_once('='));
            let labels = labels.map(|(label, value)| (label.to_owned(), value.trim_matches('"').to_owned()));
            (name.to_owned(), labels.filter(|(label, _)| label != "le").collect())
        })
        .collect()
}

/// Every measurement that the dashboard and the alarms speak of is one that the product makes, and the page lists them all.
#[test]
fn dashboards_and_alarms_speak_of_what_is_measured() {
    let described = described();
    let documented = documented();
    assert_eq!(documented.keys().cloned().collect::<BTreeSet<_>>(), described);
    let mut spoken = 0;
    for file in ["deploy/observability/dashboard.json", "deploy/observability/alerts.yml"] {
        let text = std::fs::read_to_string(common::workspace().join(file)).unwrap();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            let Some(name) = word.strip_prefix("thongquan_") else { continue };
            let name = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            spoken += 1;
            assert!(described.contains(&format!("thongquan_{name}")), "{file} speaks of {word}");
        }
    }
    assert!(spoken > 20);
}
