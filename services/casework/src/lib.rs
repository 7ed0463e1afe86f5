//! Casework: what a message does to a case. Pure: from what is known and what arrives to a plan of everything that is
//! written, and no clock, database or stream in between.
//!
//! ```text
//!   Arrival ─ read ─► Matter ─ wanted ─► (looked up by whoever runs this) ─► Found
//!                        │                                                     │
//!                        └──────────► plan: lodging, following, commanding, paying ──► Plan ──► one transaction
//! ```
//!
//! What was written is read again here too: the chain of the log, decisions derived again, the story of a declaration.

pub mod record;

mod assess;
mod case;
mod hashing;
mod intake;
mod matters;
mod outgoing;
mod plan;
mod recordable;
mod turn;

pub use assess::{AssessedDocument, Circumstances, ReadDocument, assess_document, clear};
pub use case::fact_book::facts_to_keep;
pub use case::found::Found;
pub use case::series::{Generations, NUMBER_STRIPES, Series};
pub use case::standing_of;
pub use hashing::hex;
pub use intake::arrival::Arrival;
pub use intake::confirmation::Confirmation;
pub use intake::lodgement::Lodgement;
pub use intake::order::Order;
pub use intake::trace_context::{
    SpanId, TRACEPARENT_HEADER, TRACESTATE_HEADER, Trace, TraceContext, TraceId, derived, span_of,
};
pub use matters::{Matter, Numbering, keep_all, plan};
pub use plan::{Advance, Counted, NO_KEY, PROCESSING_FAILED, Plan, REFUSED_BY_DATABASE};
pub use record::chain::{ChainFault, LoggedDecision, check_chain, check_record, decisions_of};
pub use record::derived_row::{KeptVersion, RowDifference, RowUnderivable, check_row};
pub use record::entry::{Answered, EntryKind};
pub use record::rederivation::{RederivationError, is_identical, read_decision, rederive};
pub use recordable::Unrecordable;
pub use turn::{Grounds, Turn};
