//! What is told of the work on a message to whoever traces it: spans, and where they go.
//!
//! ```text
//! the sender's span                                    its trace, or one that its place in the stream begins
//!   └── receive    from the log to the worker
//!         └── process   the work on the batch that held it ──── linked ───► the batch, a trace of its own:
//!               ├── parse, prefetch, decide, commit                           process ─┬─ parse
//!               └── send   each notice; the notice carries this on                     ├─ prefetch ...
//! ```
//!
//! A span says where a message stood and what came of it, never what it says: no name, tax code or goods.

use std::time::SystemTime;

use casework::{SpanId, TraceId};

/// A part of the work, from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The trace that it belongs to.
    pub trace_id: TraceId,
    /// Names it within the trace.
    pub span_id: SpanId,
    /// The span that caused it; `None` for the first of its trace.
    pub parent: Option<SpanId>,
    /// Whether that one is another system's.
    pub is_parent_remote: bool,
    /// What it is to the systems around it.
    pub kind: SpanKind,
    /// What was done, and where to or from.
    pub name: String,
    pub begun: SystemTime,
    pub ended: SystemTime,
    /// What else is told, by the names of OpenTelemetry's conventions, and `thongquan.` before our own.
    pub attributes: Vec<(&'static str, Attribute)>,
    /// Spans of other traces that it has to do with.
    pub links: Vec<(TraceId, SpanId)>,
}

/// What a span is to the systems around it, in OpenTelemetry's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// Hands a message to the log, for others.
    Producer,
    /// Deals with messages of others.
    Consumer,
    /// Asks another system.
    Client,
    /// Work of our own.
    Internal,
}

/// A value that a span tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    Text(String),
    /// A count or a place.
    Number(i64),
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// Where spans go. Neither call waits for anything.
pub trait SpanSink: Send + Sync {
    /// Whether this trace is one of those that are recorded: the same answer for the same trace, everywhere.
    fn is_recorded(&self, trace_id: TraceId) -> bool;

    /// Takes a span over, or drops it when there are too many.
    fn record(&self, span: Span);
}
