//! The thread that serves the group, goes where the owner wants to read on, and looks into the client library's trouble.
//!
//! Messages pass it by: each partition has a queue of its own in the client library, which fetches for those alone that have
//! room, and from which batches are taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message as _, Offset, TopicPartitionList};

use super::broker;
use super::held::{HeldPartition, PartitionKey};
use super::mailbox::Mailbox;
use super::rebalance::{Member, ends, refusal};
use crate::error::StreamError;
use crate::positions::misfit;

/// The longest that the thread sleeps without looking for wishes.
const IDLE_WAIT: Duration = Duration::from_millis(100);

/// How long going to another offset may take.
const SEEK_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Reader {
    pub(super) member: Arc<Member>,
    pub(super) mailbox: Arc<Mailbox>,
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
        while !self.mailbox.is_closing() {
            if let Verdict::Stop(error) = self.serve() {
                self.mailbox.fail(error);
                break;
            }
        }
        self.mailbox.end_partitions();
        let mailbox = Arc::clone(&self.mailbox);
        // Their queues were the others who held the member. Dropping it leaves the group and waits for it, with the
        // callbacks that go with it.
        drop(self);
        mailbox.end();
    }

    fn serve(&self) -> Verdict {
        self.rewind();
        for error in self.mailbox.takers.troubles() {
            if let stop @ Verdict::Stop(_) = self.judge(&error) {
                return stop;
            }
        }
        if self.is_stalled() {
            // The client library notices that nobody polls, and leaves the group to those who work.
            std::thread::sleep(IDLE_WAIT);
            return Verdict::Continue;
        }
        match self.member.poll(IDLE_WAIT) {
            None => Verdict::Continue,
            Some(Err(error)) => self.judge(&error),
            Some(Ok(message)) => Verdict::Stop(StreamError::Refused {
                at: self.at.clone(),
                action: "read each partition by itself".into(),
                detail: format!(
                    "offset {} of partition {} of {} came beside its queue",
                    message.offset(),
                    message.partition(),
                    message.topic()
                ),
            }),
        }
    }

    fn is_stalled(&self) -> bool {
        self.mailbox.takers.have_stood_still_for(self.mailbox.takers.settings.half_a_stall())
            && self.mailbox.held().iter().any(|held| held.next().is_some())
    }

    /// Goes where the owner wants to read on.
    fn rewind(&self) {
        for held in self.mailbox.held() {
            let Some(offset) = held.rewinding() else { continue };
            if let Some(reason) = self.misfit(&held, offset) {
                self.mailbox.halt(&held, reason);
                continue;
            }
            match self.go(&held.key, offset) {
                Ok(()) => held.rewound(offset),
                Err(error) => self.mailbox.halt(&held, format!("the client failed to go to offset {offset}: {error}")),
            }
        }
    }

    /// Why a partition cannot be read from an offset on.
    fn misfit(&self, held: &HeldPartition, offset: i64) -> Option<String> {
        match ends(&self.member, &held.key, Instant::now() + SEEK_TIMEOUT) {
            Ok((begin, end)) => misfit(offset, begin, end),
            Err(reason) => Some(reason),
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
        for held in self.mailbox.held() {
            let reason = held.next().and_then(|next| self.misfit(&held, next));
            if let Some(reason) = reason {
                found = true;
                self.mailbox.halt(&held, reason);
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
