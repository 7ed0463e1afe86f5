//! The spans of a batch and of its messages, told once its transaction is written; and of what is published.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use casework::{Arrival, SpanId, TRACEPARENT_HEADER, TraceContext, TraceId, derived, span_of};
use storage::{Batch, OutboxMessage};
use vocabulary::{DeclarationNumber, Lane};

use crate::measurements::Stage;
use crate::spans::{Attribute, Span, SpanKind, SpanSink};

/// A batch names so many of its messages, at most.
const LINKS_MAX: usize = 128;
const RECEIVE: &str = "receive";
const PROCESS: &str = "process";

/// A clock that does not go back while a batch is worked on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    begun: SystemTime,
    begun_at: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { begun: SystemTime::now(), begun_at: Instant::now() }
    }

    fn time(&self, at: Instant) -> SystemTime {
        self.begun + at.saturating_duration_since(self.begun_at)
    }
}

/// A message whose trace is recorded.
struct Traced<'a> {
    arrival: &'a Arrival,
    trace_id: TraceId,
    sender: Option<SpanId>,
}

/// A batch while it is worked on, when a message of it is traced.
pub(crate) struct BatchTrace<'a> {
    sink: Arc<dyn SpanSink>,
    group: &'a str,
    clock: Clock,
    messages: usize,
    traced: Vec<Traced<'a>>,
    /// The trace of the batch itself.
    batch: (TraceId, SpanId),
    stages: Mutex<Vec<(Stage, Instant, Instant)>>,
}

/// What came of a message.
#[derive(Default)]
struct Came<'a> {
    outcome: &'a str,
    number: Option<DeclarationNumber>,
    lane: Option<Lane>,
    rulebook: Option<&'a str>,
}

impl<'a> BatchTrace<'a> {
    /// Begins to trace a batch, which was taken up at a time; `None` when none of its messages is traced.
    pub(crate) fn begin(
        sink: Option<&Arc<dyn SpanSink>>,
        arrivals: impl ExactSizeIterator<Item = &'a Arrival>,
        group: &'a str,
        epoch: i64,
        begun: Clock,
    ) -> Option<Self> {
        let sink = sink?;
        let messages = arrivals.len();
        let mut first = None;
        let mut traced = Vec::new();
        for arrival in arrivals {
            first.get_or_insert(arrival);
            let trace_id = arrival.trace.trace_id;
            if sink.is_recorded(trace_id) {
                let sender = arrival.trace.sent.as_ref().map(|sent| sent.span_id);
                traced.push(Traced { arrival, trace_id, sender });
            }
        }
        let first = first.filter(|_| !traced.is_empty())?;
        // A partition that another process takes over has another epoch, and a batch that is tried in halves other sizes.
        let role = format!("batch {messages} {epoch}");
        let trace_id = TraceId(derived(&first.source, role.as_bytes()));
        let span_id = SpanId(derived(&first.source, format!("{role} span").as_bytes()));
        Some(Self {
            sink: sink.clone(),
            group,
            clock: begun,
            messages,
            traced,
            batch: (trace_id, span_id),
            stages: Mutex::default(),
        })
    }

    /// Notes a stage that is over.
    pub(crate) fn note(&self, stage: Stage, begun: Instant, ended: Instant) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).push((stage, begun, ended));
    }

    /// Tells what was done, once it is committed.
    pub(crate) fn tell(self, batch: &Batch) {
        let ended = self.clock.time(Instant::now());
        let stages = std::mem::take(&mut *self.stages.lock().unwrap_or_else(PoisonError::into_inner));
        let (trace_id, span_id) = self.batch;
        let topic = &batch.partition.topic;
        let links = self.traced.iter().take(LINKS_MAX).map(|traced| (traced.trace_id, self.span(traced, PROCESS)));
        let place = |operation: &str| {
            vec![
                ("messaging.operation.name", operation.into()),
                ("messaging.operation.type", operation.into()),
                ("messaging.destination.name", topic.as_str().into()),
                ("messaging.destination.partition.id", batch.partition.partition.to_string().into()),
                ("messaging.consumer.group.name", self.group.into()),
            ]
        };
        let mut attributes: Vec<(&'static str, Attribute)> = place(PROCESS);
        attributes.push(("messaging.batch.message_count", i64::try_from(self.messages).unwrap_or(i64::MAX).into()));
        self.sink.record(Span {
            trace_id,
            span_id,
            parent: None,
            is_parent_remote: false,
            kind: SpanKind::Consumer,
            name: format!("{PROCESS} {topic}"),
            begun: self.clock.begun,
            ended,
            attributes,
            links: links.collect(),
        });
        let stage_id = |at: usize, stage: Stage| format!("{} {at}", stage.as_str());
        let of_batch = |at: usize, stage: Stage| {
            let role = format!("{} {span_id}", stage_id(at, stage));
            self.traced.first().map(|first| span_of(&first.arrival.source, &role))
        };
        for (at, (stage, begun, ended)) in stages.iter().enumerate() {
            let Some(id) = of_batch(at, *stage) else { continue };
            self.sink.record(self.stage(trace_id, id, span_id, *stage, (*begun, *ended), Vec::new()));
        }

        let came = what_came(batch);
        for traced in &self.traced {
            let Traced { arrival, trace_id, sender } = traced;
            let arrived = u64::try_from(arrival.at_ms)
                .ok()
                .and_then(|ms| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(ms)))
                .map_or(self.clock.begun, |arrived| arrived.min(self.clock.begun));
            let receive = self.span(traced, RECEIVE);
            let process = self.span(traced, PROCESS);
            let mut attributes: Vec<(&'static str, Attribute)> = place(RECEIVE);
            attributes.push(("messaging.kafka.offset", arrival.source.offset.into()));
            self.sink.record(Span {
                trace_id: *trace_id,
                span_id: receive,
                parent: *sender,
                is_parent_remote: sender.is_some(),
                kind: SpanKind::Client,
                name: format!("{RECEIVE} {topic}"),
                begun: arrived,
                ended: self.clock.begun,
                attributes,
                links: Vec::new(),
            });
            let mut attributes: Vec<(&'static str, Attribute)> = place(PROCESS);
            attributes.push(("messaging.kafka.offset", arrival.source.offset.into()));
            attributes.extend(
                came.get(&arrival.source.offset)
                    .map_or_else(|| vec![("thongquan.outcome", "answered_again".into())], Came::attributes),
            );
            self.sink.record(Span {
                trace_id: *trace_id,
                span_id: process,
                parent: Some(receive),
                is_parent_remote: false,
                kind: SpanKind::Consumer,
                name: format!("{PROCESS} {topic}"),
                begun: self.clock.begun,
                ended,
                attributes,
                links: vec![self.batch],
            });
            for (at, (stage, begun, ended)) in stages.iter().enumerate() {
                let id = span_of(&arrival.source, &stage_id(at, *stage));
                let links = of_batch(at, *stage).map(|of_batch| (self.batch.0, of_batch)).into_iter().collect();
                self.sink.record(self.stage(*trace_id, id, process, *stage, (*begun, *ended), links));
            }
        }
    }

    fn span(&self, traced: &Traced<'_>, part: &str) -> SpanId {
        span_of(&traced.arrival.source, part)
    }

    fn stage(
        &self,
        trace_id: TraceId,
        span_id: SpanId,
        parent: SpanId,
        stage: Stage,
        (begun, ended): (Instant, Instant),
        links: Vec<(TraceId, SpanId)>,
    ) -> Span {
        Span {
            trace_id,
            span_id,
            parent: Some(parent),
            is_parent_remote: false,
            kind: SpanKind::Internal,
            name: stage.as_str().to_owned(),
            begun: self.clock.time(begun),
            ended: self.clock.time(ended),
            attributes: Vec::new(),
            links,
        }
    }
}

impl Came<'_> {
    fn attributes(&self) -> Vec<(&'static str, Attribute)> {
        let mut attributes = vec![("thongquan.outcome", Attribute::from(self.outcome))];
        attributes.extend(self.number.map(|number| ("thongquan.declaration.number", number.to_string().into())));
        attributes.extend(self.lane.map(|lane| ("thongquan.lane", lane.as_str().into())));
        attributes.extend(self.rulebook.map(|hash| ("thongquan.rulebook", hash.into())));
        attributes
    }
}

/// A number that others wrote, which is told only when it is one.
fn is_one(number: Option<&str>) -> Option<DeclarationNumber> {
    number.and_then(|number| number.parse().ok())
}

/// What came of each message that was not answered with an earlier answer, by its offset.
fn what_came(batch: &Batch) -> HashMap<i64, Came<'_>> {
    let mut came = HashMap::new();
    for kept in &batch.kept {
        came.insert(kept.source.offset, Came { outcome: &kept.reason, ..Came::default() });
    }
    for request in &batch.requests {
        let number = is_one(request.number.as_deref());
        let told = Came { outcome: &request.outcome, number, ..Came::default() };
        came.insert(request.source.offset, told);
    }
    for payment in &batch.payments {
        let number = is_one(payment.number.as_deref());
        let told = Came { outcome: &payment.outcome, number, ..Came::default() };
        came.insert(payment.source.offset, told);
    }
    for new in &batch.declarations {
        let told = Came {
            outcome: new.stand.outcome.as_str(),
            number: new.stand.number,
            lane: new.stand.lane,
            rulebook: Some(&new.stand.rulebook),
        };
        came.insert(new.lodged.source.offset, told);
    }
    came
}

/// Tells that messages of the outbox were published, each in the trace that it carries on.
pub(crate) fn published(sink: &Arc<dyn SpanSink>, messages: &[OutboxMessage], took: Duration) {
    let ended = SystemTime::now();
    for message in messages {
        let carried = message.headers.iter().find(|(name, _)| name == TRACEPARENT_HEADER);
        let Some(context) = carried.and_then(|(_, value)| TraceContext::parse(value)) else { continue };
        if !sink.is_recorded(context.trace_id) {
            continue;
        }
        sink.record(Span {
            trace_id: context.trace_id,
            span_id: context.span_id,
            parent: Some(span_of(&message.source, PROCESS)),
            is_parent_remote: false,
            kind: SpanKind::Producer,
            name: format!("send {}", message.topic),
            begun: ended.checked_sub(took).unwrap_or(ended),
            ended,
            attributes: vec![
                ("messaging.operation.name", "send".into()),
                ("messaging.operation.type", "send".into()),
                ("messaging.destination.name", message.topic.as_str().into()),
                ("messaging.message.id", message.event_id.as_str().into()),
            ],
            links: Vec::new(),
        });
    }
}
