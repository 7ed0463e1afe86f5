//! The lodged declaration. One table, the [`layout`], says where each field stands; the reader, the writer, the schema and
//! the table of fields walk it, so that they cannot disagree.

pub mod field_table;
mod layout;
mod meant;
mod notes;
mod plain;
mod position;
mod reader;
mod writer;
pub mod xsd;

pub use layout::{DECLARATION_NAMESPACE, DECLARATION_SCHEMA, locate};
pub use plain::read_plainly;
pub use position::locate_in;
pub use reader::{Reading, read_declaration, read_strictly};
pub use writer::write_declaration;
