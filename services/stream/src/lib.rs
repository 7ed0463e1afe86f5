//! A partitioned log behind one trait, and the only crate that knows Kafka.
//!
//! Messages lie in the partitions of topics, in order, each with an offset; a key decides the partition, so what has one
//! key stays in order. A [`Consumer`] hands out each partition by itself, to be taken batch by batch. Where a partition
//! resumes is asked from the caller's database through [`Positions`], because there the position is committed together
//! with what was made of the messages: the log itself keeps no positions. What comes out twice is recognised by its event
//! identifier (`ce_id`).
//!
//! ```text
//!                 ┌────────────── Stream ──────────────┐
//!   publish ────► │  topic  ┌ partition 0  ▪▪▪▪▪▪▪▪▪   │ ────► Consumer ── Assigned ── Batches of each ──► its worker
//!   (by key)      │         └ partition 1  ▪▪▪▪▪       │           ▲        └─ Revoked, Halted                │
//!                 │                                    │           └──── Positions ◄── database ◄── one commit ┘
//!                 └──── kafka.rs  or  embedded.rs ─────┘ ────► Tail (no group, every partition: to wait for an answer)
//! ```
//!
//! What goes through it is the product's contract: the [`TOPICS`], and the [`Envelope`] around each message. Who publishes
//! and wants the answer has a [`Correspondence`]; many who want to hear one topic have a [`Broadcast`].
//!
//! [`KafkaStream`] speaks to a Kafka cluster; [`EmbeddedStream`] is a table in a SQLite file. Both pass one contract,
//! `tests/contract.rs`. A position that does not fit the log is never reset: the partition halts and says why.

mod broadcast;
mod contract;
mod correspondence;
mod embedded;
mod error;
mod kafka;
mod partition;
mod positions;
mod record;
mod tail_start;

pub use broadcast::{Broadcast, Heard, Listener};
pub use contract::{
    Assigned, Batches, Consumer, ConsumerSettings, Event, Stream, Tail, TailFrom, TopicSpec, TopicState,
};
pub use correspondence::{Answer, Correspondence, Exchange, ExchangeError, ListenError};
pub use embedded::EmbeddedStream;
pub use error::{BoxError, PublishError, Result, StreamError};
pub use kafka::{KafkaSettings, KafkaStream};
pub use partition::partition_of;
pub use positions::{PositionRefused, Positions};
pub use record::{Batch, EVENT_ID_HEADER, Headers, MESSAGE_BYTES_MAX, Message, Outgoing};

// What goes through the log, which those speak of too that know no log.
pub use vocabulary::envelope::{
    CAUSE_HEADER, DETAIL_HEADER, Envelope, REASON_HEADER, REPEATED_HEADER, SUBJECT_HEADER, as_cause,
};
pub use vocabulary::topics::{Key, Party, Role, TOPICS, Topic, Topics};
