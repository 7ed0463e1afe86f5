//! Clearance: the pure pipeline from a declaration as lodged to a decision, and the life that follows.
//!
//! ```text
//! lodged ──► validation ──► valuation ──► assessment ──► guarantee ──► selectivity ──► decision ──► life_cycle
//!              accepted       values        duties        secured         lane
//! ```
//!
//! It reads no clock, draws no number and does no I/O. Everything that a decision may depend on is an argument, the
//! [`Context`]: the same declaration, facts, rules, time, number and draw give the same decision, today and in an audit
//! years on.

// What the stages hand on.
pub mod accepted;
mod claim;
mod context;
pub mod exact;
mod problem;
mod stop;

// The stages, in the order of the flow.
pub mod validation;

pub mod valuation;

pub mod assessment;

mod guarantee;

pub mod selectivity;

pub mod decision;

// What is asked before and after.
pub mod calculation;
pub mod life_cycle;
pub mod settlement;

pub use context::Context;
pub use decision::{clear, refer};
pub use problem::Problem;
pub use stop::Stop;
