//! Which tax codes go with which declaration kinds and goods, what a kind takes off by itself, and what proves it.
//!
//! ```text
//! kind ─────────────┐
//! declared code ────┼─► code-uses.csv ─► fits: its proof ─► implied, proved, or a claim
//! commodity code ───┘                 └► fits neither the kind nor the goods: refused
//! ```

pub(crate) mod entry;
pub(crate) mod in_force;
pub(crate) mod inventory;
pub(crate) mod load;
