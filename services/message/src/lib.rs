//! The messages that declarants, customs and banks exchange: XML to vocabulary and back. No other crate knows the name of
//! an element.
//!
//! ```text
//!                 xml (strict tokens, guards)
//!  bytes ──► read_declaration ──► Declaration + findings with path, line, value and mend
//!                 ▲                                   │
//!              layout ── one tree ──► schemas/declaration/1.0: the schema and the table of fields
//!                 ▼                                   │
//!  bytes ◄── write_declaration ◄── Declaration ◄──────┘
//! ```
//!
//! The [`layout`] of the declaration is one table. The reader, the writer, the schema and the table of fields walk it, so
//! that they cannot disagree; a test holds the reader against a second implementation of the schema language.

pub mod layout;

mod values;

mod characters;

mod meant;

pub mod xml;

mod findings;

mod suggest;

mod reader;

mod writer;

pub mod xsd;

pub mod field_table;

mod tree;

mod indented;

mod payment;

mod notice;

mod command;

mod answer;

mod position;

mod document_kind;

pub use answer::{ANSWER_NAMESPACE, read_answer, write_answer};
pub use command::{COMMAND_NAMESPACE, read_command, write_command};
pub use document_kind::{DocumentKind, document_kind};
pub use layout::{DECLARATION_NAMESPACE, locate};
pub use notice::{NOTICE_NAMESPACE, read_notice, write_notice};
pub use payment::{PAYMENT_NAMESPACE, read_payment, write_payment};
pub use position::locate_in;
pub use reader::{Reading, read_declaration};
pub use writer::write_declaration;
