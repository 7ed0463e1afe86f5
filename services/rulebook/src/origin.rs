//! Proofs of origin: `rules/origin/`, the checks and figures of each agreement, and the lists that states have notified.

pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
pub(crate) mod rules;
