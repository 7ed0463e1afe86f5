//! Decides what to do with a message that came in.
//!
//! ```text
//! Http ─ open ─> Arrived ─ question ─> the store ─ Known ─┐
//!          │                                              ├─ decide ─> Todo ─ http ─> the response
//!          └─> Rejection           agreements, signer ────┘
//! ```
//!
//! The store is asked in between, and keeps what is to be kept before the response goes out. Nothing here decides twice:
//! a message whose `MessageId` is known is answered by the bytes that answered it the first time.

use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use super::envelope::{self, AckRequested, Envelope, MessageKind, MessageStatus, SignedReference, StatusResponse};
use super::error::{EbmsError, ErrorCode};
use super::mime::{MAX_MESSAGE, Package, Unreadable};
use super::{SOAP_ACTION, xml};

mod decide;
mod desk;
mod signal;
mod user;

pub use decide::{Gateway, decide};

/// What HTTP says of a message.
#[derive(Debug, Clone, Copy)]
pub struct Http<'a> {
    pub method: &'a str,
    pub content_type: Option<&'a str>,
    pub soap_action: Option<&'a str>,
    pub body: &'a [u8],
}

/// A message that could be read. Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    pub package: Package,
    pub envelope: Envelope,
    /// SHA-256 over the envelope and the parts, the same under every boundary.
    pub content_hash: [u8; 32],
    /// Whether it is the HTTP response to a message of ours.
    pub in_response: bool,
    /// What was wrong with the packaging after the envelope.
    problem: Option<EbmsError>,
}

/// Refused before anybody could be addressed: by a status of HTTP and, where SOAP was spoken, a SOAP fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    pub status: u16,
    /// For the log, and for who watches the connection.
    pub error: EbmsError,
    /// `text/xml`, or empty.
    pub body: Vec<u8>,
}

/// What [`decide`] has to be told from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question<'a> {
    Nothing,
    /// The received message of this name under this agreement.
    Received {
        cpa_id: &'a str,
        message_id: &'a str,
    },
    /// The received message of this name under whatever agreement.
    ReceivedUnderAny {
        message_id: &'a str,
    },
    /// The message of this name that we sent.
    Sent {
        message_id: &'a str,
    },
}

/// What the store answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    Nothing,
    Received(Received),
    Sent(Sent),
}

/// A message that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub cpa_id: String,
    /// [`Arrived::content_hash`].
    pub content_hash: [u8; 32],
    pub at: Timestamp,
    /// Whether the application has taken it.
    pub processed: bool,
    /// What it was answered by.
    pub answer: Option<Answer>,
}

/// A message of ours that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub cpa_id: String,
    /// [`super::sending::Outgoing::references`].
    pub references: Vec<SignedReference>,
    /// [`super::sending::Outgoing::acknowledgment`]; `None` also for pings and questions.
    pub acknowledgment: Option<AckRequested>,
    /// Whether its answer comes in the HTTP response.
    pub sync: bool,
}

/// A message that answers another, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub message_id: String,
    /// The envelope; its `Content-Type` is `text/xml; charset=UTF-8`.
    pub soap: Vec<u8>,
    pub delivery: Delivery,
}

/// How an answer goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    InResponse,
    /// By a request of its own to this URL.
    ByRequest {
        endpoint: String,
    },
}

/// What to do with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Todo {
    /// Keep the message with its answer, both in one, then answer.
    Store { references: Vec<SignedReference>, answer: Option<Answer> },
    /// The message is kept already: answer as before.
    Repeat { answer: Option<Answer> },
    /// Answer a ping or a question. Nothing is kept.
    Answer { answer: Answer },
    /// A message of ours was answered.
    Signal(Signal),
    /// Nothing is kept as received; the sender is told why.
    Refuse { error: EbmsError, answer: Answer },
    /// Nothing is kept, and nobody can be told but by HTTP.
    Reject(Rejection),
}

/// An answer to a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    Acknowledged {
        message_id: String,
    },
    /// The partner refused it, or warned; either ends the delivery. Never empty.
    Failed {
        message_id: String,
        errors: Vec<EbmsError>,
    },
    Pong {
        message_id: String,
    },
    Status {
        message_id: String,
        response: StatusResponse,
    },
}

/// An HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpResponse {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub body: Vec<u8>,
}

const XML: &str = "text/xml; charset=UTF-8";

impl Todo {
    /// The response to give when everything that is to be kept is kept.
    pub fn http(&self) -> HttpResponse {
        let answer = match self {
            Self::Store { answer, .. } | Self::Repeat { answer } => answer.as_ref(),
            Self::Answer { answer } | Self::Refuse { answer, .. } => Some(answer),
            Self::Signal(_) => None,
            Self::Reject(rejection) => return rejection.http(),
        };
        match answer.filter(|answer| answer.delivery == Delivery::InResponse) {
            Some(answer) => HttpResponse { status: 200, content_type: Some(XML), body: answer.soap.clone() },
            None => HttpResponse { status: 204, content_type: None, body: Vec::new() },
        }
    }
}

impl Rejection {
    fn new(status: u16, error: EbmsError) -> Self {
        Self { status, error, body: Vec::new() }
    }

    /// A SOAP fault, which goes with status 500 (SOAP 1.1, section 6.2).
    fn fault(error: EbmsError) -> Self {
        let mut text = String::new();
        // A text that XML cannot hold is left out of the fault; the error itself still tells it.
        if xml::escape(&error.to_string(), &mut text).is_err() {
            text.clear();
        }
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soap:Envelope xmlns:soap=\"{}\"><soap:Body><soap:Fault>\
             <faultcode>soap:Client</faultcode><faultstring>{text}</faultstring></soap:Fault></soap:Body></soap:Envelope>",
            super::namespace::SOAP
        );
        Self { status: 500, error, body: body.into_bytes() }
    }

    /// The response to give.
    pub fn http(&self) -> HttpResponse {
        let content_type = (!self.body.is_empty()).then_some(XML);
        HttpResponse { status: self.status, content_type, body: self.body.clone() }
    }
}

/// Reads a request.
///
/// # Errors
/// What cannot be answered in ebMS: another method, type or `SOAPAction`, too many bytes, an envelope that cannot be read.
pub fn open(http: &Http<'_>) -> Result<Arrived, Rejection> {
    if http.method != "POST" {
        let error = EbmsError::nowhere(ErrorCode::NotSupported, "messages are posted");
        return Err(Rejection::new(405, error));
    }
    if http.body.len() > MAX_MESSAGE {
        let error = EbmsError::nowhere(ErrorCode::MimeProblem, "the message has more than 10 MiB");
        return Err(Rejection::new(413, error));
    }
    if http.soap_action != Some(SOAP_ACTION) {
        let error =
            EbmsError::nowhere(ErrorCode::ValueNotRecognized, "the SOAPAction is not \"ebXML\" with its quotes");
        return Err(Rejection::fault(error));
    }
    arrived(http.content_type, http.body, false)
}

/// Reads the body of an HTTP response to a message of ours.
///
/// # Errors
/// As [`open`].
pub fn open_response(content_type: Option<&str>, body: &[u8]) -> Result<Arrived, Rejection> {
    arrived(content_type, body, true)
}

fn arrived(content_type: Option<&str>, body: &[u8], in_response: bool) -> Result<Arrived, Rejection> {
    let content_type = content_type.ok_or_else(|| {
        Rejection::new(415, EbmsError::nowhere(ErrorCode::MimeProblem, "the message has no Content-Type"))
    })?;
    let (package, problem) = match Package::read(content_type, body) {
        Ok(package) => (package, None),
        Err(Unreadable { error, soap: Some(soap) }) => (Package { soap, parts: Vec::new() }, Some(error)),
        Err(Unreadable { error, soap: None }) => return Err(Rejection::fault(error)),
    };
    let envelope = xml::parse(&package.soap).and_then(|document| envelope::read(&document));
    let envelope = envelope.map_err(Rejection::fault)?;
    let content_hash = content_hash(&package);
    Ok(Arrived { package, envelope, content_hash, in_response, problem })
}

/// Every length goes in before its bytes, so that no two contents run together.
fn content_hash(package: &Package) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        hash.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    add(&package.soap);
    for part in &package.parts {
        add(part.content_id.as_bytes());
        add(part.content_type.as_bytes());
        add(&part.bytes);
    }
    let mut result = [0; 32];
    result.copy_from_slice(hash.finish().as_ref());
    result
}

impl Arrived {
    /// What the store has to be asked before [`decide`].
    pub fn question(&self) -> Question<'_> {
        let header = &self.envelope.header;
        match self.envelope.kind() {
            Some(MessageKind::User) => Question::Received { cpa_id: &header.cpa_id, message_id: &header.message_id },
            Some(MessageKind::StatusRequest) => match &self.envelope.status_request {
                Some(message_id) => Question::ReceivedUnderAny { message_id },
                None => Question::Nothing,
            },
            Some(kind) if kind.is_answer() => match &header.ref_to_message_id {
                Some(message_id) => Question::Sent { message_id },
                None => Question::Nothing,
            },
            _ => Question::Nothing,
        }
    }
}

impl Received {
    fn status(&self) -> (MessageStatus, Option<Timestamp>) {
        let status = if self.processed { MessageStatus::Processed } else { MessageStatus::Received };
        (status, Some(self.at))
    }
}
