//! How much is compiled, and how much one evaluation looks at.

/// Bounds on what is compiled. The defaults fit every rule that a person would write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of source.
    pub source_bytes: usize,
    /// How deep parentheses, `not`, minus signs and functions may stand within each other. The parser calls itself for
    /// each level, so a few hundred are the most that a thread's stack bears.
    pub depth: usize,
    /// Most literals, names, operators and functions. The entries of a list do not count.
    pub nodes: usize,
    /// Most entries of a named list.
    pub list_entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { source_bytes: 4096, depth: 32, nodes: 500, list_entries: 10_000 }
    }
}

/// How deep `any`, `all`, `count` and `sum` may stand within each other.
pub(crate) const QUANTIFIER_DEPTH_MAX: usize = 3;

/// How many elements of collections one evaluation looks at before it gives up.
///
/// A quantifier inside another may go through a whole collection for each element of the outer one; this keeps the
/// time of an evaluation bounded whatever is declared.
pub(crate) const ELEMENTS_MAX: u32 = 200_000;
