//! Traces: from lodging to notice, over a kill and a restart, on every backend; and a collector that holds nothing up.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at trouble, and tells what it skips")]

#[path = "common/collector.rs"]
mod collector;
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use casework::TraceContext;
use collector::Collector;
use common::Backend;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use stream::{Outgoing, TailFrom};

const PATIENCE: Duration = Duration::from_secs(120);
const COUNT: usize = 60;
const SEED: u64 = 31;
/// What a sender of ours begins a trace with.
const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A process that is ended when the test does, whatever came of it.
struct Running(Child);

impl Running {
    /// The command that is given, with this backend, every trace going to this collector.
    fn start(arguments: &[&str], backend: &Backend, collector: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thongquan"));
        command.args(arguments).current_dir(common::workspace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("THONGQUAN_TELEMETRY__ENDPOINT", collector).env("THONGQUAN_TELEMETRY__SAMPLING_RATIO", "1");
        command.envs(backend.environment.iter().map(|(name, value)| (*name, value)));
        command.envs(settings.iter().copied());
        Self(command.spawn().unwrap())
    }

    fn serve(backend: &Backend, collector: &str, settings: &[(&str, &str)]) -> Self {
        Self::start(&["serve"], backend, collector, settings)
    }

    /// Asks it to stop, and waits until it has.
    async fn stop(&mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
        assert!(self.ended().await.success());
    }

    async fn ended(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it goes on");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == name)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{other:?}"),
    }
}

/// The `traceparent` of every notice, by its event id. Each has one, and one only.
async fn traceparents(backend: &Backend) -> BTreeMap<String, String> {
    let mut tail = backend.stream.tail(&backend.topics.notices, TailFrom::Beginning).await.unwrap();
    let mut found = BTreeMap::new();
    while let Some(message) = tail.next(Duration::from_secs(2)).await.unwrap() {
        let context = TraceContext::of_headers(&message.headers).unwrap();
        found.insert(String::from_utf8(message.header("ce_id").unwrap().to_vec()).unwrap(), context.traceparent());
    }
    found
}

/// A notice comes within the trace that lodging began, although the processor was killed at this point in between.
async fn one_trace_from_lodging_to_notice(backend: &Backend, killed_at: &str) {
    let collector = Collector::default();
    let address = collector.start().await;
    let mut failing = Running::serve(backend, &address, &[(processor::fail_points::VARIABLE, killed_at)]);
    let sample = "schemas/declaration/1.0/samples-valid/a11-wine.xml";
    let mut submitting = Running::start(&["submit", "--wait", "100", sample], backend, &address, &[]);
    assert!(!failing.ended().await.success(), "the fail point was not met");
    let mut serving = Running::serve(backend, &address, &[]);
    let _ = submitting.ended().await;
    serving.stop().await;

    let (lodged, notices) = (&backend.topics.lodged, &backend.topics.notices);
    let spans = collector.spans();
    let root = spans.iter().find(|span| span.name == format!("send {lodged}")).expect("lodging is told");
    assert!(root.parent_span_id.is_empty());
    let trace = collector.trace(&root.trace_id);
    let told: BTreeSet<&str> = trace.keys().map(String::as_str).collect();
    let one = |name: String| trace[&name].first().unwrap().clone();
    let mut parent = None;
    if killed_at == "before_commit" {
        let receive = one(format!("receive {lodged}"));
        assert_eq!(receive.parent_span_id, root.span_id);
        let process = one(format!("process {lodged}"));
        assert_eq!(process.parent_span_id, receive.span_id);
        for stage in ["parse", "prefetch", "decide", "commit"] {
            let stage = one(stage.to_owned());
            assert_eq!((&stage.parent_span_id, stage.links.len()), (&process.span_id, 1), "{told:?}");
        }
        // The batch is a trace of its own, and both name each other.
        let batch = collector.trace(&process.links[0].trace_id);
        let of_batch = &batch[&format!("process {lodged}")][0];
        assert_eq!(process.links[0].span_id, of_batch.span_id);
        assert_eq!(of_batch.links[0].span_id, process.span_id);
        assert_eq!(attribute(of_batch, "messaging.batch.message_count").unwrap(), "1");
        assert_eq!(attribute(&process, "messaging.destination.name").as_ref(), Some(lodged));
        assert!(
            attribute(&process, "messaging.kafka.offset").is_some()
                && attribute(&process, "thongquan.outcome").is_some()
        );
        parent = Some(process.span_id);
    }
    for sent in &trace[&format!("send {notices}")] {
        assert!(parent.as_ref().is_none_or(|parent| *parent == sent.parent_span_id));
        let heard = &trace[&format!("receive {notices}")];
        assert!(heard.iter().any(|heard| heard.parent_span_id == sent.span_id), "{told:?}");
    }
    let carried = traceparents(backend).await;
    let of_trace =
        |traceparent: &String| TraceContext::parse(traceparent).unwrap().trace_id.0.to_vec() == root.trace_id;
    assert!(carried.values().any(of_trace));
}

/// Whether a payment has been dealt with, by the positions in the database.
async fn is_paid(backend: &Backend) -> bool {
    for partition in 0..common::PARTITIONS {
        let partition = backend.partition(&backend.topics.settled, partition);
        if backend.store.position(&partition).await.unwrap().is_some_and(|position| position.next_offset > 0) {
            return true;
        }
    }
    false
}

/// Numbers, outcomes and lanes are told of made-up declarations; hostile contexts begin traces of their own. Gives what
/// the notices carry.
async fn what_is_told(backend: &Backend, killed_at: Option<&str>) -> BTreeMap<String, String> {
    let rulebook = common::rulebook();
    let lodged = backend.lodge(&rulebook, SEED, COUNT).await;
    let hostile: [&[u8]; 4] = [SENT.as_bytes(), b"\xff\x00", b"00-0000", &[b'0'; 100_000]];
    let messages = hostile.iter().enumerate().map(|(at, traceparent)| Outgoing {
        topic: backend.topics.lodged.clone(),
        key: lodged[0].tax_code.clone().into_bytes(),
        headers: vec![
            ("traceparent".to_owned(), traceparent.to_vec()),
            ("tracestate".to_owned(), b"ours=x\r\nInjected: y".to_vec()),
        ],
        // A repeat, which is answered again.
        payload: lodged[0].document.clone(),
        event_id: format!("hostile-{at}"),
        timestamp_ms: Some(1_795_485_600_000),
    });
    backend.stream.publish(messages.collect()).await.unwrap();
    let payment = common::workspace().join("schemas/payment/1.0/samples-valid/whole-amount.xml");
    let paid = Outgoing {
        topic: backend.topics.settled.clone(),
        key: b"0100233488".to_vec(),
        headers: vec![("traceparent".to_owned(), SENT.replace("4bf9", "5bf9").into_bytes())],
        payload: std::fs::read(payment).unwrap(),
        event_id: "paid".to_owned(),
        timestamp_ms: Some(1_795_485_600_000),
    };
    backend.stream.publish(vec![paid]).await.unwrap();
    let count = COUNT + hostile.len();
    let collector = Collector::default();
    let address = collector.start().await;
    if let Some(point) = killed_at {
        let mut failing = Running::serve(backend, &address, &[(processor::fail_points::VARIABLE, point)]);
        assert!(!failing.ended().await.success());
    }
    let mut serving = Running::serve(backend, &address, &[]);
    backend.wait_until_dealt_with(count, PATIENCE).await;
    let begun = Instant::now();
    while !is_paid(backend).await {
        assert!(begun.elapsed() < PATIENCE, "the payment is not dealt with");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    backend.wait_until_outbox_is_empty(PATIENCE).await;
    serving.stop().await;

    if killed_at.is_none() {
        let spans = collector.spans();
        let settled = format!("process {}", backend.topics.settled);
        let paid = spans.iter().find(|span| span.name == settled && !span.parent_span_id.is_empty()).unwrap();
        assert!(paid.trace_id.starts_with(&[0x5b, 0xf9]) && attribute(paid, "thongquan.outcome").is_some());
        let name = format!("process {}", backend.topics.lodged);
        let mut told = 0;
        for (row, _) in backend.decisions().await.into_values() {
            let process = spans.iter().find(|span| {
                span.name == name
                    && attribute(span, "messaging.kafka.offset") == Some(row.lodged.source.offset.to_string())
                    && attribute(span, "messaging.destination.partition.id")
                        == Some(row.lodged.source.partition.to_string())
            });
            let process = process.unwrap_or_else(|| panic!("{:?} is not told", row.lodged.source));
            assert_eq!(attribute(process, "thongquan.outcome").as_deref(), Some(row.stand.outcome.as_str()));
            assert_eq!(attribute(process, "thongquan.rulebook").as_ref(), Some(&row.stand.rulebook));
            if row.stand.outcome.as_str() == "accepted" {
                assert_eq!(
                    attribute(process, "thongquan.declaration.number"),
                    row.stand.number.map(|number| number.to_string())
                );
                assert!(attribute(process, "thongquan.lane").is_some_and(|lane| !lane.is_empty()));
                told += 1;
            }
        }
        assert!(told > COUNT / 3, "{told}");
        // A span names no declarant, and no sender's words.
        let whole = format!("{spans:?}");
        assert!(lodged.iter().all(|lodged| !whole.contains(&lodged.tax_code)));
        assert!(!whole.contains("Injected") && !whole.contains("hostile-"));
    }
    let carried = traceparents(backend).await;
    let ours = carried.values().filter(|traceparent| traceparent.starts_with(&SENT[..36])).count();
    assert_eq!(ours, 1, "the repeat with a sound context carries it on, the hostile ones do not");
    carried
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_over_a_kill_on_sqlite() {
    for killed_at in ["before_commit", "after_commit"] {
        let folder = tempfile::tempdir().unwrap();
        let backend = common::embedded(folder.path(), "").await;
        one_trace_from_lodging_to_notice(&backend, killed_at).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_over_a_kill_on_kafka_and_postgresql() {
    for killed_at in ["before_commit", "after_commit"] {
        let prefix = format!("trace-{killed_at}-{}.", std::process::id());
        let Some(backend) = common::servers(&format!("trace_{killed_at}"), &prefix).await else { return };
        one_trace_from_lodging_to_notice(&backend, killed_at).await;
    }
}

/// What notices carry is the same after a kill, and on both backends.
#[tokio::test(flavor = "multi_thread")]
async fn notices_carry_the_same_context_everywhere() {
    let prefix = format!("carried-{}.", std::process::id());
    let mut runs = Vec::new();
    for killed_at in [None, Some("before_commit"), Some("after_commit")] {
        let folder = tempfile::tempdir().unwrap();
        let backend = common::embedded(folder.path(), &prefix).await;
        runs.push(what_is_told(&backend, killed_at).await);
    }
    assert!(runs[0].len() > COUNT, "{}", runs[0].len());
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
    let Some(other) = common::servers("carried", &prefix).await else { return };
    assert_eq!(runs[0], what_is_told(&other, None).await);
}

/// Processing goes on, and stops in order, while the collector is gone, refuses, or takes what it is sent and never answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_in_trouble_holds_nothing_up() {
    let rulebook = common::rulebook();
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let refusing = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let refuses = format!("http://{}", refusing.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(refusing, Router::new()).await.unwrap() });
    // Connections wait in the system's queue, and nobody ever takes them.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let never_answers = format!("http://{}", silent.local_addr().unwrap());
    for collector in [gone, refuses, never_answers] {
        let folder = tempfile::tempdir().unwrap();
        let backend = common::embedded(folder.path(), "").await;
        backend.lodge(&rulebook, SEED, COUNT).await;
        let mut serving = Running::serve(&backend, &collector, &[]);
        backend.wait_until_dealt_with(COUNT, PATIENCE).await;
        backend.wait_until_outbox_is_empty(PATIENCE).await;
        // What waits is given up within the deadline for stopping.
        serving.stop().await;
        let mut log = String::new();
        std::io::Read::read_to_string(serving.0.stderr.as_mut().unwrap(), &mut log).unwrap();
        assert!(log.contains("processing goes on without them") && !log.contains("panicked"), "{collector}: {log}");
    }
}
