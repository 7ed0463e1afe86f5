//! The record of a case: the entries of its log, how they are chained, derived again, and told to people.

pub(crate) mod chain;
pub(crate) mod derived_row;
pub(crate) mod entry;
pub(crate) mod lost;
pub mod next;
pub(crate) mod rederivation;
pub mod story;
pub(crate) mod wording;
