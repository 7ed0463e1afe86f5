//! From the stream to decisions and back: batch, parse, prefetch, clear, commit; then the outbox goes out.
//!
//! ```text
//! stream ──► batch of one partition ──► parse ──► prefetch ──► clear (pure) ──► commit: position, decisions,
//!   ▲                                                                            log, outbox, all or nothing
//!   └─────────────────────────── relay ◄── outbox ◄─────────────────────────────────┘
//! ```
//!
//! One transaction holds everything that a batch does, so a crash at any moment leaves either all of it or nothing.
//! What was committed and not yet published lies in the outbox, and is published, under the same event ids, before
//! the partition's next batch.

pub mod settings;

mod trace_context;

mod spans;

mod arrival;

mod plan;

mod case;

mod fact_book;

mod follow_up;

mod registration;

mod rederivation;

mod rehearsal;

mod chain;

mod derived_row;

mod settlement;

mod commands;

pub mod clock;

pub mod timekeeper;

mod notices;

mod events;

mod ownership;

mod batch_trace;

mod partition_worker;

mod relay;

pub mod measurements;

pub mod fail_points;

mod run;

mod standstills;

pub use case::standing_of;
pub use chain::{ChainFault, LoggedDecision, check_chain, check_record, decisions_of};
pub use derived_row::{KeptVersion, RowDifference, RowUnderivable, check_row};
pub use fact_book::facts_to_keep;
pub use notices::payment_identifier;
pub use rederivation::{RecordedDecision, RecordedTotal, RederivationError, is_identical, rederive};
pub use registration::{AssessedDocument, Circumstances, assess_document, clear};
pub use rehearsal::Rehearsal;
pub use run::{Processor, ProcessorError, Progress, run};
pub use settings::{NUMBER_STRIPES, Settings};
pub use spans::{Attribute, Span, SpanKind, SpanSink};
pub use standstills::{Standstill, Standstills};
pub use trace_context::{SpanId, TRACEPARENT_HEADER, TRACESTATE_HEADER, TraceContext, TraceId};
