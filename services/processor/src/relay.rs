//! What was committed goes out: the outbox to the stream.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use storage::{Ledger, OutboxMessage, StorageError};
use stream::{Outgoing, Stream, StreamError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::batch_trace;
use crate::fail_points::{self, Place};
use crate::measurements::{self, Stage, Timer};
use crate::progress::{Progress, RETRY_WAIT_MAX, RETRY_WAIT_MIN};
use crate::spans::SpanSink;

/// How many messages are read from the outbox, or published, at a time.
const PUBLISH_MESSAGES_MAX: usize = 2_000;
/// How many batches' messages may wait to be published; then the decisions wait. They are in the outbox too, but as long
/// as they are in memory nothing has to be read from there.
const BATCHES_WAITING_MAX: usize = 8;
/// The part of the work that this is, where it is told of.
const PART: &str = "the outbox";

/// How long what was sent may lie in the outbox when no batch of its partition takes it away.
const REMOVAL_WAIT: Duration = Duration::from_millis(250);

/// How far the outbox of a partition is sent, and how far it is cleared.
///
/// ```text
///   batch n is committed ──► published ──► sent = n ──► batch n+1 takes it out of the outbox, or the relay, after a while
/// ```
///
/// Nothing leaves the outbox before the stream has acknowledged it. A crash before that publishes it again, under the same
/// event ids.
#[derive(Debug)]
pub(crate) struct PartitionOutbox {
    topic: String,
    partition: i32,
    sent: AtomicI64,
    removed: AtomicI64,
}

impl PartitionOutbox {
    pub(crate) fn new(topic: &str, partition: i32) -> Self {
        Self { topic: topic.to_owned(), partition, sent: AtomicI64::new(-1), removed: AtomicI64::new(-1) }
    }

    /// The position up to which everything was sent, where something of it lies in the outbox yet.
    pub(crate) fn to_be_removed(&self) -> Option<i64> {
        let sent = self.sent.load(Ordering::Acquire);
        (sent > self.removed.load(Ordering::Acquire)).then_some(sent)
    }

    /// Notes that the outbox is cleared up to a position.
    pub(crate) fn removed(&self, up_to: i64) {
        self.removed.fetch_max(up_to, Ordering::AcqRel);
    }

    /// Clears the outbox of what was sent, without a batch.
    pub(crate) async fn remove_sent(&self, store: &dyn Ledger) -> Result<(), StorageError> {
        if let Some(sent) = self.to_be_removed() {
            store.outbox_remove(&self.topic, self.partition, sent).await?;
            self.removed(sent);
        }
        Ok(())
    }
}

/// What a batch left to be sent.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) outbox: Arc<PartitionOutbox>,
    /// The position that the batch moved its partition to.
    pub(crate) next_offset: i64,
    pub(crate) messages: Vec<OutboxMessage>,
}

/// Publishes committed messages in the order in which it is given them.
pub(crate) struct Relay {
    sender: mpsc::Sender<Committed>,
    task: JoinHandle<()>,
}

impl Relay {
    pub(crate) fn start(
        store: Arc<dyn Ledger>,
        stream: Arc<dyn Stream>,
        spans: Option<Arc<dyn SpanSink>>,
        progress: Arc<Progress>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(BATCHES_WAITING_MAX);
        let task = tokio::spawn(publish_all(store, stream, spans, progress, receiver));
        Self { sender, task }
    }

    /// Where committed messages are handed in. Waits when the stream is slower than the decisions.
    pub(crate) fn sender(&self) -> mpsc::Sender<Committed> {
        self.sender.clone()
    }

    /// Publishes what was handed in, then stops. What a deadline cuts off stays in the outbox.
    pub(crate) async fn close(self, deadline: Duration) {
        drop(self.sender);
        let mut task = self.task;
        if tokio::time::timeout(deadline, &mut task).await.is_err() {
            task.abort();
            tracing::warn!("the outbox was not emptied before the deadline; the rest goes out at the next start");
        }
    }
}

async fn publish_all(
    store: Arc<dyn Ledger>,
    stream: Arc<dyn Stream>,
    spans: Option<Arc<dyn SpanSink>>,
    progress: Arc<Progress>,
    mut receiver: mpsc::Receiver<Committed>,
) {
    let mut sent: Vec<(Arc<PartitionOutbox>, Instant)> = Vec::new();
    loop {
        let received = if sent.is_empty() {
            receiver.recv().await
        } else {
            // What lies in the outbox although it was sent wakes the relay; as soon as nothing does, it sleeps.
            match tokio::time::timeout(REMOVAL_WAIT, receiver.recv()).await {
                Ok(received) => received,
                Err(_) => {
                    clear(&*store, &mut sent, REMOVAL_WAIT).await;
                    continue;
                }
            }
        };
        let Some(first) = received else { break };
        let mut committed = vec![first];
        let mut count = committed[0].messages.len();
        while count < PUBLISH_MESSAGES_MAX {
            match receiver.try_recv() {
                Ok(more) => {
                    count += more.messages.len();
                    committed.push(more);
                }
                Err(_) => break,
            }
        }
        let mut messages = Vec::with_capacity(count);
        for batch in &mut committed {
            messages.append(&mut batch.messages);
        }
        progress.standstills.meets(PART, "");
        let published = publish(&*stream, spans.as_ref(), &progress, &messages);
        fail_points::during(Place::InsidePublish, published).await;
        fail_points::pass(Place::AfterPublish).await;
        for Committed { outbox, next_offset, .. } in committed {
            outbox.sent.fetch_max(next_offset, Ordering::AcqRel);
            sent.retain(|(known, _)| !Arc::ptr_eq(known, &outbox));
            sent.push((outbox, Instant::now()));
        }
        progress.standstills.goes_on(PART);
        clear(&*store, &mut sent, REMOVAL_WAIT).await;
    }
    clear(&*store, &mut sent, Duration::ZERO).await;
}

/// Clears the outboxes in which what was sent last lies for so long, and lets go of those that are clear. What the
/// database does not take now is tried again the next time.
async fn clear(store: &dyn Ledger, sent: &mut Vec<(Arc<PartitionOutbox>, Instant)>, lies_for: Duration) {
    for (outbox, since) in sent.iter_mut() {
        if since.elapsed() >= lies_for {
            *since = Instant::now();
            if let Err(error) = outbox.remove_sent(store).await {
                tracing::warn!(%error, "failed to remove published messages from the outbox, trying again");
            }
        }
    }
    sent.retain(|(outbox, _)| outbox.to_be_removed().is_some());
}

async fn publish(
    stream: &dyn Stream,
    spans: Option<&Arc<dyn SpanSink>>,
    progress: &Progress,
    messages: &[OutboxMessage],
) {
    let mut rest = messages;
    let mut wait = RETRY_WAIT_MIN;
    while !rest.is_empty() {
        let part = &rest[..rest.len().min(PUBLISH_MESSAGES_MAX)];
        let timer = Timer::of(Stage::Publish, None);
        let outcome = stream.publish(part.iter().map(outgoing).collect()).await;
        let took = timer.elapsed();
        drop(timer);
        match outcome {
            Ok(()) => {
                measurements::published(part.len());
                if let Some(spans) = spans {
                    batch_trace::published(spans, part, took);
                }
                rest = &rest[part.len()..];
                wait = RETRY_WAIT_MIN;
                progress.standstills.goes_on(PART);
                progress.standstills.meets(PART, "");
            }
            Err(error) => {
                // To keep the order of a key, everything from the first message that was not acknowledged goes again.
                rest = &rest[error.first.min(part.len())..];
                let too_large = matches!(error.cause, StreamError::TooLarge { .. });
                if let (true, [refused, others @ ..]) = (too_large, rest) {
                    // The stream will never take it, whatever is mended there. It stays in the decision log or among the kept messages.
                    tracing::error!(%error, cause = %error.cause, event_id = refused.event_id, "a message cannot be published");
                    rest = others;
                    continue;
                }
                measurements::retried(Stage::Publish);
                tracing::warn!(%error, cause = %error.cause, waiting = rest.len(), "failed to publish, trying again");
                progress.standstills.meets(PART, &error.cause.to_string());
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(RETRY_WAIT_MAX);
            }
        }
    }
}

fn outgoing(message: &OutboxMessage) -> Outgoing {
    Outgoing {
        topic: message.topic.clone(),
        key: message.key.clone(),
        headers: message.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect(),
        payload: message.payload.clone(),
        event_id: message.event_id.clone(),
        timestamp_ms: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_outbox_before_it_was_sent_and_nothing_twice() {
        let outbox = PartitionOutbox::new("declarations.lodged", 0);
        assert_eq!(outbox.to_be_removed(), None);
        outbox.sent.fetch_max(7, Ordering::AcqRel);
        assert_eq!(outbox.to_be_removed(), Some(7));
        // A batch takes it away while the next is being sent.
        outbox.sent.fetch_max(9, Ordering::AcqRel);
        outbox.removed(7);
        assert_eq!(outbox.to_be_removed(), Some(9));
        outbox.removed(9);
        assert_eq!(outbox.to_be_removed(), None);
    }
}
