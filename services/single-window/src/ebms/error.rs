//! Errors as ebMS 2.0 tells them (section 4.2.3): a code, how grave it is, where in the message, and a text for people.

use std::fmt;

/// What `codeContext` says where the codes are those of the standard. ebMS 2.0, section 4.2.3.3.1.
pub const CODE_CONTEXT: &str = "urn:oasis:names:tc:ebxml-msg:service:errors";

/// The codes of ebMS 2.0, section 4.2.3.4.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A well-formed value that nobody here knows, such as another action.
    ValueNotRecognized,
    /// An element that is allowed and not supported here.
    NotSupported,
    /// Elements that contradict each other or the agreement.
    Inconsistent,
    /// Anything else that is wrong with the XML.
    OtherXml,
    /// The message could not be brought to the partner.
    DeliveryFailure,
    TimeToLiveExpired,
    /// A signature that is missing, wrong, or by another key.
    SecurityFailure,
    /// A part that cannot be found or read.
    MimeProblem,
    Unknown,
    /// A code of another context, as the partner wrote it.
    Other(String),
}

const CODES: [(ErrorCode, &str); 9] = [
    (ErrorCode::ValueNotRecognized, "ValueNotRecognized"),
    (ErrorCode::NotSupported, "NotSupported"),
    (ErrorCode::Inconsistent, "Inconsistent"),
    (ErrorCode::OtherXml, "OtherXml"),
    (ErrorCode::DeliveryFailure, "DeliveryFailure"),
    (ErrorCode::TimeToLiveExpired, "TimeToLiveExpired"),
    (ErrorCode::SecurityFailure, "SecurityFailure"),
    (ErrorCode::MimeProblem, "MimeProblem"),
    (ErrorCode::Unknown, "Unknown"),
];

impl ErrorCode {
    /// As it stands in `errorCode`.
    pub fn as_str(&self) -> &str {
        if let Self::Other(code) = self {
            return code;
        }
        CODES.iter().find(|(code, _)| code == self).map_or("Unknown", |(_, name)| name)
    }

    /// What stands in `errorCode`. A code that the standard does not know is kept as it is.
    pub fn of(name: &str) -> Self {
        let known = CODES.iter().find(|(_, known)| *known == name);
        known.map_or_else(|| Self::Other(name.to_owned()), |(code, _)| code.clone())
    }

    /// All codes of the standard, for who has to tell or try each of them.
    pub fn all() -> impl Iterator<Item = Self> {
        CODES.into_iter().map(|(code, _)| code)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ebMS 2.0, section 4.2.3.2.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Messages of the conversation go on.
    Warning,
    /// The message is not processed further.
    Error,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "Warning",
            Self::Error => "Error",
        }
    }
}

/// One `Error` of an `ErrorList`; at once what every function here gives back that refuses a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}: {}", location.as_deref().map(|at| format!(" at {at}")).unwrap_or_default(), description.as_deref().unwrap_or("no description"))]
pub struct EbmsError {
    pub code: ErrorCode,
    pub severity: Severity,
    /// Whose codes these are; `None` where the context is that of the standard.
    pub code_context: Option<String>,
    /// A path to the element, or `cid:...` for a part.
    pub location: Option<String>,
    /// A text for people.
    pub description: Option<String>,
}

impl EbmsError {
    /// An error of the standard's own context and gravest severity.
    pub fn new(code: ErrorCode, location: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            code_context: None,
            location: Some(location.into()),
            description: Some(description.into()),
        }
    }

    /// An error in a message in which nothing can be pointed at.
    pub fn nowhere(code: ErrorCode, description: impl Into<String>) -> Self {
        Self { location: None, ..Self::new(code, "", description) }
    }
}

/// Paths to what is told of most.
pub mod location {
    pub const ENVELOPE: &str = "//Envelope";
    pub const HEADER: &str = "//Header";
    pub const BODY: &str = "//Body";
    pub const VERSION: &str = "//Header/MessageHeader/@version";
    pub const FROM_PARTY: &str = "//Header/MessageHeader/From/PartyId";
    pub const FROM_ROLE: &str = "//Header/MessageHeader/From/Role";
    pub const TO_PARTY: &str = "//Header/MessageHeader/To/PartyId";
    pub const TO_ROLE: &str = "//Header/MessageHeader/To/Role";
    pub const CPA_ID: &str = "//Header/MessageHeader/CPAId";
    pub const SERVICE: &str = "//Header/MessageHeader/Service";
    pub const ACTION: &str = "//Header/MessageHeader/Action";
    pub const MESSAGE_ID: &str = "//Header/MessageHeader/MessageData/MessageId";
    pub const TIMESTAMP: &str = "//Header/MessageHeader/MessageData/Timestamp";
    pub const TIME_TO_LIVE: &str = "//Header/MessageHeader/MessageData/TimeToLive";
    pub const DUPLICATE_ELIMINATION: &str = "//Header/MessageHeader/DuplicateElimination";
    pub const SYNC_REPLY: &str = "//Header/SyncReply";
    pub const MESSAGE_ORDER: &str = "//Header/MessageOrder";
    pub const ACK_REQUESTED: &str = "//Header/AckRequested";
    pub const ACK_SIGNED: &str = "//Header/AckRequested/@signed";
    pub const SIGNATURE: &str = "//Header/Signature";
    pub const MANIFEST: &str = "//Body/Manifest";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_it_is_written() {
        for code in ErrorCode::all() {
            assert_eq!(ErrorCode::of(code.as_str()), code);
        }
        assert_eq!(ErrorCode::of("Tired"), ErrorCode::Other("Tired".to_owned()));
    }
}
