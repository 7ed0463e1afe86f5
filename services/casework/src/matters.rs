//! What each matter does to a case: a declaration lodged, a document that follows on one, a command, a payment.
//!
//! ```text
//!   Arrival ─ read ─► Matter ─ wanted ─► (looked up) ─► Found ─ know ─► Known ◄─┐ what its messages make of it
//!                        └──────────────── take_up, one after the other ────────┴──► Plan
//! ```

mod commanding;
mod following;
mod lodging;
mod paying;

use std::panic::{AssertUnwindSafe, catch_unwind};

use storage::Wanted;

use crate::case::found::Found;
use crate::case::series::Series;
use crate::intake::arrival::Arrival;
use crate::plan::{PROCESSING_FAILED, Plan};
use crate::recordable::Unrecordable;
use crate::turn::{Grounds, Turn};

/// Who counts the numbers that a matter may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbering {
    /// It gives none.
    None,
    /// The partition's own matter: nobody else draws on its series but what may give a number once in a while.
    Own,
    /// It gives one once in a while, and draws on the series of the lodged declarations of the same partition, which it
    /// has to look up before.
    Shared,
}

/// A message that was read, of one kind: what it needs to have looked up, and what it does.
pub trait Matter: Sized + Send + Sync {
    /// What is known at the beginning of a batch, and what its messages have made of it so far.
    type Known;

    /// Reads what arrived. It is read once, however often it is decided.
    fn read(arrival: Arrival) -> Self;

    /// The message that it was read from.
    fn arrival(&self) -> &Arrival;

    /// What has to be looked up before the messages can be taken up.
    fn wanted(messages: &[Self]) -> Wanted;

    /// Who counts the numbers that these messages may be given.
    fn numbering(messages: &[Self]) -> Numbering;

    /// Takes in what was looked up.
    fn know(found: Found) -> Self::Known;

    /// Does what the message asks for, or writes down why not.
    ///
    /// # Errors
    /// When what it does cannot be written, which is a defect of ours.
    fn take_up(&self, turn: &mut Turn<'_>, known: &mut Self::Known) -> Result<(), Unrecordable>;
}

/// Works out what a batch of messages does, one after the other, and where the numbers stand afterwards.
pub fn plan<M: Matter>(messages: &[M], found: Found, grounds: Grounds<'_>, mut series: Series) -> (Plan, Series) {
    let mut known = M::know(found);
    let mut plan = Plan::default();
    for message in messages {
        let numbered = series.clone();
        let arrival = message.arrival();
        let done = guarded(&mut plan, arrival, grounds, |before, step| {
            message.take_up(&mut Turn { arrival, grounds, series: &mut series, before, step }, &mut known)
        });
        if !done {
            // What went wrong registered nothing after all, so no number was used.
            series = numbered;
        }
    }
    (plan, series)
}

/// Keeps messages without working on them, for a reason.
pub fn keep_all<M: Matter>(messages: &[M], grounds: Grounds<'_>, reason: &str, detail: &str) -> Plan {
    let mut plan = Plan::default();
    for message in messages {
        plan.keep(grounds.topics, message.arrival(), reason, detail);
    }
    plan
}

/// Runs the work on one message, and takes over what it does. An error or a panic there is a defect of ours that must cost
/// one message its decision, never the stream its progress: the message is kept, and sent on with the reason. Says whether
/// the work was done.
fn guarded(
    plan: &mut Plan,
    arrival: &Arrival,
    grounds: Grounds<'_>,
    work: impl FnOnce(&Plan, &mut Plan) -> Result<(), Unrecordable>,
) -> bool {
    let mut step = Plan::default();
    let before: &Plan = plan;
    match catch_unwind(AssertUnwindSafe(|| work(before, &mut step))) {
        Ok(Ok(())) => {
            plan.absorb(step);
            true
        }
        failed => {
            let error = failed.ok().and_then(Result::err).map(|error| error.to_string()).unwrap_or_default();
            // What the panic says may quote the message; where it happened is logged by the program's panic hook.
            tracing::error!(
                topic = %arrival.source.topic,
                partition = arrival.source.partition,
                offset = arrival.source.offset,
                trace_id = %arrival.trace.trace_id,
                error,
                "processing a message failed; it is kept, and the stream goes on"
            );
            let detail = "an internal fault; the message is kept and customs is told";
            plan.keep(grounds.topics, arrival, PROCESSING_FAILED, detail);
            false
        }
    }
}
