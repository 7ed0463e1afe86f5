//! What is measured of the processor's work, for whoever watches: names, units and meanings in one place.
//!
//! Nothing here tells one declarant from another: labels are words of the product, and codes of rules.

use std::time::{Duration, Instant};

use casework::{Counted, NO_KEY, PROCESSING_FAILED, REFUSED_BY_DATABASE};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use storage::Batch;

use crate::batch_trace::BatchTrace;

/// A part of the work on a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Reading the documents.
    Parse,
    /// Looking up what the decisions need.
    Prefetch,
    Decide,
    /// Writing the transaction.
    Commit,
    /// Publishing the outbox.
    Publish,
}

impl Stage {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Prefetch => "prefetch",
            Self::Decide => "decide",
            Self::Commit => "commit",
            Self::Publish => "publish",
        }
    }
}

/// Describes every measurement to the recorder that is installed.
pub fn describe() {
    describe_counter!("thongquan_messages_total", Unit::Count, "messages dealt with and committed, by topic");
    describe_counter!("thongquan_decisions_total", Unit::Count, "declarations decided, by outcome, direction and lane");
    describe_counter!(
        "thongquan_findings_total",
        Unit::Count,
        "findings on decided declarations, by code and severity"
    );
    describe_counter!("thongquan_gaps_total", Unit::Count, "gaps of the rulebook that referred a declaration, by code");
    describe_counter!("thongquan_payments_total", Unit::Count, "payments booked, by what they did");
    describe_counter!("thongquan_commands_total", Unit::Count, "commands answered, by command and outcome");
    describe_counter!("thongquan_kept_messages_total", Unit::Count, "messages kept without a decision, by reason");
    describe_counter!("thongquan_published_total", Unit::Count, "messages of the outbox that were published");
    describe_counter!("thongquan_retries_total", Unit::Count, "attempts that failed and were made again, by stage");
    describe_counter!(
        "thongquan_fenced_total",
        Unit::Count,
        "batches dropped because another process had the partition"
    );
    describe_histogram!("thongquan_batch_messages", Unit::Count, "messages in one transaction");
    describe_histogram!("thongquan_stage_seconds", Unit::Seconds, "duration of a stage of a batch");
    describe_gauge!(
        "thongquan_lag_messages",
        Unit::Count,
        "messages lodged and not yet committed, by topic and partition"
    );
    describe_gauge!("thongquan_outbox_messages", Unit::Count, "messages committed and not yet published");
    describe_gauge!("thongquan_outbox_oldest_seconds", Unit::Seconds, "age of the oldest message of the outbox");
    describe_gauge!("thongquan_partitions", Unit::Count, "partitions that this process works on");
    describe_gauge!("thongquan_rulebook_info", Unit::Count, "1 for the rulebook in use, by its content hash");
    begin_at_zero();
}

/// Shows what alarms wait for before it happens: from a counter that first shows a one, nobody sees that it grew.
fn begin_at_zero() {
    for reason in [PROCESSING_FAILED, REFUSED_BY_DATABASE, NO_KEY] {
        counter!("thongquan_kept_messages_total", "reason" => reason).increment(0);
    }
    for stage in [Stage::Commit, Stage::Publish] {
        counter!("thongquan_retries_total", "stage" => stage.as_str()).increment(0);
    }
    counter!("thongquan_fenced_total").increment(0);
}

/// Measures how long a stage takes, until it goes out of scope.
pub(crate) struct Timer<'a> {
    stage: Stage,
    begun: Instant,
    trace: Option<&'a BatchTrace<'a>>,
}

impl<'a> Timer<'a> {
    /// Measures from now on, and notes the stage in the trace of its batch, where there is one.
    pub(crate) fn of(stage: Stage, trace: Option<&'a BatchTrace<'a>>) -> Self {
        Self { stage, begun: Instant::now(), trace }
    }

    /// How long the stage has taken so far.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        if let Some(trace) = self.trace {
            trace.note(self.stage, self.begun, Instant::now());
        }
        histogram!("thongquan_stage_seconds", "stage" => self.stage.as_str()).record(self.begun.elapsed());
    }
}

/// Counts an attempt that failed and is made again.
pub(crate) fn retried(stage: Stage) {
    counter!("thongquan_retries_total", "stage" => stage.as_str()).increment(1);
}

/// Counts a batch that was dropped because the partition is another process's.
pub(crate) fn fenced() {
    counter!("thongquan_fenced_total").increment(1);
}

/// Counts messages that were published.
pub(crate) fn published(messages: usize) {
    counter!("thongquan_published_total").increment(messages as u64);
}

/// Sets how many partitions are worked on.
pub(crate) fn partitions(held: usize) {
    let held = u32::try_from(held).unwrap_or(u32::MAX);
    gauge!("thongquan_partitions").set(f64::from(held));
}

/// Counts what a batch did, after its transaction.
pub(crate) fn committed(batch: &Batch, counted: &[Counted]) {
    let messages = u64::try_from(batch.next - batch.expected).unwrap_or(0);
    counter!("thongquan_messages_total", "topic" => batch.partition.topic.clone()).increment(messages);
    let size = u32::try_from(messages).unwrap_or(u32::MAX);
    histogram!("thongquan_batch_messages").record(f64::from(size));
    for counted in counted {
        counter!("thongquan_decisions_total", "outcome" => counted.outcome, "direction" => counted.direction,
            "lane" => counted.lane)
        .increment(1);
        for (code, severity) in &counted.findings {
            counter!("thongquan_findings_total", "code" => code.clone(), "severity" => *severity).increment(1);
        }
        for code in &counted.gaps {
            counter!("thongquan_gaps_total", "code" => code.clone()).increment(1);
        }
    }
    for payment in &batch.payments {
        counter!("thongquan_payments_total", "effect" => payment.outcome.clone()).increment(1);
    }
    for command in &batch.commands {
        counter!("thongquan_commands_total", "command" => command.kind.clone(), "outcome" => command.outcome.clone())
            .increment(1);
    }
    for kept in &batch.kept {
        counter!("thongquan_kept_messages_total", "reason" => kept.reason.clone()).increment(1);
    }
}

/// Sets how far a partition is behind.
pub fn lag(topic: &str, partition: i32, messages: i64) {
    let messages = u32::try_from(messages.max(0)).unwrap_or(u32::MAX);
    gauge!("thongquan_lag_messages", "topic" => topic.to_owned(), "partition" => partition.to_string())
        .set(f64::from(messages));
}

/// Sets how much waits to be published, and for how long the oldest has waited.
pub fn outbox(messages: i64, oldest: Option<Duration>) {
    let messages = u32::try_from(messages.max(0)).unwrap_or(u32::MAX);
    gauge!("thongquan_outbox_messages").set(f64::from(messages));
    gauge!("thongquan_outbox_oldest_seconds").set(oldest.unwrap_or_default().as_secs_f64());
}

/// Names the rulebook in use.
pub fn rulebook(hash: &str, in_use: bool) {
    gauge!("thongquan_rulebook_info", "hash" => hash.to_owned()).set(if in_use { 1.0 } else { 0.0 });
}
