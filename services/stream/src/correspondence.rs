//! Publishing messages and waiting for what answers them.
//!
//! ```text
//!                    publish ──► declarations.lodged, declarations.commands ──► processor
//!   Exchange ────────┤                                                              │
//!   Exchange ◄── Correspondence ◄── declarations.notices, .answers, .unreadable ◄───┘
//!                (by the header `cause`)
//! ```
//!
//! One reader of each topic serves every exchange of a process. An exchange waits for the answers to as many messages as it
//! likes, each of which may be answered several times, on several topics.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::contract::{Stream, Tail, TailFrom};
use crate::error::{PublishError, StreamError};
use crate::record::{Message, Outgoing};
use vocabulary::envelope::{CAUSE_HEADER, as_cause};
use vocabulary::topics::{Role, Topics};

/// How long a reader waits for a message before it asks again, which changes nothing.
const LISTEN_WAIT: Duration = Duration::from_secs(60);

/// A topic cannot be listened to, or not any more. What was published nevertheless is answered, and nobody here hears it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("failed to listen to {}", role.topic().name)]
pub struct ListenError {
    pub role: Role,
    #[source]
    pub cause: Arc<StreamError>,
}

/// Why messages were not published, or not all of them.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// Nothing was published, since no answer would be heard.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The log did not take all of them.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

/// What answers a message.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The event identifier of the message that is answered.
    pub event_id: String,
    /// The topic that the answer came on.
    pub role: Role,
    pub message: Arc<Message>,
}

/// Listens for answers on behalf of every [`Exchange`].
pub struct Correspondence {
    stream: Arc<dyn Stream>,
    waiting: Arc<Waiting>,
    /// The readers; dropping them ends them.
    _readers: JoinSet<()>,
}

/// Who waits for the answers to which message.
#[derive(Default)]
struct Waiting(Mutex<Register>);

#[derive(Default)]
struct Register {
    by_cause: HashMap<String, Vec<Waiter>>,
    exchanges: u64,
    failed: Option<ListenError>,
}

struct Waiter {
    exchange: u64,
    event_id: String,
    answers: mpsc::UnboundedSender<Result<Answer, ListenError>>,
}

impl Correspondence {
    /// Begins to listen on topics. Answers to whatever is published from now on are heard.
    ///
    /// # Errors
    /// Names the topic that cannot be listened to.
    pub async fn open(stream: Arc<dyn Stream>, topics: &Topics, roles: &[Role]) -> Result<Self, ListenError> {
        let waiting = Arc::new(Waiting::default());
        let mut readers = JoinSet::new();
        for &role in roles {
            let tail = stream.tail(topics.name(role), TailFrom::End).await;
            let tail = tail.map_err(|cause| ListenError { role, cause: Arc::new(cause) })?;
            readers.spawn(listen(role, tail, waiting.clone()));
        }
        Ok(Self { stream, waiting, _readers: readers })
    }

    /// Begins an exchange that waits for nothing yet.
    pub fn exchange(&self) -> Exchange<'_> {
        let (sender, answers) = mpsc::unbounded_channel();
        let mut register = self.waiting.lock();
        register.exchanges += 1;
        Exchange { correspondence: self, number: register.exchanges, awaited: HashSet::new(), sender, answers }
    }
}

async fn listen(role: Role, mut tail: Box<dyn Tail>, waiting: Arc<Waiting>) {
    loop {
        match tail.next(LISTEN_WAIT).await {
            Ok(Some(message)) => waiting.hand_out(role, message),
            Ok(None) => {}
            Err(cause) => return waiting.fail(&ListenError { role, cause: Arc::new(cause) }),
        }
    }
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Register> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hand_out(&self, role: Role, message: Message) {
        let Some(cause) = message.header_text(CAUSE_HEADER).map(std::borrow::Cow::into_owned) else { return };
        let register = self.lock();
        let Some(waiters) = register.by_cause.get(&cause) else { return };
        let message = Arc::new(message);
        for waiter in waiters {
            let answer = Answer { event_id: waiter.event_id.clone(), role, message: message.clone() };
            // An exchange that has ended hears nothing more.
            let _ = waiter.answers.send(Ok(answer));
        }
    }

    /// Tells everybody who waits, and everybody who comes, that answers are not heard any more.
    fn fail(&self, error: &ListenError) {
        tracing::warn!(topic = error.role.topic().name, cause = %error.cause, "answers are not heard any more");
        let mut register = self.lock();
        for (_, waiters) in register.by_cause.drain() {
            for waiter in waiters {
                let _ = waiter.answers.send(Err(error.clone()));
            }
        }
        register.failed.get_or_insert_with(|| error.clone());
    }
}

/// Some messages and what answers them. Dropping it ends the waiting.
///
/// Answers that are not asked for wait in memory. They are few, since each of them answers a message of this exchange.
pub struct Exchange<'c> {
    correspondence: &'c Correspondence,
    number: u64,
    /// The event identifiers whose answers are waited for.
    awaited: HashSet<String>,
    sender: mpsc::UnboundedSender<Result<Answer, ListenError>>,
    answers: mpsc::UnboundedReceiver<Result<Answer, ListenError>>,
}

impl Exchange<'_> {
    /// Publishes messages and waits from then on for the answers to each. An identifier that another exchange waits for is
    /// answered to both.
    ///
    /// # Errors
    /// Answers are not heard any more, so that nothing is published; or the log did not take all of the messages, as
    /// [`Stream::publish`] says.
    pub async fn publish(&mut self, messages: Vec<Outgoing>) -> Result<(), ExchangeError> {
        for message in &messages {
            self.wait_for(&message.event_id)?;
        }
        Ok(self.correspondence.stream.publish(messages).await?)
    }

    /// Waits for the answers to a message that may have been published before. Those that came before are not heard.
    ///
    /// # Errors
    /// Answers are not heard any more.
    pub fn wait_for(&mut self, event_id: &str) -> Result<(), ListenError> {
        if self.awaits(event_id) {
            return Ok(());
        }
        let mut register = self.correspondence.waiting.lock();
        if let Some(failed) = &register.failed {
            return Err(failed.clone());
        }
        self.awaited.insert(event_id.to_owned());
        register.by_cause.entry(as_cause(event_id.as_bytes())).or_default().push(Waiter {
            exchange: self.number,
            event_id: event_id.to_owned(),
            answers: self.sender.clone(),
        });
        Ok(())
    }

    /// The next answer to any of the messages; nothing when none came by the deadline, or when none is waited for.
    ///
    /// # Errors
    /// Answers are not heard any more.
    pub async fn next(&mut self, deadline: Instant) -> Result<Option<Answer>, ListenError> {
        while !self.awaited.is_empty() {
            // The exchange holds a sender itself, so that an end of the wait is an answer or the deadline.
            let Ok(Some(answer)) = tokio::time::timeout_at(deadline, self.answers.recv()).await else { break };
            let answer = answer?;
            // What came before its message was settled is not worth telling.
            if self.awaits(&answer.event_id) {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    /// Waits for no more answers to a message.
    pub fn settle(&mut self, event_id: &str) {
        self.awaited.remove(event_id);
        self.forget(event_id);
    }

    /// Whether answers to a message are waited for.
    pub fn awaits(&self, event_id: &str) -> bool {
        self.awaited.contains(event_id)
    }

    fn forget(&self, event_id: &str) {
        let cause = as_cause(event_id.as_bytes());
        let mut register = self.correspondence.waiting.lock();
        if let Some(waiters) = register.by_cause.get_mut(&cause) {
            waiters.retain(|waiter| waiter.exchange != self.number || waiter.event_id != event_id);
            if waiters.is_empty() {
                register.by_cause.remove(&cause);
            }
        }
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        for event_id in &self.awaited {
            self.forget(event_id);
        }
    }
}
