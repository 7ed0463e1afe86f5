//! Clearance.
pub mod exact;
