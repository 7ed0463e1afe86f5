//! Tests of faults: a processor that is built for them alone, and is never shipped.
//!
//! What is shipped has no switch that makes it fail, and the product has none that takes a safeguard away. The processor
//! here is the same code between a database and a stream that both misbehave on purpose: at a [`Place`] it ends as by
//! SIGKILL, stands still, or hears an untruth; and one [`Safeguard`] can be taken from it, to see that the tests notice.
//!
//! ```text
//!   stream ─► batch ─ after_poll ─► decide ─ before_commit ─► commit ( inside_transaction ) ─► answer ( answer_lost )
//!                                                                └─► after_commit ─► publish ( inside_publish )
//!                                                                                      └─► after_publish ─► outbox
//! ```
//!
//! `tests/matrix` proves each row of the failure matrix twice: as the product is, and without its safeguard.
//! `FAULTS.md` is the table of them.

mod place;
mod safeguard;
mod store;
mod stream;

pub use place::{Place, Trap};
pub use safeguard::Safeguard;
pub use store::{FaultyLedger, before_commit};
pub use stream::FaultyStream;
