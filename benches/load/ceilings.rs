//! What each part can do by itself on this machine: the broker, the database, the pipeline; and libxml2, as a measure of
//! the machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use benches::libxml2::LibXml2;
use benches::site::{Documents, a_second, publish_all};
use benches::workspace;
use processor::{Rehearsal, Settings};
use rulebook::Rulebook;
use storage::{Batch, Commit, Position, Store};
use stream::{Assigned, BoxError, ConsumerSettings, Event, Outgoing, Positions, Stream, Topics};
use tokio::task::JoinSet;

use crate::PARTITIONS;

/// Documents a second that libxml2 reads and validates on one core, against the schema that ours is written by; `None`
/// where it is not installed.
pub fn libxml2(messages: &[Outgoing]) -> Option<u64> {
    let libxml2 = LibXml2::load(&workspace().join("schemas/declaration/1.0/declaration.xsd"))?;
    let begun = Instant::now();
    let sound = messages.iter().all(|message| libxml2.read(&message.payload, true));
    assert!(sound, "libxml2 refuses a sound document");
    Some(a_second(messages.len(), begun.elapsed()))
}

/// Messages a second that the broker takes, and that it hands out.
pub async fn broker(stream: &Arc<dyn Stream>, topic: &str, messages: Vec<Outgoing>) -> (u64, u64) {
    let count = messages.len();
    let begun = Instant::now();
    publish_all(stream, messages).await;
    let taken = a_second(count, begun.elapsed());
    let settings = ConsumerSettings { max_messages: 500, ..ConsumerSettings::default() };
    let mut consumer =
        stream.consumer(&[topic], &format!("{topic}.group"), settings, Arc::new(FromTheBeginning)).await.unwrap();
    let Event::Assigned(partitions) = consumer.next().await.unwrap() else { panic!("nobody else is in the group") };
    let (sizes, mut came) = tokio::sync::mpsc::channel(PARTITIONS as usize);
    for Assigned { batches: mut partition, .. } in partitions {
        let sizes = sizes.clone();
        tokio::spawn(async move {
            while let Some(batch) = partition.next().await {
                if sizes.send(batch.messages.len()).await.is_err() {
                    return;
                }
            }
        });
    }
    // Joining the group takes its time, and is not what is measured.
    let first = came.recv().await.unwrap();
    let (begun, mut read) = (Instant::now(), first);
    while read < count {
        read += came.recv().await.unwrap();
    }
    let handed_out = a_second(count - first, begun.elapsed());
    consumer.close(Duration::from_secs(10)).await;
    (taken, handed_out)
}

struct FromTheBeginning;

#[async_trait]
impl Positions for FromTheBeginning {
    async fn acquire(&self, _topic: &str, _partition: i32, _identity: &str) -> Result<i64, BoxError> {
        Ok(0)
    }

    async fn released(&self, _topic: &str, _partition: i32) {}
}

/// Declarations a second that one thread, and two, read and decide in memory; and what the database would be given.
pub fn pipeline(rulebook: &Rulebook, documents: &mut Documents, count: usize) -> (u64, u64, Vec<Vec<Batch>>) {
    let settings = settings();
    let share = count / PARTITIONS as usize;
    let messages: Vec<_> =
        (0..PARTITIONS).map(|partition| documents.messages(&settings.topics.lodged, partition, share)).collect();
    let decide = |messages: &Vec<stream::Message>| -> Vec<Batch> {
        let mut rehearsal = Rehearsal::new(rulebook, &settings, Position { next_offset: 0, epoch: 1 });
        messages.chunks(settings.batch_messages_max).filter_map(|part| rehearsal.decide(part.to_vec())).collect()
    };
    let begun = Instant::now();
    let batches: Vec<Vec<Batch>> = messages.iter().map(decide).collect();
    let one = a_second(share * messages.len(), begun.elapsed());
    let (first, second) = messages.split_at(messages.len() / 2);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for half in [first, second] {
            scope.spawn(move || half.iter().map(decide).map(|batches| batches.len()).sum::<usize>());
        }
    });
    let two = a_second(share * messages.len(), begun.elapsed());
    (one, two, batches)
}

/// Decided declarations a second that the database takes: batches are committed, and their notices removed from the
/// outbox, as if they had been sent.
pub async fn database(store: &Arc<dyn Store>, batches: Vec<Vec<Batch>>) -> u64 {
    let count = batches.iter().flatten().map(|batch| batch.declarations.len()).sum();
    for partition in 0..PARTITIONS {
        let partition = settings().partition(&settings().topics.lodged, partition);
        let held = store.acquire(&partition, "load").await.unwrap();
        assert_eq!(held, Position { next_offset: 0, epoch: 1 }, "the database is the run's own");
    }
    let begun = Instant::now();
    let mut writers = JoinSet::new();
    for batches in batches {
        let store = store.clone();
        writers.spawn(async move {
            for batch in &batches {
                assert_eq!(store.commit(batch).await.unwrap(), Commit::Committed);
                store.outbox_remove(&batch.partition.topic, batch.partition.partition, batch.next).await.unwrap();
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    a_second(count, begun.elapsed())
}

fn settings() -> Settings {
    Settings { topics: Topics::new("ceiling."), ..Settings::default() }
}
