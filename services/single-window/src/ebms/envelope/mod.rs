//! The envelope as values: what ebMS 2.0 puts into the header and the body of a SOAP message.
//!
//! ```text
//! Envelope ── header  MessageHeader, SyncReply?, MessageOrder?, AckRequested?, Acknowledgment?, ErrorList?
//!          └─ body    Manifest?, StatusRequest?, StatusResponse?
//! ```

use jiff::Timestamp;

use super::error::{EbmsError, Severity};
use super::msh;

mod read;
mod reference;
mod timestamp;
mod write;

pub use read::read;
pub use reference::{SignedReference, Transform, XPath};

pub(super) use reference::{without_space, write_reference};
pub use write::write;

pub(super) use write::write_with;

/// What a SOAP envelope says. Signatures are looked at in [`super::signature`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub header: MessageHeader,
    /// Whether the answer is wanted in the HTTP response. ebMS 2.0, section 4.3.
    pub sync_reply: bool,
    pub message_order: Option<MessageOrder>,
    pub ack_requested: Option<AckRequested>,
    pub acknowledgment: Option<Acknowledgment>,
    /// What is wrong with the message named by `RefToMessageId`; never empty. ebMS 2.0, section 4.2.3.
    pub error_list: Option<Vec<EbmsError>>,
    /// The payloads; never empty. ebMS 2.0, section 3.2.
    pub manifest: Option<Vec<ManifestReference>>,
    /// The message whose state is asked. ebMS 2.0, section 7.1.1.
    pub status_request: Option<String>,
    pub status_response: Option<StatusResponse>,
}

/// ebMS 2.0, section 3.1. The fields stand in the order of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHeader {
    pub from: Party,
    pub to: Party,
    /// The agreement that governs the message.
    pub cpa_id: String,
    /// Ties together messages that belong to the same matter.
    pub conversation_id: String,
    pub service: Service,
    pub action: String,
    pub message_id: String,
    pub timestamp: Timestamp,
    /// The message that this one answers.
    pub ref_to_message_id: Option<String>,
    /// After this moment the message must not be accepted.
    pub time_to_live: Option<Timestamp>,
    pub duplicate_elimination: bool,
    pub descriptions: Vec<Description>,
}

/// ebMS 2.0, section 3.1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// One or more names of the same party.
    pub ids: Vec<PartyId>,
    pub role: Option<String>,
}

/// A name of a party in a list of names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyId {
    /// The list (`eb:type`); without it the name is a URI. ebMS 2.0, section 3.1.1.1.
    pub kind: Option<String>,
    pub value: String,
}

/// ebMS 2.0, section 3.1.4.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// The list (`eb:type`); without it the name is a URI.
    pub kind: Option<String>,
    pub value: String,
}

/// A text for people. ebMS 2.0, section 3.1.8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// `xml:lang`.
    pub language: String,
    pub text: String,
}

/// ebMS 2.0, section 9.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOrder {
    pub sequence_number: u64,
    /// Whether counting begins anew.
    pub reset: bool,
}

/// ebMS 2.0, section 6.3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckRequested {
    /// Whether the acknowledgment has to be signed.
    pub signed: bool,
}

/// ebMS 2.0, section 6.3.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgment {
    /// When the message was received.
    pub timestamp: Timestamp,
    pub ref_to_message_id: String,
    /// Who received it, where that is not the sender of this message.
    pub from: Option<Party>,
    /// What was signed of the message, copied from its signature.
    pub references: Vec<SignedReference>,
}

/// A payload named in the manifest. ebMS 2.0, section 3.2.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestReference {
    /// `cid:...` for a part of the message.
    pub href: String,
    /// What the payload is for.
    pub role: Option<String>,
}

/// ebMS 2.0, section 7.1.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusResponse {
    /// The message whose state was asked.
    pub ref_to_message_id: String,
    pub status: MessageStatus,
    /// When it was received; absent where it was not.
    pub timestamp: Option<Timestamp>,
}

/// ebMS 2.0, section 7.1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageStatus {
    /// Who asks may not know.
    UnAuthorized,
    NotRecognized,
    Received,
    /// Handed to the application.
    Processed,
    Forwarded,
}

impl MessageStatus {
    pub const ALL: [Self; 5] =
        [Self::UnAuthorized, Self::NotRecognized, Self::Received, Self::Processed, Self::Forwarded];

    /// As it stands in `messageStatus`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnAuthorized => "UnAuthorized",
            Self::NotRecognized => "NotRecognized",
            Self::Received => "Received",
            Self::Processed => "Processed",
            Self::Forwarded => "Forwarded",
        }
    }
}

/// What a message is for, told by its service and action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A message of the business, to be kept and acknowledged.
    User,
    Acknowledgment,
    MessageError,
    Ping,
    Pong,
    StatusRequest,
    StatusResponse,
}

impl MessageKind {
    /// Whether it answers a message, and so is never answered itself. ebMS 2.0, sections 4.2.4.3 and 6.5.3.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Acknowledgment | Self::MessageError | Self::Pong | Self::StatusResponse)
    }
}

impl Envelope {
    /// An envelope with a header alone.
    pub fn of(header: MessageHeader) -> Self {
        Self {
            header,
            sync_reply: false,
            message_order: None,
            ack_requested: None,
            acknowledgment: None,
            error_list: None,
            manifest: None,
            status_request: None,
            status_response: None,
        }
    }

    /// What the message is for; `None` where the service of the message handlers has an action that is not theirs.
    pub fn kind(&self) -> Option<MessageKind> {
        if self.header.service.value != msh::SERVICE {
            return Some(MessageKind::User);
        }
        Some(match self.header.action.as_str() {
            msh::ACKNOWLEDGMENT => MessageKind::Acknowledgment,
            msh::MESSAGE_ERROR => MessageKind::MessageError,
            msh::PING => MessageKind::Ping,
            msh::PONG => MessageKind::Pong,
            msh::STATUS_REQUEST => MessageKind::StatusRequest,
            msh::STATUS_RESPONSE => MessageKind::StatusResponse,
            _ => return None,
        })
    }
}

/// The gravest of the errors. ebMS 2.0, section 4.2.3.1.
pub fn highest_severity(errors: &[EbmsError]) -> Severity {
    errors.iter().map(|error| error.severity).max().unwrap_or(Severity::Warning)
}
