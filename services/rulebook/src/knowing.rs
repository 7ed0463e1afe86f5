//! What a rulebook says as a whole, and in what two differ.

pub(crate) mod comparison;
pub(crate) mod inventory;
