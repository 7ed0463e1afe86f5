//! The Single Window of the Association of Southeast Asian Nations: certificates of origin travel between member states.
//!
//! ```text
//! partner ── HTTPS ──> [ebms: the wire] ──> what is kept, judged and answered
//!         <── HTTPS ──  agreement says who may say what, how it is signed, and how often it is sent again
//! ```
//!
//! What is here is pure: bytes and values go in, bytes and values come out. Time, identifiers and what was kept before
//! are arguments; nobody opens a socket, a file or a database.

pub mod certificate;

pub mod ebms;

pub mod agreement;
