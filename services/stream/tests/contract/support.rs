//! What the cases share: positions kept in memory, and short ways to publish and to read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use stream::{Batch, BoxError, ConsumerSettings, Message, Outgoing, PositionRefused, Positions, Stream};

use crate::reading::{Event, Reading};

/// Long enough for a busy machine; a case that waits longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Positions as a database would keep them.
#[derive(Default)]
pub(crate) struct KeptPositions {
    /// The next offset by partition; 0 where nothing is kept.
    pub(crate) next: Mutex<BTreeMap<i32, i64>>,
    /// What was acquired, with the identity that was named.
    pub(crate) acquired: Mutex<Vec<(i32, String)>>,
    /// What was released.
    pub(crate) released: Mutex<Vec<i32>>,
    /// How many questions fail before one is answered.
    pub(crate) failures: Mutex<u32>,
    /// The partition whose position is refused.
    pub(crate) refused: Option<i32>,
}

impl KeptPositions {
    pub(crate) fn at(positions: &[(i32, i64)]) -> Arc<Self> {
        Arc::new(Self { next: Mutex::new(positions.iter().copied().collect()), ..Self::default() })
    }

    /// Keeps a position as a commit would: only if it is the one that follows.
    pub(crate) fn commit(&self, batch: &Batch) -> bool {
        let mut next = self.next.lock().expect("not poisoned");
        let kept = next.entry(batch.partition).or_insert(0);
        let fits = batch.messages[0].offset == *kept;
        if fits {
            *kept = batch.next_offset();
        }
        fits
    }
}

#[async_trait]
impl Positions for KeptPositions {
    async fn acquire(&self, _topic: &str, partition: i32, stream_identity: &str) -> Result<i64, BoxError> {
        {
            let mut failures = self.failures.lock().expect("not poisoned");
            if *failures > 0 {
                *failures -= 1;
                return Err("the database is restarting".into());
            }
        }
        if self.refused == Some(partition) {
            return Err(Box::new(PositionRefused("the position belongs to another log".into())));
        }
        self.acquired.lock().expect("not poisoned").push((partition, stream_identity.to_owned()));
        Ok(self.next.lock().expect("not poisoned").get(&partition).copied().unwrap_or(0))
    }

    async fn released(&self, _topic: &str, partition: i32) {
        self.released.lock().expect("not poisoned").push(partition);
    }
}

/// Settings that do not keep a test waiting.
pub(crate) fn settings() -> ConsumerSettings {
    ConsumerSettings {
        max_wait: Duration::from_millis(5),
        session_timeout: Duration::from_secs(6),
        acquire_timeout: Duration::from_secs(5),
        ..ConsumerSettings::default()
    }
}

/// A message whose payload tells it from every other.
pub(crate) fn outgoing(topic: &str, key: &str, number: usize) -> Outgoing {
    Outgoing {
        topic: topic.to_owned(),
        key: key.as_bytes().to_vec(),
        headers: vec![("ce_type".into(), b"test".to_vec()), ("number".into(), number.to_string().into_bytes())],
        payload: format!("{key}/{number}").into_bytes(),
        event_id: format!("{topic}/{key}/{number}"),
        timestamp_ms: None,
    }
}

/// Bytes that do not compress, so that their number is what travels.
pub(crate) fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

/// Publishes numbered messages of one key.
pub(crate) async fn publish(stream: &dyn Stream, topic: &str, key: &str, numbers: std::ops::Range<usize>) {
    let messages = numbers.map(|number| outgoing(topic, key, number)).collect();
    stream.publish(messages).await.expect("published");
}

pub(crate) async fn next(consumer: &mut Reading) -> Event {
    tokio::time::timeout(PATIENCE, consumer.next()).await.expect("something happens").expect("and is no error")
}

/// The next batch; partitions that come meanwhile are passed over, partitions that halt are not.
pub(crate) async fn next_batch(consumer: &mut Reading) -> Batch {
    loop {
        match next(consumer).await {
            Event::Batch(batch) => return batch,
            Event::Assigned(_) | Event::Revoked(_) => {}
            Event::Halted { partition, reason, .. } => panic!("partition {partition} halts: {reason}"),
        }
    }
}

/// Reads until so many messages have come.
pub(crate) async fn read(consumer: &mut Reading, count: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    while messages.len() < count {
        messages.extend(next_batch(consumer).await.messages);
    }
    messages
}

/// Payloads as text, for messages that have one.
pub(crate) fn texts(messages: &[Message]) -> Vec<String> {
    messages
        .iter()
        .filter_map(|message| message.payload.as_deref())
        .map(|payload| String::from_utf8_lossy(payload).into_owned())
        .collect()
}
