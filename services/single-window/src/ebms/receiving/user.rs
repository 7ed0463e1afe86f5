//! Messages of the business: equal to the agreement, signed as agreed, known or new, whole, and in time.

use super::desk::{Desk, inconsistent};
use super::{Known, Received, Todo};
use crate::agreement::Terms;
use crate::ebms::envelope::SignedReference;
use crate::ebms::error::{EbmsError, ErrorCode, location};
use crate::ebms::mime::{content_id_of, reference_to};
use crate::ebms::sending::agreed;
use crate::ebms::signals;

pub(super) fn judge(desk: &mut Desk<'_>, known: &Known) -> Result<Todo, EbmsError> {
    let header = &desk.arrived.envelope.header;
    let agreement = desk.agreement;
    let terms = &agreed(&agreement.receive, &header.service, &header.action)?.terms;
    as_agreed(desk, terms)?;
    let references = desk.signed(terms.signed)?;
    if let Known::Received(received) = known {
        return again(desk, received);
    }
    whole(desk)?;
    if header.time_to_live.is_some_and(|moment| moment <= desk.now) {
        return Err(EbmsError::new(ErrorCode::TimeToLiveExpired, location::TIME_TO_LIVE, "the message comes too late"));
    }
    acknowledged(desk, references)
}

/// The header equals the agreement, element by element.
fn as_agreed(desk: &Desk<'_>, terms: &Terms) -> Result<(), EbmsError> {
    let envelope = &desk.arrived.envelope;
    let header = &envelope.header;
    if header.from.role != desk.agreement.partner.role {
        return Err(inconsistent(location::FROM_ROLE, "the role is not the agreed one"));
    }
    if header.to.role != desk.agreement.us.role {
        return Err(inconsistent(location::TO_ROLE, "the role is not the agreed one"));
    }
    if envelope.message_order.is_some() {
        return Err(EbmsError::new(ErrorCode::NotSupported, location::MESSAGE_ORDER, "messages are not kept in order"));
    }
    if envelope.acknowledgment.is_some() || envelope.error_list.is_some() {
        let what = "what answers another message comes by itself";
        return Err(EbmsError::new(ErrorCode::NotSupported, location::HEADER, what));
    }
    if envelope.sync_reply != terms.sync {
        return Err(inconsistent(location::SYNC_REPLY, "the agreement says otherwise"));
    }
    if !terms.acknowledgment.allows(envelope.ack_requested.is_some()) {
        return Err(inconsistent(location::ACK_REQUESTED, "the agreement says otherwise"));
    }
    if envelope.ack_requested.as_ref().is_some_and(|wanted| !terms.signed_acknowledgment.allows(wanted.signed)) {
        return Err(inconsistent(location::ACK_SIGNED, "the agreement says otherwise"));
    }
    if !terms.duplicate_elimination.allows(header.duplicate_elimination) {
        return Err(inconsistent(location::DUPLICATE_ELIMINATION, "the agreement says otherwise"));
    }
    Ok(())
}

/// A message that is kept already. It is answered as before whether duplicates were to be eliminated or not: nothing is
/// done twice.
fn again(desk: &Desk<'_>, received: &Received) -> Result<Todo, EbmsError> {
    if received.content_hash != desk.arrived.content_hash {
        return Err(inconsistent(location::MESSAGE_ID, "this MessageId was used before, with other content"));
    }
    Ok(Todo::Repeat { answer: received.answer.clone() })
}

/// Every part is named in the manifest, and everything named there is a part.
fn whole(desk: &Desk<'_>) -> Result<(), EbmsError> {
    if let Some(problem) = &desk.arrived.problem {
        return Err(problem.clone());
    }
    let package = &desk.arrived.package;
    let named = desk.arrived.envelope.manifest.as_deref().unwrap_or_default();
    for reference in named {
        if content_id_of(&reference.href).is_none() {
            let what = "only parts of the message are fetched";
            return Err(EbmsError::new(ErrorCode::NotSupported, reference.href.as_str(), what));
        }
        if package.part(&reference.href).is_none() {
            return Err(EbmsError::new(ErrorCode::MimeProblem, reference.href.as_str(), "the part is not there"));
        }
    }
    for part in &package.parts {
        let is_named = |id: &str| named.iter().any(|one| content_id_of(&one.href).as_deref() == Some(id));
        if !is_named(&part.content_id) {
            let place = reference_to(&part.content_id);
            return Err(EbmsError::new(ErrorCode::MimeProblem, place, "the part is not named in the manifest"));
        }
    }
    Ok(())
}

fn acknowledged(desk: &mut Desk<'_>, references: Vec<SignedReference>) -> Result<Todo, EbmsError> {
    let Some(wanted) = &desk.arrived.envelope.ack_requested else {
        return Ok(Todo::Store { references, answer: None });
    };
    let copied = if wanted.signed { references.clone() } else { Vec::new() };
    let stamp = desk.stamp();
    let envelope = signals::acknowledgment(desk.agreement, &desk.arrived.envelope.header, copied, stamp);
    let answer = desk.answer(&envelope, wanted.signed)?;
    Ok(Todo::Store { references, answer: Some(answer) })
}
