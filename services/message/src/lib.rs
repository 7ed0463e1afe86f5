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
//!
//!  xml ◄── form (values, findings) ◄─┬─ declaration
//!                                    └─ small (notice, payment, command, answer)
//! ```
//!
//! A test holds the reader of declarations against a second implementation of the schema language.

mod declaration;
mod form;
pub mod small;
pub mod xml;

pub use declaration::{
    DECLARATION_NAMESPACE, DECLARATION_SCHEMA, Reading, field_table, locate, locate_in, read_declaration, read_plainly,
    read_strictly, write_declaration, xsd,
};
pub use form::law::PROVISIONS;
pub use small::{
    ANSWER_NAMESPACE, COMMAND_NAMESPACE, NOTICE_NAMESPACE, PAYMENT_NAMESPACE, read_answer, read_command, read_notice,
    read_payment, write_answer, write_command, write_notice, write_payment,
};
