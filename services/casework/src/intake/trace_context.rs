//! The trace that a message belongs to, after W3C's Trace Context: read from the headers of what comes in, and carried on
//! in the headers of what goes out.
//!
//! What goes out carries the same context however often it is worked out and on whatever database, since it lies in the
//! outbox: nothing here draws a random number. A message without a trace of its own begins one that its place in the
//! stream gives.

use std::fmt;

use sha2::{Digest as _, Sha256};
use storage::MessageSource;

use crate::hashing::hex;

/// The header with trace, span and flags (W3C Trace Context, 3.2).
pub const TRACEPARENT_HEADER: &str = "traceparent";
/// The header with what the tracing systems on the way note for themselves (W3C Trace Context, 3.3).
pub const TRACESTATE_HEADER: &str = "tracestate";

/// The length of a `traceparent` of version 00.
const TRACEPARENT_CHARS: usize = 55;
/// What is carried on of `tracestate`, at most, in characters and in members: W3C's own bounds.
const TRACESTATE_CHARS_MAX: usize = 512;
const TRACESTATE_MEMBERS_MAX: usize = 32;
const STATE_KEY_CHARS_MAX: usize = 256;
const STATE_VALUE_CHARS_MAX: usize = 256;

/// Names a trace. Never all zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId(pub [u8; 16]);

/// Names a span within its trace. Never all zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId(pub [u8; 8]);

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A place in a trace, as it travels between systems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    pub trace_id: TraceId,
    /// The span that caused what carries the context.
    pub span_id: SpanId,
    /// Whether the sender says that it recorded its part. It decides nothing here: senders are other parties.
    pub is_sampled: bool,
    /// The sender's `tracestate`, which belongs to the tracing systems that wrote it and is carried on untouched.
    pub state: Option<String>,
}

impl TraceContext {
    /// The context in the headers of a message. `None` where there is none, more than one, or one that W3C's grammar does
    /// not allow: whatever stands there came from outside. A `tracestate` that is not allowed is dropped alone.
    pub fn of_headers(headers: &[(String, Vec<u8>)]) -> Option<Self> {
        let mut values = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(TRACEPARENT_HEADER));
        let (_, value) = values.next()?;
        if values.next().is_some() {
            return None;
        }
        let context = Self::parse(std::str::from_utf8(value).ok()?)?;
        Some(Self { state: state_of(headers), ..context })
    }

    /// Reads a `traceparent`. A later version than 00 is read as far as 00 goes, as the standard asks.
    pub fn parse(traceparent: &str) -> Option<Self> {
        let text = traceparent.as_bytes();
        let known = text.get(..TRACEPARENT_CHARS)?;
        if known[2] != b'-' || known[35] != b'-' || known[52] != b'-' {
            return None;
        }
        let [version] = unhex(&known[..2])?;
        match (version, text.get(TRACEPARENT_CHARS)) {
            (0xff, _) | (0, Some(_)) => return None,
            (_, Some(more)) if *more != b'-' => return None,
            _ => {}
        }
        let trace_id: [u8; 16] = unhex(&known[3..35])?;
        let span_id: [u8; 8] = unhex(&known[36..52])?;
        let [flags] = unhex(&known[53..])?;
        if trace_id == [0; 16] || span_id == [0; 8] {
            return None;
        }
        Some(Self { trace_id: TraceId(trace_id), span_id: SpanId(span_id), is_sampled: flags & 1 == 1, state: None })
    }

    /// The value of the header `traceparent`, of version 00.
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{:02x}", self.trace_id, self.span_id, u8::from(self.is_sampled))
    }
}

/// The trace that a message belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The trace: its sender's, else the one that its place in the stream begins.
    pub trace_id: TraceId,
    /// What the sender said of it, where that is allowed.
    pub sent: Option<TraceContext>,
}

impl Trace {
    /// The trace of the message at a place in the stream, by the headers that it came with.
    pub fn of(source: &MessageSource, headers: &[(String, Vec<u8>)]) -> Self {
        let sent = TraceContext::of_headers(headers);
        let trace_id = sent.as_ref().map_or_else(|| TraceId(derived(source, b"trace")), |sent| sent.trace_id);
        Self { trace_id, sent }
    }

    /// The headers with which the `sequence`-th message that the one at this place causes carries the trace on.
    pub(crate) fn carried_on(&self, source: &MessageSource, sequence: i32) -> Vec<(String, String)> {
        let context = TraceContext {
            trace_id: self.trace_id,
            span_id: sending_span(source, sequence),
            is_sampled: self.sent.as_ref().is_some_and(|sent| sent.is_sampled),
            state: self.sent.as_ref().and_then(|sent| sent.state.clone()),
        };
        let mut headers = vec![(TRACEPARENT_HEADER.to_owned(), context.traceparent())];
        headers.extend(context.state.map(|state| (TRACESTATE_HEADER.to_owned(), state)));
        headers
    }
}

/// The span of sending the `sequence`-th message that the message at a place in the stream causes.
fn sending_span(source: &MessageSource, sequence: i32) -> SpanId {
    let mut role = *b"send0000";
    role[4..].copy_from_slice(&sequence.to_be_bytes());
    SpanId(derived(source, &role))
}

/// The span of a part of the work on one message, by the word for that part.
pub fn span_of(source: &MessageSource, part: &str) -> SpanId {
    SpanId(derived(source, part.as_bytes()))
}

/// An identifier that hangs on a place in the stream and a role alone.
pub fn derived<const BYTES: usize>(source: &MessageSource, role: &[u8]) -> [u8; BYTES] {
    let mut hasher = Sha256::new();
    hasher.update(b"trace\0");
    hasher.update((source.topic.len() as u64).to_be_bytes());
    hasher.update(source.topic.as_bytes());
    hasher.update(source.partition.to_be_bytes());
    hasher.update(source.offset.to_be_bytes());
    hasher.update(role);
    let hash = hasher.finalize();
    let mut id = [0; BYTES];
    id.copy_from_slice(&hash[..BYTES]);
    // Zeros stand for no identifier.
    id[BYTES - 1] |= u8::from(id == [0; BYTES]);
    id
}

/// Lowercase hexadecimal digits alone, as the standard has it.
fn unhex<const BYTES: usize>(digits: &[u8]) -> Option<[u8; BYTES]> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

/// The `tracestate` of all headers of that name, in their order; `None` when a member is not allowed.
fn state_of(headers: &[(String, Vec<u8>)]) -> Option<String> {
    let mut members = Vec::new();
    let mut chars = 0;
    for (_, value) in headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(TRACESTATE_HEADER)) {
        chars += value.len() + 1;
        if chars > TRACESTATE_CHARS_MAX + 1 {
            return None;
        }
        for member in std::str::from_utf8(value).ok()?.split(',').map(|member| member.trim_matches([' ', '\t'])) {
            if member.is_empty() {
                continue;
            }
            if members.len() == TRACESTATE_MEMBERS_MAX || !is_state_member(member) {
                return None;
            }
            members.push(member.to_owned());
        }
    }
    (!members.is_empty()).then(|| members.join(","))
}

fn is_state_member(member: &str) -> bool {
    let Some((key, value)) = member.split_once('=') else { return false };
    let key_sign = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"_-*/@".contains(&c);
    let key_sound = key.len() <= STATE_KEY_CHARS_MAX
        && key.bytes().next().is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && key.bytes().all(key_sign);
    let value_sound = !value.is_empty()
        && value.len() <= STATE_VALUE_CHARS_MAX
        && value.bytes().all(|c| (0x20..=0x7e).contains(&c) && c != b',' && c != b'=');
    key_sound && value_sound
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn headers(headers: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect()
    }

    fn place(offset: i64) -> MessageSource {
        MessageSource { topic: "declarations.lodged".to_owned(), partition: 2, offset }
    }

    #[test]
    fn a_context_is_read_and_written() {
        let context = TraceContext::parse(SENT).unwrap();
        assert_eq!(context.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(context.span_id.to_string(), "00f067aa0ba902b7");
        assert!(context.is_sampled);
        assert_eq!(context.traceparent(), SENT);
        // A later version may go on behind a dash, and flags that are not known are not carried on.
        let later = SENT.replace("00-4b", "cc-4b").replace("-01", "-ff-more");
        assert_eq!(TraceContext::parse(&later).unwrap().traceparent(), SENT);
    }

    #[test]
    fn what_the_grammar_does_not_allow_is_no_context() {
        let long = "0".repeat(1 << 20);
        for hostile in [
            "",
            "00",
            &SENT[..54],
            &format!("{SENT}-more"),
            &format!("{SENT}0"),
            &SENT.to_uppercase(),
            &SENT.replace("00-4b", "ff-4b"),
            &SENT.replace('-', "_"),
            &SENT.replace("4bf9", "4bg9"),
            &SENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000"),
            &SENT.replace("00f067aa0ba902b7", "0000000000000000"),
            &SENT.replace("4bf9", "é9"),
            &SENT.replace("00-4b", "cc-4b").replace("-01", "-01more"),
            &long,
        ] {
            assert_eq!(TraceContext::parse(hostile), None, "{:.80}", hostile);
        }
        assert_eq!(TraceContext::of_headers(&headers(&[("traceparent", b"\xff\xfe")])), None);
        let twice = headers(&[("traceparent", SENT.as_bytes()), ("Traceparent", SENT.as_bytes())]);
        assert_eq!(TraceContext::of_headers(&twice), None);
    }

    #[test]
    fn the_state_is_carried_on_where_it_is_allowed() {
        let state = |values: &[&str]| {
            let mut given = vec![("traceparent", SENT.as_bytes())];
            given.extend(values.iter().map(|value| ("tracestate", value.as_bytes())));
            TraceContext::of_headers(&headers(&given)).unwrap().state
        };
        assert_eq!(
            state(&["rojo=00f067aa0ba902b7, congo=t61rcWkgMzE", "a@b=1"]).unwrap(),
            "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE,a@b=1"
        );
        let many: Vec<String> = (0..33).map(|at| format!("k{at}=v")).collect();
        for hostile in ["no value", "a=b\nc: d", "a=", "=b", "A=b", "a=b=c", "a=ê", &"a".repeat(600), &many.join(",")]
        {
            assert_eq!(state(&[hostile]), None, "{hostile}");
        }
        assert_eq!(state(&[]), None);
    }

    #[test]
    fn what_goes_out_hangs_on_its_cause_alone() {
        let carried_on = |given: &[(&str, &[u8])], offset: i64, sequence: i32| {
            Trace::of(&place(offset), &headers(given)).carried_on(&place(offset), sequence)
        };
        let sent: [(&str, &[u8]); 2] = [("traceparent", SENT.as_bytes()), ("tracestate", b"a=b")];
        let headers = carried_on(&sent, 40, 0);
        assert_eq!(headers, carried_on(&sent, 40, 0));
        let first = TraceContext::parse(&headers[0].1).unwrap();
        assert!(first.trace_id == TraceContext::parse(SENT).unwrap().trace_id && first.is_sampled);
        assert_eq!(headers[1], ("tracestate".to_owned(), "a=b".to_owned()));
        let second = TraceContext::parse(&carried_on(&sent, 40, 1)[0].1).unwrap();
        assert_ne!(first.span_id, second.span_id);
        // Without a trace of its own, or with a hostile one, the place in the stream begins one.
        let bare = carried_on(&[], 40, 0);
        assert_eq!(bare, carried_on(&[("traceparent", b"hostile"), ("tracestate", b"a=b")], 40, 0));
        assert_eq!(bare.len(), 1);
        let begun = TraceContext::parse(&bare[0].1).unwrap();
        assert!(!begun.is_sampled && begun.trace_id != first.trace_id);
        let elsewhere = carried_on(&[], 41, 0);
        assert_ne!(TraceContext::parse(&elsewhere[0].1).unwrap().trace_id, begun.trace_id);
    }
}
