//! Messages of the message handlers: what is asked of us, and answers to what we sent or asked.

use super::desk::{Desk, inconsistent};
use super::{Known, Sent, Signal, Todo};
use crate::ebms::envelope::{MessageKind, MessageStatus, SignedReference};
use crate::ebms::error::{EbmsError, ErrorCode, location};
use crate::ebms::signals;

const REF_TO: &str = "//Header/MessageHeader/MessageData/RefToMessageId";

pub(super) fn judge(desk: &mut Desk<'_>, kind: MessageKind, known: &Known) -> Result<Todo, EbmsError> {
    match kind {
        MessageKind::Ping => {
            desk.signed(false)?;
            let stamp = desk.stamp();
            let envelope = signals::pong(desk.agreement, &desk.arrived.envelope.header, stamp);
            Ok(Todo::Answer { answer: desk.answer(&envelope, false)? })
        }
        MessageKind::StatusRequest => status(desk, known),
        _ => answered(desk, kind, known).map(Todo::Signal),
    }
}

/// What became of a message is told to those alone whose agreement it came under.
fn status(desk: &mut Desk<'_>, known: &Known) -> Result<Todo, EbmsError> {
    desk.signed(false)?;
    let envelope = &desk.arrived.envelope;
    let missing = || EbmsError::new(ErrorCode::OtherXml, location::BODY, "there is no StatusRequest");
    let about = envelope.status_request.as_deref().ok_or_else(missing)?;
    let found = match known {
        Known::Received(received) if received.cpa_id == desk.agreement.cpa_id => received.status(),
        Known::Received(_) => (MessageStatus::UnAuthorized, None),
        _ => (MessageStatus::NotRecognized, None),
    };
    let stamp = desk.stamp();
    let response = signals::status_response(desk.agreement, &envelope.header, about, found, stamp);
    Ok(Todo::Answer { answer: desk.answer(&response, false)? })
}

/// An answer counts where we sent what it answers, under the same agreement, and it came by the agreed way.
fn answered(desk: &Desk<'_>, kind: MessageKind, known: &Known) -> Result<Signal, EbmsError> {
    let envelope = &desk.arrived.envelope;
    let stranger = || EbmsError::new(ErrorCode::ValueNotRecognized, REF_TO, "we sent no such message");
    let message_id = envelope.header.ref_to_message_id.clone().ok_or_else(stranger)?;
    let Known::Sent(sent) = known else { return Err(stranger()) };
    if sent.cpa_id != desk.agreement.cpa_id {
        return Err(stranger());
    }
    if desk.arrived.in_response && !sent.sync {
        return Err(inconsistent(location::HEADER, "this answer has to come by a request of its own"));
    }
    let missing = |what: &str| EbmsError::new(ErrorCode::OtherXml, location::ENVELOPE, what);
    match kind {
        MessageKind::Acknowledgment => acknowledged(desk, sent).map(|()| Signal::Acknowledged { message_id }),
        MessageKind::MessageError => {
            desk.signed(false)?;
            let errors = envelope.error_list.clone().ok_or_else(|| missing("there is no ErrorList"))?;
            Ok(Signal::Failed { message_id, errors })
        }
        MessageKind::StatusResponse => {
            desk.signed(false)?;
            let response = envelope.status_response.clone().ok_or_else(|| missing("there is no StatusResponse"))?;
            Ok(Signal::Status { message_id, response })
        }
        _ => desk.signed(false).map(|_| Signal::Pong { message_id }),
    }
}

/// A signed acknowledgment counts if the agreed key signed it and it copies every reference of our signature, which proves
/// that the partner has what we sent.
fn acknowledged(desk: &Desk<'_>, sent: &Sent) -> Result<(), EbmsError> {
    let envelope = &desk.arrived.envelope;
    let place = "//Header/Acknowledgment";
    let given = envelope.acknowledgment.as_ref();
    let given = given.ok_or_else(|| EbmsError::new(ErrorCode::OtherXml, place, "there is no Acknowledgment"))?;
    if Some(&given.ref_to_message_id) != envelope.header.ref_to_message_id.as_ref() {
        return Err(inconsistent(place, "the header answers another message than the acknowledgment"));
    }
    if given.from.as_ref().is_some_and(|from| !desk.agreement.partner.is_named(&from.ids)) {
        return Err(inconsistent(place, "somebody else acknowledges"));
    }
    let Some(wanted) = &sent.acknowledgment else {
        return Err(inconsistent(place, "no acknowledgment was asked for"));
    };
    desk.signed(wanted.signed)?;
    if wanted.signed && !same(&given.references, &sent.references) {
        let what = "it does not copy the references of what it acknowledges";
        return Err(EbmsError::new(ErrorCode::SecurityFailure, place, what));
    }
    Ok(())
}

fn same(copied: &[SignedReference], signed: &[SignedReference]) -> bool {
    let equal = |one: &SignedReference, other: &SignedReference| {
        let digest = one.digest_method == other.digest_method && one.digest_value == other.digest_value;
        digest && one.uri == other.uri
    };
    copied.len() == signed.len() && signed.iter().all(|of_ours| copied.iter().any(|copy| equal(copy, of_ours)))
}
