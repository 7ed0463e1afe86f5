//! From the stream to decisions and back: batch, parse, prefetch, decide, commit; then the outbox goes out. What is
//! decided, `casework` knows; here is what runs it.
//!
//! ```text
//! stream ──► batch of one partition ──► parse ──► prefetch ──► casework (pure) ──► commit: position, decisions,
//!   ▲                                                                               log, outbox, all or nothing
//!   └─────────────────────────── relay ◄── outbox ◄────────────────────────────────────┘
//! ```
//!
//! One transaction holds everything that a batch does, so a crash at any moment leaves either all of it or nothing.
//! What was committed and not yet published lies in the outbox, and is published, under the same event ids, before
//! the partition's next batch.

pub mod clock;
pub mod fail_points;
pub mod measurements;
pub mod settings;
pub mod timekeeper;

mod arrivals;
mod batch_trace;
mod ownership;
mod partition_worker;
mod progress;
mod rehearsal;
mod relay;
mod run;
mod spans;
mod standstills;

pub use progress::Progress;
pub use rehearsal::Rehearsal;
pub use run::{Processor, ProcessorError, run};
pub use settings::Settings;
pub use spans::{Attribute, Span, SpanKind, SpanSink};
pub use standstills::{Standstill, Standstills};
