//! One tail for many listeners.
//!
//! ```text
//!   topic ──► Tail ──► Broadcast ──┬──► Listener
//!                    (the latest   ├──► Listener
//!                     messages)    └──► Listener that was slow: it is told where to read what it missed
//! ```
//!
//! A listener takes messages at its own pace, and holds up nobody: once the broadcast has no more room for what a listener
//! has not taken, the listener misses it and is told so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::contract::Tail;
use crate::error::StreamError;
use crate::record::Message;

/// How long the reader waits for a message before it asks again, which changes nothing.
const READ_WAIT: Duration = Duration::from_secs(60);

/// Reads a tail and lets everybody hear it who listens. Dropping it ends the reading.
pub struct Broadcast {
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

/// What the reader and the listeners share.
struct Shared(Mutex<State>);

struct State {
    /// Absent once the reading has ended.
    sender: Option<broadcast::Sender<Arc<Message>>>,
    /// For each partition, the offset that follows what was sent last.
    positions: BTreeMap<i32, i64>,
    /// Why the reading has ended.
    ended: Option<Arc<StreamError>>,
}

/// What a listener meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The next message of some partition. Those of one partition come in order.
    Message(Arc<Message>),
    /// The listener was too slow. The next messages are the oldest that there still was room for.
    Missed {
        /// How many messages it does not hear.
        messages: u64,
        /// Where a tail begins that reads them: [`TailFrom::Positions`](crate::TailFrom::Positions). In each partition they
        /// end before the next message that is heard from it.
        from: BTreeMap<i32, i64>,
    },
}

impl Broadcast {
    /// Begins to read a tail, with room for so many messages that some listener has not taken.
    pub fn of(mut tail: Box<dyn Tail>, room: usize) -> Self {
        let (sender, _) = broadcast::channel(room.max(1));
        let state = State { sender: Some(sender), positions: tail.positions(), ended: None };
        let shared = Arc::new(Shared(Mutex::new(state)));
        let reader = tokio::spawn({
            let shared = shared.clone();
            async move {
                loop {
                    match tail.next(READ_WAIT).await {
                        Ok(Some(message)) => shared.send(message),
                        Ok(None) => {}
                        Err(error) => return shared.end(error),
                    }
                }
            }
        });
        Self { shared, reader }
    }

    /// Listens from now on.
    pub fn listen(&self) -> Listener {
        let state = self.shared.lock();
        let messages = match &state.sender {
            Some(sender) => sender.subscribe(),
            // Nobody sends to it, which the listener is told.
            None => broadcast::channel(1).1,
        };
        Listener { messages, positions: state.positions.clone(), shared: self.shared.clone() }
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.reader.abort();
        self.shared.end(StreamError::Closed);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, message: Message) {
        let mut state = self.lock();
        state.positions.insert(message.partition, message.offset + 1);
        if let Some(sender) = &state.sender {
            // Fails when nobody listens, and then nobody is to hear it.
            let _ = sender.send(Arc::new(message));
        }
    }

    fn end(&self, error: StreamError) {
        let mut state = self.lock();
        state.sender = None;
        state.ended.get_or_insert_with(|| Arc::new(error));
    }
}

/// Hears every message from its beginning on, but for those that it was too slow for.
pub struct Listener {
    messages: broadcast::Receiver<Arc<Message>>,
    positions: BTreeMap<i32, i64>,
    shared: Arc<Shared>,
}

impl Listener {
    /// What is heard next, or nothing when there is nothing within the given time. Dropping the future loses nothing.
    ///
    /// # Errors
    /// The tail cannot be read any more. Whatever was read before is heard first.
    pub async fn next(&mut self, wait: Duration) -> Result<Option<Heard>, Arc<StreamError>> {
        match tokio::time::timeout(wait, self.messages.recv()).await {
            Err(_) => Ok(None),
            Ok(Ok(message)) => {
                self.positions.insert(message.partition, message.offset + 1);
                Ok(Some(Heard::Message(message)))
            }
            Ok(Err(RecvError::Lagged(messages))) => Ok(Some(Heard::Missed { messages, from: self.positions.clone() })),
            Ok(Err(RecvError::Closed)) => {
                Err(self.shared.lock().ended.clone().unwrap_or_else(|| Arc::new(StreamError::Closed)))
            }
        }
    }

    /// For each partition the offset that follows what was heard last: where a tail begins that goes on after it.
    pub fn positions(&self) -> &BTreeMap<i32, i64> {
        &self.positions
    }
}
