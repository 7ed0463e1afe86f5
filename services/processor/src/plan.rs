//! What a batch of messages will do, worked out before anything is written.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rulebook::Rulebook;
use storage::{
    Batch, DeclarationUpdate, KeptMessage, LogEntry, NewDeclaration, NewPayment, OutboxMessage, SeriesAdvance,
};
use vocabulary::Direction;

use crate::arrival::Arrival;
use crate::measurements::Decided;
use crate::notices;
use crate::settings::{Settings, Topics};

/// What decisions of one partition are made with.
pub(crate) struct Desk<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) settings: &'a Settings,
    /// The next counter of each direction's numbers in this partition.
    pub(crate) series: Series,
}

/// The counters of declaration numbers in one partition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) import: i64,
    pub(crate) export: i64,
}

impl Series {
    pub(crate) fn next(&mut self, direction: Direction) -> &mut i64 {
        match direction {
            Direction::Import => &mut self.import,
            Direction::Export => &mut self.export,
        }
    }
}

/// Everything that a batch adds, in the order of its messages.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) declarations: Vec<NewDeclaration>,
    pub(crate) updates: Vec<DeclarationUpdate>,
    pub(crate) log: Vec<LogEntry>,
    pub(crate) payments: Vec<NewPayment>,
    pub(crate) outbox: Vec<OutboxMessage>,
    pub(crate) kept: Vec<KeptMessage>,
    /// What is counted once the plan is committed.
    pub(crate) decided: Vec<Decided>,
}

impl Plan {
    /// Keeps a message that could not be taken up, and sends it on with the reason.
    pub(crate) fn keep(&mut self, topics: &Topics, arrival: &Arrival<'_>, reason: &str, detail: &str) {
        self.outbox.push(notices::unreadable(topics, arrival, reason, detail));
        self.keep_quietly(arrival, reason, detail);
    }

    /// Keeps a message whose sender is answered in another way.
    pub(crate) fn keep_quietly(&mut self, arrival: &Arrival<'_>, reason: &str, detail: &str) {
        self.kept.push(KeptMessage {
            source: arrival.source(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            key: arrival.message.key.clone(),
            payload: arrival.message.payload.clone(),
        });
    }

    /// The transaction that writes the plan, and with it moves the partition's position from `expected` to `next`.
    pub(crate) fn into_batch(self, arrivals: &[Arrival<'_>], turn: Turn) -> Option<Batch> {
        let first = arrivals.first()?;
        let partition = first.partition();
        let advance = |direction: Direction, before: i64, after: i64| {
            (before != after).then(|| SeriesAdvance {
                direction: direction.as_str().to_owned(),
                partition: partition.partition,
                expected_next: before,
                next: after,
            })
        };
        let series = [
            advance(Direction::Import, turn.series_before.import, turn.series_after.import),
            advance(Direction::Export, turn.series_before.export, turn.series_after.export),
        ];
        Some(Batch {
            epoch: turn.epoch,
            expected: turn.expected,
            next: arrivals.last()?.message.offset + 1,
            declarations: self.declarations,
            updates: self.updates,
            log: self.log,
            payments: self.payments,
            outbox: self.outbox,
            kept: self.kept,
            series: series.into_iter().flatten().collect(),
            partition,
        })
    }
}

/// The partition's place in the stream and in its numbers, before and after a plan.
pub(crate) struct Turn {
    pub(crate) epoch: i64,
    pub(crate) expected: i64,
    pub(crate) series_before: Series,
    pub(crate) series_after: Series,
}

/// Runs the work on one message. A panic there is a defect of ours that must cost one message its decision, never the
/// stream its progress: the message is kept, and sent on with the reason.
pub(crate) fn guarded(topics: &Topics, plan: &mut Plan, arrival: &Arrival<'_>, work: impl FnOnce(&mut Plan)) {
    let marks = (plan.declarations.len(), plan.updates.len(), plan.log.len(), plan.payments.len());
    let (outbox, kept, decided) = (plan.outbox.len(), plan.kept.len(), plan.decided.len());
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| work(plan))) {
        plan.declarations.truncate(marks.0);
        plan.updates.truncate(marks.1);
        plan.log.truncate(marks.2);
        plan.payments.truncate(marks.3);
        plan.outbox.truncate(outbox);
        plan.kept.truncate(kept);
        plan.decided.truncate(decided);
        let detail = panic_text(&*panic);
        tracing::error!(
            topic = %arrival.message.topic,
            partition = arrival.message.partition,
            offset = arrival.message.offset,
            detail,
            "processing a message failed; it is kept, and the stream goes on"
        );
        plan.keep(topics, arrival, "processing_failed", "an internal fault; the message is kept and customs is told");
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// What is known of something, as the database has it and as the batch has changed it so far.
pub(crate) struct Overlay<K, V>(HashMap<K, V>);

impl<K: std::hash::Hash + Eq, V> Overlay<K, V> {
    pub(crate) fn new(known: HashMap<K, V>) -> Self {
        Self(known)
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    pub(crate) fn put(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }
}
