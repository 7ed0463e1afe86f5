//! Answers to whoever gave a command.

use storage::OutboxMessage;
use vocabulary::CommandAnswer;
use vocabulary::envelope::SUBJECT_HEADER;
use vocabulary::topics::{Role, Topics};

use super::envelope::{envelope, outbox_message, repeated};
use crate::intake::arrival::Arrival;
use crate::record::entry::Answered;

/// Answers whoever gave a command, as the `sequence`-th message that it caused.
pub(crate) fn command_answered(
    topics: &Topics,
    arrival: &Arrival,
    sequence: usize,
    answer: &CommandAnswer,
) -> OutboxMessage {
    let word = if answer.refusal.is_some() { Answered::Refused } else { Answered::CarriedOut }.header();
    let sequence = i32::try_from(sequence).unwrap_or(i32::MAX);
    let envelope = envelope(arrival, sequence, Role::Answers, word).with(SUBJECT_HEADER, answer.command.clone());
    let key = answer.declarant.clone().into_bytes();
    outbox_message(arrival, sequence, &topics.answers, key, envelope, message::write_answer(answer))
}

/// Sends the first answer to a command once more.
pub(crate) fn command_answered_again(
    topics: &Topics,
    arrival: &Arrival,
    declarant: &str,
    identifier: &str,
    answer: Vec<u8>,
) -> OutboxMessage {
    let envelope = repeated(arrival, Role::Answers, identifier);
    outbox_message(arrival, 0, &topics.answers, declarant.to_owned().into_bytes(), envelope, answer)
}
