//! Clearance: the pure pipeline from a declaration as lodged to a decision, and the life that follows.
//!
//! ```text
//! lodged ──► validation ──► valuation ──► assessment ──► settlement ──► selectivity ──► decision ──► life cycle
//!              accepted       values        duties        guarantee        lane                        states
//! ```
//!
//! It reads no clock, draws no number and does no I/O. Everything that a decision may depend on is an argument: the
//! same declaration, facts, rules, time, number and draw give the same decision, today and in an audit years on.

mod context;

pub mod accepted;

pub mod validation;

pub mod valuation;

pub mod assessment;

pub mod settlement;

pub mod selectivity;

pub mod decision;

pub mod calculation;

pub mod life_cycle;

pub mod exact;

mod problem;

mod claim;

pub use context::Context;
pub use decision::clear;
pub use problem::Problem;
pub use validation::Stop;
