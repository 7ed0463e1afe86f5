//! A message as it arrives, with what its place in the stream says about it.

use jiff::civil::DateTime;
use storage::MessageSource;
use vocabulary::vietnam_time::of_milliseconds as vietnam_time;

use super::trace_context::Trace;

/// A message and the cause that everything done about it is derived from. It owns what it holds, and knows nothing of
/// the log that it was read from.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where it lay.
    pub source: MessageSource,
    /// Which life of the log it was appended in: a place names one message within it.
    pub generation: i64,
    /// When it arrived, in milliseconds since 1970 in UTC, as the stream recorded. Law 54/2014 hangs rates on the
    /// registration, and the stream's time is the same when the message is processed again.
    pub at_ms: i64,
    /// The same in Vietnam's time, which has no summer time.
    pub at: DateTime,
    /// Whose message it is: the tax code of the enterprise that sends it or that it is about.
    pub key: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
    /// The id that the sender gave the message, so that it can match our answer.
    pub cause: Option<String>,
    /// The trace that it belongs to.
    pub trace: Trace,
}

impl Arrival {
    /// A message without an id or a trace of its sender's, that arrived at a time in milliseconds since 1970 in UTC; what
    /// is before that arrived then.
    pub fn new(source: MessageSource, at_ms: i64, key: Option<Vec<u8>>, payload: Option<Vec<u8>>) -> Self {
        let at_ms = at_ms.max(0);
        let trace = Trace::of(&source, &[]);
        Self { source, generation: 0, at_ms, at: vietnam_time(at_ms), key, payload, cause: None, trace }
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.payload.as_deref().unwrap_or_default()
    }

    pub(crate) fn key(&self) -> Vec<u8> {
        self.key.clone().unwrap_or_default()
    }

    pub(crate) fn source(&self) -> MessageSource {
        self.source.clone()
    }
}
