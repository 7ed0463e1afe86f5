//! Made-up declarants, declarations and payments from a seed, and the second opinion that checks the first.
//!
//! Everything hangs on the seed alone: the same seed gives the same documents, byte for byte.

pub mod auditor;

mod bank;

mod traders;

pub mod wild;

mod workload;

mod lives;

pub use bank::Bank;
pub use lives::{Lives, Turn};
pub use traders::{tax_code, traders};
pub use workload::{Intent, Lodged, Workload};
