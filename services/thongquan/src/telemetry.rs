//! Traces for whoever operates the product, sent to an OpenTelemetry collector by OTLP over HTTP.
//!
//! ```text
//! spans ──► bounded queue ──► a thread of its own ──► HTTP, protobuf ──► collector
//!      full: dropped, never waited for           slow or gone: given up after a while, and counted
//! ```
//!
//! Only this file knows OpenTelemetry. It speaks plain HTTP: a collector stands on the same machine or network, and goes on
//! from there with whatever security the way needs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;
use metrics::{Unit, counter, describe_counter};
use opentelemetry::trace::{Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanExporter, SpanLinks, SpanProcessor as _,
};
use processor::{Attribute, Span, SpanSink};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use tokio::runtime::Handle;

use crate::Failure;
use crate::config::{Config, StreamKind};

/// How many spans wait to be sent, at most; what comes beyond is dropped.
const QUEUE_SPANS_MAX: usize = 16_384;
/// How many spans are sent at a time.
const BATCH_SPANS_MAX: usize = 1_024;
/// How long a span waits for others.
const SEND_EVERY: Duration = Duration::from_secs(1);
/// How long a collector may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// How long the last spans may take when the process stops.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// A collector's answer is no longer than this.
const ANSWER_BYTES_MAX: usize = 1 << 20;
/// Where traces are taken, below a collector's address (OTLP specification, OTLP/HTTP request).
const TRACES_PATH: &str = "/v1/traces";

/// The way to a collector.
pub(crate) struct Telemetry {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    /// What tells the log apart, as `messaging.system`.
    system: &'static str,
    sampling: Sampling,
}

/// Which traces are recorded: those whose identifier, taken as a number, lies below a bound. So every process, ours or
/// another's that samples by ratio, records the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sampling {
    below: u64,
}

impl Sampling {
    /// Records this part of all traces, 0 to 1.
    fn of(ratio: Decimal) -> Self {
        let all = Decimal::from(1_u64 << 63);
        Self { below: (ratio * all).to_u64().unwrap_or(0) }
    }

    fn is_recorded(self, trace_id: casework::TraceId) -> bool {
        let mut low = [0; 8];
        low.copy_from_slice(&trace_id.0[8..]);
        u64::from_be_bytes(low) >> 1 < self.below
    }
}

impl Telemetry {
    /// Begins to send traces to the collector that the configuration names; `None` when it names none.
    pub(crate) fn begin(config: &Config) -> Result<Option<Arc<Self>>, Failure> {
        let Some(endpoint) = &config.telemetry.endpoint else { return Ok(None) };
        describe_counter!(
            "thongquan_spans_total",
            Unit::Count,
            "spans of traces, by what became of them: recorded, then sent or lost; the difference waits or was dropped"
        );
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Http { runtime: Handle::current() })
            .with_endpoint(format!("{}{TRACES_PATH}", endpoint.trim_end_matches('/')))
            .with_timeout(ANSWER_WITHIN)
            .build()
            .map_err(|error| Failure::to("set up traces (telemetry.endpoint)", &error))?;
        let queue = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE_SPANS_MAX)
            .with_max_export_batch_size(BATCH_SPANS_MAX)
            .with_scheduled_delay(SEND_EVERY)
            .build();
        let mut processor = BatchSpanProcessor::builder(Counting(exporter)).with_batch_config(queue).build();
        let instance = config.stream.instance.clone().unwrap_or_else(|| std::process::id().to_string());
        let resource = Resource::builder_empty().with_attributes([
            KeyValue::new("service.name", "thongquan"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance),
        ]);
        processor.set_resource(&resource.build());
        let system = match config.stream.kind {
            StreamKind::Embedded => "sqlite",
            StreamKind::Kafka => "kafka",
        };
        Ok(Some(Arc::new(Self {
            processor,
            scope: InstrumentationScope::builder("thongquan").with_version(env!("CARGO_PKG_VERSION")).build(),
            system,
            sampling: Sampling::of(config.telemetry.sampling_ratio),
        })))
    }

    /// Sends what waits, within a bounded time. What a deadline cuts off is lost.
    pub(crate) async fn close(self: Arc<Self>) {
        // It waits for the queue's own thread.
        let closed = tokio::task::spawn_blocking(move || self.processor.shutdown_with_timeout(CLOSE_WITHIN)).await;
        if !matches!(closed, Ok(Ok(()))) {
            tracing::warn!("the last spans did not reach the collector in time");
        }
    }

    fn data(&self, span: Span) -> SpanData {
        let context = |(trace_id, span_id): (casework::TraceId, casework::SpanId)| {
            SpanContext::new(
                TraceId::from_bytes(trace_id.0),
                SpanId::from_bytes(span_id.0),
                TraceFlags::SAMPLED,
                false,
                // A sender's own notes go on to who the notice is for, and not to operators.
                TraceState::NONE,
            )
        };
        let mut links = SpanLinks::default();
        links.links = span.links.iter().map(|link| Link::with_context(context(*link))).collect();
        let mut attributes: Vec<KeyValue> = span
            .attributes
            .into_iter()
            .map(|(name, value)| match value {
                Attribute::Text(text) => KeyValue::new(name, Value::String(text.into())),
                Attribute::Number(number) => KeyValue::new(name, Value::I64(number)),
            })
            .collect();
        if span.kind != processor::SpanKind::Internal {
            attributes.push(KeyValue::new("messaging.system", self.system));
        }
        SpanData {
            span_context: context((span.trace_id, span.span_id)),
            parent_span_id: span.parent.map_or(SpanId::INVALID, |parent| SpanId::from_bytes(parent.0)),
            parent_span_is_remote: span.is_parent_remote,
            span_kind: match span.kind {
                processor::SpanKind::Producer => SpanKind::Producer,
                processor::SpanKind::Consumer => SpanKind::Consumer,
                processor::SpanKind::Client => SpanKind::Client,
                processor::SpanKind::Internal => SpanKind::Internal,
            },
            name: span.name.into(),
            start_time: span.begun,
            end_time: span.ended,
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links,
            status: Status::Unset,
            instrumentation_scope: self.scope.clone(),
        }
    }
}

impl SpanSink for Telemetry {
    fn is_recorded(&self, trace_id: casework::TraceId) -> bool {
        self.sampling.is_recorded(trace_id)
    }

    fn record(&self, span: Span) {
        counter!("thongquan_spans_total", "outcome" => "recorded").increment(1);
        self.processor.on_end(self.data(span));
    }
}

/// Counts what reaches the collector and what does not.
#[derive(Debug)]
struct Counting(opentelemetry_otlp::SpanExporter);

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len() as u64;
        let result = self.0.export(batch).await;
        let outcome = match &result {
            Ok(()) => "sent",
            Err(error) => {
                tracing::warn!(%error, spans, "spans did not reach the collector; processing goes on without them");
                "lost"
            }
        };
        counter!("thongquan_spans_total", "outcome" => outcome).increment(spans);
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Speaks HTTP with the collector, a connection for each batch. The queue's thread waits for it; the work itself is done
/// where sockets are served.
struct Http {
    runtime: Handle,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

#[async_trait::async_trait]
impl HttpClient for Http {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // The bound is set where the runtime's clock is, and not on the thread of the queue.
        let asked = self.runtime.spawn(async { tokio::time::timeout(ANSWER_WITHIN, ask(request)).await });
        asked.await.map_err(HttpError::from)?.map_err(|_| HttpError::from("no answer in time"))?
    }
}

async fn ask(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut head, body) = request.into_parts();
    let authority = head.uri.authority().ok_or("the address of the collector names no machine")?.clone();
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let socket = tokio::net::TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await?;
    let connection = tokio::spawn(connection);
    head.headers.insert("host", authority.as_str().parse()?);
    head.uri = head.uri.path_and_query().map_or_else(Uri::default, |path| Uri::from(path.clone()));
    let answer = sender.send_request(Request::from_parts(head, Full::new(body))).await;
    let answer = match answer {
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            Ok(Response::from_parts(head, Limited::new(body, ANSWER_BYTES_MAX).collect().await?.to_bytes()))
        }
        Err(error) => Err(error.into()),
    };
    connection.abort();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_records_its_part_of_the_traces() {
        let trace = |low: u64| {
            let mut id = [7; 16];
            id[8..].copy_from_slice(&low.to_be_bytes());
            casework::TraceId(id)
        };
        let (none, half, all) =
            (Sampling::of(Decimal::ZERO), Sampling::of(Decimal::new(5, 1)), Sampling::of(Decimal::ONE));
        for low in [0, 1, 1 << 62, u64::MAX] {
            assert!(!none.is_recorded(trace(low)) && all.is_recorded(trace(low)));
        }
        assert!(half.is_recorded(trace((1 << 63) - 1)));
        assert!(!half.is_recorded(trace(1 << 63)));
    }
}
