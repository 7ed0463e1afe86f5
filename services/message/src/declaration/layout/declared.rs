//! What the layout is declared with: nested constants.

use vocabulary::{FieldId, Scope};

/// An element as it is declared in [`lodged`](super::lodged).
pub(crate) struct Declared {
    pub(crate) name: &'static str,
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) content: DeclaredContent,
}

/// What stands inside a declared element.
pub(crate) enum DeclaredContent {
    /// A value, with the fields that its attributes carry.
    Leaf { field: FieldId, attributes: &'static [(&'static str, FieldId)] },
    /// Other elements, in this order.
    Group {
        /// The record that one occurrence stands for; `None` where the fields inside belong to the record around it.
        record: Option<Scope>,
        children: &'static [Declared],
        english: &'static str,
        vietnamese: &'static str,
    },
}
