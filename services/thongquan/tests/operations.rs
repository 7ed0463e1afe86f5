//! What operators see of a running processor.

mod common;

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
        let kept = decisions.values().filter(|(row, _)| row.outcome == outcome).count();
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

/// Every measurement that the dashboard and the alarms speak of is one that the product makes.
#[test]
fn dashboards_and_alarms_speak_of_what_is_measured() {
    let described =
        std::fs::read_to_string(common::workspace().join("services/processor/src/measurements.rs")).unwrap();
    let mut spoken = 0;
    for file in ["deploy/observability/dashboard.json", "deploy/observability/alerts.yml"] {
        let text = std::fs::read_to_string(common::workspace().join(file)).unwrap();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            let Some(name) = word.strip_prefix("thongquan_") else { continue };
            let name = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            spoken += 1;
            assert!(described.contains(&format!("\"thongquan_{name}\"")), "{file} speaks of {word}");
        }
    }
    assert!(spoken > 20);
    let alerts = std::fs::read_to_string(common::workspace().join("deploy/observability/alerts.yml")).unwrap();
    let named: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(named.len() >= 10);
    for line in alerts.lines().filter_map(|line| line.trim().strip_prefix("runbook: ")) {
        assert!(common::workspace().join(line).is_file(), "{line} is not there");
    }
    assert_eq!(alerts.matches("runbook: ").count(), named.len(), "each alarm has a runbook");
}
