//! Strict XML 1.0 with namespaces, on top of a tokenizer that is not strict.
//!
//! quick-xml cuts a document into tokens quickly and checks little of what is inside them. Every token is therefore
//! checked here against its production, together with the order of tokens, so that what passes is well-formed. Beyond
//! that, documents are held to a size, a depth and a number of attributes, and document types are refused.
//!
//! No kind of document is known here: whoever reads one says which namespaces it is written in.

mod attributes;
mod bounds;
mod names;
mod namespace;
mod prolog;
mod references;
mod refusal;
mod text;
mod tokens;

pub use attributes::Attribute;
pub use bounds::{MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH};
pub use namespace::Namespace;
pub(crate) use prolog::check_declaration;
pub use prolog::text_of;
pub(crate) use references::resolve;
pub use refusal::Refusal;
pub use text::escape;
pub(crate) use text::{is_blank, is_space};
pub use tokens::{Tag, Token, Tokens};
