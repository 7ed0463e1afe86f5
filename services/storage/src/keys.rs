//! What other things are named by: declarations, and the messages that cause anything.

/// What a declaration is known by: who declares, under which reference, in which version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeclarationKey {
    /// The declarant's tax code.
    pub declarant: String,
    /// The declarant's reference.
    pub reference: String,
    /// The version of the reference.
    pub version: u32,
}

/// The message in the stream that something was caused by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageSource {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
}
