//! ebMS 2.0 (OASIS Message Service Specification 2.0, 1 April 2002): SOAP 1.1 with attachments over HTTP.
//!
//! ```text
//! receiving: HTTP body ─ mime ─> SOAP part, payloads ─ envelope ─> values ─ signature ─> trusted ─ receiving ─> what to do
//! sending:   values ─ envelope ─> SOAP part ─ signature ─> signed SOAP part ─ mime ─> HTTP body
//! ```
//!
//! What is read is strict where the standard demands it, and takes what does no harm: any prefixes, `1` and `true`,
//! timestamps with an offset, base64 parts, lines that end in LF alone.

pub mod error;

pub mod mime;

pub mod xml;

pub mod envelope;

pub mod signature;

pub mod signals;

pub mod sending;

pub mod receiving;

pub use envelope::Envelope;
pub use error::{EbmsError, ErrorCode, Severity};
pub use mime::{Package, Part};

/// The namespaces that an envelope is made of.
pub mod namespace {
    /// SOAP 1.1, section 3.
    pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
    /// ebMS 2.0, section 2.3.2.
    pub const EB: &str = "http://www.oasis-open.org/committees/ebxml-msg/schema/msg-header-2_0.xsd";
    /// XML signatures, section 1.3.
    pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
    /// References of the manifest, ebMS 2.0, section 3.2.1.
    pub const XLINK: &str = "http://www.w3.org/1999/xlink";
    /// `xml:lang`, which needs no declaration.
    pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
}

/// To whom a header block is addressed (`soap:actor`).
pub mod actor {
    /// The party at the end of the way; also meant where no actor is named. ebMS 2.0, section 2.3.11.
    pub const TO_PARTY: &str = "urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH";
    /// The next message handler on the way. What is addressed to it is not signed. ebMS 2.0, section 2.3.10.
    pub const NEXT_MSH: &str = "urn:oasis:names:tc:ebxml-msg:actor:nextMSH";
    /// The next SOAP node on the way. What is addressed to it is not signed. SOAP 1.1, section 4.2.2.
    pub const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";
}

/// The service and the actions of the message handlers themselves. ebMS 2.0, sections 4.2.4, 6.3.2, 7 and 8.
pub mod msh {
    pub const SERVICE: &str = "urn:oasis:names:tc:ebxml-msg:service";
    pub const ACKNOWLEDGMENT: &str = "Acknowledgment";
    pub const MESSAGE_ERROR: &str = "MessageError";
    pub const PING: &str = "Ping";
    pub const PONG: &str = "Pong";
    pub const STATUS_REQUEST: &str = "StatusRequest";
    pub const STATUS_RESPONSE: &str = "StatusResponse";
}

/// The value of the HTTP header `SOAPAction`, quotes included. ebMS 2.0, appendix B.2.
pub const SOAP_ACTION: &str = "\"ebXML\"";

/// The only version spoken. ebMS 2.0, section 2.3.8.
pub const VERSION: &str = "2.0";
