//! What a batch of messages will do, worked out before anything is written.

use storage::{
    Batch, DeclarationUpdate, Facts, KeptMessage, LogEntry, NewCommand, NewDeclaration, NewPayment, NewRequest,
    OutboxMessage, Retiming, SeriesAdvance, StreamPartition, WriteOff,
};
use vocabulary::topics::Topics;
use vocabulary::{Decision, Direction, State};

use crate::case::series::Series;
use crate::intake::arrival::Arrival;
use crate::outgoing;

/// Why a message is kept whose processing failed through a defect of ours.
pub const PROCESSING_FAILED: &str = "processing_failed";
/// Why a message is kept whose decision the database refuses.
pub const REFUSED_BY_DATABASE: &str = "refused_by_database";
/// Why a message is kept that nobody can be answered on.
pub const NO_KEY: &str = "no_key";

/// Everything that a batch adds, in the order of its messages.
#[derive(Debug, Default)]
pub struct Plan {
    pub(crate) declarations: Vec<NewDeclaration>,
    pub(crate) updates: Vec<DeclarationUpdate>,
    pub(crate) requests: Vec<NewRequest>,
    pub(crate) log: Vec<LogEntry>,
    pub(crate) write_offs: Vec<WriteOff>,
    pub(crate) payments: Vec<NewPayment>,
    pub(crate) commands: Vec<NewCommand>,
    pub(crate) retimings: Vec<Retiming>,
    pub(crate) outbox: Vec<OutboxMessage>,
    pub(crate) kept: Vec<KeptMessage>,
    /// What is counted once the plan is committed.
    pub counted: Vec<Counted>,
}

impl Plan {
    /// Keeps a message that could not be taken up, and sends it on with the reason.
    pub fn keep(&mut self, topics: &Topics, arrival: &Arrival, reason: &str, detail: &str) {
        self.outbox.push(outgoing::unreadable(topics, arrival, reason, detail));
        self.keep_quietly(arrival, reason, detail);
    }

    /// Keeps a message whose sender is answered in another way.
    pub(crate) fn keep_quietly(&mut self, arrival: &Arrival, reason: &str, detail: &str) {
        self.kept.push(KeptMessage {
            source: arrival.source(),
            reason: reason.to_owned(),
            detail: detail.to_owned(),
            key: arrival.key.clone(),
            payload: arrival.payload.clone(),
        });
    }

    /// Takes over what one message does. A declaration that moves several times in a batch is written once.
    pub(crate) fn absorb(&mut self, step: Self) {
        self.declarations.extend(step.declarations);
        for update in step.updates {
            self.update(update);
        }
        self.requests.extend(step.requests);
        self.log.extend(step.log);
        self.write_offs.extend(step.write_offs);
        self.payments.extend(step.payments);
        self.commands.extend(step.commands);
        for retiming in step.retimings {
            self.retime(retiming);
        }
        self.outbox.extend(step.outbox);
        self.kept.extend(step.kept);
        self.counted.extend(step.counted);
    }

    fn update(&mut self, update: DeclarationUpdate) {
        // A step takes the time with it.
        self.retimings.retain(|retiming| retiming.key != update.key);
        if let Some(new) = self.declarations.iter_mut().rev().find(|new| new.lodged.key == update.key) {
            new.stand = update.stand;
            new.time_acts_at_ms = update.time_acts_at_ms;
            new.searched.flagged_goods.extend(update.flagged_goods);
        } else if let Some(earlier) = self.updates.iter_mut().rev().find(|earlier| earlier.key == update.key) {
            let expected_log_sequence = earlier.expected_log_sequence;
            let mut flagged_goods = std::mem::take(&mut earlier.flagged_goods);
            flagged_goods.extend(update.flagged_goods);
            *earlier = DeclarationUpdate { expected_log_sequence, flagged_goods, ..update };
        } else {
            self.updates.push(update);
        }
    }

    /// Moves the time at which the calendar acts, with the step that the batch takes anyway where there is one.
    fn retime(&mut self, retiming: Retiming) {
        if let Some(new) = self.declarations.iter_mut().rev().find(|new| new.lodged.key == retiming.key) {
            new.time_acts_at_ms = retiming.time_acts_at_ms;
        } else if let Some(update) = self.updates.iter_mut().rev().find(|update| update.key == retiming.key) {
            update.time_acts_at_ms = retiming.time_acts_at_ms;
        } else {
            self.retimings.retain(|earlier| earlier.key != retiming.key);
            self.retimings.push(retiming);
        }
    }

    /// The version of a declaration that this plan makes current, by the declarant and the stem of the number.
    pub(crate) fn current(&self, declarant: &str, stem: &str) -> Option<&NewDeclaration> {
        self.declarations.iter().rev().find(|new| {
            new.lodged.key.declarant == declarant
                && new.stand.state != State::Superseded
                && new.stand.number.is_some_and(|number| number.stem() == stem)
        })
    }

    /// The transaction that writes the plan, and with it moves the partition's position from `expected` to `next`.
    pub fn into_batch(self, arrivals: &[&Arrival], advance: Advance) -> Option<Batch> {
        let Advance { partition, epoch, expected, series_before, series_after } = advance;
        let used = |direction: Direction, before: i64, after: i64| {
            (before != after).then_some(SeriesAdvance {
                direction,
                partition: partition.partition,
                expected_next: before,
                next: after,
            })
        };
        let series = [
            used(Direction::Import, series_before.import, series_after.import),
            used(Direction::Export, series_before.export, series_after.export),
        ];
        Some(Batch {
            epoch,
            expected,
            next: arrivals.last()?.source.offset + 1,
            declarations: self.declarations,
            updates: self.updates,
            requests: self.requests,
            log: self.log,
            write_offs: self.write_offs,
            payments: self.payments,
            commands: self.commands,
            retimings: self.retimings,
            outbox: self.outbox,
            sent: None,
            kept: self.kept,
            series: series.into_iter().flatten().collect(),
            facts: Facts::default(),
            partition,
        })
    }
}

/// The partition's place in the stream and in its numbers, before and after a plan.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The partition as its group reads it.
    pub partition: StreamPartition,
    /// The epoch of the owner.
    pub epoch: i64,
    /// The position that the owner last committed or acquired.
    pub expected: i64,
    pub series_before: Series,
    pub series_after: Series,
}

/// What is counted of a decision once it is committed: words of the product and codes of rules alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub outcome: &'static str,
    /// import, export or none.
    pub direction: &'static str,
    /// The lane, or none.
    pub lane: &'static str,
    /// Each finding's code, with error or warning.
    pub findings: Vec<(String, &'static str)>,
    /// The codes of the gaps.
    pub gaps: Vec<String>,
}

impl Counted {
    pub(crate) fn of(decision: &Decision) -> Self {
        Self {
            outcome: decision.outcome.as_str(),
            direction: decision.direction.map_or("none", |direction| direction.as_str()),
            lane: decision.lane.map_or("none", |lane| lane.as_str()),
            findings: decision
                .findings
                .iter()
                .map(|finding| (finding.code.clone(), if finding.is_error() { "error" } else { "warning" }))
                .collect(),
            gaps: decision.gaps.iter().map(|gap| gap.code.to_string()).collect(),
        }
    }
}
