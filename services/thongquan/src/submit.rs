//! `thongquan submit`: lodges declarations, waits for the notices, prints them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::civil::DateTime;
use message::Reading;
use processor::{Span, SpanId, SpanKind, SpanSink as _, TRACEPARENT_HEADER, TraceContext, TraceId};
use sha2::{Digest as _, Sha256};
use stream::{Envelope, Message, Outgoing, Role, Stream, Tail, TailFrom, Topics};
use tokio::time::Instant;
use vocabulary::{Lane, Language, Notice, NoticeKind};

use crate::config::{self, ConfigArgument};
use crate::output::inline;
use crate::telemetry::Telemetry;
use crate::{Failure, Lang, arguments, assess, backends, now_in_vietnam, print, render};

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
        let submitted = submit(arguments, &*stream, &config.topics(), telemetry.as_ref()).await;
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
    stream: &dyn Stream,
    topics: &Topics,
    telemetry: Option<&Arc<Telemetry>>,
) -> Result<u8, Failure> {
    // Listening begins before lodging, so that no answer is missed.
    let mut notices = tail(stream, &topics.notices).await?;
    let mut unreadable = tail(stream, &topics.unreadable).await?;
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
    stream.publish(outgoing).await.map_err(|error| Failure::to("lodge the declarations", &error))?;
    for context in traces {
        let first = span(context.trace_id, context.span_id, None, SpanKind::Producer, "send", &topics.lodged, begun);
        record(telemetry, first);
    }

    let language = Language::from(arguments.lang);
    let deadline = Instant::now() + Duration::from_secs(arguments.wait);
    let mut status = 0;
    while !waiting.is_empty() && Instant::now() < deadline {
        let step = Duration::from_millis(200).min(deadline - Instant::now());
        tokio::select! {
            message = notices.next(step) => {
                let message = message.map_err(|error| Failure::to("read the notices", &error))?;
                if let Some((id, message)) = message.and_then(|message| Some((cause_of(&message)?, message)))
                    && let Some(entry) = waiting.get(&id)
                {
                    if let Some(carried) = TraceContext::of_headers(&message.headers) {
                        let now = SystemTime::now();
                        let SpanId(cause) = carried.span_id;
                        // Each notice is heard once here, so what is heard may be named after what was sent.
                        let heard = span_id_of(&cause);
                        let parent = Some(carried.span_id);
                        let kind = SpanKind::Consumer;
                        record(telemetry, span(carried.trace_id, heard, parent, kind, "receive", &topics.notices, now));
                    }
                    let Ok(notice) = message::read_notice(message.payload.as_deref().unwrap_or_default()) else { continue };
                    print(&format!("{}: {}", entry.file, render::notice(&notice, language)));
                    status = worse(status, status_of(notice.kind));
                    if is_last(&notice) || message.header("repeated").is_some() {
                        waiting.remove(&id);
                    }
                }
            }
            message = unreadable.next(step) => {
                let message = message.map_err(|error| Failure::to("read what was unreadable", &error))?;
                if let Some((id, message)) = message.and_then(|message| Some((cause_of(&message)?, message)))
                    && let Some(entry) = waiting.remove(&id)
                {
                    let header = |name| String::from_utf8_lossy(message.header(name).unwrap_or_default()).into_owned();
                    let (reason, detail) = (header("reason"), header("detail"));
                    print(&format!("{}: unreadable ({}): {}\n", entry.file, inline(&reason), inline(&detail)));
                    status = worse(status, 2);
                }
            }
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

async fn tail(stream: &dyn Stream, topic: &str) -> Result<Box<dyn Tail>, Failure> {
    stream.tail(topic, TailFrom::End).await.map_err(|error| Failure::to(&format!("listen to {topic}"), &error))
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

fn cause_of(message: &Message) -> Option<String> {
    message.header("cause").map(|cause| String::from_utf8_lossy(cause).into_owned())
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
