//! What message handlers say to each other about messages: acknowledgments, errors, pings, questions about a message.
//! ebMS 2.0, sections 4.2.4, 6.3.2, 7 and 8.

use jiff::Timestamp;

use super::envelope::{
    Acknowledgment, Envelope, MessageHeader, MessageStatus, Party, Service, SignedReference, StatusResponse,
};
use super::error::EbmsError;
use super::msh;
use crate::agreement::{Agreement, Side};

/// What every message of ours needs that it cannot know by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Never used before: `something@our.host`.
    pub message_id: String,
    pub now: Timestamp,
}

/// Asks whether the partner is there.
pub fn ping(agreement: &Agreement, stamp: Stamp) -> Envelope {
    let mut envelope = Envelope::of(header(agreement, msh::PING, stamp));
    envelope.sync_reply = agreement.sync;
    envelope
}

/// Asks what became of a message.
pub fn status_request(agreement: &Agreement, message_id: &str, stamp: Stamp) -> Envelope {
    let mut envelope = Envelope::of(header(agreement, msh::STATUS_REQUEST, stamp));
    envelope.sync_reply = agreement.sync;
    envelope.status_request = Some(message_id.to_owned());
    envelope
}

/// The answer to a ping.
pub fn pong(agreement: &Agreement, ping: &MessageHeader, stamp: Stamp) -> Envelope {
    Envelope::of(answer(agreement, msh::PONG, ping, stamp))
}

/// The answer to a question about a message.
pub fn status_response(
    agreement: &Agreement,
    asked: &MessageHeader,
    about: &str,
    (status, timestamp): (MessageStatus, Option<Timestamp>),
    stamp: Stamp,
) -> Envelope {
    let mut envelope = Envelope::of(answer(agreement, msh::STATUS_RESPONSE, asked, stamp));
    envelope.status_response = Some(StatusResponse { ref_to_message_id: about.to_owned(), status, timestamp });
    envelope
}

/// Tells that a message is kept. `references` are those of its signature, when a signed acknowledgment is wanted.
pub fn acknowledgment(
    agreement: &Agreement,
    received: &MessageHeader,
    references: Vec<SignedReference>,
    stamp: Stamp,
) -> Envelope {
    let timestamp = stamp.now;
    let mut envelope = Envelope::of(answer(agreement, msh::ACKNOWLEDGMENT, received, stamp));
    envelope.acknowledgment = Some(Acknowledgment {
        timestamp,
        ref_to_message_id: received.message_id.clone(),
        from: Some(named(&agreement.us)),
        references,
    });
    envelope
}

/// Tells what is wrong with a message.
pub fn message_error(agreement: &Agreement, received: &MessageHeader, error: EbmsError, stamp: Stamp) -> Envelope {
    let mut envelope = Envelope::of(answer(agreement, msh::MESSAGE_ERROR, received, stamp));
    envelope.error_list = Some(vec![error]);
    envelope
}

/// A header of ours to the partner. The conversation is that of the message itself.
fn header(agreement: &Agreement, action: &str, stamp: Stamp) -> MessageHeader {
    MessageHeader {
        from: named(&agreement.us),
        to: named(&agreement.partner),
        cpa_id: agreement.cpa_id.clone(),
        conversation_id: stamp.message_id.clone(),
        service: Service { kind: None, value: msh::SERVICE.to_owned() },
        action: action.to_owned(),
        message_id: stamp.message_id,
        timestamp: stamp.now,
        ref_to_message_id: None,
        time_to_live: None,
        duplicate_elimination: false,
        descriptions: Vec::new(),
    }
}

fn answer(agreement: &Agreement, action: &str, to: &MessageHeader, stamp: Stamp) -> MessageHeader {
    MessageHeader {
        conversation_id: to.conversation_id.clone(),
        ref_to_message_id: Some(to.message_id.clone()),
        ..header(agreement, action, stamp)
    }
}

/// Without its role, which belongs to messages of the business.
fn named(side: &Side) -> Party {
    Party { ids: side.ids.clone(), role: None }
}
