//! `thongquan submit`: lodges declarations, waits for the notices, prints them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use casework::{SpanId, TRACEPARENT_HEADER, TraceContext, TraceId};
use jiff::civil::DateTime;
use message::Reading;
use processor::{Span, SpanKind, SpanSink as _};
use sha2::{Digest as _, Sha256};
use stream::{Envelope, Message, Outgoing, Role, Stream, Topics};
use tokio::time::Instant;
use vocabulary::{Lane, Language, Notice, NoticeKind};

use crate::config::{self, ConfigArgument};
use crate::telemetry::Telemetry;
use crate::{Failure, Lang, arguments, assess, awaiting, backends, now_in_vietnam, print, render};

#[derive(clap::Args)]
#[command(after_help = "EXIT STATUS:\n  0  every declaration is registered\n  1  at least one was rejected\n  \
    2  at least one could not be read\n  3  at least one was referred to an officer\n \
    64  the command line or the configuration is wrong\n \
    70  no notice came in time, or a server cannot be reached\n\nA processor has to run on the same configuration: \
    `thongquan serve`. Lodging the same file again is safe: it gets the first answer again.")]
pub(crate) struct Arguments {
    /// Declarations as XML
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How long to wait for the notices, in seconds
    #[arg(long, default_value_t = 30, value_name = "SECONDS", value_parser = arguments::seconds())]
    wait: u64,
    /// The language of the notices
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    #[command(flatten)]
    config: ConfigArgument,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = config::load(&arguments.config)?;
    let status = backends::runtime()?.block_on(async {
        let stream = backends::open_stream(&config).await?;
        backends::ensure_topics(&*stream, &config).await?;
        let telemetry = Telemetry::begin(&config)?;
        let submitted = submit(arguments, stream, &config.topics(), telemetry.as_ref()).await;
        if let Some(telemetry) = telemetry {
            telemetry.close().await;
        }
        submitted
    })?;
    Ok(ExitCode::from(status))
}

/// A declaration whose last notice has not come yet.
struct Waiting {
    file: String,
}

async fn submit(
    arguments: &Arguments,
    stream: Arc<dyn Stream>,
    topics: &Topics,
    telemetry: Option<&Arc<Telemetry>>,
) -> Result<u8, Failure> {
    // Listening begins before lodging, so that no answer is missed.
    let correspondence = awaiting::listen(stream, topics, &[Role::Notices, Role::Unreadable]).await?;
    let mut exchange = correspondence.exchange();
    let moment = now_in_vietnam()?;
    let mut waiting = HashMap::new();
    let mut outgoing = Vec::new();
    for file in &arguments.files {
        let document = assess::read_file(file)?;
        let message = lodgement(document, outgoing.len(), moment, topics);
        waiting.insert(message.event_id.clone(), Waiting { file: name_of(file) });
        outgoing.push(message);
    }
    let traces: Vec<TraceContext> =
        outgoing.iter().filter_map(|message| TraceContext::of_headers(&message.headers)).collect();
    let begun = SystemTime::now();
    exchange.publish(outgoing).await.map_err(|error| Failure::to("lodge the declarations", &error))?;
    for context in traces {
        let first = span(context.trace_id, context.span_id, None, SpanKind::Producer, "send", &topics.lodged, begun);
        record(telemetry, first);
    }

    let language = Language::from(arguments.lang);
    let deadline = Instant::now() + Duration::from_secs(arguments.wait);
    let mut status = 0;
    while !waiting.is_empty() {
        let Some(answer) = awaiting::next(&mut exchange, deadline).await? else { break };
        let Some(entry) = waiting.get(&answer.event_id) else { continue };
        let is_settled = if answer.role == Role::Unreadable {
            print(&format!("{}: {}", entry.file, awaiting::unreadable(&answer.message)));
            status = worse(status, 2);
            true
        } else {
            heard(telemetry, &answer.message, &topics.notices);
            let Ok(notice) = message::read_notice(answer.message.payload.as_deref().unwrap_or_default()) else {
                continue;
            };
            print(&format!("{}: {}", entry.file, render::notice(&notice, language)));
            status = worse(status, status_of(notice.kind));
            is_last(&notice) || answer.message.is_repeated()
        };
        if is_settled {
            waiting.remove(&answer.event_id);
            exchange.settle(&answer.event_id);
        }
    }
    if waiting.is_empty() {
        return Ok(status);
    }
    let mut files: Vec<&str> = waiting.values().map(|entry| entry.file.as_str()).collect();
    files.sort_unstable();
    Err(Failure::failed(format!(
        "no final notice came within {} seconds for: {}\n  the declarations are lodged; is `thongquan serve` running \
         on the same configuration? `thongquan doctor` looks",
        arguments.wait,
        files.join(", ")
    )))
}

/// Tells of a notice that was heard, where it carries a trace.
fn heard(telemetry: Option<&Arc<Telemetry>>, notice: &Message, topic: &str) {
    let Some(carried) = TraceContext::of_headers(&notice.headers) else { return };
    let SpanId(cause) = carried.span_id;
    // Each notice is heard once here, so what is heard may be named after what was sent.
    let (heard, parent) = (span_id_of(&cause), Some(carried.span_id));
    let now = SystemTime::now();
    record(telemetry, span(carried.trace_id, heard, parent, SpanKind::Consumer, "receive", topic, now));
}

/// The message that lodges a document: keyed by the declarant, so that one enterprise's declarations stay in order.
fn lodgement(document: Vec<u8>, at: usize, moment: DateTime, topics: &Topics) -> Outgoing {
    let declarant = match message::read_declaration(&document) {
        Reading::Read { declaration, .. } => declaration.declarant().unwrap_or("unknown").to_owned(),
        Reading::Unreadable(_) => "unknown".to_owned(),
    };
    let hash = Sha256::digest(&document);
    // Lodging a file twice is two messages, of which the second gets the first one's answer again.
    let nonce = std::process::id();
    let event_id = format!("submit-{:02x}{:02x}{:02x}{:02x}-{nonce}-{moment}-{at}", hash[0], hash[1], hash[2], hash[3]);
    let trace = begun_trace(&event_id);
    Outgoing {
        topic: topics.lodged.clone(),
        key: declarant.into_bytes(),
        headers: Envelope::new(Role::Lodged, "", "thongquan submit", moment)
            .with(TRACEPARENT_HEADER, trace.traceparent())
            .headers(),
        event_id,
        payload: document,
        timestamp_ms: None,
    }
}

/// Begins the trace of a lodgement, which its event id tells from all others.
fn begun_trace(event_id: &str) -> TraceContext {
    let hash = Sha256::digest(event_id);
    let mut trace_id = [0; 16];
    trace_id.copy_from_slice(&hash[..16]);
    TraceContext { trace_id: TraceId(trace_id), span_id: span_id_of(&hash), is_sampled: true, state: None }
}

fn span_id_of(cause: &[u8]) -> SpanId {
    let mut span_id = [0; 8];
    span_id.copy_from_slice(&Sha256::digest(cause)[..8]);
    SpanId(span_id)
}

/// What is told of a message that was handed over or came, from when it began until now.
fn span(
    trace_id: TraceId,
    span_id: SpanId,
    parent: Option<SpanId>,
    kind: SpanKind,
    operation: &str,
    topic: &str,
    begun: SystemTime,
) -> Span {
    Span {
        trace_id,
        span_id,
        parent,
        is_parent_remote: parent.is_some(),
        kind,
        name: format!("{operation} {topic}"),
        begun,
        ended: SystemTime::now(),
        attributes: vec![
            ("messaging.operation.name", operation.into()),
            ("messaging.operation.type", operation.into()),
            ("messaging.destination.name", topic.into()),
        ],
        links: Vec::new(),
    }
}

fn record(telemetry: Option<&Arc<Telemetry>>, span: Span) {
    if let Some(telemetry) = telemetry.filter(|telemetry| telemetry.is_recorded(span.trace_id)) {
        telemetry.record(span);
    }
}

/// Whether no further notice comes before a bank or an officer acts.
fn is_last(notice: &Notice) -> bool {
    notice.kind != NoticeKind::Registered || notice.lane != Some(Lane::Green)
}

fn status_of(kind: NoticeKind) -> u8 {
    match kind {
        NoticeKind::Rejected | NoticeKind::Refused => 1,
        NoticeKind::Referred => 3,
        NoticeKind::PreRegistered
        | NoticeKind::Registered
        | NoticeKind::AwaitingPayment
        | NoticeKind::PaymentReceived
        | NoticeKind::Cleared
        | NoticeKind::AmendmentInstructed
        | NoticeKind::Rerouted
        | NoticeKind::Released
        | NoticeKind::TakenToStorage
        | NoticeKind::Amended
        | NoticeKind::Cancelled
        | NoticeKind::DutyDifference
        | NoticeKind::ThroughSupervision
        | NoticeKind::Expired => 0,
    }
}

fn worse(a: u8, b: u8) -> u8 {
    const ORDER: [u8; 4] = [0, 3, 1, 2];
    let rank = |status| ORDER.iter().position(|known| *known == status).unwrap_or(0);
    if rank(b) > rank(a) { b } else { a }
}

fn name_of(file: &Path) -> String {
    file.display().to_string()
}
