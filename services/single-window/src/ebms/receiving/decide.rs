//! Who decides about which message.

use jiff::Timestamp;

use super::desk::Desk;
use super::{Arrived, Known, Rejection, Todo, signal, user};
use crate::agreement::Agreements;
use crate::certificate::Signer;
use crate::ebms::envelope::MessageKind;
use crate::ebms::error::{EbmsError, ErrorCode, location};

/// What we agreed on, and our key.
#[derive(Debug, Clone, Copy)]
pub struct Gateway<'a> {
    pub agreements: &'a Agreements,
    /// Absent where no agreement has anything signed by us.
    pub signer: Option<&'a Signer>,
}

/// Decides about a message. `known` answers [`Arrived::question`], and `next_id` gives a `MessageId` that was never used.
pub fn decide(
    arrived: &Arrived,
    known: &Known,
    gateway: Gateway<'_>,
    now: Timestamp,
    next_id: &mut dyn FnMut() -> String,
) -> Todo {
    let header = &arrived.envelope.header;
    let Some(agreement) = gateway.agreements.get(&header.cpa_id) else {
        let error =
            EbmsError::new(ErrorCode::ValueNotRecognized, location::CPA_ID, "there is no agreement of this name");
        return Todo::Reject(Rejection::fault(error));
    };
    let mut desk = Desk { arrived, agreement, signer: gateway.signer, now, next_id };
    match judge(&mut desk, known) {
        Ok(todo) => todo,
        Err(error) => desk.refuse(error),
    }
}

fn judge(desk: &mut Desk<'_>, known: &Known) -> Result<Todo, EbmsError> {
    let kind = desk.arrived.envelope.kind();
    let unknown =
        || EbmsError::new(ErrorCode::ValueNotRecognized, location::ACTION, "message handlers have no such action");
    let kind = kind.ok_or_else(unknown)?;
    desk.parties()?;
    desk.moment()?;
    // Whoever asks gets an answer, and is asked for one only by a request.
    if desk.arrived.in_response && !kind.is_answer() {
        return Err(EbmsError::new(ErrorCode::NotSupported, location::ACTION, "an HTTP response brings answers alone"));
    }
    match kind {
        MessageKind::User => user::judge(desk, known),
        _ => signal::judge(desk, kind, known),
    }
}
