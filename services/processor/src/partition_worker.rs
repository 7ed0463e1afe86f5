//! One partition's batches, one after the other: parse, prefetch, decide, commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use casework::{
    Advance, Arrival, Counted, Found, Generations, Grounds, Matter, Numbering, REFUSED_BY_DATABASE, Series, keep_all,
};
use rulebook::Rulebook;
use storage::{Batch, Commit, Ledger, OutboxBatch, Prefetched, StorageError, StreamPartition, Wanted};
use stream::{Batches, Message, Role};
use tokio::sync::{mpsc, oneshot};
use vocabulary::Direction;

use crate::arrivals::arrival_of;
use crate::batch_trace::{BatchTrace, Clock};
use crate::fail_points::{self, Place};
use crate::measurements::{self, Stage, Timer};
use crate::progress::{Progress, RETRY_WAIT_MAX, RETRY_WAIT_MIN};
use crate::relay::{Committed, PartitionOutbox};
use crate::settings::Settings;
use crate::spans::SpanSink;
use crate::standstills::part_of;

/// How often a batch is decided again because another writer was faster, before its messages go one by one.
const CONFLICTS_MAX: u32 = 5;
/// How often one message is before somebody should hear of it. Each conflict over a balance means that another batch went
/// through, so patience is rewarded; one that never passes is no fault of the message, which waits.
const CONFLICTS_ALONE_MAX: u32 = 50;
/// The wait before what met a conflict is decided again, which grows with the conflicts and differs between partitions.
const CONFLICT_WAIT: Duration = Duration::from_millis(1);
const CONFLICT_WAIT_MAX: Duration = Duration::from_millis(50);
/// So few messages are read and decided sooner than another thread is woken to stand in for this one.
const FEW_MESSAGES: usize = 8;

/// What all partitions of a process work with.
pub(crate) struct Office {
    pub(crate) store: Arc<dyn Ledger>,
    pub(crate) rulebook: Arc<ArcSwap<Rulebook>>,
    pub(crate) settings: Settings,
    pub(crate) relay: mpsc::Sender<Committed>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) spans: Option<Arc<dyn SpanSink>>,
}

/// Why a partition is not worked on any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// Its batches ended: it was revoked, or the process stops.
    Released,
    /// Another process has taken it over, or our position in it was not what we thought.
    Fenced,
    /// It cannot go on without a person.
    Failed(String),
}

/// Where a worker gets its batches from.
pub(crate) struct Supply {
    pub(crate) batches: Box<dyn Batches>,
    /// Resolves when the worker is to take no more.
    pub(crate) let_go: oneshot::Receiver<()>,
}

impl Supply {
    /// Waits for a while; says whether the worker is to end.
    pub(crate) async fn is_let_go_within(&mut self, wait: Duration) -> bool {
        tokio::time::timeout(wait, &mut self.let_go).await.is_ok()
    }

    /// The next messages; `None` when the worker is to end.
    async fn next(&mut self) -> Option<Vec<Message>> {
        tokio::select! {
            biased;
            _ = &mut self.let_go => None,
            batch = self.batches.next() => Some(batch?.messages),
        }
    }
}

/// The worker of one partition.
pub(crate) struct PartitionWorker {
    office: Arc<Office>,
    partition: StreamPartition,
    role: Role,
    /// How the partition is called where it is told that it does not go on.
    part: String,
    epoch: i64,
    next: i64,
    series: Series,
    generations: Generations,
    outbox: Arc<PartitionOutbox>,
}

impl Drop for PartitionWorker {
    fn drop(&mut self) {
        // Whoever takes the partition over tells of it from now on.
        self.office.progress.standstills.goes_on(&self.part);
    }
}

/// A batch that is worked out, and what comes with it.
struct Planned {
    batch: Batch,
    series: Series,
    counted: Vec<Counted>,
}

/// What one attempt to commit messages came to.
enum Attempt {
    Done,
    Fenced,
    /// The database takes this content at no time, or others are always faster than so many messages together.
    Refused(String),
}

impl PartitionWorker {
    /// Takes up a partition under the epoch and at the position at which it was taken over: publishes what its outbox
    /// still holds, and learns where its numbers stand.
    pub(crate) async fn take_up(
        office: Arc<Office>,
        partition: StreamPartition,
        role: Role,
        position: storage::Position,
    ) -> Result<Self, StorageError> {
        let part = part_of(&partition);
        let (epoch, next) = (position.epoch, position.next_offset);
        let generations = Generations::new(office.store.generations().await?);
        let outbox = Arc::new(PartitionOutbox::new(&partition.topic, partition.partition));
        let series = Series::default();
        let mut worker = Self { office, partition, role, part, epoch, next, series, generations, outbox };
        worker.read_series().await?;
        worker.publish_outbox().await?;
        Ok(worker)
    }

    async fn read_series(&mut self) -> Result<(), StorageError> {
        if self.role == Role::Lodged {
            self.series = self.series_as_it_stands().await?;
        }
        Ok(())
    }

    async fn series_as_it_stands(&self) -> Result<Series, StorageError> {
        let (store, partition) = (&self.office.store, self.partition.partition);
        Ok(Series {
            import: store.series(Direction::Import, partition).await?,
            export: store.series(Direction::Export, partition).await?,
        })
    }

    /// Hands over what an earlier owner left to be sent.
    async fn publish_outbox(&self) -> Result<(), StorageError> {
        let StreamPartition { topic, partition, .. } = &self.partition;
        let mut after = -1;
        while let Some(left) = self.office.store.outbox_pending(topic, *partition, after).await? {
            after = left.next_offset;
            self.hand_over(left).await;
        }
        Ok(())
    }

    /// Hands over what a batch left to be sent. Where nobody takes it any more, it lies in the outbox.
    async fn hand_over(&self, OutboxBatch { next_offset, messages }: OutboxBatch) {
        let outbox = self.outbox.clone();
        let _ = self.office.relay.send(Committed { outbox, next_offset, messages }).await;
    }

    /// Works on batches of one matter until they end.
    pub(crate) async fn run<M: Matter>(mut self, mut supply: Supply) -> Ended {
        while let Some(mut messages) = supply.next().await {
            fail_points::pass(Place::AfterPoll).await;
            if let Some(newest_ms) = messages.iter().map(|message| message.timestamp_ms).max() {
                self.office.progress.stream_times.hear(newest_ms);
            }
            // What was read before a rewind may come once more.
            messages.retain(|message| message.offset >= self.next);
            if let Err(ended) = self.process(Reading::<M>::of(messages)).await {
                return ended;
            }
        }
        // Whoever takes the partition over would send it once more.
        if let Err(error) = self.outbox.remove_sent(&*self.office.store).await {
            tracing::warn!(%error, "failed to remove published messages from the outbox of a partition that is let go");
        }
        Ended::Released
    }

    /// Processes messages in one transaction; where the database refuses that, in halves, down to the one message that
    /// it refuses, which is kept without a decision.
    async fn process<M: Matter>(&mut self, reading: Reading<M>) -> Result<(), Ended> {
        let mut parts = vec![reading.messages.as_slice()];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match self.attempt(part, &reading, false).await? {
                Attempt::Done => {}
                Attempt::Fenced => return Err(Ended::Fenced),
                Attempt::Refused(reason) if part.len() > 1 => {
                    tracing::warn!(reason, messages = part.len(), "a batch was refused, trying its halves");
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.push(second);
                    parts.push(first);
                }
                Attempt::Refused(reason) => match self.attempt(part, &reading, true).await? {
                    Attempt::Done => {
                        let Arrival { source, trace, .. } = part[0].arrival();
                        tracing::error!(
                            reason,
                            topic = %source.topic,
                            partition = source.partition,
                            offset = source.offset,
                            trace_id = %trace.trace_id,
                            "the database refused what was decided on a message; the message is kept"
                        );
                    }
                    Attempt::Fenced => return Err(Ended::Fenced),
                    Attempt::Refused(reason) => return Err(Ended::Failed(reason)),
                },
            }
        }
        Ok(())
    }

    /// Plans and commits messages as one transaction, patiently while the database is out of reach.
    async fn attempt<M: Matter>(
        &mut self,
        messages: &[M],
        reading: &Reading<M>,
        keep_only: bool,
    ) -> Result<Attempt, Ended> {
        let office = self.office.clone();
        let arrivals = messages.iter().map(Matter::arrival);
        let group = &office.settings.group;
        let trace = BatchTrace::begin(office.spans.as_ref(), arrivals, group, self.epoch, reading.begun);
        if let Some(trace) = &trace {
            trace.note(Stage::Parse, reading.begun_at, reading.ended_at);
        }
        let mut wait = RETRY_WAIT_MIN;
        let mut conflicts: u32 = 0;
        loop {
            let error = match self.plan(messages, keep_only, trace.as_ref()).await {
                Ok(Planned { batch, series, counted }) => match self.commit(&batch, trace.as_ref()).await {
                    Ok(Commit::Committed) => return Ok(self.committed(batch, series, &counted, trace).await),
                    Ok(Commit::Fenced) => {
                        measurements::fenced();
                        return Ok(Attempt::Fenced);
                    }
                    Ok(Commit::Conflict(what)) => {
                        conflicts += 1;
                        if messages.len() > 1 && conflicts >= CONFLICTS_MAX {
                            return Ok(Attempt::Refused(format!("another writer was faster every time: {what}")));
                        }
                        if conflicts.is_multiple_of(CONFLICTS_ALONE_MAX) {
                            let reason = format!("another writer was faster {conflicts} times: {what}");
                            self.office.progress.standstills.meets(&self.part, &reason);
                            tracing::error!(
                                reason,
                                topic = self.partition.topic,
                                partition = self.partition.partition,
                                "a message cannot be committed, and waits"
                            );
                        }
                        if let Err(error) = self.read_series().await {
                            tracing::warn!(%error, "failed to read the number series again");
                        }
                        let steps = conflicts.saturating_mul(1 + self.partition.partition.unsigned_abs() % 7);
                        tokio::time::sleep((CONFLICT_WAIT * steps).min(CONFLICT_WAIT_MAX)).await;
                        continue;
                    }
                    Err(error) if error.is_of_content() => return Ok(Attempt::Refused(error.to_string())),
                    Err(_) if self.was_committed(&batch).await => {
                        return Ok(self.committed(batch, series, &counted, trace).await);
                    }
                    Err(error) => error,
                },
                Err(error) if error.is_of_content() => return Ok(Attempt::Refused(error.to_string())),
                Err(error) => error,
            };
            measurements::retried(Stage::Commit);
            tracing::warn!(
                %error,
                topic = self.partition.topic,
                partition = self.partition.partition,
                messages = messages.len(),
                "the database did not take a batch, trying again"
            );
            self.office.progress.standstills.meets(&self.part, &error.to_string());
            if self.office.relay.is_closed() {
                return Err(Ended::Released);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_WAIT_MAX);
        }
    }

    async fn commit(&self, batch: &Batch, trace: Option<&BatchTrace<'_>>) -> Result<Commit, StorageError> {
        fail_points::pass(Place::BeforeCommit).await;
        if let Some(refusal) = fail_points::refusal(batch) {
            return Err(refusal);
        }
        let _timer = Timer::of(Stage::Commit, trace);
        fail_points::answer(fail_points::during(Place::InsideTransaction, self.office.store.commit(batch)).await)
    }

    /// Whether a commit whose answer was lost took place; asked until the database says it, or the process stops.
    async fn was_committed(&self, batch: &Batch) -> bool {
        let mut wait = RETRY_WAIT_MIN;
        loop {
            match self.office.store.position(&self.partition).await {
                Ok(position) => {
                    return position
                        .is_some_and(|position| position.epoch == batch.epoch && position.next_offset == batch.next);
                }
                Err(_) if self.office.relay.is_closed() => return false,
                Err(error) => self.office.progress.standstills.meets(&self.part, &error.to_string()),
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(RETRY_WAIT_MAX);
        }
    }

    async fn committed(
        &mut self,
        batch: Batch,
        series: Series,
        counted: &[Counted],
        trace: Option<BatchTrace<'_>>,
    ) -> Attempt {
        fail_points::pass(Place::AfterCommit).await;
        measurements::committed(&batch, counted);
        if let Some(trace) = trace {
            trace.tell(&batch);
        }
        self.office.progress.standstills.goes_on(&self.part);
        self.next = batch.next;
        self.series = series;
        self.office.progress.count(&batch, self.role);
        if let Some(sent) = batch.sent {
            self.outbox.removed(sent);
        }
        if !batch.outbox.is_empty() {
            self.hand_over(OutboxBatch { next_offset: batch.next, messages: batch.outbox }).await;
        }
        Attempt::Done
    }

    async fn plan<M: Matter>(
        &self,
        messages: &[M],
        keep_only: bool,
        trace: Option<&BatchTrace<'_>>,
    ) -> Result<Planned, StorageError> {
        let arrivals: Vec<&Arrival> = messages.iter().map(Matter::arrival).collect();
        if let Some(arrival) = arrivals.iter().find(|arrival| !self.generations.know(arrival.generation)) {
            // It began since the partition was taken up, which nobody but another process on a new file can have done.
            let detail = format!("the generation {} of the log is not known", arrival.generation);
            return Err(StorageError::Unreadable { detail });
        }
        let rulebook = self.office.rulebook.load_full();
        let grounds = Grounds {
            rulebook: &rulebook,
            selectivity_secret: &self.office.settings.selectivity_secret,
            topics: &self.office.settings.topics,
            generations: &self.generations,
        };
        let (mut plan, series_before, series) = if keep_only {
            let detail = "the database refuses the decision; the message is kept";
            (keep_all(messages, grounds, REFUSED_BY_DATABASE, detail), self.series.clone(), self.series.clone())
        } else {
            let found = self.look_up(messages, trace).await?;
            let before = match M::numbering(messages) {
                Numbering::Own | Numbering::None => self.series.clone(),
                Numbering::Shared => self.series_as_it_stands().await?,
            };
            let (plan, after) = in_place(messages.len(), || {
                let _timer = Timer::of(Stage::Decide, trace);
                casework::plan(messages, found, grounds, before.clone())
            });
            (plan, before, after)
        };
        let counted = std::mem::take(&mut plan.counted);
        let advance = Advance {
            partition: self.partition.clone(),
            epoch: self.epoch,
            expected: self.next,
            series_before,
            series_after: series.clone(),
        };
        plan.into_batch(&arrivals, advance)
            .map(|batch| Planned { batch: Batch { sent: self.outbox.to_be_removed(), ..batch }, series, counted })
            .ok_or_else(|| StorageError::refused("a batch without messages"))
    }

    async fn prefetch(&self, wanted: &Wanted, trace: Option<&BatchTrace<'_>>) -> Result<Prefetched, StorageError> {
        let _timer = Timer::of(Stage::Prefetch, trace);
        self.office.store.prefetch(wanted).await
    }

    /// Looks up what messages depend on: what they name, and what the declarations name that they are about, since what
    /// follows may depend on all of it.
    async fn look_up<M: Matter>(&self, messages: &[M], trace: Option<&BatchTrace<'_>>) -> Result<Found, StorageError> {
        let rows = self.prefetch(&M::wanted(messages), trace).await?;
        let (mut found, of_cases) = in_place(messages.len(), || {
            let found = Found::new(rows);
            let of_cases = found.wanted_of_cases();
            (found, of_cases)
        });
        if let Some(wanted) = of_cases {
            found.add(self.prefetch(&wanted, trace).await?);
        }
        Ok(found)
    }
}

/// Works on messages. That takes long where they are many, and must not hold up what waits for the network.
fn in_place<T>(messages: usize, work: impl FnOnce() -> T) -> T {
    if messages <= FEW_MESSAGES { work() } else { tokio::task::block_in_place(work) }
}

/// Messages as they were read, once, and when that was.
struct Reading<M> {
    messages: Vec<M>,
    begun: Clock,
    begun_at: Instant,
    ended_at: Instant,
}

impl<M: Matter> Reading<M> {
    /// Reads messages.
    fn of(messages: Vec<Message>) -> Self {
        let (begun, begun_at) = (Clock::start(), Instant::now());
        let messages = in_place(messages.len(), || {
            let _timer = Timer::of(Stage::Parse, None);
            messages.into_iter().map(|message| M::read(arrival_of(message))).collect()
        });
        Self { messages, begun, begun_at, ended_at: Instant::now() }
    }
}
