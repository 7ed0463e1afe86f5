//! How much of a document is read.

/// The most bytes of a document.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The most elements inside one another.
pub const MAX_DEPTH: usize = 32;
/// The most attributes of an element, declarations of namespaces among them.
pub const MAX_ATTRIBUTES: usize = 16;
