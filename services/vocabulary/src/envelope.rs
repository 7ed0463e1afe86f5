//! What is known about a message and stands beside it: CloudEvents in the binary mode of its Kafka binding.
//!
//! ```text
//!   ce_id  ce_specversion  ce_type  ce_source  ce_time  content-type  │  cause  traceparent  subject  repeated  reason …
//!   └─ given by the log    └─ the same on everything that we send ──┘  │  └─ what one kind of message says besides
//! ```
//!
//! `schemas/README.md` tells others what each header means.

use jiff::civil::DateTime;

use crate::topics::Role;

/// The header with the event identifier of the message that is answered, where that had one.
pub const CAUSE_HEADER: &str = "cause";
/// The header with what the sender calls what is answered: the declarant's reference, or the identifier of a command.
pub const SUBJECT_HEADER: &str = "subject";
/// The header that says that the same content came again and gets its first answer again.
pub const REPEATED_HEADER: &str = "repeated";
/// The header with the code of why a message could not be read.
pub const REASON_HEADER: &str = "reason";
/// The header with all that is wrong with a message that could not be read, in a line of English.
pub const DETAIL_HEADER: &str = "detail";

/// The version of CloudEvents that the headers follow.
const SPEC_VERSION: &str = "1.0";
/// What every payload is.
const CONTENT_TYPE: &str = "application/xml";

/// The most characters of an event identifier that an answer repeats.
const CAUSE_CHARS_MAX: usize = 128;

/// An event identifier as the answers to it repeat it in [`CAUSE_HEADER`]: whatever stands in a header came from outside, so
/// it is bounded and made printable before it goes on.
pub fn as_cause(event_id: &[u8]) -> String {
    String::from_utf8_lossy(event_id).chars().filter(|c| !c.is_control()).take(CAUSE_CHARS_MAX).collect()
}

/// The headers of a message of ours, but for its event identifier, which is given with what is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    headers: Vec<(String, String)>,
}

impl Envelope {
    /// An event for the topic of a role, told by `source` of something that happened at a time in Vietnam. `kind` ends the
    /// type that the topic begins, where it has several kinds.
    pub fn new(role: Role, kind: &str, source: &str, at: DateTime) -> Self {
        let headers = [
            ("ce_specversion", SPEC_VERSION.to_owned()),
            ("ce_type", format!("{}{kind}", role.topic().event_type)),
            ("ce_source", source.to_owned()),
            // Vietnam has no summer time.
            ("ce_time", format!("{at}+07:00")),
            ("content-type", CONTENT_TYPE.to_owned()),
        ];
        Self { headers: headers.map(|(name, value)| (name.to_owned(), value)).into() }
    }

    /// The same with one more header behind the others.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The headers as text, to be kept until they are sent.
    pub fn texts(self) -> Vec<(String, String)> {
        self.headers
    }

    /// The headers as they are sent.
    pub fn headers(self) -> Vec<(String, Vec<u8>)> {
        self.headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_answers_repeat_is_bounded_and_printable() {
        assert_eq!(as_cause(b"lodged-1\n"), "lodged-1");
        assert_eq!(as_cause("ự".repeat(500).as_bytes()).chars().count(), CAUSE_CHARS_MAX);
        assert_eq!(as_cause(b"a\xFFb"), "a\u{FFFD}b");
    }

    #[test]
    fn an_envelope_says_what_happened_where_and_when() {
        let at = date(2026, 11, 24).at(9, 5, 0, 0);
        let envelope = Envelope::new(Role::Notices, "registered", "thongquan", at).with(SUBJECT_HEADER, "A-1");
        let expected = [
            ("ce_specversion", "1.0"),
            ("ce_type", "vn.thongquan.notice.registered"),
            ("ce_source", "thongquan"),
            ("ce_time", "2026-11-24T09:05:00+07:00"),
            ("content-type", "application/xml"),
            ("subject", "A-1"),
        ];
        let texts = envelope.clone().texts();
        assert_eq!(texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
        let bytes = expected.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        assert_eq!(envelope.headers(), bytes);
    }
}
