//! What each matter does to a case: a declaration lodged, a document that follows on one, a command, a payment.

pub mod commanding;
mod deciding;
mod following;
pub mod lodging;
pub mod paying;
