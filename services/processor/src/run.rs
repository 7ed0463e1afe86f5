//! The processor as a whole: reads the stream, gives each partition a worker, stops in order.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use casework::{Confirmation, Lodgement, NUMBER_STRIPES, Order};
use rulebook::Rulebook;
use storage::{Ledger, StreamPartition};
use stream::{Assigned, Batches, Consumer, ConsumerSettings, Event, Positions as _, Role, Stream, StreamError};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::measurements;
use crate::ownership::Ownership;
use crate::partition_worker::{Ended, Office, PartitionWorker, Supply};
use crate::progress::{Progress, RETRY_WAIT_MAX, RETRY_WAIT_MIN};
use crate::relay::Relay;
use crate::settings::Settings;
use crate::spans::SpanSink;
use crate::standstills::part_of;

/// How many bytes of messages a batch holds, at most: more than as many declarations of the usual size as one holds.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// How long stopping may take before what is not finished is left for the next start.
const CLOSE_DEADLINE: Duration = Duration::from_secs(20);

/// Why the processor cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    #[error("failed to read the stream")]
    Stream(#[from] StreamError),
    /// A topic has more partitions than numbers are dealt into.
    #[error(
        "topic `{topic}` has {partitions} partitions; declaration numbers are dealt into {NUMBER_STRIPES}, so it can have no more"
    )]
    TooManyPartitions { topic: String, partitions: i32 },
    /// A partition cannot go on without a person.
    #[error("partition {partition} of `{topic}` cannot go on: {reason}")]
    Halted {
        topic: String,
        partition: i32,
        /// Why, and what to do.
        reason: String,
    },
}

/// What the processor is made of.
pub struct Processor {
    pub store: Arc<dyn Ledger>,
    /// Where messages come from and go to.
    pub stream: Arc<dyn Stream>,
    /// The rules, exchangeable between two batches.
    pub rulebook: Arc<ArcSwap<Rulebook>>,
    /// What an operator set.
    pub settings: Settings,
    /// Counts what was done, for whoever watches.
    pub progress: Arc<Progress>,
    /// Where the work is told to whoever traces it, if anybody does.
    pub spans: Option<Arc<dyn SpanSink>>,
}

/// A partition that is being worked on. Dropping it ends the worker after the batch that it has.
struct Seat {
    turn: u64,
    _stays: oneshot::Sender<()>,
}

#[derive(Default)]
struct Seats {
    held: HashMap<StreamPartition, Seat>,
    workers: JoinSet<(StreamPartition, u64, Ended)>,
    turns: u64,
}

impl Seats {
    /// Gives a partition that is owned a worker, in place of the one that it may have had.
    fn seat(
        &mut self,
        office: &Arc<Office>,
        ownership: &Ownership,
        partition: StreamPartition,
        batches: Box<dyn Batches>,
    ) {
        let Some(position) = ownership.held(&partition) else {
            return;
        };
        self.turns += 1;
        let (stays, let_go) = oneshot::channel();
        let supply = Supply { batches, let_go };
        self.workers.spawn(work(office.clone(), partition.clone(), position, supply, self.turns));
        self.held.insert(partition, Seat { turn: self.turns, _stays: stays });
    }

    /// Lets the workers finish the batches that they have.
    async fn close(&mut self) {
        self.held.clear();
        let workers = &mut self.workers;
        let finish = async { while workers.join_next().await.is_some() {} };
        if tokio::time::timeout(CLOSE_DEADLINE, finish).await.is_err() {
            tracing::warn!("some batches were not finished before the deadline; they are read again at the next start");
            self.workers.abort_all();
        }
    }
}

/// Whether messages of a role may be given numbers.
fn is_numbered(role: Role) -> bool {
    match role {
        Role::Lodged | Role::Commands => true,
        Role::Settled | Role::Answers | Role::Notices | Role::Unreadable => false,
    }
}

/// Runs the processor until `stop` turns true, then finishes what was begun and closes.
///
/// # Errors
/// When the stream fails for good, or a partition cannot go on without a person.
pub async fn run(processor: Processor, mut stop: watch::Receiver<bool>) -> Result<(), ProcessorError> {
    let Processor { store, stream, rulebook, settings, progress, spans } = processor;
    for topic in stream.topics().await? {
        let numbered = settings.topics.role_of(&topic.name).is_some_and(is_numbered);
        if numbered && i64::from(topic.partitions) > NUMBER_STRIPES {
            return Err(ProcessorError::TooManyPartitions { topic: topic.name, partitions: topic.partitions });
        }
    }
    let ownership = Arc::new(Ownership::new(store.clone(), settings.group.clone(), progress.clone()));
    let relay = Relay::start(store.clone(), stream.clone(), spans.clone(), progress.clone());
    let consumer_settings = ConsumerSettings {
        max_messages: settings.batch_messages_max,
        max_bytes: BATCH_BYTES_MAX,
        max_wait: settings.batch_wait,
        session_timeout: settings.session_timeout,
        instance: settings.instance.clone(),
        ..ConsumerSettings::default()
    };
    let topics = settings.topics.processed();
    let opened = open(&*stream, &topics, &settings.group, &consumer_settings, &ownership, &progress);
    let consumer = tokio::select! {
        biased;
        () = stopped(&mut stop) => return Ok(()),
        opened = opened => opened?,
    };
    let office = Arc::new(Office { store, rulebook, settings, relay: relay.sender(), progress, spans });
    let mut run = Run { stream, ownership, consumer, office, seats: Seats::default(), stop };
    let result = run.until_stopped().await;
    run.close().await;
    relay.close(CLOSE_DEADLINE).await;
    result
}

/// A processor at work.
struct Run {
    stream: Arc<dyn Stream>,
    ownership: Arc<Ownership>,
    consumer: Box<dyn Consumer>,
    office: Arc<Office>,
    seats: Seats,
    stop: watch::Receiver<bool>,
}

impl Run {
    async fn until_stopped(&mut self) -> Result<(), ProcessorError> {
        loop {
            measurements::partitions(self.seats.held.len());
            let workers = &mut self.seats.workers;
            tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return Ok(()),
                Some(ended) = workers.join_next(), if !workers.is_empty() => {
                    let Ok((partition, turn, ended)) = ended else { continue };
                    self.meet_end(partition, turn, ended).await?;
                }
                event = self.consumer.next() => self.meet(event?).await?,
            }
        }
    }

    /// A worker has ended.
    async fn meet_end(&mut self, partition: StreamPartition, turn: u64, ended: Ended) -> Result<(), ProcessorError> {
        if self.seats.held.get(&partition).is_none_or(|seat| seat.turn != turn) {
            // It had already been replaced.
            return Ok(());
        }
        self.seats.held.remove(&partition);
        match ended {
            Ended::Released => Ok(()),
            Ended::Fenced => {
                tracing::warn!(
                    topic = %partition.topic, partition = partition.partition,
                    "the position was moved by another process; taking the partition over anew"
                );
                self.seat_again(partition).await
            }
            Ended::Failed(reason) => Err(halted(partition, reason)),
        }
    }

    /// Something has happened in the stream.
    async fn meet(&mut self, event: Event) -> Result<(), ProcessorError> {
        match event {
            Event::Assigned(partitions) => {
                tracing::info!(partitions = partitions.len(), "partitions were assigned");
                // At once, and not with their first batch: what an earlier owner left in the outbox goes out now.
                for Assigned { topic, partition, batches } in partitions {
                    let partition = self.office.settings.partition(&topic, partition);
                    self.seats.seat(&self.office, &self.ownership, partition, batches);
                }
            }
            Event::Revoked(partitions) => {
                tracing::info!(partitions = partitions.len(), "partitions were revoked");
                for (topic, partition) in partitions {
                    self.seats.held.remove(&self.office.settings.partition(&topic, partition));
                }
            }
            Event::Halted { topic, partition, reason } => {
                let partition = self.office.settings.partition(&topic, partition);
                if !self.ownership.met_passing_trouble(&partition) {
                    return Err(halted(partition, reason));
                }
                tracing::warn!(
                    topic = %partition.topic, partition = partition.partition, reason,
                    "a partition could not be taken over in time; it is tried until it can be"
                );
                self.seat_again(partition).await?;
            }
        }
        Ok(())
    }

    /// Takes a partition over anew, reads it from where it stands and gives it a worker; gives that up when the process
    /// stops.
    async fn seat_again(&mut self, partition: StreamPartition) -> Result<(), ProcessorError> {
        let taken = take_over(&*self.stream, &self.ownership, &partition, &self.office.progress);
        let next = tokio::select! {
            biased;
            () = stopped(&mut self.stop) => return Ok(()),
            taken = taken => taken.map_err(|reason| halted(partition.clone(), reason))?,
        };
        match self.consumer.rewind(&partition.topic, partition.partition, next).await {
            Ok(batches) => self.seats.seat(&self.office, &self.ownership, partition, batches),
            // It is no longer ours: whoever has it goes on.
            Err(error) => tracing::info!(%error, "the partition was not rewound"),
        }
        Ok(())
    }

    /// Finishes what was begun, then leaves the group.
    async fn close(mut self) {
        self.seats.close().await;
        self.consumer.close(CLOSE_DEADLINE).await;
    }
}

/// Begins to read; patiently, while the trouble may pass.
async fn open(
    stream: &dyn Stream,
    topics: &[&str],
    group: &str,
    settings: &ConsumerSettings,
    ownership: &Arc<Ownership>,
    progress: &Progress,
) -> Result<Box<dyn Consumer>, StreamError> {
    const PART: &str = "the reader of the stream";
    let mut wait = RETRY_WAIT_MIN;
    progress.standstills.meets(PART, "");
    loop {
        match stream.consumer(topics, group, settings.clone(), ownership.clone()).await {
            Err(error) if error.is_transient() => {
                let error = chain(&error);
                tracing::warn!(error, "failed to begin to read the stream, trying again");
                progress.standstills.meets(PART, &error);
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(RETRY_WAIT_MAX);
            }
            opened => {
                progress.standstills.goes_on(PART);
                return opened;
            }
        }
    }
}

/// An error with what caused it.
fn chain(error: &StreamError) -> String {
    use std::error::Error as _;
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Returns once `stop` is true, or nobody is left who could turn it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn halted(partition: StreamPartition, reason: String) -> ProcessorError {
    ProcessorError::Halted { topic: partition.topic, partition: partition.partition, reason }
}

/// Takes a partition over anew, from where the database says that it stands; patiently, while the trouble may pass.
async fn take_over(
    stream: &dyn Stream,
    ownership: &Ownership,
    partition: &StreamPartition,
    progress: &Progress,
) -> Result<i64, String> {
    let mut wait = RETRY_WAIT_MIN;
    let part = part_of(partition);
    loop {
        let error = match stream.topic_identity(&partition.topic).await {
            Err(error) if error.is_transient() => chain(&error),
            Err(error) => return Err(error.to_string()),
            Ok(identity) => match ownership.acquire(&partition.topic, partition.partition, &identity).await {
                Ok(next) => return Ok(next),
                Err(error) if ownership.met_passing_trouble(partition) => error.to_string(),
                Err(error) => return Err(error.to_string()),
            },
        };
        tracing::warn!(
            topic = %partition.topic, partition = partition.partition, error,
            "failed to take a partition over, trying again"
        );
        progress.standstills.meets(&part, &error);
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_WAIT_MAX);
    }
}

async fn work(
    office: Arc<Office>,
    partition: StreamPartition,
    position: storage::Position,
    mut supply: Supply,
    turn: u64,
) -> (StreamPartition, u64, Ended) {
    let mut wait = RETRY_WAIT_MIN;
    let part = part_of(&partition);
    let Some(role) = office.settings.topics.role_of(&partition.topic) else {
        return (partition, turn, Ended::Failed("nothing is read from this topic".to_owned()));
    };
    let worker = loop {
        match PartitionWorker::take_up(office.clone(), partition.clone(), role, position).await {
            Ok(worker) => {
                office.progress.standstills.goes_on(&part);
                break worker;
            }
            Err(error) if error.is_transient() => {
                tracing::warn!(%error, "failed to take a partition up, trying again");
                office.progress.standstills.meets(&part, &error.to_string());
                if supply.is_let_go_within(wait).await {
                    office.progress.standstills.goes_on(&part);
                    return (partition, turn, Ended::Released);
                }
                wait = (wait * 2).min(RETRY_WAIT_MAX);
            }
            Err(error) => return (partition, turn, Ended::Failed(error.to_string())),
        }
    };
    let ended = match role {
        Role::Lodged => worker.run::<Lodgement>(supply).await,
        Role::Commands => worker.run::<Order>(supply).await,
        Role::Settled => worker.run::<Confirmation>(supply).await,
        Role::Answers | Role::Notices | Role::Unreadable => Ended::Failed("nobody reads what we write".to_owned()),
    };
    (partition, turn, ended)
}
