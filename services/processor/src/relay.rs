//! What was committed goes out: the outbox to the stream.

use std::sync::Arc;
use std::time::Duration;

use storage::{Ledger, OutboxMessage};
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

/// Publishes committed messages in the order in which it is given them, and removes them from the outbox afterwards.
///
/// A crash between the two publishes them again, under the same event ids.
pub(crate) struct Relay {
    sender: mpsc::Sender<Vec<OutboxMessage>>,
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
    pub(crate) fn sender(&self) -> mpsc::Sender<Vec<OutboxMessage>> {
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
    mut receiver: mpsc::Receiver<Vec<OutboxMessage>>,
) {
    while let Some(mut messages) = receiver.recv().await {
        while messages.len() < PUBLISH_MESSAGES_MAX {
            match receiver.try_recv() {
                Ok(more) => messages.extend(more),
                Err(_) => break,
            }
        }
        progress.standstills.meets(PART, "");
        let published = publish(&*stream, spans.as_ref(), &progress, &messages);
        fail_points::during(Place::InsidePublish, published).await;
        fail_points::pass(Place::AfterPublish).await;
        remove(&*store, &progress, &messages).await;
        progress.standstills.goes_on(PART);
    }
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

async fn remove(store: &dyn Ledger, progress: &Progress, messages: &[OutboxMessage]) {
    let mut wait = RETRY_WAIT_MIN;
    while let Err(error) = store.outbox_remove(messages).await {
        tracing::warn!(%error, "failed to remove published messages from the outbox, trying again");
        progress.standstills.meets(PART, &error.to_string());
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(RETRY_WAIT_MAX);
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
