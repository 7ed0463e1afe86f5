//! The thread that polls, gathers messages into batches, and goes where the owner wants to read on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _};
use rdkafka::{Message as _, Offset, TopicPartitionList};

use super::broker;
use super::gathering::Gathering;
use super::mailbox::{Mailbox, PartitionKey};
use super::rebalance::{Member, ends, refusal};
use crate::contract::ConsumerSettings;
use crate::error::StreamError;
use crate::positions::misfit;
use crate::record::{Headers, Message};

/// The longest that the thread sleeps without looking for wishes.
const IDLE_WAIT: Duration = Duration::from_millis(50);

/// How long going to another offset may take.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Reader {
    pub(super) member: Member,
    pub(super) mailbox: Arc<Mailbox>,
    pub(super) settings: ConsumerSettings,
    pub(super) topics: Vec<Arc<str>>,
    pub(super) at: String,
}

/// Whether the reader goes on.
enum Verdict {
    Continue,
    Stop(StreamError),
}

impl Reader {
    /// Polls until the owner closes or the broker will not have us, then leaves the group.
    pub(super) fn run(self) {
        let mut gathering = Gathering::new(&self.settings);
        while !self.mailbox.is_closing() {
            self.rewind();
            if !self.mailbox.wait_for_room(IDLE_WAIT) {
                continue;
            }
            match self.member.poll(gathering.wait(IDLE_WAIT)) {
                Some(Ok(message)) => {
                    let key = (self.topic(message.topic()), message.partition());
                    if let Some(assignment) = self.mailbox.wanted(&key) {
                        let message = owned(&key.0, &message);
                        gathering.add(key, assignment, message, |batch| self.mailbox.put(batch));
                    }
                }
                Some(Err(error)) => {
                    if let Verdict::Stop(error) = self.judge(&error) {
                        self.mailbox.fail(error);
                        break;
                    }
                }
                None => {}
            }
            gathering.put_due(|batch| self.mailbox.put(batch));
        }
        let mailbox = Arc::clone(&self.mailbox);
        // Dropping the member leaves the group and waits for it, with the callbacks that go with it.
        drop(self);
        mailbox.end();
    }

    /// One shared name per topic instead of one per message.
    fn topic(&self, name: &str) -> Arc<str> {
        self.topics.iter().find(|topic| ***topic == *name).map_or_else(|| Arc::from(name), Arc::clone)
    }

    /// Goes where the owner wants to read on.
    fn rewind(&self) {
        for (key, offset) in self.mailbox.rewinds() {
            let deadline = Instant::now() + SEEK_TIMEOUT;
            let misfit = match ends(&self.member, &key, deadline) {
                Ok((begin, end)) => misfit(offset, begin, end),
                Err(reason) => Some(reason),
            };
            if let Some(reason) = misfit {
                self.mailbox.halt(&key, reason);
                continue;
            }
            match self.go(&key, offset) {
                Ok(()) => self.mailbox.rewound(&key, offset),
                Err(error) => self.mailbox.halt(&key, format!("the client failed to go to offset {offset}: {error}")),
            }
        }
    }

    fn go(&self, key: &PartitionKey, offset: i64) -> Result<(), KafkaError> {
        let mut partition = TopicPartitionList::new();
        partition.add_partition_offset(&key.0, key.1, Offset::Offset(offset))?;
        if self.member.seek(&key.0, key.1, Offset::Offset(offset), SEEK_TIMEOUT).is_err() {
            // A partition that has just been assigned, or whose fetching has failed, cannot be sought in; it can be put
            // down and taken up again.
            self.member.incremental_unassign(&partition)?;
            self.member.incremental_assign(&partition)?;
        }
        // A partition that had halted was paused.
        self.member.resume(&partition)
    }

    /// What an error that polling returns means.
    fn judge(&self, error: &KafkaError) -> Verdict {
        use RDKafkaErrorCode as Code;
        if let Some((code, reason)) = self.member.client().fatal_error() {
            return Verdict::Stop(refusal(&self.at, &KafkaError::MessageConsumptionFatal(code), &reason));
        }
        match error.rdkafka_error_code() {
            Some(Code::AutoOffsetReset | Code::LogTruncation | Code::OffsetOutOfRange) => self.find_misfit(error),
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => self.find_unknown(),
            Some(
                Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::Authentication,
            ) => Verdict::Stop(refusal(&self.at, error, "check the user and what the cluster lets it do")),
            Some(Code::InvalidSessionTimeout) => {
                let bounds = "session_timeout lies outside the broker's group.min.session.timeout.ms and group.max.session.timeout.ms";
                Verdict::Stop(refusal(&self.at, error, bounds))
            }
            Some(Code::InconsistentGroupProtocol) => {
                let other = "the group has members of another program; use a group of the product's own";
                Verdict::Stop(refusal(&self.at, error, other))
            }
            Some(Code::InvalidGroupId | Code::GroupMaxSizeReached) => Verdict::Stop(refusal(&self.at, error, "")),
            _ => {
                tracing::warn!(%error, "the Kafka consumer met trouble and tries again");
                Verdict::Continue
            }
        }
    }

    /// The library says that some position does not fit the log, and not which: every partition is looked at.
    fn find_misfit(&self, error: &KafkaError) -> Verdict {
        let mut found = false;
        for (key, next) in self.mailbox.live() {
            let reason = match ends(&self.member, &key, Instant::now() + SEEK_TIMEOUT) {
                Ok((begin, end)) => misfit(next, begin, end),
                Err(reason) => Some(reason),
            };
            if let Some(reason) = reason {
                found = true;
                self.mailbox.halt(&key, reason);
            }
        }
        // The partition in question is read no further, so going on without having found it would lose it silently.
        if found {
            Verdict::Continue
        } else {
            Verdict::Stop(refusal(&self.at, error, "a position does not fit the log"))
        }
    }

    /// The library says that some topic is not there, which may be so for a moment after its creation.
    fn find_unknown(&self) -> Verdict {
        for topic in &self.topics {
            if let Err(error @ StreamError::UnknownTopic { .. }) =
                broker::partitions(self.member.client(), &self.at, topic, SEEK_TIMEOUT)
            {
                return Verdict::Stop(error);
            }
        }
        Verdict::Continue
    }
}

/// Copies a message out of the client library's memory.
pub(super) fn owned(topic: &Arc<str>, message: &BorrowedMessage<'_>) -> Message {
    let headers: Headers = message.headers().map_or_else(Vec::new, |headers| {
        headers.iter().map(|header| (header.key.to_owned(), header.value.unwrap_or_default().to_vec())).collect()
    });
    Message {
        topic: Arc::clone(topic),
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis().unwrap_or(-1),
        key: message.key().map(<[u8]>::to_vec),
        headers,
        payload: message.payload().map(<[u8]>::to_vec),
        generation: 0,
    }
}
